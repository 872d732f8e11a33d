#include "spin.h"

#include "clock.h"
#include "samples.h"

_Thread_local uint64_t spin_zero;

/* On a line of its own: a copy of this loop that crossed the end of one took 4 cycles a step
 * instead of 3 while the other thread of the core was busy, and made jobs a quarter too short. */
__attribute__((noinline, aligned(64))) uint64_t spin(uint64_t steps, uint64_t zero) {
    for (uint64_t i = 0; i < steps; i++) {
        zero *= 6364136223846793005u;
        __asm__ volatile("" : "+r"(zero));
    }
    return zero;
}

#define CORRECTIONS 2
#define ROUNDS 100
#define ROUND_NS 100000.0 /* long beside the 20 ns of reading the clock */

static double median_of_rounds(uint64_t steps, uint64_t calls) {
    struct samples rounds = SAMPLES_INIT;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t began = now_ns();
        for (uint64_t i = 0; i < calls; i++)
            spin_job(steps);
        samples_add(&rounds, (double)(now_ns() - began) / (double)calls);
    }
    double median = samples_quantile(&rounds, .5);
    samples_free(&rounds);
    return median;
}

double spin_measure(uint64_t steps) {
    double once = median_of_rounds(steps, 16);
    uint64_t calls = once < ROUND_NS ? (uint64_t)(ROUND_NS / (once + 1)) : 1;
    return median_of_rounds(steps, calls);
}

/* Starts from the cost of a step in a long call, then corrects by what comes out. */
uint64_t spin_calibrate(double ns) {
    const uint64_t many = 4096;
    double steps = ns / (spin_measure(many) / (double)many);
    for (int correction = 0; correction < CORRECTIONS; correction++) {
        uint64_t now = steps < 1 ? 1 : (uint64_t)(steps + 0.5);
        double per_step = spin_measure(now) / (double)now;
        steps += (ns - per_step * (double)now) / per_step;
    }
    return steps < 1 ? 1 : (uint64_t)(steps + 0.5);
}
