/* One measurement: a contender's process is run, and its answer is judged before it counts. */
#ifndef COMPARE_MEASURE_H
#define COMPARE_MEASURE_H

#include <jansson.h>
#include <stdint.h>

#include "contender.h"

enum run_status {
    RUN_OK,
    RUN_CRASHED,     /* ended by a signal or with an unknown exit status, or did not start */
    RUN_HUNG,        /* killed at the time limit */
    RUN_RUBBISH,     /* its output is not what was asked for */
    RUN_WRONG,       /* it says itself that it failed, or that its results are not verified */
    RUN_REFUSED,     /* it does not offer this workload with this many threads */
    RUN_INTERRUPTED, /* we were told to stop */
};

struct question {
    const struct contender *contender;
    const char *workload;
    unsigned threads;
    uint64_t seed;
    double seconds;        /* how long it should take: the limit is ten times that and 5 s more */
    const json_t *metrics; /* of the workload's description: the primary ones must be answered */
};

struct measurement {
    enum run_status status;
    char *reason;   /* one line; NULL when ok */
    json_t *argv;   /* what was started */
    json_t *answer; /* the object that it printed; NULL unless ok */
    double duration_s, cpu_s;
};

void measure(const struct question *question, struct measurement *measurement);
void measurement_free(struct measurement *measurement);

const char *run_status_name(enum run_status status);

#endif
