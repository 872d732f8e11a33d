/* redis_benchmark.h: one run of redis-benchmark. Main thread only; blocks until it has ended. */
#ifndef KVS_BENCH_REDIS_BENCHMARK_H
#define KVS_BENCH_REDIS_BENCHMARK_H

#include "server.h"
#include "workload.h"

typedef struct redis_benchmark_result {
    uint64_t requests;
    double requests_per_second;
    double p50_us;
    double p99_us;
} redis_benchmark_result;

/* What its SETs store: WORKLOAD_VALUE_SIZE bytes. */
extern const char redis_benchmark_value[];

/* Reads the CSV that redis-benchmark 7 prints: a heading and one line. EBADMSG: it is not that. */
int redis_benchmark_parse(const char *csv, redis_benchmark_result *result);

/* Runs the workload against the server, with its keys and value size. s->problem on failure;
 * ENOENT: redis-benchmark is not installed. */
int redis_benchmark_run(server *s, const workload *w, redis_benchmark_result *result);

#endif
