/* Balance of the rounds' orders. */
#include "cmocka_all.h"
#include "schedule.h"
#include "stats.h"

#define MOST 9

static void is_permutation(const size_t *order, size_t n) {
    unsigned seen = 0;
    for (size_t i = 0; i < n; i++)
        seen |= 1U << order[i];
    assert_int_equal(seen, (1U << n) - 1);
}

/* Over a block: everyone at every position, and after every other one, equally often. */
static void check_block(struct schedule *schedule, gsl_rng *rng) {
    size_t n = schedule->members, order[MOST], at[MOST][MOST] = {{0}}, after[MOST][MOST] = {{0}};
    size_t times = schedule->rounds_in_block / n;
    for (size_t round = 0; round < schedule->rounds_in_block; round++) {
        schedule_next(schedule, rng, order);
        is_permutation(order, n);
        for (size_t i = 0; i < n; i++) {
            at[order[i]][i]++;
            if (i > 0)
                after[order[i]][order[i - 1]]++;
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(at[i][k], times);
            assert_int_equal(after[i][k], i == k ? 0 : times);
        }
}

static void blocks_are_balanced(void **state) {
    gsl_rng *rng = stats_rng(3, 0);
    (void)state;
    for (size_t n = 1; n <= MOST; n++) {
        struct schedule schedule;
        schedule_init(&schedule, n);
        for (int block = 0; block < 3; block++)
            check_block(&schedule, rng);
        schedule_free(&schedule);
    }
    gsl_rng_free(rng);
}

static uint64_t hash_of_orders(uint64_t seed) {
    gsl_rng *rng = stats_rng(seed, 0);
    struct schedule schedule;
    uint64_t hash = 0;
    size_t order[7];
    schedule_init(&schedule, 7);
    for (int round = 0; round < 20; round++) {
        schedule_next(&schedule, rng, order);
        for (size_t i = 0; i < 7; i++)
            hash = hash * 31 + order[i];
    }
    schedule_free(&schedule);
    gsl_rng_free(rng);
    return hash;
}

static void a_seed_repeats_the_orders(void **state) {
    (void)state;
    assert_true(hash_of_orders(42) == hash_of_orders(42));
    assert_true(hash_of_orders(42) != hash_of_orders(43));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(blocks_are_balanced),
                                       cmocka_unit_test(a_seed_repeats_the_orders)};
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
