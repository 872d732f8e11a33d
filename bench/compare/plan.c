#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "memory.h"

/* ---- names --------------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static int unknown(const char *option, const char *name, const struct words *accepted) {
    char *names = words_joined(accepted, ", ");
    fprintf(stderr, "poolbench: %s: unknown '%s'; accepted: %s\n", option, name,
            names[0] == 0 ? "nothing, for no contender was found" : names);
    free(names);
    return EXIT_INVALID;
}

static int check_names(const char *option, const struct words *given,
                       const struct words *accepted) {
    for (size_t i = 0; i < given->count; i++)
        if (!words_have(accepted, given->items[i]))
            return unknown(option, given->items[i], accepted);
    return 0;
}

static void accepted_names(const struct contenders *contenders, struct words *backends,
                           struct words *workloads) {
    words_add(workloads, "all");
    for (size_t i = 0; i < contenders->count; i++) {
        const struct contender *each = &contenders->items[i];
        size_t k;
        json_t *workload;
        if (each->kind == KIND_FLOOR)
            continue;
        words_add_once(backends, each->name);
        json_array_foreach(json_object_get(each->list, "workloads"), k, workload) {
            words_add_once(workloads, text_of(workload, "name"));
            words_add_once(workloads, text_of(workload, "group"));
        }
    }
}

int plan_check_names(const struct contenders *contenders, const struct options *options) {
    struct words backends = {0}, workloads = {0};
    accepted_names(contenders, &backends, &workloads);
    int status = check_names("--backends", &options->backends, &backends);
    if (status == 0)
        status = check_names("--workloads", &options->workloads, &workloads);
    words_free(&backends);
    words_free(&workloads);
    return status;
}

bool plan_wants(const struct options *options, const struct contender *contender) {
    return contender->kind == KIND_FLOOR || options->backends.count == 0 ||
           strcmp(contender->name, CONTENDER_REFERENCE) == 0 ||
           words_have(&options->backends, contender->name);
}

/* ---- cells --------------------------------------------------------------------------------- */

static bool wants_workload(const struct options *options, const json_t *workload) {
    const struct words *wanted = &options->workloads;
    if (wanted->count == 0)
        return options->has_filter || json_is_true(json_object_get(workload, "default"));
    return words_have(wanted, "all") || words_have(wanted, text_of(workload, "name")) ||
           words_have(wanted, text_of(workload, "group"));
}

static bool lists_threads(const json_t *workload, unsigned threads) {
    size_t i;
    json_t *each;
    json_array_foreach(json_object_get(workload, "threads"), i, each) {
        if (json_integer_value(each) == (json_int_t)threads)
            return true;
    }
    return false;
}

/* A pool, or its floor, takes any number of threads where it takes several; a server only those it
 * lists. */
static bool takes_threads(const struct contender *contender, const json_t *workload,
                          unsigned threads) {
    bool several = json_array_size(json_object_get(workload, "threads")) > 1;
    return lists_threads(workload, threads) || (contender->kind != KIND_SERVER && several);
}

static unsigned first_threads(const json_t *workload) {
    json_int_t first = json_integer_value(json_array_get(json_object_get(workload, "threads"), 0));
    return first < 1 ? 1 : (unsigned)first;
}

/* There is a floor of pools and one of servers; the names of their workloads differ. */
static void add_floor(const struct contenders *contenders, struct cell *cell) {
    const char *name = text_of(cell->description, "floor");
    for (size_t i = 0; i < contenders->count; i++) {
        const struct contender *floor = &contenders->items[i];
        const json_t *workload =
            floor->kind == KIND_FLOOR && floor->available ? contender_workload(floor, name) : NULL;
        if (workload != NULL)
            cell_add(cell, floor, KIND_FLOOR, workload,
                     takes_threads(floor, workload, cell->threads) ? cell->threads
                                                                   : first_threads(workload));
    }
}

static void add_members(const struct contenders *contenders, const struct options *options,
                        struct cell *cell) {
    for (size_t i = 0; i < contenders->count; i++) {
        const struct contender *each = &contenders->items[i];
        const json_t *workload = contender_workload(each, cell->workload);
        if (each->kind == cell->kind && each != cell->members[0].contender && each->available &&
            plan_wants(options, each) && workload != NULL &&
            takes_threads(each, workload, cell->threads))
            cell_add(cell, each, each->kind, workload, cell->threads);
    }
    add_floor(contenders, cell);
}

/* The number of threads that matters most here: the largest that has cores. */
static unsigned main_threads(const json_t *workload, unsigned cores) {
    unsigned best = first_threads(workload);
    size_t i;
    json_t *each;
    json_array_foreach(json_object_get(workload, "threads"), i, each) {
        json_int_t threads = json_integer_value(each);
        if (threads >= 1 && threads <= (json_int_t)cores && threads > (json_int_t)best)
            best = (unsigned)threads;
    }
    return best;
}

struct making {
    const struct contenders *contenders;
    const struct options *options;
    struct plan *plan;
};

static void add_cell(struct making *making, const struct contender *reference,
                     const json_t *workload, unsigned threads) {
    struct plan *plan = making->plan;
    const struct options *options = making->options;
    struct cell cell;
    if (!options_filter_takes(options, text_of(workload, "name"), threads))
        return;
    cell_init(&cell, reference, workload, threads);
    add_members(making->contenders, options, &cell);
    cell_ready(&cell, plan->cell_count);
    cell.asked_for = options->thread_count > 0 || options->has_filter;
    cell.main_threads = threads == main_threads(workload, plan->cores);
    cell.asked_for = cell.asked_for || (options->workloads.count > 0 && cell.main_threads);
    cell.state = cell.asked_for ? CELL_ACTIVE : CELL_RESERVE;
    plan->cells = memory_resized(plan->cells, plan->cell_count + 1, sizeof *plan->cells);
    plan->cells[plan->cell_count++] = cell;
}

static void add_cells(struct making *making, const struct contender *reference,
                      const json_t *workload) {
    const struct options *options = making->options;
    const json_t *list = json_object_get(workload, "threads");
    for (size_t i = 0; options->thread_count == 0 && i < json_array_size(list); i++)
        if (json_integer_value(json_array_get(list, i)) > 0)
            add_cell(making, reference, workload,
                     (unsigned)json_integer_value(json_array_get(list, i)));
    for (size_t i = 0; i < options->thread_count; i++)
        if (takes_threads(reference, workload, options->threads[i]))
            add_cell(making, reference, workload, options->threads[i]);
}

static void add_probes(struct making *making, const json_t *workload) {
    struct plan *plan = making->plan;
    for (size_t i = 0; i < making->contenders->count; i++) {
        const struct contender *each = &making->contenders->items[i];
        const json_t *its = contender_workload(each, text_of(workload, "name"));
        if (!each->available || !plan_wants(making->options, each) || its == NULL)
            continue;
        plan->probes = memory_resized(plan->probes, plan->probe_count + 1, sizeof *plan->probes);
        plan->probes[plan->probe_count++] =
            (struct probe){each, its, main_threads(its, plan->cores)};
    }
}

static void add_kind(struct making *making, enum contender_kind kind) {
    const struct contender *reference =
        contenders_named(making->contenders, kind, CONTENDER_REFERENCE);
    size_t i;
    json_t *workload;
    if (reference == NULL || !reference->available)
        return;
    json_array_foreach(json_object_get(reference->list, "workloads"), i, workload) {
        if (!wants_workload(making->options, workload))
            continue;
        if (contender_primary_metric(workload) != NULL)
            add_cells(making, reference, workload);
        else if (kind == KIND_POOL)
            add_probes(making, workload);
    }
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int nothing_to_do(const struct options *options, const struct contenders *contenders) {
    const struct contender *reference =
        contenders_named(contenders, KIND_POOL, CONTENDER_REFERENCE);
    if (reference == NULL)
        fprintf(stderr, "poolbench: no program pool-bench-" CONTENDER_REFERENCE
                        " was found, the reference of every ratio; build it, or name its folder by "
                        "--bin\n");
    else if (!reference->available)
        fprintf(stderr, "poolbench: the reference " CONTENDER_REFERENCE " takes no part: %s\n",
                reference->why);
    else
        fprintf(stderr,
                "poolbench: no workload is left by --workloads, --threads and --filter%s%s%s; "
                "accepted: what 'poolbench list' shows\n",
                options->has_filter ? " '" : "", options->has_filter ? options->filter_text : "",
                options->has_filter ? "'" : "");
    return EXIT_INVALID;
}

int plan_make(const struct contenders *contenders, const struct options *options, unsigned cores,
              double used_s, struct plan *plan) {
    struct making making = {contenders, options, plan};
    *plan = (struct plan){.cores = cores};
    add_kind(&making, KIND_POOL);
    add_kind(&making, KIND_SERVER);
    if (plan->cell_count == 0 && plan->probe_count == 0)
        return nothing_to_do(options, contenders);
    budget_share(plan, options->time_s, used_s);
    budget_fit(plan, KIND_POOL, plan->pool_s);
    budget_fit(plan, KIND_SERVER, plan->server_s);
    return 0;
}

void plan_free(struct plan *plan) {
    for (size_t i = 0; i < plan->cell_count; i++)
        cell_free(&plan->cells[i]);
    free(plan->cells);
    free(plan->probes);
    *plan = (struct plan){0};
}
