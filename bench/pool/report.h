/* Collects what a workload measured, and becomes the JSON object that the process prints. */
#ifndef BENCH_POOL_REPORT_H
#define BENCH_POOL_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "samples.h"

struct report {
    json_t *metrics, *percentiles; /* owned */
    char failure[256];             /* empty: measured and verified */
};

bool report_init(struct report *report);
void report_free(struct report *report);

/* One number, under a name of the workload's table entry. */
void report_metric(struct report *report, const char *name, double value);

/* p50, p90, p99, p999 and max of `samples` under `name`. */
void report_percentiles(struct report *report, const char *name, struct samples *samples);

/* The measurement is void. The first reason given is kept. */
__attribute__((format(printf, 2, 3))) void report_fail(struct report *report, const char *format,
                                                       ...);

static inline bool report_failed(const struct report *report) {
    return report->failure[0] != 0;
}

#endif
