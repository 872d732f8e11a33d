#include "stopping.h"

#define RESAMPLES 500 /* of the bootstrap, when only asked whether to go on */
#define PURPOSE_LOOK 2

static bool metric_is_narrow(const struct cell *cell, size_t metric, double threshold,
                             gsl_rng *rng) {
    struct estimate aa = cell_estimate(cell, cell_aa(cell), metric, RESAMPLES, rng);
    double noise = verdict_noise_floor(&aa);
    for (size_t i = 0; i < cell->member_count; i++) {
        if (!member_is_judged(cell, &cell->members[i]))
            continue;
        struct estimate estimate = cell_estimate(cell, &cell->members[i], metric, RESAMPLES, rng);
        if (!verdict_narrow(&estimate, noise, threshold))
            return false;
    }
    return true;
}

bool stopping_is_narrow(const struct cell *cell, double threshold, uint64_t seed) {
    gsl_rng *rng = stats_rng(seed, PURPOSE_LOOK);
    bool narrow = true;
    for (size_t i = 0; narrow && i < cell->metric_count; i++)
        if (cell->metrics[i].primary)
            narrow = metric_is_narrow(cell, i, threshold, rng);
    gsl_rng_free(rng);
    return narrow;
}
