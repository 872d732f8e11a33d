/* The statistics: a few robust figures, and an interval for a median that can be trusted when
 * there are six values or three.
 *
 * Sources: percentile bootstrap, Efron and Tibshirani, An Introduction to the Bootstrap (1993),
 * chapter 13; distribution-free interval of a median from two order statistics, Hollander and
 * Wolfe, Nonparametric Statistical Methods (1999), section 3.6. */
#ifndef COMPARE_STATS_H
#define COMPARE_STATS_H

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interval {
    double low, high;
};

struct summary {
    size_t n;
    double median, mad, q1, q3, min, max; /* mad: median absolute deviation, not scaled */
};

/* What n values tell about the median they come from. */
struct estimate {
    size_t n;
    double median;
    struct interval interval;
};

/* All take finite values in any order and leave them as they are; n is 1 or more. */
double stats_median(const double *values, size_t n);
struct summary stats_summary(const double *values, size_t n);

/* The rank k, from 1, such that the k-th smallest and the k-th largest of n values enclose the
 * median with at least this confidence, whatever the distribution; 0: n is too small for that. */
size_t stats_order_rank(size_t n, double confidence);

/* Student's interval of the mean; n is 2 or more. */
struct interval stats_student(const double *values, size_t n, double confidence);

/* Percentile bootstrap of the median. */
struct interval stats_bootstrap_median(const double *values, size_t n, double confidence,
                                       size_t resamples, gsl_rng *rng);

/* The bootstrap interval, widened to the distribution-free one: with few values the bootstrap
 * alone is too narrow (at n = 7 it covers 88 % where 95 % are asked for). Where n is so small that
 * no distribution-free interval exists (below six for 95 %), widened to Student's and to all
 * values instead. One value: an interval without ends (-inf, inf). */
struct estimate stats_estimate(const double *values, size_t n, double confidence, size_t resamples,
                               gsl_rng *rng);

/* Seeds for independent purposes out of one printed seed (splitmix64, Steele et al. 2014). */
uint64_t stats_seed(uint64_t seed, uint64_t purpose);

/* A generator of its own for one purpose; gsl_rng_free() it. */
gsl_rng *stats_rng(uint64_t seed, uint64_t purpose);

#endif
