/* futex_wake: from a bare futex wake to the first instruction of the thread that waited. */
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "floors.h"
#include "wakes.h"

#define STOP UINT32_MAX

/* Counts the wakes; STOP ends the waiter. Written by the measuring thread. */
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

static void call(uint32_t value) {
    /* Relaxed: as in wait_for_calls. */
    atomic_store_explicit(&calls, value, memory_order_relaxed);
    futex(FUTEX_WAKE, 1);
}

static void wake(void *context, uint64_t round) {
    (void)context;
    call((uint32_t)round + 1);
}

void floor_futex_wake(const struct request *request, struct report *report) {
    pthread_t waiter;
    struct wakes wakes = {.wake = wake};
    (void)request;
    if (pthread_create(&waiter, NULL, wait_for_calls, NULL) != 0) {
        report_fail(report, "no thread to be woken");
        return;
    }
    measure_wakes(&wakes, report);
    call(STOP);
    pthread_join(waiter, NULL);
}
