/* A comparison without processes: the figures come from a generator, everything else is the real
 * thing: pairs, intervals, noise floor, rule for stopping, verdicts. */
#ifndef TESTS_COMPARE_SIMULATION_H
#define TESTS_COMPARE_SIMULATION_H

#include <gsl/gsl_rng.h>
#include <stddef.h>

#include "verdict.h"

#define SIMULATION_MOST_CONTENDERS 8

struct simulation {
    size_t contenders; /* judged ones, beside the reference and its A/A arm */
    size_t most_rounds;
    double threshold; /* a ratio above 1 */
    /* The figure of a member (0: reference, 1: A/A arm, from 2 on: contenders) in a round. */
    double (*figure)(void *context, size_t member, size_t round);
    void *context;
};

struct outcome {
    struct judgement judgements[SIMULATION_MOST_CONTENDERS];
    double rounds_needed[SIMULATION_MOST_CONTENDERS]; /* as the program would say */
    size_t rounds;
};

/* One comparison, of the default's length: at least PLAN_ROUNDS rounds, then until the intervals
 * are narrow or most_rounds are done. */
void simulate(const struct simulation *simulation, uint64_t seed, struct outcome *outcome);

#endif
