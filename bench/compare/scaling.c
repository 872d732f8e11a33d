/* analysis_scaling(): what more threads bring to one contender. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis.h"
#include "memory.h"

#define PURPOSE_SCALING 5

static size_t first_primary(const struct cell *cell) {
    size_t metric = 0;
    while (metric < cell->metric_count && !cell->metrics[metric].primary)
        metric++;
    return metric;
}

static const struct member *same_member(const struct cell *cell, const struct member *member) {
    for (size_t i = 0; i < cell->member_count; i++)
        if (cell->members[i].contender == member->contender &&
            cell->members[i].kind == member->kind)
            return &cell->members[i];
    return NULL;
}

/* Rounds of the two cells with the same number were close in time: they make the pairs. */
static size_t log_speedups(const struct cell *from, const struct member *few, const struct cell *to,
                           const struct member *many, double *logs) {
    size_t metric = first_primary(from), n = 0;
    double sign = from->metrics[metric].better == BETTER_HIGHER ? 1 : -1;
    for (size_t round = 0; round < from->rounds && round < to->rounds; round++) {
        double before = *member_value(from, few, round, metric);
        double after = *member_value(to, many, round, metric);
        if (before > 0 && after > 0)
            logs[n++] = sign * log(after / before);
    }
    return n;
}

static const char *verdict_on(const struct analysis *analysis, const struct cell *to,
                              const struct estimate *estimate) {
    static const char *const words[] = {[VERDICT_FASTER] = "scales",
                                        [VERDICT_SLOWER] = "slows",
                                        [VERDICT_EQUIVALENT] = "flat",
                                        [VERDICT_UNDECIDED] = "undecided"};
    if (to->threads > analysis->plan->cores)
        return "refused";
    return words[verdict_judge(estimate, 0, analysis->threshold, BETTER_HIGHER).verdict];
}

static void add_member(const struct analysis *analysis, const struct cell *from,
                       const struct cell *to, const struct member *member, json_t *scaling) {
    const struct member *many = same_member(to, member);
    double *logs = memory_zeroed(from->rounds, sizeof *logs);
    size_t n = many == NULL ? 0 : log_speedups(from, member, to, many, logs);
    gsl_rng *rng = stats_rng(analysis->seed, PURPOSE_SCALING);
    if (n >= 2) {
        struct estimate e = stats_estimate(logs, n, ANALYSIS_CONFIDENCE, ANALYSIS_RESAMPLES, rng);
        json_array_append_new(
            scaling, json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:f, s:f, s:f, s:s}", "workload",
                               from->workload, "kind", contender_kind_name(from->kind), "metric",
                               from->metrics[first_primary(from)].name, "contender", member->name,
                               "from", (int)from->threads, "to", (int)to->threads, "speedup",
                               exp(e.median), "speedup_low", exp(e.interval.low), "speedup_high",
                               exp(e.interval.high), "verdict", verdict_on(analysis, to, &e)));
    }
    gsl_rng_free(rng);
    free(logs);
}

/* The cell of this workload with the fewest threads that has rounds. */
static const struct cell *fewest_threads(const struct plan *plan, const struct cell *cell) {
    const struct cell *fewest = cell;
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct cell *other = &plan->cells[i];
        if (other->kind == cell->kind && strcmp(other->workload, cell->workload) == 0 &&
            cell_is_told(other) && other->threads < fewest->threads)
            fewest = other;
    }
    return fewest;
}

json_t *analysis_scaling(const struct analysis *analysis) {
    json_t *scaling = json_array();
    for (size_t i = 0; i < analysis->plan->cell_count; i++) {
        const struct cell *to = &analysis->plan->cells[i];
        const struct cell *from = fewest_threads(analysis->plan, to);
        if (!cell_is_told(to) || from == to || !cell_is_about_speed(to))
            continue;
        for (size_t k = 0; k < from->member_count; k++)
            if (from->members[k].kind == from->kind)
                add_member(analysis, from, to, &from->members[k], scaling);
    }
    return scaling;
}
