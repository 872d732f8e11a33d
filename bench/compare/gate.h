/* The gate: the quick tests of a backend, run before it is measured. */
#ifndef COMPARE_GATE_H
#define COMPARE_GATE_H

#include "contender.h"

/* Runs CTest's tests "<backend>.…" with the label "quick" of the build that `bin` belongs to.
 * Returns {"status", "passed", "failed", "detail"} as in RESULTS.md; json_decref() it. */
json_t *gate_run(const char *bin, const char *backend);

/* Gates every available contender that is ours, once for each backend, and excludes those that
 * fail or have no tests. `skip`: only writes down that it was skipped. `wanted` says who takes
 * part. */
void gate_all(const char *bin, struct contenders *contenders, bool skip,
              bool (*wanted)(const struct contender *, void *), void *context,
              void (*tell)(const struct contender *, void *));

bool gate_passed(const json_t *gate);

#endif
