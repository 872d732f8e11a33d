#include "analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define PURPOSE_BOOTSTRAP 4

/* One table in the making. */
struct making {
    const struct analysis *analysis;
    const struct cell *cell;
    size_t metric;
    double noise_floor;
    double rounds_needed; /* of its undecided rows, the most */
    gsl_rng *rng;
};

static json_t *number_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text_or_null(const char *text) {
    return text == NULL ? json_null() : json_string(text);
}

static void set(json_t *object, const char *key, json_t *value) {
    json_object_set_new(object, key, value);
}

/* ---- one row ------------------------------------------------------------------------------- */

static void set_summary(const struct making *making, const struct member *member, json_t *row) {
    double *values = memory_zeroed(making->cell->rounds, sizeof *values);
    size_t n = cell_values(making->cell, member, making->metric, values);
    struct summary s = {0, NAN, NAN, NAN, NAN, NAN, NAN};
    if (n > 0)
        s = stats_summary(values, n);
    set(row, "n", json_integer((json_int_t)n));
    set(row, "median", number_or_null(s.median));
    set(row, "mad", number_or_null(s.mad));
    set(row, "q1", number_or_null(s.q1));
    set(row, "q3", number_or_null(s.q3));
    set(row, "min", number_or_null(s.min));
    set(row, "max", number_or_null(s.max));
    free(values);
}

static void set_ratio(json_t *object, const struct estimate *estimate) {
    set(object, "ratio", estimate->n == 0 ? json_null() : json_real(exp(estimate->median)));
    set(object, "ratio_low", number_or_null(exp(estimate->interval.low)));
    set(object, "ratio_high", number_or_null(exp(estimate->interval.high)));
    if (!isfinite(estimate->interval.low))
        set(object, "ratio_low", json_null());
}

static struct estimate estimate_of(const struct making *making, const struct member *member,
                                   size_t metric) {
    if (member == &making->cell->members[0])
        return (struct estimate){member->measured, 0, {0, 0}};
    return cell_estimate(making->cell, member, metric, ANALYSIS_RESAMPLES, making->rng);
}

static bool was_clipped(const struct making *making, const struct member *member) {
    bool clipped;
    double *logs = memory_zeroed(making->cell->rounds, sizeof *logs);
    cell_log_ratios(making->cell, member, making->metric, logs, &clipped);
    free(logs);
    return clipped;
}

static json_t *other_metric(const struct making *making, const struct member *member,
                            size_t metric) {
    struct making of_metric = *making;
    json_t *object = json_object(), *summary = json_object();
    of_metric.metric = metric;
    set_summary(&of_metric, member, summary);
    set(object, "median", json_incref(json_object_get(summary, "median")));
    set(object, "mad", json_incref(json_object_get(summary, "mad")));
    set(object, "n", json_incref(json_object_get(summary, "n")));
    if (making->cell->metrics[metric].better != BETTER_NONE) {
        struct estimate estimate = estimate_of(making, member, metric);
        set_ratio(object, &estimate);
    }
    json_decref(summary);
    return object;
}

static void set_metrics(const struct making *making, const struct member *member, json_t *row) {
    json_t *metrics = json_object();
    for (size_t i = 0; i < making->cell->metric_count; i++)
        set(metrics, making->cell->metrics[i].name, other_metric(making, member, i));
    set(row, "metrics", metrics);
}

static double median_of(const json_t *numbers) {
    size_t n = json_array_size(numbers);
    double *values = memory_zeroed(n, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = json_number_value(json_array_get(numbers, i));
    double median = n == 0 ? NAN : stats_median(values, n);
    free(values);
    return median;
}

static void set_percentiles(const struct member *member, json_t *row) {
    json_t *all = json_object(), *quantiles, *numbers;
    const char *series, *quantile;
    json_object_foreach(member->percentiles, series, quantiles) {
        json_t *medians = json_object();
        json_object_foreach(quantiles, quantile, numbers)
            set(medians, quantile, number_or_null(median_of(numbers)));
        set(all, series, medians);
    }
    set(row, "percentiles", all);
}

static const char *status_of(const struct member *member) {
    if (member->status == RUN_OK && member->measured == 0)
        return "no_data";
    return run_status_name(member->status);
}

static char *sentence_of(const struct making *making, const struct member *member,
                         const struct estimate *e, const struct judgement *judgement) {
    const struct metric *metric = &making->cell->metrics[making->metric];
    if (member->status != RUN_OK)
        return memory_printf("%s %s: %s", member->name, status_of(member), member->reason);
    if (member == &making->cell->members[0])
        return memory_printf("%s is the reference", member->name);
    if (e->n < 2)
        return memory_printf("%s was measured too seldom to say anything", member->name);
    return memory_printf("%s: %.3g times the %s of " CONTENDER_REFERENCE " (%.3g to %.3g)%s%s",
                         member->name, exp(e->median), metric->name, exp(e->interval.low),
                         exp(e->interval.high), judgement == NULL ? "" : ", ",
                         judgement == NULL ? "" : verdict_name(judgement->verdict));
}

static void set_verdict(struct making *making, const struct member *member, json_t *row) {
    const struct metric *metric = &making->cell->metrics[making->metric];
    double threshold = making->analysis->threshold;
    struct estimate e = estimate_of(making, member, making->metric);
    struct judgement judgement = {VERDICT_UNDECIDED, DOUBT_NONE};
    bool judged = member_is_judged(making->cell, member) && metric->better != BETTER_NONE &&
                  member->measured > 0;
    if (judged)
        judgement = verdict_judge(&e, making->noise_floor, threshold, metric->better);
    set_ratio(row, &e);
    set(row, "ratio_clipped", json_boolean(was_clipped(making, member)));
    set(row, "verdict", judged ? json_string(verdict_name(judgement.verdict)) : json_null());
    set(row, "verdict_reason", text_or_null(verdict_doubt_text(judgement.doubt)));
    if (judged && judgement.verdict == VERDICT_UNDECIDED)
        making->rounds_needed =
            fmax(making->rounds_needed, verdict_rounds_needed(&e, making->noise_floor, threshold));
    char *sentence = sentence_of(making, member, &e, judged ? &judgement : NULL);
    set(row, "sentence", json_string(sentence));
    free(sentence);
}

static json_t *row_of(struct making *making, const struct member *member) {
    json_t *row = json_pack("{s:s, s:s, s:s, s:o}", "contender", member->name, "kind",
                            contender_kind_name(member->kind), "status", status_of(member),
                            "reason", text_or_null(member->reason));
    set_summary(making, member, row);
    set_verdict(making, member, row);
    set_metrics(making, member, row);
    set_percentiles(member, row);
    return row;
}

/* ---- one table ----------------------------------------------------------------------------- */

struct place {
    int class; /* reference, judged, failed, A/A, floor */
    double median;
    json_t *row;
};

static int class_of(const struct cell *cell, const struct member *member) {
    if (member == &cell->members[0])
        return 0;
    if (member->kind == KIND_AA || member->kind == KIND_FLOOR)
        return member->kind == KIND_AA ? 3 : 4;
    return member->status == RUN_OK && member->measured > 0 ? 1 : 2;
}

static int by_place(const void *a, const void *b) {
    const struct place *left = a, *right = b;
    if (left->class != right->class)
        return left->class - right->class;
    return left->median < right->median ? -1 : left->median > right->median;
}

/* Reference first, then the best, the A/A arm and the floor last. */
static json_t *rows_of(struct making *making) {
    const struct cell *cell = making->cell;
    struct place *places = memory_zeroed(cell->member_count, sizeof *places);
    double sign = cell->metrics[making->metric].better == BETTER_HIGHER ? -1 : 1;
    json_t *rows = json_array();
    for (size_t i = 0; i < cell->member_count; i++) {
        json_t *row = row_of(making, &cell->members[i]);
        double median = json_number_value(json_object_get(row, "median"));
        places[i] = (struct place){class_of(cell, &cell->members[i]), sign * median, row};
    }
    qsort(places, cell->member_count, sizeof *places, by_place);
    for (size_t i = 0; i < cell->member_count; i++)
        json_array_append_new(rows, places[i].row);
    free(places);
    return rows;
}

static const char *better_name(enum better better) {
    return better == BETTER_LOWER ? "lower" : better == BETTER_HIGHER ? "higher" : "none";
}

static json_t *table_of(struct making *making) {
    const struct cell *cell = making->cell;
    const struct metric *metric = &cell->metrics[making->metric];
    json_t *rows = rows_of(making);
    double noise = making->noise_floor, needs = making->rounds_needed * cell->round_s;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:o, s:s, s:o, s:o}",
        "workload", cell->workload, "kind", contender_kind_name(cell->kind), "title", cell->title,
        "group", cell->group, "threads", (int)cell->threads, "metric", metric->name, "unit",
        metric->unit, "better", better_name(metric->better), "beyond_cores",
        cell->threads > making->analysis->plan->cores, "rounds", (int)cell->rounds, "rounds_noisy",
        (int)cell->noisy_kept, "rounds_repeated", (int)cell->noisy_repeated, "noise_floor_percent",
        isfinite(noise) ? json_real(100 * expm1(noise)) : json_null(), "stopped",
        stop_reason_name(cell->stopped), "needs_s", needs > 0 ? json_real(needs) : json_null(),
        "rows", rows);
}

static void add_tables(const struct analysis *analysis, const struct cell *cell, json_t *tables) {
    for (size_t i = 0; i < cell->metric_count; i++) {
        if (!cell->metrics[i].primary)
            continue;
        struct making making = {.analysis = analysis, .cell = cell, .metric = i};
        making.rng = stats_rng(analysis->seed, PURPOSE_BOOTSTRAP + 100 * cell->id + i);
        struct estimate aa = estimate_of(&making, cell_aa(cell), i);
        making.noise_floor = verdict_noise_floor(&aa);
        json_array_append_new(tables, table_of(&making));
        gsl_rng_free(making.rng);
    }
}

json_t *analysis_tables(const struct analysis *analysis) {
    json_t *tables = json_array();
    for (size_t i = 0; i < analysis->plan->cell_count; i++)
        if (cell_is_told(&analysis->plan->cells[i]))
            add_tables(analysis, &analysis->plan->cells[i], tables);
    return tables;
}

json_t *analysis_counts(const json_t *tables) {
    static const enum verdict all[] = {VERDICT_FASTER, VERDICT_SLOWER, VERDICT_EQUIVALENT,
                                       VERDICT_UNDECIDED};
    json_t *counts = json_object(), *table, *row;
    size_t i, k;
    for (i = 0; i < sizeof all / sizeof *all; i++)
        set(counts, verdict_name(all[i]), json_integer(0));
    json_array_foreach(tables, i, table)
        json_array_foreach(json_object_get(table, "rows"), k, row) {
        const char *verdict = json_string_value(json_object_get(row, "verdict"));
        if (verdict != NULL)
            set(counts, verdict,
                json_integer(json_integer_value(json_object_get(counts, verdict)) + 1));
    }
    return counts;
}
