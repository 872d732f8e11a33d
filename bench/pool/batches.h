/* Repeats a batch of jobs: first growing ones to warm up and to find a size that takes long enough
 * to be timed, then that size until the time of one process is used up. */
#ifndef BENCH_POOL_BATCHES_H
#define BENCH_POOL_BATCHES_H

#include <stdint.h>

#include "report.h"

struct batch {
    uint64_t jobs, ns; /* how many, from the first spawn to the end of the last one */
};

struct batches {
    /* Runs one batch of about 2^size jobs; a failure goes to the report. */
    struct batch (*run)(void *context, unsigned size, struct report *report);
    void *context;
    unsigned smallest, largest; /* sizes */
    uint64_t enough_ns;         /* a batch that takes as long as this need not grow */
};

/* Reports the metric `name`, the median nanoseconds per job, with jobs_per_batch and batches.
 * Returns that median. */
double measure_batches(const struct batches *batches, const char *name, struct report *report);

#endif
