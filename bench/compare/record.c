#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "analysis.h"
#include "budget.h"
#include "build_info.h"
#include "environment.h"
#include "memory.h"
#include "results.h"
#include "run_process.h"

static const char floor_note[] = "what the machine itself needs for the same movement, without a "
                                 "pool: context, not a contender";

static json_t *text_or_null(const char *text) {
    json_t *string = text == NULL ? NULL : json_string(text);
    return string == NULL ? json_null() : string;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* ---- contenders ---------------------------------------------------------------------------- */

static json_t *binary_of(const struct contender *contender) {
    char built[ENVIRONMENT_TIME_SIZE] = "";
    struct stat file;
    struct tm parts;
    if (contender->program == NULL || stat(contender->program, &file) != 0)
        return json_pack("{s:n, s:n, s:n, s:n}", "path", "sha256", "bytes", "built");
    char *sha256 = environment_sha256(contender->program);
    gmtime_r(&file.st_mtime, &parts);
    strftime(built, sizeof built, "%Y-%m-%dT%H:%M:%SZ", &parts);
    json_t *binary =
        json_pack("{s:s, s:o, s:I, s:s}", "path", base_name(contender->program), "sha256",
                  text_or_null(sha256), "bytes", (json_int_t)file.st_size, "built", built);
    free(sha256);
    return binary;
}

static json_t *command_of(const struct contender *contender) {
    json_t *command = json_array();
    for (size_t i = 0; i < contender->prefix.count; i++)
        json_array_append_new(command, json_string(i == 0 ? base_name(contender->prefix.items[0])
                                                          : contender->prefix.items[i]));
    return command;
}

static json_t *gate_of(const struct contender *contender) {
    if (contender->gate != NULL)
        return json_incref(contender->gate);
    return json_pack("{s:s, s:i, s:i, s:s}", "status", "skipped", "passed", 0, "failed", 0,
                     "detail", contender->why == NULL ? "" : contender->why);
}

static json_t *contender_entry(const struct contender *contender, const char *name,
                               enum contender_kind kind) {
    const char *answered = contender->answered != NULL ? contender->answered
                                                       : results_text(contender->list, "contender");
    json_t *versions = json_object_get(contender->list, "versions");
    bool reference = kind != KIND_AA && strcmp(name, CONTENDER_REFERENCE) == 0;
    return json_pack(
        "{s:s, s:s, s:b, s:o, s:b, s:o, s:o, s:o, s:{s:s, s:s, s:b}, s:o}", "name", name, "kind",
        contender_kind_name(kind), "reference", reference, "command", command_of(contender),
        "available", contender->available, "why", text_or_null(contender->why), "versions",
        json_is_object(versions) ? json_incref(versions) : json_object(), "binary",
        binary_of(contender), "proof", "expected", contender->name, "answered", answered, "match",
        strcmp(contender->name, answered) == 0, "gate", gate_of(contender));
}

static bool is_member(const struct cell *cell, const struct contender *contender) {
    for (size_t i = 0; i < cell->member_count; i++)
        if (cell->members[i].contender == contender)
            return true;
    return false;
}

/* Servers have no part in a comparison of pools, nor the other way round; a floor has one in the
 * cells that name it. */
static bool takes_part(const struct record *record, const struct contender *contender) {
    const struct plan *plan = record->experiment->plan;
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct cell *cell = &plan->cells[i];
        if (contender->kind == KIND_FLOOR ? is_member(cell, contender)
                                          : cell->kind == contender->kind)
            return plan_wants(record->experiment->options, contender);
    }
    return false;
}

static json_t *all_contenders(const struct record *record) {
    json_t *list = json_array();
    for (size_t i = 0; i < record->contenders->count; i++) {
        const struct contender *each = &record->contenders->items[i];
        if (takes_part(record, each))
            json_array_append_new(list, contender_entry(each, each->name, each->kind));
    }
    for (size_t i = 0; i < record->contenders->count; i++) {
        const struct contender *each = &record->contenders->items[i];
        if (each->available && takes_part(record, each) &&
            strcmp(each->name, CONTENDER_REFERENCE) == 0)
            json_array_append_new(list, contender_entry(each, CONTENDER_AA, KIND_AA));
    }
    return list;
}

/* ---- workloads ----------------------------------------------------------------------------- */

static json_t *workload_entry(const struct cell *cell) {
    static const char *const keys[] = {"name", "title", "group", "threads", "floor", "metrics"};
    json_t *entry = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(cell->description, keys[i]);
        json_object_set_new(entry, keys[i], value == NULL ? json_null() : json_incref(value));
    }
    json_object_set_new(entry, "kind", json_string(contender_kind_name(cell->kind)));
    return entry;
}

static json_t *all_workloads(const struct plan *plan) {
    json_t *list = json_array();
    const json_t *last = NULL;
    for (size_t i = 0; i < plan->cell_count; i++) {
        if (plan->cells[i].description != last)
            json_array_append_new(list, workload_entry(&plan->cells[i]));
        last = plan->cells[i].description;
    }
    return list;
}

/* ---- run ----------------------------------------------------------------------------------- */

static json_t *left_out(const struct plan *plan) {
    json_t *list = json_array();
    for (size_t i = 0; i < plan->cell_count; i++)
        if (!cell_is_told(&plan->cells[i]))
            json_array_append_new(list, json_pack("{s:s, s:i}", "workload", plan->cells[i].workload,
                                                  "threads", (int)plan->cells[i].threads));
    return list;
}

static size_t sum_of_noisy(const struct plan *plan, bool kept) {
    size_t sum = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        sum += kept ? plan->cells[i].noisy_kept : plan->cells[i].noisy_repeated;
    return sum;
}

static json_t *command_line(const struct record *record) {
    json_t *command = json_array();
    for (int i = 0; i < record->argc; i++)
        json_array_append_new(command,
                              text_or_null(i == 0 ? base_name(record->argv[0]) : record->argv[i]));
    return command;
}

static json_t *run_entry(const struct record *record, const json_t *tables) {
    const struct experiment *experiment = record->experiment;
    const struct plan *plan = experiment->plan;
    char seed[32], finished[ENVIRONMENT_TIME_SIZE];
    snprintf(seed, sizeof seed, "%" PRIu64, experiment->seed);
    environment_time(finished);
    return json_pack(
        "{s:s, s:s, s:f, s:f, s:o, s:s, s:s, s:b, s:s, s:s, s:f, s:f, s:i, s:i, s:i, s:o, s:f, "
        "s:s, s:o}",
        "started", record->started, "finished", finished, "elapsed_s",
        process_clock() - experiment->started, "time_budget_s", plan->pool_s + plan->server_s,
        "command", command_line(record), "program_version", BUILD_VERSION, "seed", seed, "complete",
        !process_stopped(), "reference", CONTENDER_REFERENCE, "aa", CONTENDER_AA,
        "threshold_percent", experiment->options->threshold_percent, "confidence",
        ANALYSIS_CONFIDENCE, "resamples", ANALYSIS_RESAMPLES, "noisy_rounds_repeated",
        (int)sum_of_noisy(plan, false), "noisy_rounds_kept", (int)sum_of_noisy(plan, true),
        "left_out", left_out(plan), "time_for_all_s",
        budget_seconds(plan, KIND_POOL, true) + budget_seconds(plan, KIND_SERVER, true),
        "floor_note", floor_note, "verdict_counts", analysis_counts(tables));
}

json_t *record_results(const struct record *record) {
    const struct experiment *experiment = record->experiment;
    struct analysis analysis = {experiment->plan, experiment->threshold, experiment->seed};
    json_t *tables = analysis_tables(&analysis);
    return json_pack("{s:s, s:i, s:o, s:O, s:o, s:o, s:o, s:o, s:O, s:o, s:O}", "format",
                     RESULTS_FORMAT, "version", RESULTS_VERSION, "run", run_entry(record, tables),
                     "environment", record->environment, "contenders", all_contenders(record),
                     "workloads", all_workloads(experiment->plan), "tables", tables, "scaling",
                     analysis_scaling(&analysis), "semantics", experiment->semantics, "glue",
                     record->glue, "runs", experiment->runs);
}
