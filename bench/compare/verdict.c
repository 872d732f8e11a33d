#include "verdict.h"

#include <math.h>

#define MOST_ROUNDS_FORETOLD 100000 /* more than that is "never", not a forecast */

double verdict_noise_floor(const struct estimate *aa) {
    if (aa == NULL || aa->n < 2)
        return INFINITY;
    return fmax(fabs(aa->interval.low), fabs(aa->interval.high));
}

static bool excludes_zero(struct interval interval) {
    return interval.low > 0 || interval.high < 0;
}

static bool within(struct interval interval, double bound) {
    return interval.low >= -bound && interval.high <= bound;
}

static enum verdict direction(double median, enum better better) {
    bool less = median < 0;
    return less == (better == BETTER_HIGHER) ? VERDICT_SLOWER : VERDICT_FASTER;
}

struct judgement verdict_judge(const struct estimate *estimate, double noise_floor,
                               double threshold, enum better better) {
    double bound = log(threshold), size = fabs(estimate->median);
    bool differs = excludes_zero(estimate->interval) && size >= bound;
    bool same = !differs && within(estimate->interval, bound);
    if (estimate->n < VERDICT_LEAST_ROUNDS)
        return (struct judgement){VERDICT_UNDECIDED, DOUBT_FEW};
    if (differs && size > noise_floor)
        return (struct judgement){direction(estimate->median, better), DOUBT_NONE};
    if (same && noise_floor <= bound)
        return (struct judgement){VERDICT_EQUIVALENT, DOUBT_NONE};
    return (struct judgement){VERDICT_UNDECIDED, differs || same ? DOUBT_NOISE : DOUBT_WIDE};
}

static double half_width(struct interval interval) {
    return (interval.high - interval.low) / 2;
}

/* Half of what must be told apart: the threshold, or a third of a difference that is larger. */
static double wanted_half_width(const struct estimate *estimate, double threshold) {
    return fmax(log(threshold) / 2, fabs(estimate->median) / 3);
}

bool verdict_narrow(const struct estimate *estimate, double noise_floor, double threshold) {
    double wanted = wanted_half_width(estimate, threshold);
    return estimate->n >= VERDICT_LEAST_ROUNDS && half_width(estimate->interval) <= wanted &&
           noise_floor <= 2 * wanted;
}

double verdict_rounds_needed(const struct estimate *estimate, double noise_floor,
                             double threshold) {
    double bound = log(threshold), size = fabs(estimate->median);
    bool large = size >= bound;
    double wanted = large ? size : fmax(bound - size, bound / 10);
    double excess =
        fmax(half_width(estimate->interval) / wanted, noise_floor / (large ? size : bound));
    double rounds = 1 + ceil((double)estimate->n * fmax(1, excess * excess));
    return estimate->n < VERDICT_LEAST_ROUNDS || !(rounds < MOST_ROUNDS_FORETOLD) ? 0 : rounds;
}

const char *verdict_name(enum verdict verdict) {
    static const char *const names[] = {[VERDICT_UNDECIDED] = "undecided",
                                        [VERDICT_FASTER] = "faster",
                                        [VERDICT_SLOWER] = "slower",
                                        [VERDICT_EQUIVALENT] = "equivalent"};
    return names[verdict];
}

const char *verdict_doubt_text(enum doubt doubt) {
    static const char *const texts[] = {[DOUBT_NONE] = NULL,
                                        [DOUBT_FEW] = "too few rounds",
                                        [DOUBT_WIDE] = "the interval is too wide to tell",
                                        [DOUBT_NOISE] =
                                            "identical programs differed by as much (A/A)"};
    return texts[doubt];
}
