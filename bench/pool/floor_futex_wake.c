/* futex_wake: from a bare futex wake to the first instruction of one of the threads that wait. */
#include <linux/futex.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "floors.h"
#include "wakes.h"

#define STOP UINT32_MAX

/* A thread that waits. `calls` counts its wakes; STOP ends it. Written by the measuring thread. */
struct sleeper {
    alignas(64) _Atomic uint32_t calls;
    pthread_t thread;
};

static void futex(_Atomic uint32_t *word, int operation, uint32_t value) {
    syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

static void *wait_for_calls(void *argument) {
    struct sleeper *self = argument;
    uint32_t seen = 0, now;
    /* Relaxed: only the number itself is passed on, and futex re-checks it. */
    while ((now = atomic_load_explicit(&self->calls, memory_order_relaxed)) != STOP) {
        if (now != seen)
            wakes_started();
        seen = now;
        futex(&self->calls, FUTEX_WAIT, seen);
    }
    return NULL;
}

static bool start(struct sleeper *sleeper) {
    atomic_init(&sleeper->calls, 0);
    return pthread_create(&sleeper->thread, NULL, wait_for_calls, sleeper) == 0;
}

static void call(struct sleeper *sleeper, uint32_t value) {
    /* Relaxed: as in wait_for_calls. */
    atomic_store_explicit(&sleeper->calls, value, memory_order_relaxed);
    futex(&sleeper->calls, FUTEX_WAKE, 1);
}

static void wake(void *context, uint64_t round) {
    call(context, (uint32_t)round + 1);
}

/* As many as a pool has workers, and always the first is woken: what has run last is warmest. */
void floor_futex_wake(const struct request *request, struct report *report) {
    struct sleeper *sleepers =
        aligned_alloc(alignof(struct sleeper), request->threads * sizeof *sleepers);
    struct wakes wakes = {.wake = wake, .context = sleepers};
    unsigned started = 0;
    while (sleepers != NULL && started < request->threads && start(&sleepers[started]))
        started++;
    if (started == request->threads)
        measure_wakes(&wakes, report);
    else
        report_fail(report, "no threads to be woken");
    for (unsigned i = 0; i < started; i++) {
        call(&sleepers[i], STOP);
        pthread_join(sleepers[i].thread, NULL);
    }
    free(sleepers);
}
