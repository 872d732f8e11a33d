/* one_producer, two_producers, four_producers: empty jobs from threads outside the pool. */
#include "producers.h"
#include "workloads.h"

#define SMALLEST 10 /* 1024 jobs */
#define LARGEST 20  /* 1,048,576 jobs */
#define ENOUGH_NS 20000000u

void workload_throughput(const struct request *request, struct report *report) {
    struct tally_sums expected = {0};
    thread_pool *pool = make_pool(request, report);
    if (pool == NULL)
        return;
    struct producers producers = {.pool = pool,
                                  .job = empty_job(),
                                  .count = (unsigned)request->parameter,
                                  .next_argument = request->seed,
                                  .expected = &expected};
    struct batches batches = {run_producers, &producers, SMALLEST, LARGEST, ENOUGH_NS};
    measure_batches(&batches, "ns_per_job", report);
    report_metric(report, "refused", (double)producers.refused);
    end_pool(pool, &expected, report);
}
