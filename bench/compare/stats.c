#include "stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static double *sorted_copy(const double *values, size_t n) {
    double *copy = memory_zeroed(n, sizeof *copy);
    memcpy(copy, values, n * sizeof *copy);
    gsl_sort(copy, 1, n);
    return copy;
}

double stats_median(const double *values, size_t n) {
    double *sorted = sorted_copy(values, n);
    double median = gsl_stats_median_from_sorted_data(sorted, 1, n);
    free(sorted);
    return median;
}

static double deviation(const double *values, size_t n, double median) {
    double *distances = memory_zeroed(n, sizeof *distances);
    for (size_t i = 0; i < n; i++)
        distances[i] = fabs(values[i] - median);
    double mad = stats_median(distances, n);
    free(distances);
    return mad;
}

struct summary stats_summary(const double *values, size_t n) {
    double *sorted = sorted_copy(values, n);
    struct summary summary = {.n = n,
                              .median = gsl_stats_median_from_sorted_data(sorted, 1, n),
                              .q1 = gsl_stats_quantile_from_sorted_data(sorted, 1, n, .25),
                              .q3 = gsl_stats_quantile_from_sorted_data(sorted, 1, n, .75),
                              .min = sorted[0],
                              .max = sorted[n - 1]};
    summary.mad = deviation(sorted, n, summary.median);
    free(sorted);
    return summary;
}

size_t stats_order_rank(size_t n, double confidence) {
    size_t rank = 0;
    while (rank < n / 2 &&
           2 * gsl_cdf_binomial_P((unsigned)rank, .5, (unsigned)n) <= 1 - confidence)
        rank++;
    return rank;
}

struct interval stats_student(const double *values, size_t n, double confidence) {
    double mean = gsl_stats_mean(values, 1, n);
    double error = gsl_stats_sd_m(values, 1, n, mean) / sqrt((double)n);
    double half = gsl_cdf_tdist_Pinv((1 + confidence) / 2, (double)n - 1) * error;
    return (struct interval){mean - half, mean + half};
}

static void resample_medians(const double *values, size_t n, double *medians, size_t resamples,
                             gsl_rng *rng) {
    double *drawn = memory_zeroed(n, sizeof *drawn);
    for (size_t i = 0; i < resamples; i++) {
        for (size_t k = 0; k < n; k++)
            drawn[k] = values[gsl_rng_uniform_int(rng, n)];
        medians[i] = gsl_stats_median(drawn, 1, n);
    }
    free(drawn);
}

struct interval stats_bootstrap_median(const double *values, size_t n, double confidence,
                                       size_t resamples, gsl_rng *rng) {
    double *medians = memory_zeroed(resamples, sizeof *medians);
    double tail = (1 - confidence) / 2;
    resample_medians(values, n, medians, resamples, rng);
    gsl_sort(medians, 1, resamples);
    struct interval interval = {
        gsl_stats_quantile_from_sorted_data(medians, 1, resamples, tail),
        gsl_stats_quantile_from_sorted_data(medians, 1, resamples, 1 - tail)};
    free(medians);
    return interval;
}

static struct interval hull(struct interval a, struct interval b) {
    return (struct interval){fmin(a.low, b.low), fmax(a.high, b.high)};
}

/* What the bootstrap's interval must at least contain. */
static struct interval least_interval(const double *sorted, size_t n, double confidence) {
    size_t rank = stats_order_rank(n, confidence);
    if (rank > 0)
        return (struct interval){sorted[rank - 1], sorted[n - rank]};
    struct interval all = {sorted[0], sorted[n - 1]};
    return hull(all, stats_student(sorted, n, confidence));
}

struct estimate stats_estimate(const double *values, size_t n, double confidence, size_t resamples,
                               gsl_rng *rng) {
    double *sorted = sorted_copy(values, n);
    struct estimate estimate = {.n = n,
                                .median = gsl_stats_median_from_sorted_data(sorted, 1, n),
                                .interval = {-INFINITY, INFINITY}};
    if (n > 1)
        estimate.interval = hull(stats_bootstrap_median(sorted, n, confidence, resamples, rng),
                                 least_interval(sorted, n, confidence));
    free(sorted);
    return estimate;
}

uint64_t stats_seed(uint64_t seed, uint64_t purpose) {
    uint64_t z = seed + (purpose + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* GSL's generator looks at 32 bits and takes 0 for "the default". */
gsl_rng *stats_rng(uint64_t seed, uint64_t purpose) {
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (rng == NULL)
        abort();
    gsl_rng_set(rng, (stats_seed(seed, purpose) >> 32) | 1);
    return rng;
}
