/* Which tables the time goes to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "cmocka_all.h"

/* Two groups of workloads, each at 1, 2 and 4 threads; a machine with 2 cores. Every process
 * takes a second, so that a round of reference and A/A arm takes two and 20 ms. */
static const char list_text[] =
    "{\"contender\":\"shared_queue\",\"workloads\":["
    "{\"name\":\"a1\",\"group\":\"a\",\"threads\":[1,2,4],\"default\":true,\"seconds\":1,"
    "\"metrics\":[{\"name\":\"m\",\"unit\":\"ns\",\"better\":\"lower\",\"primary\":true}]},"
    "{\"name\":\"a2\",\"group\":\"a\",\"threads\":[1,2,4],\"default\":true,\"seconds\":1,"
    "\"metrics\":[{\"name\":\"m\",\"unit\":\"ns\",\"better\":\"lower\",\"primary\":true}]},"
    "{\"name\":\"b1\",\"group\":\"b\",\"threads\":[1,2,4],\"default\":true,\"seconds\":1,"
    "\"metrics\":[{\"name\":\"m\",\"unit\":\"ns\",\"better\":\"lower\",\"primary\":true}]}]}";
#define ROUND_S 2.02

struct fixture {
    struct contenders contenders;
    struct options options;
    struct plan plan;
};

static void make(struct fixture *fixture, double rounds_of_one_cell) {
    struct contender *reference = calloc(1, sizeof *reference);
    *reference = (struct contender){.name = strdup(CONTENDER_REFERENCE),
                                    .kind = KIND_POOL,
                                    .available = true,
                                    .list = json_loads(list_text, 0, NULL)};
    assert_non_null(reference->list);
    fixture->contenders = (struct contenders){reference, 1};
    fixture->options.time_s = rounds_of_one_cell * ROUND_S + .5;
    assert_int_equal(plan_make(&fixture->contenders, &fixture->options, 2, &fixture->plan), 0);
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
    make(&f, 4 * BUDGET_LEAST_ROUNDS);
    active_is(&f.plan, "a1/1 a1/2 a2/2 b1/2 ");
    end(&f);
}

static void everything_fits_a_long_time(void **state) {
    struct fixture f = {0};
    (void)state;
    make(&f, 9 * BUDGET_LEAST_ROUNDS);
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

/* Processes take three times as long as they said. */
static void what_does_not_fit_is_shed_from_the_end(void **state) {
    struct fixture f = {0};
    (void)state;
    make(&f, 4 * BUDGET_LEAST_ROUNDS);
    for (size_t i = 0; i < f.plan.cell_count; i++)
        f.plan.cells[i].round_s *= 3;
    budget_shed(&f.plan, KIND_POOL, 2 * 3 * BUDGET_LEAST_ROUNDS * ROUND_S + .5);
    active_is(&f.plan, "a1/2 b1/2 ");
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_of_each_group_comes_first),
                                       cmocka_unit_test(all_with_the_machines_cores_before_others),
                                       cmocka_unit_test(everything_fits_a_long_time),
                                       cmocka_unit_test(what_is_asked_for_stays),
                                       cmocka_unit_test(what_does_not_fit_is_shed_from_the_end)};
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
