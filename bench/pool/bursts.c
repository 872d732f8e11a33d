#include "bursts.h"

#include "clock.h"
#include "sleepers.h"
#include "spin.h"

#define JOB_NS 1000
#define PERIOD_NS 1000000u
#define WARM_UP_BURSTS 50

/* Each job writes its own element; read after its thread was joined. A store does not wait for its
 * line as an addition to a shared counter would. */
static uint64_t ended_at[BURSTS][BURST_JOBS];
static uint64_t due_at[BURSTS], began_at[BURSTS]; /* measuring thread only */
static uint64_t job_steps;                        /* set before the first job, immutable then */

void bursts_prepare(void) {
    job_steps = spin_calibrate(JOB_NS);
    for (uint64_t number = 0; number < BURSTS * BURST_JOBS; number++)
        ended_at[number / BURST_JOBS][number % BURST_JOBS] = 1;
}

void bursts_run_job(uint64_t number) {
    uint64_t zero = spin_job(job_steps);
    ended_at[number / BURST_JOBS][number % BURST_JOBS] = now_ns() + zero;
}

struct usage {
    uint64_t wall_ns, cpu_ns, sleeps;
};

static struct usage usage_now(void) {
    return (struct usage){now_ns(), clock_ns(CLOCK_PROCESS_CPUTIME_ID), sleeps_of_others()};
}

void bursts_run(void (*begin)(void *context, uint64_t first), void *context,
                struct report *report) {
    struct usage from = {0, 0, 0};
    uint64_t first = now_ns() + PERIOD_NS;
    for (uint64_t burst = 0; burst < BURSTS; burst++)
        due_at[burst] = first + burst * PERIOD_NS;
    for (uint64_t burst = 0; burst < BURSTS; burst++) {
        if (burst == WARM_UP_BURSTS)
            from = usage_now();
        sleep_until(due_at[burst]);
        began_at[burst] = now_ns();
        begin(context, burst * BURST_JOBS);
    }
    sleep_until(first + BURSTS * PERIOD_NS);
    struct usage to = usage_now();
    report_metric(report, "cores_burnt",
                  (double)(to.cpu_ns - from.cpu_ns) / (double)(to.wall_ns - from.wall_ns));
    report_metric(report, "wakeups_per_job",
                  (double)(to.sleeps - from.sleeps) /
                      (BURST_JOBS * (double)(BURSTS - WARM_UP_BURSTS)));
}

static uint64_t last_end(uint64_t burst) {
    uint64_t last = 0;
    for (int job = 0; job < BURST_JOBS; job++)
        last = ended_at[burst][job] > last ? ended_at[burst][job] : last;
    return last;
}

void bursts_report(struct report *report) {
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
