#include "experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "foreign.h"
#include "memory.h"
#include "run_process.h"
#include "semantics.h"
#include "stopping.h"

#define MOST_ROUNDS 100
#define FLOOR_ROUNDS 6  /* a floor is context: so many of its processes will do */
#define NOISY_CORES .15 /* more than this much of a core at work for others: a noisy round */
#define PURPOSE_ORDER 1
#define PURPOSE_ARGUMENTS 3

void experiment_init(struct experiment *experiment, struct plan *plan,
                     const struct options *options, struct progress *progress, uint64_t seed) {
    *experiment = (struct experiment){.plan = plan,
                                      .options = options,
                                      .progress = progress,
                                      .seed = seed,
                                      .threshold = 1 + options->threshold_percent / 100,
                                      .started = process_clock(),
                                      .rng = stats_rng(seed, PURPOSE_ORDER),
                                      .runs = json_array(),
                                      .semantics = json_array()};
}

void experiment_free(struct experiment *experiment) {
    gsl_rng_free(experiment->rng);
    json_decref(experiment->runs);
    json_decref(experiment->semantics);
}

/* ---- one process --------------------------------------------------------------------------- */

static json_t *object_or_empty(const json_t *answer, const char *key) {
    json_t *object = json_object_get(answer, key);
    return json_is_object(object) ? json_incref(object) : json_object();
}

static json_t *text_or_null(const char *text) {
    return text == NULL ? json_null() : json_string(text);
}

/* One entry of "runs". */
static json_t *record_of(const struct experiment *experiment, const struct cell *cell,
                         const struct member *member, const struct measurement *measurement,
                         double started) {
    return json_pack("{s:i, s:{s:s, s:i}, s:s, s:s, s:O, s:f, s:f, s:s, s:o, s:b, s:f, s:o, s:o, "
                     "s:o}",
                     "index", (int)json_array_size(experiment->runs), "cell", "workload",
                     cell->workload, "threads", (int)cell->threads, "contender", member->name,
                     "kind", contender_kind_name(member->kind), "argv", measurement->argv,
                     "start_s", started - experiment->started, "duration_s",
                     measurement->duration_s, "status", run_status_name(measurement->status),
                     "reason", text_or_null(measurement->reason), "counted",
                     measurement->status == RUN_OK, "cpu_s", measurement->cpu_s, "metrics",
                     object_or_empty(measurement->answer, "metrics"), "percentiles",
                     object_or_empty(measurement->answer, "percentiles"), "answers",
                     object_or_empty(measurement->answer, "answers"));
}

static void member_failed(struct experiment *experiment, const struct cell *cell,
                          struct member *member, const struct measurement *measurement) {
    member->status = measurement->status;
    member->reason = memory_copy_of(measurement->reason);
    progress_note(experiment->progress, "%s, %s with %u thread%s: %s: %s", member->name,
                  cell->workload, cell->threads, cell->threads == 1 ? "" : "s",
                  run_status_name(member->status), member->reason);
}

static void show_progress(struct experiment *experiment, const struct cell *cell,
                          const struct member *member) {
    char text[160];
    double left = experiment->deadline - process_clock();
    snprintf(text, sizeof text, "%s/%u round %zu: %s", cell->workload, cell->threads,
             cell->rounds + 1, member->name);
    progress_show(experiment->progress, 1 - left / experiment->budget_s, left, text);
}

/* The same arguments for every member of a round. */
static uint64_t arguments_seed(const struct experiment *experiment, const struct cell *cell) {
    uint64_t of_cell = stats_seed(experiment->seed, PURPOSE_ARGUMENTS + 1000 * (cell->id + 1));
    return stats_seed(of_cell, cell->rounds) >> 1;
}

static void run_member(struct experiment *experiment, struct cell *cell, struct member *member,
                       size_t position) {
    struct question question = {.contender = member->contender,
                                .workload = member->workload,
                                .threads = member->threads,
                                .seed = arguments_seed(experiment, cell),
                                .seconds = member->seconds,
                                .metrics = member->kind == KIND_FLOOR
                                               ? NULL
                                               : json_object_get(cell->description, "metrics")};
    struct measurement measurement;
    struct foreign_mark before = foreign_now();
    show_progress(experiment, cell, member);
    measure(&question, &measurement);
    if (measurement.status != RUN_INTERRUPTED) {
        json_t *record = record_of(experiment, cell, member, &measurement, before.time);
        json_object_set_new(record, "round", json_integer((json_int_t)cell->rounds));
        json_object_set_new(record, "position", json_integer((json_int_t)position));
        json_object_set_new(record, "foreign_cores",
                            json_real(foreign_cores(before, foreign_now())));
        json_array_append_new(experiment->runs, record);
        progress_detail(experiment->progress, "%s/%u round %zu: %s: %s in %.2f s", cell->workload,
                        cell->threads, cell->rounds + 1, member->name,
                        run_status_name(measurement.status), measurement.duration_s);
        if (measurement.status != RUN_OK)
            member_failed(experiment, cell, member, &measurement);
    }
    measurement_free(&measurement);
}

/* ---- one round ----------------------------------------------------------------------------- */

static struct member *member_of(struct cell *cell, const json_t *run) {
    const char *name = json_string_value(json_object_get(run, "contender"));
    for (size_t i = 0; i < cell->member_count; i++)
        if (strcmp(cell->members[i].name, name) == 0)
            return &cell->members[i];
    return NULL;
}

static json_t *child(json_t *object, const char *key, json_t *(*make)(void)) {
    if (json_object_get(object, key) == NULL)
        json_object_set_new(object, key, make());
    return json_object_get(object, key);
}

static void keep_quantile(struct member *member, const char *series, const char *quantile,
                          json_t *value) {
    json_t *of_series = child(member->percentiles, series, json_object);
    if (json_is_number(value))
        json_array_append(child(of_series, quantile, json_array), value);
}

static void take_percentiles(struct member *member, json_t *percentiles) {
    const char *series, *quantile;
    json_t *values, *value;
    json_object_foreach(percentiles, series, values) {
        json_object_foreach(values, quantile, value) {
            keep_quantile(member, series, quantile, value);
        }
    }
}

/* A floor has metrics of its own: its primary one stands in the column of ours. */
static const char *name_in(const struct member *member, const struct metric *metric,
                           const json_t *metrics) {
    if (member->kind != KIND_FLOOR || json_object_get(metrics, metric->name) != NULL)
        return metric->name;
    size_t count;
    const json_t *its = contender_workload(member->contender, member->workload);
    struct metric *list = cell_metrics(its, &count);
    const char *name = metric->name;
    for (size_t i = 0; metric->primary && i < count; i++)
        if (list[i].primary && strcmp(list[i].unit, metric->unit) == 0)
            name = list[i].name;
    free(list);
    return name;
}

static void take_values(struct cell *cell, const json_t *run) {
    struct member *member = member_of(cell, run);
    const json_t *metrics = json_object_get(run, "metrics");
    for (size_t i = 0; i < cell->metric_count; i++) {
        const json_t *value = json_object_get(metrics, name_in(member, &cell->metrics[i], metrics));
        if (value != NULL)
            *member_value(cell, member, cell->rounds, i) = json_number_value(value);
    }
    take_percentiles(member, json_object_get(run, "percentiles"));
}

static void accept_round(struct experiment *experiment, struct cell *cell, size_t first) {
    for (size_t i = first; i < json_array_size(experiment->runs); i++) {
        const json_t *run = json_array_get(experiment->runs, i);
        if (json_is_true(json_object_get(run, "counted")))
            take_values(cell, run);
    }
    cell_end_round(cell);
}

static void reject_round(struct experiment *experiment, struct cell *cell, size_t first,
                         double foreign) {
    for (size_t i = first; i < json_array_size(experiment->runs); i++)
        json_object_set_new(json_array_get(experiment->runs, i), "counted", json_false());
    cell->noisy_repeated++;
    progress_detail(experiment->progress, "%s/%u round %zu: %.2f cores at work for others: again",
                    cell->workload, cell->threads, cell->rounds + 1, foreign);
}

static bool takes_part(const struct member *member) {
    return member->status == RUN_OK &&
           (member->kind != KIND_FLOOR || member->measured < FLOOR_ROUNDS);
}

static void run_members(struct experiment *experiment, struct cell *cell) {
    size_t *order = memory_zeroed(cell->member_count, sizeof *order);
    schedule_next(&cell->schedule, experiment->rng, order);
    for (size_t i = 0; i < cell->member_count && !process_stopped(); i++)
        if (takes_part(&cell->members[order[i]]))
            run_member(experiment, cell, &cell->members[order[i]], i);
    free(order);
}

/* Noise is judged by what others computed, never by the result. Where all time goes into the
 * least number of rounds, a noisy round is better than none. */
static bool may_repeat(const struct experiment *experiment, const struct cell *cell) {
    double owed = budget_owed(experiment->plan, cell->kind);
    return !process_stopped() && cell->noisy_repeated < 2 + cell->rounds / 4 &&
           process_clock() + owed + cell->round_s < experiment->deadline;
}

static void run_round(struct experiment *experiment, struct cell *cell) {
    size_t first = json_array_size(experiment->runs);
    struct foreign_mark before = foreign_now();
    cell_begin_round(cell);
    run_members(experiment, cell);
    struct foreign_mark after = foreign_now();
    double foreign = foreign_cores(before, after);
    bool noisy = foreign > NOISY_CORES;
    if (after.time > before.time && !process_stopped())
        cell->round_s = cell->rounds == 0 ? after.time - before.time
                                          : (cell->round_s + after.time - before.time) / 2;
    if (noisy && may_repeat(experiment, cell)) {
        reject_round(experiment, cell, first, foreign);
        return;
    }
    cell->noisy_kept += noisy;
    accept_round(experiment, cell, first);
}

/* ---- when to stop -------------------------------------------------------------------------- */

static enum stop_reason reason_to_stop(const struct experiment *experiment,
                                       const struct cell *cell) {
    unsigned wanted = experiment->options->rounds;
    if (process_stopped())
        return STOP_INTERRUPTED;
    if (wanted > 0)
        return cell->rounds >= wanted ? STOP_LIMIT : STOP_NONE;
    if (cell->rounds < PLAN_ROUNDS)
        return STOP_NONE;
    if (cell->rounds >= MOST_ROUNDS || cell->members[0].status != RUN_OK)
        return STOP_LIMIT;
    return stopping_is_narrow(cell, experiment->threshold, experiment->seed) ? STOP_NARROW
                                                                             : STOP_NONE;
}

static void stop_cell(struct cell *cell, enum stop_reason reason) {
    cell->state = CELL_STOPPED;
    cell->stopped = reason;
}

/* ---- all rounds ---------------------------------------------------------------------------- */

static void visit(struct experiment *experiment, struct cell *cell) {
    enum stop_reason reason;
    if (process_clock() + cell->round_s > experiment->deadline) {
        stop_cell(cell, STOP_TIME);
        return;
    }
    run_round(experiment, cell);
    reason = reason_to_stop(experiment, cell);
    if (reason != STOP_NONE)
        stop_cell(cell, reason);
}

static size_t active_cells(const struct plan *plan, enum contender_kind kind, size_t *cells) {
    size_t count = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].kind == kind && plan->cells[i].state == CELL_ACTIVE)
            cells[count++] = i;
    return count;
}

/* The active ones; as long as some of them lack their least rounds, those only. */
static size_t due_cells(const struct plan *plan, enum contender_kind kind, size_t *cells) {
    size_t count = active_cells(plan, kind, cells), behind = 0;
    for (size_t i = 0; i < count; i++)
        behind += plan->cells[cells[i]].rounds < BUDGET_LEAST_ROUNDS;
    if (behind == 0)
        return count;
    behind = 0;
    for (size_t i = 0; i < count; i++)
        if (plan->cells[cells[i]].rounds < BUDGET_LEAST_ROUNDS)
            cells[behind++] = cells[i];
    return behind;
}

static void run_kind(struct experiment *experiment, enum contender_kind kind, double budget_s) {
    struct plan *plan = experiment->plan;
    size_t *cells = memory_zeroed(plan->cell_count, sizeof *cells), count;
    experiment->budget_s = budget_s;
    experiment->deadline = process_clock() + budget_s;
    while (!process_stopped()) {
        budget_fit(plan, kind, experiment->deadline - process_clock());
        if ((count = due_cells(plan, kind, cells)) == 0)
            break;
        schedule_shuffle(experiment->rng, cells, count);
        for (size_t i = 0; i < count && !process_stopped(); i++)
            visit(experiment, &plan->cells[cells[i]]);
        budget_shed(plan, kind, experiment->deadline - process_clock());
    }
    count = active_cells(plan, kind, cells);
    for (size_t i = 0; i < count; i++)
        stop_cell(&plan->cells[cells[i]], STOP_INTERRUPTED);
    free(cells);
}

/* ---- probes -------------------------------------------------------------------------------- */

static void take_answers(struct experiment *experiment, const struct probe *probe,
                         json_t *answers) {
    const char *question;
    json_t *answer;
    json_object_foreach(answers, question, answer)
        semantics_add(experiment->semantics, probe->contender->name, question, answer);
}

static void ask(struct experiment *experiment, const struct probe *probe) {
    struct question question = {
        .contender = probe->contender,
        .workload = json_string_value(json_object_get(probe->description, "name")),
        .threads = probe->threads,
        .seconds = json_number_value(json_object_get(probe->description, "seconds"))};
    struct measurement measurement;
    measure(&question, &measurement);
    if (measurement.status == RUN_OK)
        take_answers(experiment, probe, json_object_get(measurement.answer, "answers"));
    else if (measurement.status != RUN_INTERRUPTED)
        progress_note(experiment->progress, "%s, %s: %s: %s", probe->contender->name,
                      question.workload, run_status_name(measurement.status), measurement.reason);
    measurement_free(&measurement);
}

void experiment_run(struct experiment *experiment) {
    struct plan *plan = experiment->plan;
    experiment->started = process_clock();
    for (size_t i = 0; i < plan->probe_count && !process_stopped(); i++)
        ask(experiment, &plan->probes[i]);
    double pools_from = process_clock();
    run_kind(experiment, KIND_POOL, plan->pool_s);
    double unused = plan->pool_s - (process_clock() - pools_from);
    run_kind(experiment, KIND_SERVER, plan->server_s + (unused > 0 ? unused : 0));
}
