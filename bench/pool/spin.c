#include "spin.h"

#include "clock.h"
#include "samples.h"

#define ROUNDS 200
#define ROUND_NS 100000.0 /* long beside the 20 ns of reading the clock */

static double median_of_rounds(uint64_t steps, uint64_t calls) {
    struct samples rounds = SAMPLES_INIT;
    uint64_t zero = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t began = now_ns();
        for (uint64_t i = 0; i < calls; i++)
            zero = spin(steps, zero);
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

/* A call costs a few nanoseconds of its own, hence two points and the line through them. */
uint64_t spin_calibrate(double ns) {
    const uint64_t few = 16, many = 4096;
    double short_ns = spin_measure(few), long_ns = spin_measure(many);
    double per_step = (long_ns - short_ns) / (double)(many - few);
    double steps = (ns - short_ns) / per_step + (double)few;
    return steps < 1 ? 1 : (uint64_t)(steps + 0.5);
}
