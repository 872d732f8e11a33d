#include "cell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "memory.h"

#define CONFIDENCE .95
#define LONGEST_LOG 13.815510557964274 /* of a million */
#define START_S .01                    /* to start a process and read its answer */

static enum better better_of(const json_t *metric) {
    const char *text = json_string_value(json_object_get(metric, "better"));
    if (text != NULL && strcmp(text, "higher") == 0)
        return BETTER_HIGHER;
    return text != NULL && strcmp(text, "lower") == 0 ? BETTER_LOWER : BETTER_NONE;
}

static const char *text_or(const json_t *object, const char *key, const char *otherwise) {
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? otherwise : text;
}

struct metric *cell_metrics(const json_t *description, size_t *count) {
    const json_t *list = json_object_get(description, "metrics");
    struct metric *metrics = memory_zeroed(json_array_size(list), sizeof *metrics);
    *count = json_array_size(list);
    for (size_t i = 0; i < *count; i++) {
        const json_t *metric = json_array_get(list, i);
        metrics[i] = (struct metric){.name = text_or(metric, "name", "?"),
                                     .unit = text_or(metric, "unit", ""),
                                     .better = better_of(metric),
                                     .primary = json_is_true(json_object_get(metric, "primary"))};
    }
    return metrics;
}

void cell_add(struct cell *cell, const struct contender *contender, enum contender_kind kind,
              const json_t *description, unsigned threads) {
    double seconds = json_number_value(json_object_get(description, "seconds"));
    cell->members = memory_resized(cell->members, cell->member_count + 1, sizeof *cell->members);
    cell->members[cell->member_count++] =
        (struct member){.contender = contender,
                        .kind = kind,
                        .name = kind == KIND_AA ? CONTENDER_AA : contender->name,
                        .workload = text_or(description, "name", cell->workload),
                        .threads = threads,
                        .seconds = seconds > 0 ? seconds : .5,
                        .percentiles = json_object()};
    cell->round_s += cell->members[cell->member_count - 1].seconds + START_S;
}

void cell_init(struct cell *cell, const struct contender *reference, const json_t *description,
               unsigned threads) {
    *cell = (struct cell){.workload = text_or(description, "name", "?"),
                          .title = text_or(description, "title", ""),
                          .group = text_or(description, "group", ""),
                          .kind = reference->kind,
                          .description = description,
                          .threads = threads};
    cell->metrics = cell_metrics(description, &cell->metric_count);
    cell_add(cell, reference, reference->kind, description, threads);
    cell_add(cell, reference, KIND_AA, description, threads);
}

void cell_ready(struct cell *cell, uint64_t id) {
    cell->id = id;
    schedule_init(&cell->schedule, cell->member_count);
}

void cell_free(struct cell *cell) {
    for (size_t i = 0; i < cell->member_count; i++) {
        free(cell->members[i].reason);
        free(cell->members[i].values);
        json_decref(cell->members[i].percentiles);
    }
    free(cell->members);
    free(cell->metrics);
    schedule_free(&cell->schedule);
}

bool cell_is_about_speed(const struct cell *cell) {
    return strcmp(cell->group, "throughput") == 0 || strcmp(cell->group, "busy") == 0 ||
           strncmp(cell->group, "server", strlen("server")) == 0;
}

bool cell_is_told(const struct cell *cell) {
    bool short_of_time = cell->stopped == STOP_TIME && cell->rounds < BUDGET_LEAST_ROUNDS;
    return cell->rounds > 0 && (cell->asked_for || cell->main_threads || !short_of_time);
}

/* ---- rounds -------------------------------------------------------------------------------- */

double *member_value(const struct cell *cell, const struct member *member, size_t round,
                     size_t metric) {
    return &member->values[round * cell->metric_count + metric];
}

void cell_forget_round(struct cell *cell) {
    for (size_t i = 0; i < cell->member_count; i++)
        for (size_t metric = 0; metric < cell->metric_count; metric++)
            *member_value(cell, &cell->members[i], cell->rounds, metric) = NAN;
}

void cell_begin_round(struct cell *cell) {
    for (size_t i = 0; i < cell->member_count; i++)
        cell->members[i].values = memory_resized(
            cell->members[i].values, (cell->rounds + 1) * cell->metric_count, sizeof(double));
    cell_forget_round(cell);
}

static bool has_value(const struct cell *cell, const struct member *member, size_t round) {
    for (size_t metric = 0; metric < cell->metric_count; metric++)
        if (isfinite(*member_value(cell, member, round, metric)))
            return true;
    return false;
}

void cell_end_round(struct cell *cell) {
    for (size_t i = 0; i < cell->member_count; i++)
        cell->members[i].measured += has_value(cell, &cell->members[i], cell->rounds);
    cell->rounds++;
}

/* ---- what they tell ------------------------------------------------------------------------ */

size_t cell_values(const struct cell *cell, const struct member *member, size_t metric,
                   double *values) {
    size_t n = 0;
    for (size_t round = 0; round < cell->rounds; round++) {
        double value = *member_value(cell, member, round, metric);
        if (isfinite(value))
            values[n++] = value;
    }
    return n;
}

/* The logarithm of a ÷ b; where one of them is zero, that of a million or its inverse. */
static double log_ratio(double a, double b, bool *clipped) {
    if (a <= 0 && b <= 0)
        return 0;
    *clipped = *clipped || a <= 0 || b <= 0;
    if (a <= 0 || b <= 0)
        return a <= 0 ? -LONGEST_LOG : LONGEST_LOG;
    return fmax(-LONGEST_LOG, fmin(LONGEST_LOG, log(a / b)));
}

size_t cell_log_ratios(const struct cell *cell, const struct member *member, size_t metric,
                       double *logs, bool *clipped) {
    const struct member *reference = &cell->members[0];
    size_t n = 0;
    *clipped = false;
    for (size_t round = 0; round < cell->rounds; round++) {
        double mine = *member_value(cell, member, round, metric);
        double its = *member_value(cell, reference, round, metric);
        if (isfinite(mine) && isfinite(its))
            logs[n++] = log_ratio(mine, its, clipped);
    }
    return n;
}

struct estimate cell_estimate(const struct cell *cell, const struct member *member, size_t metric,
                              size_t resamples, gsl_rng *rng) {
    bool clipped;
    double *logs = memory_zeroed(cell->rounds, sizeof *logs);
    size_t n = cell_log_ratios(cell, member, metric, logs, &clipped);
    struct estimate estimate = {.interval = {-INFINITY, INFINITY}};
    if (n > 0)
        estimate = stats_estimate(logs, n, CONFIDENCE, resamples, rng);
    free(logs);
    return estimate;
}

struct member *cell_aa(const struct cell *cell) {
    for (size_t i = 0; i < cell->member_count; i++)
        if (cell->members[i].kind == KIND_AA)
            return &cell->members[i];
    return NULL;
}

bool member_is_judged(const struct cell *cell, const struct member *member) {
    return member != &cell->members[0] && member->kind == cell->kind && member->status == RUN_OK;
}

const char *stop_reason_name(enum stop_reason reason) {
    static const char *const names[] = {[STOP_NONE] = "not started",
                                        [STOP_NARROW] = "narrow",
                                        [STOP_TIME] = "time",
                                        [STOP_INTERRUPTED] = "interrupted",
                                        [STOP_LIMIT] = "limit"};
    return names[reason];
}
