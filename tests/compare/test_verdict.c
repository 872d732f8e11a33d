/* The four verdicts at their borders. */
#include <math.h>

#include "cmocka_all.h"
#include "verdict.h"

#define QUIET .01 /* a noise floor, as a logarithm */

static struct estimate about(double low, double median, double high) {
    return (struct estimate){10, log(median), {log(low), log(high)}};
}

static void expect(struct estimate e, double noise, enum better better, enum verdict verdict,
                   enum doubt doubt) {
    struct judgement judgement = verdict_judge(&e, noise, 1.05, better);
    assert_int_equal(judgement.verdict, verdict);
    assert_int_equal(judgement.doubt, doubt);
}

static void clear_differences(void **state) {
    (void)state;
    expect(about(1.9, 2, 2.1), QUIET, BETTER_LOWER, VERDICT_SLOWER, DOUBT_NONE);
    expect(about(1.9, 2, 2.1), QUIET, BETTER_HIGHER, VERDICT_FASTER, DOUBT_NONE);
    expect(about(.4, .5, .6), QUIET, BETTER_LOWER, VERDICT_FASTER, DOUBT_NONE);
    expect(about(.4, .5, .6), QUIET, BETTER_HIGHER, VERDICT_SLOWER, DOUBT_NONE);
}

static void the_same(void **state) {
    (void)state;
    expect(about(.97, 1, 1.03), QUIET, BETTER_LOWER, VERDICT_EQUIVALENT, DOUBT_NONE);
    /* surely different, and surely by less than is of interest */
    expect(about(1.01, 1.02, 1.03), QUIET, BETTER_LOWER, VERDICT_EQUIVALENT, DOUBT_NONE);
}

static void too_wide(void **state) {
    (void)state;
    expect(about(.9, 1.2, 1.5), QUIET, BETTER_LOWER, VERDICT_UNDECIDED, DOUBT_WIDE);
    expect(about(1.01, 1.04, 1.07), QUIET, BETTER_LOWER, VERDICT_UNDECIDED, DOUBT_WIDE);
    expect(about(.94, 1, 1.03), QUIET, BETTER_LOWER, VERDICT_UNDECIDED, DOUBT_WIDE);
}

static void vetoed_by_the_aa_arm(void **state) {
    (void)state;
    expect(about(1.08, 1.1, 1.12), log(1.2), BETTER_LOWER, VERDICT_UNDECIDED, DOUBT_NOISE);
    expect(about(.99, 1, 1.01), log(1.2), BETTER_LOWER, VERDICT_UNDECIDED, DOUBT_NOISE);
    expect(about(1.9, 2, 2.1), log(1.2), BETTER_LOWER, VERDICT_SLOWER, DOUBT_NONE);
    expect(about(1.9, 2, 2.1), verdict_noise_floor(NULL), BETTER_LOWER, VERDICT_UNDECIDED,
           DOUBT_NOISE);
}

static void few_rounds_decide_nothing(void **state) {
    struct estimate e = about(1.9, 2, 2.1);
    (void)state;
    e.n = VERDICT_LEAST_ROUNDS - 1;
    expect(e, QUIET, BETTER_LOWER, VERDICT_UNDECIDED, DOUBT_FEW);
}

static void noise_floor_is_the_farther_end(void **state) {
    struct estimate aa = about(.9, 1, 1.05);
    (void)state;
    assert_true(fabs(verdict_noise_floor(&aa) + log(.9)) < 1e-12);
    aa.n = 1;
    assert_true(isinf(verdict_noise_floor(&aa)));
}

static void rounds_needed_grow_with_the_square(void **state) {
    struct estimate narrow = about(.99, 1, 1.01), wide = about(.90, 1, 1.11);
    (void)state;
    assert_true(verdict_narrow(&narrow, QUIET, 1.05));
    assert_false(verdict_narrow(&wide, QUIET, 1.05));
    assert_true(verdict_rounds_needed(&narrow, QUIET, 1.05) == 11);
    double needed = verdict_rounds_needed(&wide, QUIET, 1.05);
    assert_true(needed > 40 && needed < 55); /* 2.15 times too wide: 4.6 times the rounds */
    assert_true(verdict_rounds_needed(&wide, INFINITY, 1.05) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(clear_differences),
                                       cmocka_unit_test(the_same),
                                       cmocka_unit_test(too_wide),
                                       cmocka_unit_test(vetoed_by_the_aa_arm),
                                       cmocka_unit_test(few_rounds_decide_nothing),
                                       cmocka_unit_test(noise_floor_is_the_farther_end),
                                       cmocka_unit_test(rounds_needed_grow_with_the_square)};
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
