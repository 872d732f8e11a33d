#include "budget.h"

#include <string.h>

/* With the gate before them, five minutes each. */
#define DEFAULT_POOL_S 270
#define DEFAULT_SERVER_S 270

static bool has_kind(const struct plan *plan, enum contender_kind kind) {
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].kind == kind)
            return true;
    return false;
}

void budget_share(struct plan *plan, double given_s) {
    bool pools = has_kind(plan, KIND_POOL), servers = has_kind(plan, KIND_SERVER);
    double half = pools && servers ? given_s / 2 : given_s;
    plan->pool_s = !pools ? 0 : given_s == 0 ? DEFAULT_POOL_S : half;
    plan->server_s = !servers ? 0 : given_s == 0 ? DEFAULT_SERVER_S : half;
}

double budget_seconds(const struct plan *plan, enum contender_kind kind, bool with_reserve) {
    double seconds = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].kind == kind && (with_reserve || plan->cells[i].state == CELL_ACTIVE))
            seconds += PLAN_ROUNDS * plan->cells[i].round_s;
    return seconds;
}

static double owed_by(const struct cell *cell) {
    if (cell->rounds >= BUDGET_LEAST_ROUNDS)
        return 0;
    return (double)(BUDGET_LEAST_ROUNDS - cell->rounds) * cell->round_s;
}

double budget_owed(const struct plan *plan, enum contender_kind kind) {
    double seconds = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].kind == kind && plan->cells[i].state == CELL_ACTIVE)
            seconds += owed_by(&plan->cells[i]);
    return seconds;
}

/* How many cells before it in the plan are of the same group and importance. */
static size_t place_in_group(const struct plan *plan, const struct cell *cell) {
    size_t place = 0;
    for (const struct cell *other = plan->cells; other < cell; other++)
        place += other->kind == cell->kind && other->main_threads == cell->main_threads &&
                 strcmp(other->group, cell->group) == 0;
    return place;
}

static bool more_telling(const struct plan *plan, const struct cell *a, const struct cell *b) {
    if (a->main_threads != b->main_threads)
        return a->main_threads;
    if (a->main_threads)
        return place_in_group(plan, a) < place_in_group(plan, b);
    if (a->threads != b->threads)
        return a->threads < b->threads;
    return place_in_group(plan, a) < place_in_group(plan, b);
}

struct cell *budget_next(struct plan *plan, enum contender_kind kind, double left_s) {
    struct cell *best = NULL;
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct cell *cell = &plan->cells[i];
        if (cell->kind == kind && cell->state == CELL_RESERVE && owed_by(cell) <= left_s &&
            (best == NULL || more_telling(plan, cell, best)))
            best = cell;
    }
    return best;
}

void budget_fit(struct plan *plan, enum contender_kind kind) {
    double budget_s = kind == KIND_POOL ? plan->pool_s : plan->server_s;
    struct cell *cell;
    while ((cell = budget_next(plan, kind, budget_s - budget_owed(plan, kind))) != NULL)
        cell->state = CELL_ACTIVE;
}

static struct cell *least_telling(struct plan *plan, enum contender_kind kind) {
    struct cell *least = NULL;
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct cell *cell = &plan->cells[i];
        if (cell->kind == kind && cell->state == CELL_ACTIVE && !cell->asked_for &&
            cell->rounds < BUDGET_LEAST_ROUNDS &&
            (least == NULL || !more_telling(plan, cell, least)))
            least = cell;
    }
    return least;
}

void budget_shed(struct plan *plan, enum contender_kind kind, double left_s) {
    struct cell *cell;
    while (budget_owed(plan, kind) > left_s && (cell = least_telling(plan, kind)) != NULL) {
        cell->state = CELL_STOPPED;
        cell->stopped = STOP_TIME;
    }
}
