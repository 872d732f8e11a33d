#include "wakes.h"

#include <stdatomic.h>

#include "clock.h"
#include "sleepers.h"

/* Linux counts a new thread as one that is always busy, and halves that every 32 ms while it
 * sleeps. Meanwhile, where sessions have groups of their own, waking another thread costs 2 to 4
 * percent more: bench/NOTES.md, "Young threads". */
#define AGE_NS 400000000u
#define BUDGET_NS 300000000u
#define WARM_UP_ROUNDS 20
#define PATIENCE_NS 5000000u /* for the others to fall asleep */
#define LOOK_NS 50000u       /* at one thread, twice, at worst */
#define STUCK_NS 5000000000u /* nothing has started: it is lost */
#define BUSY_NS 2000000u     /* the waking thread keeps its CPU as long as this */
#define BETWEEN_LOOKS_NS 50000u

/* Written by the woken thread, read and cleared by the measuring one; 0: not yet. */
static _Atomic uint64_t started_at;

/* Release: with the acquire in wait_for_start; what the job did before is done. */
void wakes_started(void) {
    atomic_store_explicit(&started_at, now_ns(), memory_order_release);
}

void wakes_let_threads_age(void) {
    sleep_for(AGE_NS);
}

struct series {
    struct sleepers others;
    struct samples start_ns, call_ns;
    uint64_t asleep;
};

/* Looking at many threads takes time too. */
static uint64_t patience(const struct sleepers *sleepers) {
    return PATIENCE_NS + sleepers->count * LOOK_NS;
}

/* Keeps its CPU at first, as a thread does that has more to do than to wake others: going to sleep
 * at once would leave the woken thread the CPU it is best placed on. */
static uint64_t wait_for_start(uint64_t called, struct report *report) {
    uint64_t started;
    /* Acquire: with the release in wakes_started. */
    while ((started = atomic_load_explicit(&started_at, memory_order_acquire)) == 0) {
        uint64_t waited = now_ns() - called;
        if (waited > STUCK_NS) {
            report_fail(report, "a sleeping thread was not woken within 5 seconds");
            return called;
        }
        if (waited > BUSY_NS)
            sleep_for(BETWEEN_LOOKS_NS);
    }
    return started;
}

static void one_round(struct wakes *wakes, struct series *series, struct report *report) {
    series->asleep += sleepers_wait(&series->others, patience(&series->others));
    /* Relaxed: the woken thread of the last round has written, that of this one is not called. */
    atomic_store_explicit(&started_at, 0, memory_order_relaxed);
    uint64_t called = now_ns();
    wakes->wake(wakes->context, wakes->rounds++);
    uint64_t returned = now_ns();
    uint64_t started = wait_for_start(called, report);
    if (!samples_add(&series->start_ns, (double)started - (double)called) ||
        !samples_add(&series->call_ns, (double)(returned - called)))
        report_fail(report, "out of memory");
}

static void report_series(struct series *series, uint64_t sleeps, struct report *report) {
    double rounds = (double)series->start_ns.count;
    report_metric(report, "p50_ns", samples_quantile(&series->start_ns, .5));
    report_metric(report, "p99_ns", samples_quantile(&series->start_ns, .99));
    report_metric(report, "call_ns", samples_quantile(&series->call_ns, .5));
    report_metric(report, "wakeups_per_call", (double)sleeps / rounds);
    report_metric(report, "asleep_percent", 100 * (double)series->asleep / rounds);
    report_percentiles(report, "start_ns", &series->start_ns);
    report_percentiles(report, "call_ns", &series->call_ns);
}

static void forget(struct series *series) {
    series->start_ns.count = series->call_ns.count = 0;
    series->asleep = 0;
}

double measure_wakes(struct wakes *wakes, struct report *report) {
    struct series series = {.start_ns = SAMPLES_INIT, .call_ns = SAMPLES_INIT};
    if (!sleepers_open(&series.others)) {
        report_fail(report, "cannot read /proc/self/task");
        return 0;
    }
    while (wakes->rounds < WARM_UP_ROUNDS && !report_failed(report))
        one_round(wakes, &series, report);
    forget(&series);
    sleepers_wait(&series.others, patience(&series.others));
    uint64_t sleeps = sleeps_of_others(), deadline = now_ns() + BUDGET_NS;
    while (now_ns() < deadline && !report_failed(report))
        one_round(wakes, &series, report);
    sleepers_wait(&series.others, patience(&series.others));
    report_series(&series, sleeps_of_others() - sleeps, report);
    double p50_ns = report_failed(report) ? 0 : samples_quantile(&series.start_ns, .5);
    sleepers_close(&series.others);
    samples_free(&series.start_ns);
    samples_free(&series.call_ns);
    return p50_ns;
}
