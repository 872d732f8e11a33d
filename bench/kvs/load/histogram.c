#include "histogram.h"

#include <assert.h>
#include <math.h>

enum { SUB_BITS = 6, SUB_BUCKETS = 1 << SUB_BITS };
static_assert(HISTOGRAM_BUCKETS == 2 * SUB_BUCKETS + (64 - SUB_BITS - 1) * SUB_BUCKETS,
              "one group of buckets for each power of two that does not fit exactly");

/* How many low bits of the value its bucket ignores. */
static unsigned ignored_bits(uint64_t value) {
    unsigned highest = 63u - (unsigned)__builtin_clzll(value | 1);
    return highest <= SUB_BITS ? 0 : highest - SUB_BITS;
}

static unsigned bucket_of(uint64_t value) {
    unsigned ignored = ignored_bits(value);
    return ignored * SUB_BUCKETS + (unsigned)(value >> ignored);
}

static uint64_t upper_end(unsigned bucket) {
    if (bucket < 2 * SUB_BUCKETS)
        return bucket;
    unsigned ignored = bucket / SUB_BUCKETS - 1;
    uint64_t first = (uint64_t)(bucket - ignored * SUB_BUCKETS) << ignored;
    return first + (((uint64_t)1 << ignored) - 1);
}

void histogram_record(histogram *h, uint64_t value) {
    h->buckets[bucket_of(value)]++;
    h->count++;
    h->sum += (double)value;
    if (value > h->max)
        h->max = value;
}

uint64_t histogram_percentile(const histogram *h, double percent) {
    uint64_t wanted = (uint64_t)ceil(percent / 100 * (double)h->count);
    uint64_t seen = 0;
    if (wanted == 0)
        wanted = 1;
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += h->buckets[bucket];
        if (seen >= wanted)
            return upper_end(bucket) < h->max ? upper_end(bucket) : h->max;
    }
    return h->max;
}

double histogram_mean(const histogram *h) {
    return h->count == 0 ? 0 : h->sum / (double)h->count;
}
