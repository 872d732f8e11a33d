/* What a workload is to the driver: an entry of a contender's table. */
#ifndef BENCH_POOL_WORKLOAD_H
#define BENCH_POOL_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"

/* What one process is asked to measure. */
struct request {
    unsigned threads; /* workers of the pool, 1 … 1024 */
    uint64_t seed;    /* of the arguments given to the jobs */
    long parameter;   /* of the workload's table entry: producers, nanoseconds, … */
};

struct metric {
    const char *name; /* snake_case, with the unit */
    const char *unit;
    const char *better; /* "lower", "higher" or "none" */
    bool primary;
};

struct workload {
    const char *name, *title, *group;
    const char *floor;            /* the floor workload that limits it, or NULL */
    double seconds;               /* a process takes about this long */
    const unsigned *threads;      /* values that make sense, ended by 0 */
    bool any_threads;             /* other values are accepted too */
    const struct metric *metrics; /* ended by a NULL name */
    long parameter;
    /* Measures and reports; what goes wrong is told to `report` too. */
    void (*run)(const struct request *request, struct report *report);
};

/* One program is one contender: a pool, or the floor. */
struct contender {
    const char *(*name)(void);
    const char *versions;             /* what is inside: a JSON object, library: version */
    const struct workload *workloads; /* ended by a NULL name */
};

extern const struct contender contender;

#endif
