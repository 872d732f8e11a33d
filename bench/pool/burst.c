/* burst: 64 jobs of 1 µs are due every millisecond, whether the pool has finished or not. */
#include "bursts.h"
#include "jobs.h"
#include "workloads.h"

static void job_in_burst(void *argument) {
    uint64_t number = (uintptr_t)argument;
    bursts_run_job(number);
    tally_add(number);
}

struct burst_pool {
    thread_pool *pool;
    uint64_t refused;
};

static void spawn_burst(void *context, uint64_t first) {
    struct burst_pool *self = context;
    for (uint64_t number = first; number < first + BURST_JOBS; number++)
        self->refused += spawn_patiently(self->pool, job_in_burst, (void *)(uintptr_t)number);
}

void workload_burst(const struct request *request, struct report *report) {
    struct tally_sums expected = {0};
    bursts_prepare();
    struct burst_pool self = {make_pool(request, report), 0};
    if (self.pool == NULL)
        return;
    bursts_run(spawn_burst, &self, report);
    report_metric(report, "refused", (double)self.refused);
    for (uint64_t number = 0; number < BURSTS * BURST_JOBS; number++)
        tally_expect(&expected, number);
    end_pool(self.pool, &expected, report);
    bursts_report(report);
}
