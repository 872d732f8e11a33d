/* run.h: one measurement: start the server, store the keys, load it, check it, stop it. */
#ifndef KVS_BENCH_RUN_H
#define KVS_BENCH_RUN_H

#include <jansson.h>

#include "workload.h"

/* Runs the workload and returns the object that `kvs-bench run` prints; the caller's. NULL: it
 * failed or a reply was wrong, and standard error says why. Main thread; takes seconds. */
json_t *run_workload(const contender *c, const workload *w, uint32_t threads, uint64_t seed);

#endif
