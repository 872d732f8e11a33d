/* burst: 64 jobs of 1 µs are due every millisecond, whether the pool has finished or not. */
#include "clock.h"
#include "jobs.h"
#include "sleepers.h"
#include "spin.h"
#include "workloads.h"

#define JOBS 64
#define JOB_NS 1000
#define PERIOD_NS 1000000u
#define WARM_UP_BURSTS 50
#define BURSTS 300 /* warm-up included */

/* Each job writes its own element; read after the pool has been destroyed. A store does not wait
 * for its line as an addition to a shared counter would. */
static uint64_t ended_at[BURSTS][JOBS];
static uint64_t due_at[BURSTS], began_at[BURSTS]; /* measuring thread only */
static uint64_t job_steps;                        /* set before the first spawn, immutable then */

static void job_note_end(void *argument) {
    uint64_t number = (uintptr_t)argument;
    uint64_t zero = spin_job(job_steps);
    tally_add(number + zero);
    ended_at[number / JOBS][number % JOBS] = now_ns() + zero;
}

static void spawn_burst(thread_pool *pool, uint64_t burst, uint64_t *refused) {
    sleep_until(due_at[burst]);
    began_at[burst] = now_ns();
    for (uint64_t number = burst * JOBS; number < (burst + 1) * JOBS; number++)
        *refused += spawn_patiently(pool, job_note_end, (void *)(uintptr_t)number);
}

struct usage {
    uint64_t wall_ns, cpu_ns, sleeps;
};

static struct usage usage_now(void) {
    return (struct usage){now_ns(), clock_ns(CLOCK_PROCESS_CPUTIME_ID), sleeps_of_others()};
}

static void run_bursts(thread_pool *pool, struct report *report) {
    struct usage from = {0, 0, 0};
    uint64_t refused = 0, first = now_ns() + PERIOD_NS;
    for (uint64_t burst = 0; burst < BURSTS; burst++)
        due_at[burst] = first + burst * PERIOD_NS;
    for (uint64_t burst = 0; burst < BURSTS; burst++) {
        if (burst == WARM_UP_BURSTS)
            from = usage_now();
        spawn_burst(pool, burst, &refused);
    }
    sleep_until(first + BURSTS * PERIOD_NS);
    struct usage to = usage_now();
    report_metric(report, "cores_burnt",
                  (double)(to.cpu_ns - from.cpu_ns) / (double)(to.wall_ns - from.wall_ns));
    report_metric(report, "wakeups_per_job",
                  (double)(to.sleeps - from.sleeps) / (JOBS * (double)(BURSTS - WARM_UP_BURSTS)));
    report_metric(report, "refused", (double)refused);
}

static uint64_t last_end(uint64_t burst) {
    uint64_t last = 0;
    for (int job = 0; job < JOBS; job++)
        last = ended_at[burst][job] > last ? ended_at[burst][job] : last;
    return last;
}

static void report_bursts(struct report *report) {
    struct samples finish = SAMPLES_INIT, due = SAMPLES_INIT;
    for (uint64_t burst = WARM_UP_BURSTS; burst < BURSTS; burst++) {
        double end = (double)last_end(burst);
        if (!samples_add(&finish, end - (double)began_at[burst]) ||
            !samples_add(&due, end - (double)due_at[burst]))
            report_fail(report, "out of memory");
    }
    report_metric(report, "p50_ns", samples_quantile(&finish, .5));
    report_metric(report, "p99_ns", samples_quantile(&finish, .99));
    report_metric(report, "from_due_p50_ns", samples_quantile(&due, .5));
    report_metric(report, "from_due_p99_ns", samples_quantile(&due, .99));
    report_percentiles(report, "finish_ns", &finish);
    report_percentiles(report, "finish_from_due_ns", &due);
    samples_free(&finish);
    samples_free(&due);
}

static void touch_memory(void) {
    for (uint64_t number = 0; number < BURSTS * JOBS; number++)
        ended_at[number / JOBS][number % JOBS] = 1;
}

void workload_burst(const struct request *request, struct report *report) {
    struct tally_sums expected = {0};
    job_steps = spin_calibrate(JOB_NS);
    touch_memory();
    thread_pool *pool = make_pool(request, report);
    if (pool == NULL)
        return;
    run_bursts(pool, report);
    for (uint64_t number = 0; number < BURSTS * JOBS; number++)
        tally_expect(&expected, number);
    end_pool(pool, &expected, report);
    report_bursts(report);
}
