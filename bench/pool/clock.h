/* The one clock of the benchmark, and sleeping until a moment of it. */
#ifndef BENCH_POOL_CLOCK_H
#define BENCH_POOL_CLOCK_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nanoseconds since some fixed moment, the same for all threads. */
static inline uint64_t now_ns(void) {
    return clock_ns(CLOCK_MONOTONIC);
}

/* Returns at `deadline` (a value of now_ns), or at once if it has passed. */
static inline void sleep_until(uint64_t deadline) {
    struct timespec t = {(time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        continue;
}

static inline void sleep_for(uint64_t ns) {
    sleep_until(now_ns() + ns);
}

#endif
