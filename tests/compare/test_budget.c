/* Which tables the time goes to. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "cmocka_all.h"

/* Two groups of workloads, each at 1, 2 and 4 threads, the second about speed; a machine with 2
 * cores. Every process takes a second, so that a round of reference and A/A arm takes two and
 * 20 ms. */
#define WORKLOAD(NAME, GROUP, THREADS)                                                             \
    "{\"name\":\"" NAME "\",\"group\":\"" GROUP "\",\"threads\":" THREADS                          \
    ",\"default\":true,\"seconds\":1,\"metrics\":[{\"name\":\"m\",\"unit\":\"ns\",\"better\":"     \
    "\"lower\",\"primary\":true}]}"
static const char pool_list[] =
    "{\"contender\":\"shared_queue\",\"workloads\":[" WORKLOAD("a1", "a", "[1,2,4]") "," WORKLOAD(
        "a2", "a", "[1,2,4]") "," WORKLOAD("b1", "busy", "[1,2,4]") "]}";
static const char server_list[] =
    "{\"contender\":\"shared_queue\",\"workloads\":[" WORKLOAD("s1", "server", "[1]") "," WORKLOAD(
        "s2", "server", "[1]") "," WORKLOAD("p1", "server-pools-apart",
                                            "[1]") "," WORKLOAD("p2", "server-pools-apart",
                                                                "[1]") "]}";
#define ROUND_S 2.02

struct fixture {
    struct contenders contenders;
    struct options options;
    struct plan plan;
};

static struct contender reference_of(enum contender_kind kind, const char *list) {
    struct contender reference = {.name = strdup(CONTENDER_REFERENCE),
                                  .kind = kind,
                                  .available = true,
                                  .list = json_loads(list, 0, NULL)};
    assert_non_null(reference.list);
    return reference;
}

static void make_plan(struct fixture *fixture, double used_s, bool server) {
    struct contender *references = calloc(2, sizeof *references);
    references[0] = reference_of(KIND_POOL, pool_list);
    if (server)
        references[1] = reference_of(KIND_SERVER, server_list);
    fixture->contenders = (struct contenders){references, server ? 2 : 1};
    assert_int_equal(plan_make(&fixture->contenders, &fixture->options, 2, used_s, &fixture->plan),
                     0);
}

static void make(struct fixture *fixture, double rounds_of_one_cell) {
    fixture->options.time_s = rounds_of_one_cell * ROUND_S + .5;
    make_plan(fixture, 0, false);
}

static void end(struct fixture *fixture) {
    plan_free(&fixture->plan);
    contenders_free(&fixture->contenders);
    free(fixture->options.threads);
}

/* The active cells, as "a1/2 b1/2 ". */
static void active_is(const struct plan *plan, const char *expected) {
    char text[200] = "";
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].state == CELL_ACTIVE)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s/%u ",
                     plan->cells[i].workload, plan->cells[i].threads);
    assert_string_equal(text, expected);
}

static void one_of_each_group_comes_first(void **state) {
    struct fixture f = {0};
    (void)state;
    make(&f, 2 * BUDGET_LEAST_ROUNDS);
    active_is(&f.plan, "a1/2 b1/2 ");
    end(&f);
}

static void all_with_the_machines_cores_before_others(void **state) {
    struct fixture f = {0};
    (void)state;
    make(&f, 5 * BUDGET_LEAST_ROUNDS);
    active_is(&f.plan, "a1/2 a2/2 b1/1 b1/2 ");
    end(&f);
}

static void everything_fits_a_long_time(void **state) {
    struct fixture f = {0};
    (void)state;
    make(&f, 11 * BUDGET_LEAST_ROUNDS);
    active_is(&f.plan, "a1/1 a1/2 a1/4 a2/1 a2/2 a2/4 b1/1 b1/2 b1/4 ");
    end(&f);
}

static void what_is_asked_for_stays(void **state) {
    struct fixture f = {0};
    (void)state;
    f.options.thread_count = 1;
    f.options.threads = calloc(1, sizeof(unsigned));
    f.options.threads[0] = 4;
    make(&f, 1);
    active_is(&f.plan, "a1/4 a2/4 b1/4 ");
    budget_shed(&f.plan, KIND_POOL, 1);
    active_is(&f.plan, "a1/4 a2/4 b1/4 ");
    end(&f);
}

/* Time for eight cells: the last part is kept for more rounds of those that are there. */
static void a_part_is_kept_for_more_rounds(void **state) {
    struct fixture f = {0};
    (void)state;
    make(&f, 8 * BUDGET_LEAST_ROUNDS);
    active_is(&f.plan, "a1/1 a1/2 a2/2 b1/1 b1/2 b1/4 ");
    end(&f);
}

/* When cells took less than they said, others of the reserve fit beside them. */
static void what_is_left_takes_in_others(void **state) {
    struct fixture f = {0};
    (void)state;
    make(&f, 2 * BUDGET_LEAST_ROUNDS);
    for (size_t i = 0; i < f.plan.cell_count; i++)
        if (f.plan.cells[i].state == CELL_ACTIVE)
            f.plan.cells[i].rounds = BUDGET_LEAST_ROUNDS;
    budget_fit(&f.plan, KIND_POOL, BUDGET_LEAST_ROUNDS * ROUND_S + .5);
    active_is(&f.plan, "a1/2 a2/2 b1/2 ");
    end(&f);
}

static void near(double value, double expected) {
    if (fabs(value - expected) > .01)
        fail_msg("%g s, not %g", value, expected);
}

/* Ten minutes in all: what the tests before took is gone; servers leave what they do not need. */
static void the_default_is_within_ten_minutes(void **state) {
    struct fixture f = {0};
    (void)state;
    make_plan(&f, 40, true);
    assert_true(f.plan.pool_s + f.plan.server_s + 40 <= 600);
    near(f.plan.server_s, 4 * BUDGET_LEAST_ROUNDS * ROUND_S);
    near(f.plan.pool_s, 540 - f.plan.server_s);
    end(&f);
}

/* Servers have at most their share, and those that tell pools apart come first. */
static void servers_do_not_take_the_pools_time(void **state) {
    struct fixture f = {0};
    (void)state;
    f.options.time_s = 6 * BUDGET_LEAST_ROUNDS * ROUND_S;
    make_plan(&f, 1e9, true); /* of no interest when the time is given */
    near(f.plan.server_s, 3 * BUDGET_LEAST_ROUNDS * ROUND_S);
    active_is(&f.plan, "a1/2 a2/2 b1/2 s1/1 p1/1 p2/1 ");
    end(&f);
}

/* Processes take three times as long as they said. */
static void what_does_not_fit_is_shed_from_the_end(void **state) {
    struct fixture f = {0};
    (void)state;
    make(&f, 5 * BUDGET_LEAST_ROUNDS);
    for (size_t i = 0; i < f.plan.cell_count; i++)
        f.plan.cells[i].round_s *= 3;
    budget_shed(&f.plan, KIND_POOL, 2 * 3 * BUDGET_LEAST_ROUNDS * ROUND_S + .5);
    active_is(&f.plan, "a1/2 b1/2 ");
    end(&f);
}

/* A table of a few rounds that chance began at the end tells nothing. */
static void a_cell_short_of_its_rounds_has_no_table(void **state) {
    struct fixture f = {0};
    (void)state;
    make(&f, 11 * BUDGET_LEAST_ROUNDS);
    struct cell *other = &f.plan.cells[0], *important = &f.plan.cells[1];
    other->stopped = important->stopped = STOP_TIME;
    assert_false(cell_is_told(other));
    other->rounds = important->rounds = BUDGET_LEAST_ROUNDS - 1;
    assert_false(cell_is_told(other));
    assert_true(cell_is_told(important));
    other->stopped = STOP_INTERRUPTED;
    assert_true(cell_is_told(other));
    other->stopped = STOP_TIME;
    other->rounds++;
    assert_true(cell_is_told(other));
    other->rounds = important->rounds = 0; /* no values to be freed */
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_of_each_group_comes_first),
                                       cmocka_unit_test(all_with_the_machines_cores_before_others),
                                       cmocka_unit_test(everything_fits_a_long_time),
                                       cmocka_unit_test(what_is_asked_for_stays),
                                       cmocka_unit_test(a_part_is_kept_for_more_rounds),
                                       cmocka_unit_test(what_is_left_takes_in_others),
                                       cmocka_unit_test(the_default_is_within_ten_minutes),
                                       cmocka_unit_test(servers_do_not_take_the_pools_time),
                                       cmocka_unit_test(what_does_not_fit_is_shed_from_the_end),
                                       cmocka_unit_test(a_cell_short_of_its_rounds_has_no_table)};
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
