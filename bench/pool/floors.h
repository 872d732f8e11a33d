/* The floor's workloads: what the machine allows when there is no pool. */
#ifndef BENCH_POOL_FLOORS_H
#define BENCH_POOL_FLOORS_H

#include "workload.h"

typedef void floor_function(const struct request *request, struct report *report);

floor_function floor_spsc_ring;
floor_function floor_mpmc_ring;
floor_function floor_futex_wake;
floor_function floor_burst;
floor_function floor_unwind_resume;
floor_function floor_two_threads, floor_two_claimers; /* parameter: nanoseconds of a job */

#endif
