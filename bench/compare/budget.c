#include "budget.h"

#include <string.h>

/* All in all, the tests before and the report after included, within ten minutes. */
#define DEFAULT_S 580
#define DEFAULT_LEAST_S 240 /* however long the tests before took */
#define POOL_SHARE .45
#define ROUNDING_S 1e-6
#define EXTRA_SHARE .15 /* kept from cells with other numbers of threads, for more rounds */

static bool has_kind(const struct plan *plan, enum contender_kind kind) {
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].kind == kind)
            return true;
    return false;
}

static double default_s(double used_s) {
    return used_s > DEFAULT_S - DEFAULT_LEAST_S ? DEFAULT_LEAST_S : DEFAULT_S - used_s;
}

static double owed_by(const struct cell *cell) {
    if (cell->rounds >= BUDGET_LEAST_ROUNDS)
        return 0;
    return (double)(BUDGET_LEAST_ROUNDS - cell->rounds) * cell->round_s;
}

/* Seconds for the least rounds of all cells, or of those that matter most. */
static double needed(const struct plan *plan, enum contender_kind kind, bool main_only) {
    double seconds = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].kind == kind && (plan->cells[i].main_threads || !main_only))
            seconds += owed_by(&plan->cells[i]);
    return seconds;
}

static double larger(double a, double b) {
    return a > b ? a : b;
}

static double smaller(double a, double b) {
    return a < b ? a : b;
}

/* Servers take what all of theirs need and leave the rest, but no more than their share, nor what
 * the pools' main cells need. */
static double server_part(const struct plan *plan, double all_s) {
    double most = smaller((1 - POOL_SHARE) * all_s, all_s - needed(plan, KIND_POOL, true));
    return smaller(needed(plan, KIND_SERVER, false), larger(most, all_s / 3));
}

void budget_share(struct plan *plan, double given_s, double used_s) {
    bool pools = has_kind(plan, KIND_POOL), servers = has_kind(plan, KIND_SERVER);
    double all_s = given_s > 0 ? given_s : default_s(used_s);
    plan->server_s = !servers ? 0 : pools ? server_part(plan, all_s) : all_s;
    plan->pool_s = pools ? all_s - plan->server_s : 0;
}

double budget_seconds(const struct plan *plan, enum contender_kind kind, bool with_reserve) {
    double seconds = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].kind == kind && (with_reserve || plan->cells[i].state == CELL_ACTIVE))
            seconds += PLAN_ROUNDS * plan->cells[i].round_s;
    return seconds;
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

/* The server bench says itself which of its cells tell pools apart. */
static size_t rank_of(const struct plan *plan, const struct cell *cell) {
    size_t place = place_in_group(plan, cell);
    return strstr(cell->group, "pools-apart") != NULL ? place : 3 * place;
}

/* What more threads bring is a question about speed. */
static size_t rank_of_others(const struct plan *plan, const struct cell *cell) {
    return rank_of(plan, cell) + (cell_is_about_speed(cell) ? 0 : 3 * plan->cell_count);
}

static bool more_telling(const struct plan *plan, const struct cell *a, const struct cell *b) {
    if (a->main_threads != b->main_threads)
        return a->main_threads;
    if (a->main_threads)
        return rank_of(plan, a) < rank_of(plan, b);
    return rank_of_others(plan, a) < rank_of_others(plan, b);
}

static double budget_of(const struct plan *plan, enum contender_kind kind) {
    return kind == KIND_POOL ? plan->pool_s : plan->server_s;
}

static bool fits(const struct plan *plan, const struct cell *cell, double left_s) {
    double kept_s = cell->main_threads ? 0 : EXTRA_SHARE * budget_of(plan, cell->kind);
    return owed_by(cell) + kept_s <= left_s + ROUNDING_S;
}

struct cell *budget_next(struct plan *plan, enum contender_kind kind, double left_s) {
    struct cell *best = NULL;
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct cell *cell = &plan->cells[i];
        if (cell->kind == kind && cell->state == CELL_RESERVE && fits(plan, cell, left_s) &&
            (best == NULL || more_telling(plan, cell, best)))
            best = cell;
    }
    return best;
}

void budget_fit(struct plan *plan, enum contender_kind kind, double left_s) {
    struct cell *cell;
    while ((cell = budget_next(plan, kind, left_s - budget_owed(plan, kind))) != NULL)
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
