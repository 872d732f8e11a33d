/* The workloads on a pool, one per file of this name or of the name in brackets. */
#ifndef BENCH_POOL_WORKLOADS_H
#define BENCH_POOL_WORKLOADS_H

#include "workload.h"

typedef void workload_function(const struct request *request, struct report *report);

workload_function workload_throughput; /* parameter: producers, 1 … 4 */
workload_function workload_nested;
workload_function workload_busy;  /* parameter: nanoseconds of a job */
workload_function workload_mixed; /* [busy] */
workload_function workload_wake_latency;
workload_function workload_burst;
workload_function workload_idle;
workload_function workload_create_destroy;
workload_function workload_memory;
workload_function workload_panics;

#endif
