/* histogram.h: latencies in buckets whose width grows with the value, as in HdrHistogram (Gil
 * Tene): every power of two is cut into 64 equal buckets, so a percentile is right to 1/64.
 *
 * One thread at a time. No function blocks or allocates; the caller owns the memory, and zeroed
 * memory is an empty histogram. */
#ifndef KVS_LOAD_HISTOGRAM_H
#define KVS_LOAD_HISTOGRAM_H

#include <stdint.h>

/* Values below 128 have a bucket each; each further power of two up to 2^64 adds 64. */
#define HISTOGRAM_BUCKETS (128u + 57u * 64u)

typedef struct histogram {
    uint64_t buckets[HISTOGRAM_BUCKETS];
    uint64_t count;
    uint64_t max; /* exact; 0 when empty */
    double sum;   /* exact to the precision of a double */
} histogram;

/* Counts one value; any value, any unit. */
void histogram_record(histogram *h, uint64_t value);

/* The value that `percent` (0 … 100) of the recorded ones do not exceed: the upper end of its
 * bucket, never more than the largest value recorded. 0 when empty. */
uint64_t histogram_percentile(const histogram *h, double percent);

/* 0 when empty. */
double histogram_mean(const histogram *h);

#endif
