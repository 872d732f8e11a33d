/* poolbench compare. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "answers.h"
#include "baseline.h"
#include "budget.h"
#include "commands.h"
#include "csv.h"
#include "environment.h"
#include "experiment.h"
#include "gate.h"
#include "glue.h"
#include "memory.h"
#include "output.h"
#include "record.h"
#include "results.h"
#include "run_process.h"
#include "semantics.h"
#include "table.h"

#define GLUE_SHARE .1 /* of the time, at most, for the cost of the header */

/* Everything that one comparison holds; released in the reverse order of the fields. */
struct comparison {
    const struct options *options;
    const struct places *places;
    struct contenders contenders;
    json_t *baseline; /* NULL: none */
    struct output json, csv;
    json_t *environment;
    struct plan plan;
    struct progress progress;
    json_t *semantics;
    struct glue glue;
    json_t *results;
    char started[ENVIRONMENT_TIME_SIZE];
    char *json_path; /* for people */
    uint64_t seed;
    double began; /* process_clock() */
};

/* ---- files, before anything is measured ---------------------------------------------------- */

/* TIME of a name that sorts by time and has no colon: 2026-11-24T17-04-05Z.json */
static char *default_path(const struct comparison *comparison) {
    char name[ENVIRONMENT_TIME_SIZE];
    snprintf(name, sizeof name, "%s", comparison->started);
    for (char *c = name; *c != '\0'; c++)
        if (*c == ':')
            *c = '-';
    return memory_printf("%s/%s.json", comparison->places->results, name);
}

static int open_json(struct comparison *comparison) {
    const char *given = comparison->options->json;
    if (given != NULL)
        comparison->json_path = memory_copy_of(given);
    else {
        (void)!mkdir(comparison->places->results, 0777); /* a failure shows when the file opens */
        comparison->json_path = default_path(comparison);
    }
    return output_open(&comparison->json, comparison->json_path);
}

static int open_files(struct comparison *comparison) {
    const struct options *options = comparison->options;
    int error = 0;
    if (options->baseline != NULL) {
        comparison->baseline = results_read(options->baseline);
        error = comparison->baseline == NULL;
    }
    if (error == 0)
        error = open_json(comparison);
    if (error == 0 && options->csv != NULL && strcmp(options->csv, comparison->json_path) == 0) {
        fprintf(stderr,
                "poolbench: --csv and --json name the same file '%s'; accepted: two files\n",
                options->csv);
        error = EINVAL;
    }
    if (error == 0 && options->csv != NULL)
        error = output_open(&comparison->csv, options->csv);
    return error == 0 ? 0 : EXIT_INVALID;
}

/* ---- the gate ------------------------------------------------------------------------------ */

static bool takes_part(const struct contender *contender, void *context) {
    const struct comparison *comparison = context;
    return plan_wants(comparison->options, contender);
}

static void tell_gate(const struct contender *contender, void *context) {
    struct comparison *comparison = context;
    if (!contender->available)
        progress_note(&comparison->progress, "%s (%s): kept out, %s", contender->name,
                      contender_kind_name(contender->kind), contender->why);
    else
        progress_detail(&comparison->progress, "%s: gate %s", contender->name,
                        results_text(contender->gate, "status"));
}

static void pass_gate(struct comparison *comparison) {
    if (!comparison->options->no_gate)
        progress_note(&comparison->progress, "Checking each backend by its quick tests ...");
    gate_all(comparison->places->bin, &comparison->contenders, comparison->options->no_gate,
             takes_part, comparison, tell_gate);
}

/* The suite's answers, of pools that take part; not when the suite is not to be run. */
static void ask_semantics(struct comparison *comparison) {
    comparison->semantics = json_array();
    for (size_t i = 0; i < comparison->contenders.count && !process_stopped(); i++) {
        const struct contender *each = &comparison->contenders.items[i];
        if (each->kind == KIND_POOL && each->available && !comparison->options->no_gate &&
            takes_part(each, comparison))
            semantics_ask(comparison->places->bin, each, comparison->semantics);
    }
}

/* The header's cost is part of a comparison of everything, and of its time. */
static void find_glue(struct comparison *comparison) {
    const struct options *options = comparison->options;
    struct plan *plan = &comparison->plan;
    glue_find(&comparison->glue, comparison->places->bin, &comparison->contenders, takes_part,
              comparison);
    if (options->workloads.count > 0 || options->thread_count > 0 || options->has_filter)
        glue_refuse(&comparison->glue, "it was not asked for");
    else if (comparison->glue.seconds > GLUE_SHARE * (plan->pool_s + plan->server_s))
        glue_refuse(&comparison->glue, "the time is too short for it");
    plan->pool_s -= comparison->glue.seconds;
}

/* ---- measuring ----------------------------------------------------------------------------- */

static uint64_t choose_seed(const struct options *options) {
    uint64_t seed = (uint64_t)time(NULL);
    if (options->has_seed)
        return options->seed;
    (void)!getrandom(&seed, sizeof seed, 0);
    return seed;
}

static size_t cells_in_reserve(const struct plan *plan) {
    size_t count = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        count += plan->cells[i].state == CELL_RESERVE;
    return count;
}

static void announce(struct comparison *comparison) {
    const struct plan *plan = &comparison->plan;
    struct progress *progress = &comparison->progress;
    size_t reserve = cells_in_reserve(plan), first = plan->cell_count - reserve, i;
    json_t *warning;
    double all_s = budget_seconds(plan, KIND_POOL, true) + budget_seconds(plan, KIND_SERVER, true);
    progress_note(progress, "Measuring %zu table%s, at most %.0f s; seed %" PRIu64, first,
                  first == 1 ? "" : "s", plan->pool_s + plan->server_s + comparison->glue.seconds,
                  comparison->seed);
    if (reserve > 0)
        progress_note(progress,
                      "%zu more only if time is left; --time %.0fm would be enough for all",
                      reserve, ceil(all_s / 60));
    if (budget_seconds(plan, KIND_POOL, false) > plan->pool_s ||
        budget_seconds(plan, KIND_SERVER, false) > plan->server_s)
        progress_note(
            progress,
            "That is short of %d rounds each: expect wide intervals, or give --time %.0fm",
            PLAN_ROUNDS, ceil(all_s / 60));
    json_array_foreach(json_object_get(comparison->environment, "warnings"), i, warning)
        progress_note(progress, "Doubt: %s", json_string_value(warning));
}

static void measure_all(struct comparison *comparison, int argc, char **argv) {
    struct experiment experiment;
    struct record record = {.experiment = &experiment,
                            .contenders = &comparison->contenders,
                            .bin = comparison->places->bin,
                            .environment = comparison->environment,
                            .started = comparison->started,
                            .argc = argc,
                            .argv = argv};
    experiment_init(&experiment, &comparison->plan, comparison->options, &comparison->progress,
                    comparison->seed);
    json_array_extend(experiment.semantics, comparison->semantics);
    experiment_run(&experiment);
    record.glue = glue_measure(&comparison->glue, &comparison->progress, comparison->seed);
    progress_clear(&comparison->progress);
    environment_finish(comparison->environment);
    comparison->results = record_results(&record);
    experiment_free(&experiment);
}

/* ---- results ------------------------------------------------------------------------------- */

static void print_tables(const struct comparison *comparison) {
    const json_t *run = json_object_get(comparison->results, "run");
    bool colours = table_colours(stdout);
    size_t i;
    json_t *table;
    json_array_foreach(json_object_get(comparison->results, "tables"), i, table)
        table_print(stdout, table, colours);
    if (comparison->options->quiet)
        return;
    answers_print(stdout, json_object_get(comparison->results, "semantics"));
    glue_print(stdout, json_object_get(comparison->results, "glue"));
    table_summary(stdout, comparison->results, colours);
    printf("\n%sThreshold %.3g %%; rounds disturbed by others: %d repeated, %d kept; seed %s\n",
           json_is_true(json_object_get(run, "complete")) ? "" : "PARTIAL: interrupted. ",
           results_number(run, "threshold_percent"),
           (int)results_number(run, "noisy_rounds_repeated"),
           (int)results_number(run, "noisy_rounds_kept"), results_text(run, "seed"));
    if (json_array_size(json_object_get(run, "left_out")) > 0)
        printf("Left out for lack of time: %zu tables; --time %.0fm takes them in\n",
               json_array_size(json_object_get(run, "left_out")),
               ceil(results_number(run, "time_for_all_s") / 60));
}

static int write_files(struct comparison *comparison) {
    int error = 0;
    if (json_dumpf(comparison->results, comparison->json.file,
                   JSON_INDENT(1) | JSON_REAL_PRECISION(12)) != 0)
        fprintf(stderr, "poolbench: the results could not be written in full\n");
    error = output_commit(&comparison->json);
    if (comparison->csv.file != NULL) {
        csv_write(comparison->csv.file, comparison->results);
        error = output_commit(&comparison->csv) != 0 || error != 0;
    }
    if (error == 0 && !comparison->options->quiet)
        printf("Raw results: %s\n", comparison->json_path);
    return error == 0 ? 0 : EXIT_INVALID;
}

static int count(const struct comparison *comparison, const char *verdict) {
    const json_t *run = json_object_get(comparison->results, "run");
    return (int)results_number(json_object_get(run, "verdict_counts"), verdict);
}

static int code_of_verdicts(const struct comparison *comparison) {
    int decided =
        count(comparison, "faster") + count(comparison, "slower") + count(comparison, "equivalent");
    if (process_stopped())
        return EXIT_UNDECIDED;
    return decided == 0 && count(comparison, "undecided") > 0 ? EXIT_UNDECIDED : EXIT_DONE;
}

/* A run is invalid when nothing counts, or when the reference failed everywhere. */
static bool is_valid(const struct comparison *comparison) {
    size_t i;
    json_t *table;
    json_array_foreach(json_object_get(comparison->results, "tables"), i, table) {
        const json_t *row = results_row(table, CONTENDER_REFERENCE);
        if (strcmp(results_text(row, "status"), "ok") == 0)
            return true;
    }
    return json_array_size(json_object_get(comparison->results, "semantics")) > 0 &&
           comparison->plan.cell_count == 0;
}

static int conclude(struct comparison *comparison) {
    print_tables(comparison);
    if (!is_valid(comparison)) {
        fprintf(stderr,
                "poolbench: no valid measurement of the reference: %s; no results are "
                "written\n",
                process_stopped() ? "interrupted" : "it failed, or --time is too short");
        return EXIT_INVALID;
    }
    int status = write_files(comparison), verdict = code_of_verdicts(comparison);
    if (status == 0 && comparison->baseline != NULL) {
        double threshold = 1 + comparison->options->threshold_percent / 100;
        status =
            (int)baseline_compare(stdout, comparison->results, comparison->baseline, threshold);
        if (process_stopped() && status == EXIT_DONE)
            status = EXIT_UNDECIDED;
        return status;
    }
    return status == 0 ? verdict : status;
}

static int interrupted_early(void) {
    if (!process_stopped())
        return 0;
    fputs("poolbench: interrupted before anything was measured\n", stderr);
    return EXIT_UNDECIDED;
}

static void release(struct comparison *comparison) {
    free(comparison->json_path);
    json_decref(comparison->results);
    glue_free(&comparison->glue);
    json_decref(comparison->semantics);
    plan_free(&comparison->plan);
    json_decref(comparison->environment);
    output_discard(&comparison->csv);
    output_discard(&comparison->json);
    json_decref(comparison->baseline);
    contenders_free(&comparison->contenders);
}

static int make_plan(struct comparison *comparison) {
    return plan_make(&comparison->contenders, comparison->options, environment_cores(),
                     process_clock() - comparison->began, &comparison->plan);
}

int command_compare(const struct options *options, const struct places *places, int argc,
                    char **argv) {
    struct comparison comparison = {.options = options,
                                    .places = places,
                                    .seed = choose_seed(options),
                                    .began = process_clock()};
    progress_init(&comparison.progress, options->quiet, options->verbose);
    environment_time(comparison.started);
    contenders_find(places->bin, &comparison.contenders);
    int status = plan_check_names(&comparison.contenders, options);
    if (status == 0)
        status = make_plan(&comparison);
    plan_free(&comparison.plan); /* made again when the gate has spoken */
    if (status == 0)
        status = open_files(&comparison);
    if (status == 0) {
        comparison.environment = environment_describe();
        pass_gate(&comparison);
        status = interrupted_early();
    }
    if (status == 0) {
        ask_semantics(&comparison);
        status = make_plan(&comparison);
    }
    if (status == 0) {
        find_glue(&comparison);
        announce(&comparison);
        measure_all(&comparison, argc, argv);
        status = conclude(&comparison);
    }
    release(&comparison);
    return status;
}
