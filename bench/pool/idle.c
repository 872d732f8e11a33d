/* idle: what a pool costs that has nothing to do, after it had something to do. */
#include "clock.h"
#include "producers.h"
#include "workloads.h"

#define LOAD_NS 50000000u
#define LOAD_SIZE 10 /* 1024 jobs at a time */
#define TAIL_NS 100000000u
#define IDLE_NS 500000000u

/* CPU time of all threads but this one, which only sleeps and looks at clocks. Its own time is
 * read first: the two readings then never differ by less than nothing. */
static uint64_t cpu_of_others(void) {
    uint64_t own = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID) - own;
}

/* Milliseconds of CPU that the others use in `ns` from now. */
static double cpu_ms_in(uint64_t ns) {
    uint64_t before = cpu_of_others();
    sleep_for(ns);
    uint64_t after = cpu_of_others();
    return after > before ? (double)(after - before) / 1e6 : 0;
}

void workload_idle(const struct request *request, struct report *report) {
    struct tally_sums expected = {0};
    thread_pool *pool = make_pool(request, report);
    if (pool == NULL)
        return;
    struct producers producers = {.pool = pool,
                                  .job = empty_job(),
                                  .count = 1,
                                  .next_argument = request->seed,
                                  .expected = &expected};
    uint64_t deadline = now_ns() + LOAD_NS;
    while (now_ns() < deadline && !report_failed(report))
        run_producers(&producers, LOAD_SIZE, report);
    report_metric(report, "tail_cpu_ms", cpu_ms_in(TAIL_NS));
    report_metric(report, "cpu_ms_per_second", cpu_ms_in(IDLE_NS) * 1e9 / IDLE_NS);
    end_pool(pool, &expected, report);
}
