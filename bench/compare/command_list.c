/* poolbench list, poolbench check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "commands.h"
#include "gate.h"
#include "plan.h"
#include "results.h"
#include "run_process.h"
#include "table.h"

#define VERSIONS_COLUMN 29 /* behind kind and name */

/* ---- list ---------------------------------------------------------------------------------- */

/* The limits of pools and of servers have one name; their programs have two. */
static const char *name_of(const struct contender *contender) {
    const char *slash = contender->program == NULL ? NULL : strrchr(contender->program, '/');
    return contender->kind == KIND_FLOOR && slash != NULL ? slash + 1 : contender->name;
}

static void list_contender(const struct contender *contender) {
    size_t workloads = json_array_size(json_object_get(contender->list, "workloads"));
    char *versions = contender_versions(contender);
    printf("  %-7s  %-16s  ", contender_kind_name(contender->kind), name_of(contender));
    if (!contender->available)
        printf("not available: %s\n", contender->why);
    else {
        int column = VERSIONS_COLUMN + printf("%zu workloads%s", workloads, versions[0] ? ";" : "");
        table_wrap(stdout, versions, column, VERSIONS_COLUMN);
    }
    free(versions);
}

/* "1,2,4" */
static char *threads_of(const json_t *workload) {
    const json_t *threads = json_object_get(workload, "threads");
    struct words words = {0};
    for (size_t i = 0; i < json_array_size(threads); i++) {
        char number[24];
        snprintf(number, sizeof number, "%d", (int)json_integer_value(json_array_get(threads, i)));
        words_add(&words, number);
    }
    char *text = words_joined(&words, ",");
    words_free(&words);
    return text;
}

static bool is_wanted(const struct options *options, const json_t *workload) {
    return options->workloads.count == 0 || words_have(&options->workloads, "all") ||
           words_have(&options->workloads, results_text(workload, "name")) ||
           words_have(&options->workloads, results_text(workload, "group"));
}

static void list_workload(const json_t *workload) {
    char *threads = threads_of(workload);
    bool by_default = json_is_true(json_object_get(workload, "default"));
    printf("  %-24s  %s; %s thread%s%s\n     ", results_text(workload, "name"),
           results_text(workload, "group"), threads, strcmp(threads, "1") == 0 ? "" : "s",
           by_default ? "" : "; not in the default");
    table_wrap(stdout, results_text(workload, "title"), 5, 6);
    free(threads);
}

static void list_workloads(const struct contenders *contenders, const struct options *options,
                           enum contender_kind kind) {
    const struct contender *reference = contenders_named(contenders, kind, CONTENDER_REFERENCE);
    const json_t *workloads =
        reference == NULL ? NULL : json_object_get(reference->list, "workloads");
    if (json_array_size(workloads) == 0)
        return;
    printf("\nWorkloads of %ss (name; group; threads; title)\n", contender_kind_name(kind));
    for (size_t i = 0; i < json_array_size(workloads); i++)
        if (is_wanted(options, json_array_get(workloads, i)))
            list_workload(json_array_get(workloads, i));
}

int command_list(const struct options *options, const struct places *places) {
    struct contenders contenders;
    contenders_find(places->bin, &contenders);
    int status = plan_check_names(&contenders, options);
    if (status == 0 && contenders.count == 0) {
        fprintf(stderr,
                "poolbench: no contender (pool-bench-*, kvs-bench) in '%s'; build them, or "
                "name their folder by --bin\n",
                places->bin);
        status = EXIT_INVALID;
    }
    if (status == 0) {
        puts("Contenders");
        for (size_t i = 0; i < contenders.count; i++)
            if (plan_wants(options, &contenders.items[i]))
                list_contender(&contenders.items[i]);
        list_workloads(&contenders, options, KIND_POOL);
        list_workloads(&contenders, options, KIND_SERVER);
    }
    contenders_free(&contenders);
    return status;
}

/* ---- check --------------------------------------------------------------------------------- */

static bool check_one(const struct places *places, const char *backend) {
    json_t *gate = gate_run(places->bin, backend);
    const char *detail = results_text(gate, "detail");
    bool passed = gate_passed(gate);
    printf("  %-16s %-8s %3d passed, %d failed%s%s\n", backend, results_text(gate, "status"),
           (int)results_number(gate, "passed"), (int)results_number(gate, "failed"),
           detail[0] == '\0' ? "" : ": ", detail);
    fflush(stdout);
    json_decref(gate);
    return passed;
}

static void known_backends(const struct contenders *contenders, struct words *names) {
    for (size_t i = 0; i < contenders->count; i++)
        if (contenders->items[i].ours)
            words_add_once(names, contenders->items[i].name);
}

static int unknown_backend(const char *name, const struct words *known) {
    char *names = words_joined(known, ", ");
    fprintf(stderr, "poolbench: check: unknown backend '%s'; accepted: %s\n", name,
            known->count == 0 ? "none, no pool-bench-* was found" : names);
    free(names);
    return EXIT_INVALID;
}

static int check_all(const struct places *places, const struct words *chosen) {
    bool passed = chosen->count > 0;
    for (size_t i = 0; i < chosen->count && !process_stopped(); i++)
        passed = check_one(places, chosen->items[i]) && passed;
    if (process_stopped())
        return EXIT_UNDECIDED;
    return passed ? EXIT_DONE : EXIT_INVALID;
}

int command_check(const struct options *options, const struct places *places) {
    struct contenders contenders;
    struct words known = {0};
    const struct words *chosen = options->operands.count > 0 ? &options->operands : &known;
    int status = 0;
    contenders_find(places->bin, &contenders);
    known_backends(&contenders, &known);
    for (size_t i = 0; status == 0 && i < options->operands.count; i++)
        if (!words_have(&known, options->operands.items[i]))
            status = unknown_backend(options->operands.items[i], &known);
    if (status == 0 && chosen->count == 0)
        status = unknown_backend("", &known);
    if (status == 0)
        status = check_all(places, chosen);
    words_free(&known);
    contenders_free(&contenders);
    return status;
}
