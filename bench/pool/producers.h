/* Threads outside the pool that spawn jobs as fast as they can: one batch of it. */
#ifndef BENCH_POOL_PRODUCERS_H
#define BENCH_POOL_PRODUCERS_H

#include "batches.h"
#include "jobs.h"

struct producers {
    thread_pool *pool;
    thread_pool_job job;         /* calls tally_add with its argument */
    unsigned count;              /* 1 … 4 */
    uint64_t next_argument;      /* of the next batch */
    struct tally_sums *expected; /* grows with every batch */
    uint64_t refused;            /* spawns that had to be tried again */
};

/* `context` is a struct producers. A batch is over when its last job has been counted. */
struct batch run_producers(void *context, unsigned size, struct report *report);

#endif
