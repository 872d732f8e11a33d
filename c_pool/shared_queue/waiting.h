/* waiting.h: short waits. Those that keep the processor are measured by the clock, because a pause
 * is 10 ns long on one processor, 65 on another, and none at all on a third. */
#ifndef THREAD_POOL_WAITING_H
#define THREAD_POOL_WAITING_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t thread_pool_wait_now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Gives the processor away for about so long, less than a second. */
static inline void thread_pool_wait_nap(long ns) {
    const struct timespec nap = {0, ns};
    nanosleep(&nap, NULL);
}

static inline void thread_pool_wait_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#else
    atomic_signal_fence(memory_order_seq_cst); /* keeps the loop */
#endif
}

/* At least one pause. Returns what the clock says then: `until_ns`, or a pause and a look at the
 * clock more. */
static inline uint64_t thread_pool_wait_until(uint64_t until_ns) {
    uint64_t now_ns;
    do {
        thread_pool_wait_pause();
        now_ns = thread_pool_wait_now_ns();
    } while (now_ns < until_ns);
    return now_ns;
}

#endif
