/* Bursts: 64 jobs of 1 µs are due every millisecond, whether those before are done or not. Measured
 * the same way for pools and for bare threads. */
#ifndef BENCH_POOL_BURSTS_H
#define BENCH_POOL_BURSTS_H

#include <stdint.h>

#include "report.h"

enum {
    BURST_JOBS = 64,
    BURSTS = 300 /* warm-up included */
};

/* Before there are other threads: how long a job takes, and the memory that is written later. */
void bursts_prepare(void);

/* What job `number` does, below BURSTS * BURST_JOBS: it computes, and notes when it was done. */
void bursts_run_job(uint64_t number);

/* 0.3 s. `begin` gives the jobs from `first` on to whoever runs them, BURST_JOBS of them. */
void bursts_run(void (*begin)(void *context, uint64_t first), void *context, struct report *report);

/* When every job has been run, and its thread joined. */
void bursts_report(struct report *report);

#endif
