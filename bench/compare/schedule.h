/* Who runs when.
 *
 * Within a round every member runs once. Over a block of rounds (as many as there are members,
 * twice as many when their number is odd) every member stands at every position equally often,
 * and follows every other member equally often: a Williams design (E. J. Williams, Experimental
 * designs balanced for the estimation of residual effects of treatments, 1949). Which member gets
 * which place of the design, and the order of the block's rounds, are drawn anew for each block. */
#ifndef COMPARE_SCHEDULE_H
#define COMPARE_SCHEDULE_H

#include <gsl/gsl_rng.h>
#include <stddef.h>

struct schedule {
    size_t members;
    size_t rounds_in_block;
    size_t *labels; /* of this block: place in the design to member */
    size_t *rows;   /* of this block: the order of the design's rows */
    size_t next;    /* row of the block to come */
};

void schedule_init(struct schedule *schedule, size_t members);
void schedule_free(struct schedule *schedule);

/* Writes the order of the next round, `members` numbers from 0. */
void schedule_next(struct schedule *schedule, gsl_rng *rng, size_t *order);

/* Fisher and Yates. */
void schedule_shuffle(gsl_rng *rng, size_t *items, size_t count);

#endif
