/* Work of a known length that touches no memory: a chain of dependent multiplications. */
#ifndef BENCH_POOL_SPIN_H
#define BENCH_POOL_SPIN_H

#include <stdint.h>

/* How many steps take `ns` here, found by timing; about 50 ms. Once per process, with no pool. */
uint64_t spin_calibrate(double ns);

/* What `steps` really take, in nanoseconds: the median of many timings of many calls. */
double spin_measure(uint64_t steps);

/* The work. Each step needs the result of the one before. Give it 0 and 0 comes back, which the
 * compiler cannot know and the processor does not see before the end. Not inlined: what is timed
 * and what jobs do have to be the same instructions (see spin.c). */
uint64_t spin(uint64_t steps, uint64_t zero);

extern _Thread_local uint64_t spin_zero;

/* The work as a job does it, with 0 as result. It needs the result of the last call on this
 * thread, or the processor would overlap the end of one with the beginning of the next, and short
 * jobs would be shorter than they are said to be. */
static inline uint64_t spin_job(uint64_t steps) {
    return spin_zero = spin(steps, spin_zero);
}

#endif
