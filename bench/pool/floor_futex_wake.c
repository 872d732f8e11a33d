/* futex_wake: from a bare futex wake to the first instruction of one of the threads that wait. */
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "floors.h"
#include "wakes.h"

#define STOP UINT32_MAX

/* Counts the wakes; STOP ends the waiters. Written by the measuring thread. */
static _Atomic uint32_t calls;

static void futex(int operation, uint32_t value) {
    syscall(SYS_futex, &calls, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

static void *wait_for_calls(void *argument) {
    uint32_t seen = 0, now;
    (void)argument;
    /* Relaxed: only the number itself is passed on, and futex re-checks it. */
    while ((now = atomic_load_explicit(&calls, memory_order_relaxed)) != STOP) {
        if (now != seen)
            wakes_started();
        seen = now;
        futex(FUTEX_WAIT, seen);
    }
    return NULL;
}

static void call(uint32_t value, uint32_t sleepers) {
    /* Relaxed: as in wait_for_calls. */
    atomic_store_explicit(&calls, value, memory_order_relaxed);
    futex(FUTEX_WAKE, sleepers);
}

static void wake(void *context, uint64_t round) {
    (void)context;
    call((uint32_t)round + 1, 1);
}

/* As many as a pool has workers: the longer a thread has slept, the colder are the caches, and a
 * futex wakes the one that has slept longest. */
void floor_futex_wake(const struct request *request, struct report *report) {
    struct wakes wakes = {.wake = wake};
    pthread_t *sleepers = malloc(request->threads * sizeof *sleepers);
    unsigned started = 0;
    while (sleepers != NULL && started < request->threads &&
           pthread_create(&sleepers[started], NULL, wait_for_calls, NULL) == 0)
        started++;
    if (started == request->threads)
        measure_wakes(&wakes, report);
    else
        report_fail(report, "no threads to be woken");
    call(STOP, started);
    for (unsigned i = 0; i < started; i++)
        pthread_join(sleepers[i], NULL);
    free(sleepers);
}
