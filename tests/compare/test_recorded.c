/* The procedure on recorded figures of real runs of one and the same program (recorded_aa.json:
 * pool-bench-shared_queue, a process each, one after the other): whatever it tells apart is false.
 * The order of the recording is kept, so that drift and bad spells are in it. */
#include <jansson.h>
#include <stdio.h>

#include "cmocka_all.h"
#include "memory.h"
#include "simulation.h"

#define CONTENDERS 5
#define MEMBERS (CONTENDERS + 2)
#define TRIALS 200

static char *path;

/* A place in a recording: each round takes the next MEMBERS figures, in shuffled order. */
struct tape {
    const json_t *values;
    size_t start;
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
    return json_number_value(json_array_get(tape->values, at % json_array_size(tape->values)));
}

static void check_series(const json_t *series) {
    struct tape tape = {.values = json_object_get(series, "values"), .rng = stats_rng(9, 9)};
    size_t rounds = json_array_size(tape.values) / MEMBERS;
    struct simulation simulation = {CONTENDERS, rounds, 1.05, figure, &tape};
    int counts[4] = {0};
    assert_true(rounds >= 12);
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        struct outcome outcome;
        tape.start = gsl_rng_uniform_int(tape.rng, json_array_size(tape.values));
        simulate(&simulation, trial, &outcome);
        for (size_t i = 0; i < CONTENDERS; i++)
            counts[outcome.judgements[i].verdict]++;
    }
    gsl_rng_free(tape.rng);
    double wrong = counts[VERDICT_FASTER] + counts[VERDICT_SLOWER], all = CONTENDERS * TRIALS;
    const char *name = json_string_value(json_object_get(series, "workload"));
    printf("  %-16s %zu figures: false verdicts %.1f %%, equivalent %.1f %%, undecided %.1f %%\n",
           name, json_array_size(tape.values), 100 * wrong / all,
           100 * counts[VERDICT_EQUIVALENT] / all, 100 * counts[VERDICT_UNDECIDED] / all);
    if (wrong > .05 * all)
        fail_msg("%s: %.0f of %.0f verdicts are false", name, wrong, all);
}

static void recorded_runs_are_not_told_apart(void **state) {
    size_t i;
    json_t *series, *recording = json_load_file(path, 0, NULL);
    (void)state;
    assert_true(json_array_size(json_object_get(recording, "series")) >= 3);
    json_array_foreach(json_object_get(recording, "series"), i, series) check_series(series);
    json_decref(recording);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(recorded_runs_are_not_told_apart)};
    path = memory_printf("%s/recorded_aa.json", argc > 1 ? argv[1] : ".");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
