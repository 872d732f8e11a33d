/* A growing list of measured values, and order statistics of it. */
#ifndef BENCH_POOL_SAMPLES_H
#define BENCH_POOL_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

/* Owned by one thread. Start with SAMPLES_INIT, end with samples_free. */
struct samples {
    double *values;
    size_t count, capacity;
};

#define SAMPLES_INIT                                                                               \
    { NULL, 0, 0 }

/* False when memory ran out; the list is unchanged then. */
bool samples_add(struct samples *samples, double value);

/* The smallest value that at least the fraction `q` (0 … 1) of all values does not exceed
 * (nearest rank, nothing is interpolated); 0 for an empty list. Sorts the list. */
double samples_quantile(struct samples *samples, double q);

void samples_free(struct samples *samples);

#endif
