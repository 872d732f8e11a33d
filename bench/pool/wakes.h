/* Measures how long something that sleeps takes to run: the same way for pools and for a bare
 * futex. */
#ifndef BENCH_POOL_WAKES_H
#define BENCH_POOL_WAKES_H

#include <stdint.h>

#include "report.h"

struct wakes {
    void (*wake)(void *context, uint64_t round); /* the call whose effect and cost is measured */
    void *context;
    uint64_t rounds; /* out: how often `wake` was called, warm-up included */
};

/* The first thing that the woken thread does: notes the time. */
void wakes_started(void);

/* Waits for 0.4 s, because beside threads that are new a wake-up costs more. Once, when all threads
 * have been made. */
void wakes_let_threads_age(void);

/* Wakes for 0.3 s, each time after all other threads have been seen asleep. Reports
 * p50_ns, p99_ns (call to start), call_ns (median cost of the call), asleep_percent,
 * wakeups_per_call, and percentiles of both times. Returns p50_ns, 0 on failure. */
double measure_wakes(struct wakes *wakes, struct report *report);

#endif
