/* Work of a known length that touches no memory: a chain of dependent multiplications. */
#ifndef BENCH_POOL_SPIN_H
#define BENCH_POOL_SPIN_H

#include <stdint.h>

/* How many steps take `ns` here, found by timing; about 50 ms. Once per process, with no pool. */
uint64_t spin_calibrate(double ns);

/* What `steps` really take, in nanoseconds: the median of many timings of many calls each. */
double spin_measure(uint64_t steps);

/* The work. Each step needs the result of the one before. */
static inline void spin(uint64_t steps) {
    uint64_t x = 1;
    for (uint64_t i = 0; i < steps; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        __asm__ volatile("" : "+r"(x)); /* keeps the loop, and one step after the other */
    }
}

#endif
