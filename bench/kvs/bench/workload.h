/* workload.h: the cells of the server bench: what is sent, and which figures come out. */
#ifndef KVS_BENCH_WORKLOAD_H
#define KVS_BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "contender.h"

typedef enum workload_kind {
    WORKLOAD_LEAN,            /* kvs-load: GET or SET */
    WORKLOAD_JOB_EACH,        /* the same, no job for two connections */
    WORKLOAD_DURABLE,         /* the same, on servers that write to disk first */
    WORKLOAD_REDIS_BENCHMARK, /* redis-benchmark: GET or SET */
    WORKLOAD_WORK,            /* requests with 16 µs of work */
    WORKLOAD_WORK_ONE_THREAD, /* the same on a pool of one thread */
    WORKLOAD_LIGHT_BESIDE_HEAVY,
    WORKLOAD_POOL_SCALING,    /* the talent plan's experiment */
    WORKLOAD_CONNECTION_MODE, /* a job per connection */
    WORKLOAD_KINDS
} workload_kind;

enum {
    WORKLOAD_KEYS = 100000,
    WORKLOAD_DURABLE_KEYS = 10000,
    WORKLOAD_SCALING_KEYS = 1000,
    WORKLOAD_VALUE_SIZE = 64,
    WORKLOAD_WORK_US = 16,
};

typedef struct workload {
    char name[32];
    char title[160];
    workload_kind kind;
    bool set; /* SET, else GET */
    uint32_t pipeline;
    uint32_t connections;
    uint32_t pool_threads;      /* of the server; 0: its default, or --threads */
    uint32_t heavy_connections; /* beside them, */
    uint32_t heavy_pipeline;    /* of this depth */
    bool by_default;
    double seconds; /* of one process, roughly, all in */
} workload;

typedef struct metric {
    const char *name;
    const char *unit;
    const char *better; /* "lower", "higher", "none" */
    bool primary;
} metric;

/* All of them, in the order of the report; static. */
const workload *workload_all(size_t *count);

/* NULL: no such workload. */
const workload *workload_find(const char *name);

const char *workload_group(const workload *w);
const char *workload_load(const workload *w); /* who makes the load */
bool workload_fits(const workload *w, const contender *c);
/* Whether what kvs-floor does in it is a limit: not where one thread is not the best. */
bool workload_has_floor(const workload *w);

/* The metrics of a kind, ended by a NULL name. */
const metric *workload_metrics(workload_kind kind);

/* The thread counts of the cell into `threads`, ascending; how many. Where it has no choice, that
 * of our servers: their default, one per CPU. */
uint32_t workload_threads(const workload *w, uint32_t threads[32]);

#endif
