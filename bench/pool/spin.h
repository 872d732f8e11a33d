/* Work of a known length that touches no memory: a chain of dependent multiplications. */
#ifndef BENCH_POOL_SPIN_H
#define BENCH_POOL_SPIN_H

#include <stdint.h>

/* How many steps take `ns` here, found by timing; about 50 ms. Once per process, with no pool. */
uint64_t spin_calibrate(double ns);

/* What `steps` really take, in nanoseconds: the median of many timings of many calls. */
double spin_measure(uint64_t steps);

/* The work. Each step needs the result of the one before, and the caller should need the result,
 * or the processor would overlap the end of one call with the beginning of the next: short jobs
 * would appear shorter than they are. Give it 0, and 0 comes back, which the compiler cannot know
 * and the processor does not see before the end. */
static inline uint64_t spin(uint64_t steps, uint64_t zero) {
    for (uint64_t i = 0; i < steps; i++) {
        zero *= 6364136223846793005u;
        __asm__ volatile("" : "+r"(zero));
    }
    return zero;
}

#endif
