#include "glue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis.h"
#include "foreign.h"
#include "measure.h"
#include "memory.h"
#include "results.h"
#include "run_process.h"
#include "schedule.h"
#include "stats.h"

#define ROUNDS 6
#define THREADS 1
#define START_S .01
#define NOISY_CORES .15
#define PURPOSE_ORDER 6
#define PURPOSE_BOOTSTRAP 7

/* One pool, with and without the header. */
struct pair {
    const struct contender *sides[2]; /* NATIVE, HEADER */
    const json_t *workload;           /* the native side's description */
    double values[2][ROUNDS];
    size_t counts[2];
    enum run_status status; /* the first that was not ok */
    char *reason;
};

enum { NATIVE, HEADER };

struct pairs {
    struct pair *items;
    size_t count;
    size_t rounds, disturbed;
};

/* ---- what there is ------------------------------------------------------------------------- */

/* The native side's first workload, when the pool has it too. */
static const json_t *common_workload(const struct contender *native, const struct contender *pool) {
    const json_t *workload = json_array_get(json_object_get(native->list, "workloads"), 0);
    return contender_workload(pool, results_text(workload, "name")) == NULL ? NULL : workload;
}

static const struct contender *pool_of(const struct glue *glue, const struct contender *native) {
    return contenders_named(glue->contenders, KIND_POOL, native->name + strlen("native-"));
}

static const json_t *workload_of(const struct glue *glue, const struct contender *native) {
    return native->available ? common_workload(native, pool_of(glue, native)) : NULL;
}

void glue_refuse(struct glue *glue, const char *why) {
    glue->why = why;
    glue->seconds = 0;
}

void glue_find(struct glue *glue, const char *bin, const struct contenders *contenders,
               bool (*wanted)(const struct contender *, void *), void *context) {
    *glue = (struct glue){.contenders = contenders};
    if (!contenders_find_natives(bin, contenders, wanted, context, &glue->natives)) {
        glue_refuse(glue, "no native-bench here: it needs Rust");
        return;
    }
    for (size_t i = 0; i < glue->natives.count; i++) {
        const json_t *workload = workload_of(glue, &glue->natives.items[i]);
        if (workload != NULL)
            glue->seconds +=
                2 * ROUNDS * (json_number_value(json_object_get(workload, "seconds")) + START_S);
    }
    if (glue->seconds == 0)
        glue_refuse(glue, "native-bench offers none of the pools that take part");
}

void glue_free(struct glue *glue) {
    contenders_free(&glue->natives);
}

static struct pairs make_pairs(const struct glue *glue) {
    struct pairs pairs = {.items = memory_zeroed(glue->natives.count, sizeof(struct pair))};
    for (size_t i = 0; i < glue->natives.count; i++) {
        const struct contender *native = &glue->natives.items[i];
        const json_t *workload = workload_of(glue, native);
        if (workload != NULL)
            pairs.items[pairs.count++] = (struct pair){
                .sides = {native, pool_of(glue, native)}, .workload = workload, .status = RUN_OK};
    }
    return pairs;
}

static void free_pairs(struct pairs *pairs) {
    for (size_t i = 0; i < pairs->count; i++)
        free(pairs->items[i].reason);
    free(pairs->items);
}

/* ---- measuring ----------------------------------------------------------------------------- */

static const char *primary_of(const json_t *workload) {
    return results_text(contender_primary_metric(workload), "name");
}

static void take(struct pair *pair, int side, const struct measurement *measurement) {
    const json_t *metrics = json_object_get(measurement->answer, "metrics");
    const json_t *value = json_object_get(metrics, primary_of(pair->workload));
    if (measurement->status == RUN_OK)
        pair->values[side][pair->counts[side]++] = json_number_value(value);
    else if (measurement->status != RUN_INTERRUPTED && pair->status == RUN_OK) {
        pair->status = measurement->status;
        pair->reason = memory_printf("%s: %s", pair->sides[side]->name, measurement->reason);
    }
}

static void run_side(struct pair *pair, int side, uint64_t seed) {
    struct question question = {.contender = pair->sides[side],
                                .workload = results_text(pair->workload, "name"),
                                .threads = THREADS,
                                .seed = seed >> 32, /* native-bench takes 32 bits */
                                .seconds =
                                    json_number_value(json_object_get(pair->workload, "seconds")),
                                .metrics = json_object_get(pair->workload, "metrics")};
    struct measurement measurement;
    if (pair->status != RUN_OK)
        return;
    measure(&question, &measurement);
    take(pair, side, &measurement);
    measurement_free(&measurement);
}

/* A round that was interrupted, or in which one side failed, makes no pair. */
static void end_round(struct pairs *pairs, size_t round) {
    for (size_t i = 0; i < pairs->count; i++) {
        size_t *counts = pairs->items[i].counts;
        if (counts[NATIVE] <= round || counts[HEADER] <= round)
            counts[NATIVE] = counts[HEADER] =
                counts[NATIVE] < counts[HEADER] ? counts[NATIVE] : counts[HEADER];
    }
}

/* Every side of every pair once, in random order. */
static void run_round(struct pairs *pairs, gsl_rng *rng, uint64_t seed) {
    size_t sides = 2 * pairs->count, *order = memory_zeroed(sides, sizeof *order);
    struct foreign_mark before = foreign_now();
    for (size_t i = 0; i < sides; i++)
        order[i] = i;
    schedule_shuffle(rng, order, sides);
    for (size_t i = 0; i < sides && !process_stopped(); i++)
        run_side(&pairs->items[order[i] / 2], (int)(order[i] % 2), seed);
    pairs->disturbed += foreign_cores(before, foreign_now()) > NOISY_CORES;
    end_round(pairs, pairs->rounds++);
    free(order);
}

/* ---- results ------------------------------------------------------------------------------- */

static json_t *numbers(const double *values, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_real(values[i]));
    return list;
}

static void set_number(json_t *row, const char *key, double value) {
    json_object_set_new(row, key, isfinite(value) ? json_real(value) : json_null());
}

static const char *finding(const struct estimate *estimate) {
    if (estimate->interval.low > 0)
        return "costs";
    return estimate->interval.high < 0 ? "gains" : "no difference seen";
}

static void set_figures(json_t *row, const struct pair *pair, gsl_rng *rng) {
    size_t n = pair->counts[NATIVE];
    double logs[ROUNDS], differences[ROUNDS];
    for (size_t i = 0; i < n; i++) {
        logs[i] = log(pair->values[HEADER][i] / pair->values[NATIVE][i]);
        differences[i] = pair->values[HEADER][i] - pair->values[NATIVE][i];
    }
    struct estimate e = stats_estimate(logs, n, ANALYSIS_CONFIDENCE, ANALYSIS_RESAMPLES, rng);
    set_number(row, "native", stats_median(pair->values[NATIVE], n));
    set_number(row, "header", stats_median(pair->values[HEADER], n));
    set_number(row, "difference", stats_median(differences, n));
    set_number(row, "ratio", exp(e.median));
    set_number(row, "ratio_low", exp(e.interval.low));
    set_number(row, "ratio_high", exp(e.interval.high));
    json_object_set_new(row, "finding", json_string(finding(&e)));
}

static json_t *row_of(const struct pair *pair, gsl_rng *rng) {
    size_t n = pair->counts[NATIVE];
    bool enough = n >= 2;
    const char *status =
        pair->status == RUN_OK ? enough ? "ok" : "no_data" : run_status_name(pair->status);
    json_t *row = json_pack("{s:s, s:s, s:o, s:i, s:o, s:o}", "contender",
                            pair->sides[HEADER]->name, "status", status, "reason",
                            pair->reason == NULL ? json_null() : json_string(pair->reason), "n",
                            (int)n, "native_values", numbers(pair->values[NATIVE], n),
                            "header_values", numbers(pair->values[HEADER], n));
    if (enough && pair->status == RUN_OK)
        set_figures(row, pair, rng);
    return row;
}

static json_t *unavailable(const char *why) {
    return json_pack("{s:b, s:s, s:[]}", "available", 0, "why", why, "rows");
}

static json_t *results_of(const struct pairs *pairs, uint64_t seed) {
    json_t *rows = json_array();
    const json_t *workload = pairs->items[0].workload;
    gsl_rng *rng = stats_rng(seed, PURPOSE_BOOTSTRAP);
    for (size_t i = 0; i < pairs->count; i++)
        json_array_append_new(rows, row_of(&pairs->items[i], rng));
    gsl_rng_free(rng);
    return json_pack("{s:b, s:n, s:s, s:s, s:s, s:i, s:i, s:i, s:o}", "available", 1, "why",
                     "workload", results_text(workload, "name"), "metric", primary_of(workload),
                     "unit", results_text(contender_primary_metric(workload), "unit"), "threads",
                     THREADS, "rounds", (int)pairs->rounds, "rounds_disturbed",
                     (int)pairs->disturbed, "rows", rows);
}

json_t *glue_measure(const struct glue *glue, struct progress *progress, uint64_t seed) {
    if (glue->why != NULL)
        return unavailable(glue->why);
    if (process_stopped())
        return unavailable("the run was interrupted before");
    struct pairs pairs = make_pairs(glue);
    gsl_rng *rng = stats_rng(seed, PURPOSE_ORDER);
    while (pairs.rounds < ROUNDS && !process_stopped()) {
        double done = (double)pairs.rounds / ROUNDS;
        progress_show(progress, done, glue->seconds * (1 - done), "what the header costs");
        run_round(&pairs, rng, stats_seed(seed, 1000 + pairs.rounds));
    }
    json_t *results = results_of(&pairs, seed);
    gsl_rng_free(rng);
    free_pairs(&pairs);
    return results;
}
