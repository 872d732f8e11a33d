/* busy_100ns, busy_1us, busy_10us: one producer outside, jobs that compute for a while. */
#include "producers.h"
#include "spin.h"
#include "workloads.h"

#define SMALLEST 9 /* 512 jobs */
#define LARGEST 20
#define ENOUGH_NS 25000000u

static uint64_t job_steps; /* set before the first spawn, immutable then */

static void job_busy(void *argument) {
    tally_add((uintptr_t)argument + spin_job(job_steps));
}

/* How many of `threads` can compute at the same time. */
static unsigned parallel(unsigned threads) {
    unsigned cpus = thread_pool_default_threads();
    return threads < cpus ? threads : cpus;
}

void workload_busy(const struct request *request, struct report *report) {
    struct tally_sums expected = {0};
    job_steps = spin_calibrate((double)request->parameter);
    double job_ns = spin_measure(job_steps);
    thread_pool *pool = make_pool(request, report);
    if (pool == NULL)
        return;
    struct producers producers = {.pool = pool,
                                  .job = job_busy,
                                  .count = 1,
                                  .next_argument = request->seed,
                                  .expected = &expected};
    struct batches batches = {run_producers, &producers, SMALLEST, LARGEST, ENOUGH_NS};
    double ns = measure_batches(&batches, "ns_per_job", report);
    report_metric(report, "calibrated_ns", job_ns);
    report_metric(report, "efficiency_percent", 100 * job_ns / parallel(request->threads) / ns);
    report_metric(report, "refused", (double)producers.refused);
    end_pool(pool, &expected, report);
}
