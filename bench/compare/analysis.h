/* From the values of the cells to the tables of the results file (see RESULTS.md). */
#ifndef COMPARE_ANALYSIS_H
#define COMPARE_ANALYSIS_H

#include <jansson.h>

#include "plan.h"

#define ANALYSIS_CONFIDENCE .95
#define ANALYSIS_RESAMPLES 10000

struct analysis {
    const struct plan *plan;
    double threshold; /* a ratio above 1 */
    uint64_t seed;
};

/* "tables": one for each cell that has a round, and each of its primary metrics. */
json_t *analysis_tables(const struct analysis *analysis);

/* "scaling": pairs of cells that differ in threads only. */
json_t *analysis_scaling(const struct analysis *analysis);

/* "verdict_counts" of these tables. */
json_t *analysis_counts(const json_t *tables);

#endif
