/* From two intervals to one word: how a contender stands to the reference.
 *
 * All figures are logarithms of ratios contender ÷ reference, so that "twice" and "half" are as
 * far from nothing as each other. */
#ifndef COMPARE_VERDICT_H
#define COMPARE_VERDICT_H

#include "stats.h"

enum better { BETTER_LOWER, BETTER_HIGHER, BETTER_NONE };

enum verdict { VERDICT_UNDECIDED, VERDICT_FASTER, VERDICT_SLOWER, VERDICT_EQUIVALENT };

/* The doubt that kept a verdict back. */
enum doubt {
    DOUBT_NONE,
    DOUBT_FEW,   /* fewer than VERDICT_LEAST_ROUNDS rounds */
    DOUBT_WIDE,  /* the interval allows a difference and none */
    DOUBT_NOISE, /* the A/A arm differed from itself by as much */
};

/* Fewer pairs than this decide nothing. */
#define VERDICT_LEAST_ROUNDS 4

struct judgement {
    enum verdict verdict;
    enum doubt doubt;
};

/* What the A/A arm says: two runs of one program were seen to differ by up to this (a logarithm,
 * 0 or more); infinite without an A/A arm (NULL, or fewer than two pairs). */
double verdict_noise_floor(const struct estimate *aa);

/* faster, slower: the interval excludes "no difference", the difference reaches the threshold,
 * and exceeds the noise floor. equivalent: the whole interval, and the noise floor, lie within
 * the threshold. undecided: anything else.
 * `threshold` is a ratio above 1, say 1.05. */
struct judgement verdict_judge(const struct estimate *estimate, double noise_floor,
                               double threshold, enum better better);

/* The interval is as narrow as more rounds need to make it. It looks at the width and not at the
 * verdict: to stop as soon as a verdict is there would give false ones. */
bool verdict_narrow(const struct estimate *estimate, double noise_floor, double threshold);

/* About how many rounds it would take to decide an undecided one if the median stays where it is:
 * intervals shrink with the square root of the rounds, until they leave out "no difference" or fit
 * within the threshold. 0: cannot be told, from too few rounds or too wild figures. */
double verdict_rounds_needed(const struct estimate *estimate, double noise_floor, double threshold);

const char *verdict_name(enum verdict verdict);
const char *verdict_doubt_text(enum doubt doubt); /* NULL for DOUBT_NONE */

#endif
