/* The experiment: rounds over all cells until every interval is narrow enough or time is up. */
#ifndef COMPARE_EXPERIMENT_H
#define COMPARE_EXPERIMENT_H

#include "plan.h"
#include "progress.h"

struct experiment {
    struct plan *plan;
    const struct options *options;
    struct progress *progress;
    uint64_t seed;
    double threshold; /* a ratio above 1 */
    double started;   /* process_clock() */
    gsl_rng *rng;     /* order of the cells, and of the members within a round */
    json_t *runs;     /* the raw data, see RESULTS.md */
    json_t *semantics;
    double deadline; /* of the kind that is being measured */
    double budget_s;
};

void experiment_init(struct experiment *experiment, struct plan *plan,
                     const struct options *options, struct progress *progress, uint64_t seed);
void experiment_free(struct experiment *experiment);

/* Asks the probes and measures the cells; returns early when process_stop() was called. */
void experiment_run(struct experiment *experiment);

#endif
