/* The procedure on recorded figures of real runs of one and the same program (recorded_aa.json:
 * pool-bench-shared_queue, a process each, one after the other, on a machine with nothing else to
 * do and on one that compiled meanwhile): whatever it tells apart is false.
 * The order of the recording is kept, so that drift and bad spells are in it. */
#include <jansson.h>
#include <stdio.h>

#include "cmocka_all.h"
#include "memory.h"
#include "simulation.h"

#define CONTENDERS 5
#define MEMBERS (CONTENDERS + 2)
#define TRIALS 100

static char *path;

/* A place in a recording: each round takes the next MEMBERS figures, in shuffled order. */
struct tape {
    const json_t *values;
    size_t start;
    double planted; /* factor on the cost of every contender */
    gsl_rng *rng;
    size_t order[MEMBERS];
};

static void shuffle(struct tape *tape) {
    for (size_t i = 0; i < MEMBERS; i++)
        tape->order[i] = i;
    for (size_t i = MEMBERS - 1; i > 0; i--) {
        size_t k = gsl_rng_uniform_int(tape->rng, i + 1), kept = tape->order[i];
        tape->order[i] = tape->order[k];
        tape->order[k] = kept;
    }
}

static double figure(void *context, size_t member, size_t round) {
    struct tape *tape = context;
    if (member == 0)
        shuffle(tape);
    size_t at = tape->start + round * MEMBERS + tape->order[member];
    double value =
        json_number_value(json_array_get(tape->values, at % json_array_size(tape->values)));
    return member >= 2 ? tape->planted * value : value;
}

/* Verdicts over TRIALS comparisons that begin anywhere in the recording. */
static void count(const json_t *series, double planted, int counts[4], int *foretold) {
    struct tape tape = {
        .values = json_object_get(series, "values"), .planted = planted, .rng = stats_rng(9, 9)};
    size_t rounds = json_array_size(tape.values) / MEMBERS;
    struct simulation simulation = {CONTENDERS, rounds, 1.05, figure, &tape};
    assert_true(rounds >= 8);
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        struct outcome outcome;
        tape.start = gsl_rng_uniform_int(tape.rng, json_array_size(tape.values));
        simulate(&simulation, trial, &outcome);
        for (size_t i = 0; i < CONTENDERS; i++) {
            counts[outcome.judgements[i].verdict]++;
            *foretold += outcome.judgements[i].verdict == VERDICT_UNDECIDED &&
                         outcome.rounds_needed[i] > (double)outcome.rounds;
        }
    }
    gsl_rng_free(tape.rng);
}

static void print(const json_t *series, double planted, const int counts[4]) {
    double all = CONTENDERS * TRIALS / 100.0;
    printf("  %-12s (%s machine), up to %2zu rounds, planted %+3.0f %%: faster %.1f %%, slower "
           "%.1f %%, equivalent %.1f %%, undecided %.1f %%\n",
           json_string_value(json_object_get(series, "workload")),
           json_string_value(json_object_get(series, "machine")),
           json_array_size(json_object_get(series, "values")) / MEMBERS, 100 * (planted - 1),
           counts[VERDICT_FASTER] / all, counts[VERDICT_SLOWER] / all,
           counts[VERDICT_EQUIVALENT] / all, counts[VERDICT_UNDECIDED] / all);
}

static void check_identical(const json_t *series) {
    int counts[4] = {0}, foretold = 0;
    count(series, 1, counts, &foretold);
    print(series, 1, counts);
    int wrong = counts[VERDICT_FASTER] + counts[VERDICT_SLOWER];
    if (wrong > .05 * CONTENDERS * TRIALS)
        fail_msg("%d of %d verdicts are false", wrong, CONTENDERS * TRIALS);
}

/* Found, or undecided with the time that it would take; never waved through. */
static void check_planted(const json_t *series) {
    int counts[4] = {0}, foretold = 0;
    count(series, 1.10, counts, &foretold);
    print(series, 1.10, counts);
    int wrong = counts[VERDICT_FASTER] + counts[VERDICT_EQUIVALENT];
    if (wrong > .01 * CONTENDERS * TRIALS)
        fail_msg("%d of %d called equivalent or faster", wrong, CONTENDERS * TRIALS);
    if (foretold < .99 * counts[VERDICT_UNDECIDED])
        fail_msg("%d undecided, only %d of them with the rounds that it would take",
                 counts[VERDICT_UNDECIDED], foretold);
}

static void for_each(void (*check)(const json_t *)) {
    size_t i;
    json_t *series, *recording = json_load_file(path, 0, NULL);
    assert_true(json_array_size(json_object_get(recording, "series")) >= 3);
    json_array_foreach(json_object_get(recording, "series"), i, series) check(series);
    json_decref(recording);
}

static void identical_programs_are_not_told_apart(void **state) {
    (void)state;
    for_each(check_identical);
}

static void ten_percent_are_found_or_undecided(void **state) {
    (void)state;
    for_each(check_planted);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(identical_programs_are_not_told_apart),
                                       cmocka_unit_test(ten_percent_are_found_or_undecided)};
    path = memory_printf("%s/recorded_aa.json", argc > 1 ? argv[1] : ".");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
