/* waiting.h: short waits that keep the processor. */
#ifndef THREAD_POOL_WAITING_H
#define THREAD_POOL_WAITING_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

static inline void thread_pool_wait_pauses(unsigned pauses) {
    for (unsigned i = 0; i < pauses; i++) {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
        __asm__ volatile("yield");
#else
        atomic_signal_fence(memory_order_seq_cst); /* keeps the loop */
#endif
    }
}

static inline uint64_t thread_pool_wait_now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

#endif
