/* idle: what a pool costs that has nothing to do, after it had something to do. */
#include "clock.h"
#include "producers.h"
#include "workloads.h"

#define LOAD_SIZE 16 /* 65,536 jobs */
#define TAIL_NS 100000000u
#define IDLE_NS 1000000000u

/* CPU time of all threads but this one, which only sleeps and looks at clocks. */
static uint64_t cpu_of_others(void) {
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID) - clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* Milliseconds of CPU that the others use in `ns` from now. */
static double cpu_ms_in(uint64_t ns) {
    uint64_t before = cpu_of_others();
    sleep_for(ns);
    return (double)(cpu_of_others() - before) / 1e6;
}

void workload_idle(const struct request *request, struct report *report) {
    struct tally_sums expected = {0};
    thread_pool *pool = make_pool(request, report);
    if (pool == NULL)
        return;
    struct producers producers = {.pool = pool,
                                  .job = job_empty,
                                  .count = 1,
                                  .next_argument = request->seed,
                                  .expected = &expected};
    run_producers(&producers, LOAD_SIZE, report);
    report_metric(report, "tail_cpu_ms", cpu_ms_in(TAIL_NS));
    report_metric(report, "cpu_ms_per_second", cpu_ms_in(IDLE_NS) * 1e9 / IDLE_NS);
    end_pool(pool, &expected, report);
}
