/* futex_wake: from a bare futex wake to the first instruction of one of the threads that wait.
 *
 * Which one is woken makes a difference on some processors: on a Xeon always the first is 6 percent
 * faster, whose caches are warm, than all of them in turns, as with a futex that they share. Both
 * are measured, and the faster one is the floor. */
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "calls.h"
#include "floors.h"
#include "wakes.h"

#define STOP UINT32_MAX

/* A thread that waits. `calls` counts its wakes; STOP ends it. Written by the measuring thread. */
struct sleeper {
    alignas(64) _Atomic uint32_t calls;
    pthread_t thread;
};

static void *wait_for_calls(void *argument) {
    struct sleeper *self = argument;
    uint32_t seen = 0, now;
    /* Relaxed: only the number itself is passed on, and futex re-checks it. */
    while ((now = atomic_load_explicit(&self->calls, memory_order_relaxed)) != STOP) {
        if (now != seen)
            wakes_started();
        seen = now;
        calls_wait(&self->calls, seen);
    }
    return NULL;
}

static bool start(struct sleeper *sleeper) {
    atomic_init(&sleeper->calls, 0);
    return pthread_create(&sleeper->thread, NULL, wait_for_calls, sleeper) == 0;
}

struct order {
    struct sleeper *sleepers;
    unsigned turns; /* so many of them in turns */
};

static void wake(void *context, uint64_t round) {
    const struct order *order = context;
    struct sleeper *sleeper = &order->sleepers[round % order->turns];
    /* Relaxed: nobody else writes it. */
    calls_make(&sleeper->calls, atomic_load_explicit(&sleeper->calls, memory_order_relaxed) + 1);
}

static double measure(struct sleeper *sleepers, unsigned turns, struct report *report) {
    struct order order = {sleepers, turns};
    struct wakes wakes = {.wake = wake, .context = &order};
    return measure_wakes(&wakes, report);
}

/* `report` becomes that of the faster order, or of one that failed. */
static void measure_orders(struct sleeper *sleepers, unsigned threads, struct report *report) {
    struct report in_turns;
    wakes_let_threads_age();
    double first = measure(sleepers, 1, report);
    if (threads == 1 || report_failed(report))
        return;
    if (!report_init(&in_turns))
        report_fail(report, "out of memory");
    else if (measure(sleepers, threads, &in_turns) < first || report_failed(&in_turns)) {
        struct report slower = *report;
        *report = in_turns;
        in_turns = slower;
    }
    report_free(&in_turns);
}

/* As many as a pool has workers. */
void floor_futex_wake(const struct request *request, struct report *report) {
    struct sleeper *sleepers =
        aligned_alloc(alignof(struct sleeper), request->threads * sizeof *sleepers);
    unsigned started = 0;
    while (sleepers != NULL && started < request->threads && start(&sleepers[started]))
        started++;
    if (started == request->threads)
        measure_orders(sleepers, started, report);
    else
        report_fail(report, "no threads to be woken");
    for (unsigned i = 0; i < started; i++) {
        calls_make(&sleepers[i].calls, STOP);
        pthread_join(sleepers[i].thread, NULL);
    }
    free(sleepers);
}
