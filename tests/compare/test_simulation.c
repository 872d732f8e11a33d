/* How often the whole procedure is wrong, and what it finds.
 *
 * Under many shapes of noise, identical contenders may get a verdict "faster" or "slower" in at
 * most 5 % of cases; a contender that is 10 % slower must be found in 95 % of comparisons where
 * the noise allows that, and must never be called equivalent where it does not. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmocka_all.h"
#include "simulation.h"

#define CONTENDERS 5
#define TRIALS 100

/* The noise of a simulated machine. */
struct machine {
    const char *name;
    double (*log_noise)(gsl_rng *rng, double size, size_t round);
    double size;
    double planted; /* factor on the cost of every contender; 1: none */
    gsl_rng *rng;
};

static double normal(gsl_rng *rng) {
    return sqrt(-2 * log(gsl_rng_uniform_pos(rng))) * cos(2 * acos(-1) * gsl_rng_uniform(rng));
}

static double bell(gsl_rng *rng, double size, size_t round) {
    (void)round;
    return size * normal(rng);
}

/* Student's t with 2 degrees of freedom: no variance. */
static double heavy(gsl_rng *rng, double size, size_t round) {
    double a = normal(rng), b = normal(rng);
    (void)round;
    return size * normal(rng) / sqrt((a * a + b * b) / 2);
}

/* One process in four lands in a bad mode. */
static double modes(gsl_rng *rng, double size, size_t round) {
    (void)round;
    return .01 * normal(rng) + (gsl_rng_uniform(rng) < .25 ? size : 0);
}

/* The machine grows slower from round to round, for everyone. */
static double drift(gsl_rng *rng, double size, size_t round) {
    return size * (double)round + .02 * normal(rng);
}

/* Only ever slower, as when others take time away. */
static double skewed(gsl_rng *rng, double size, size_t round) {
    (void)round;
    return size * -log(gsl_rng_uniform_pos(rng));
}

static double figure(void *context, size_t member, size_t round) {
    struct machine *machine = context;
    double log_noise = machine->log_noise(machine->rng, machine->size, round);
    return 100 * exp(log_noise) * (member >= 2 ? machine->planted : 1);
}

struct counts {
    int verdicts[4];  /* of each contender */
    int tables_wrong; /* with at least one faster or slower */
    double rounds;
};

static bool has_difference(const struct outcome *outcome) {
    for (size_t i = 0; i < CONTENDERS; i++)
        if (outcome->judgements[i].verdict == VERDICT_FASTER ||
            outcome->judgements[i].verdict == VERDICT_SLOWER)
            return true;
    return false;
}

static struct counts count_verdicts(struct machine *machine, size_t most_rounds) {
    struct simulation simulation = {CONTENDERS, most_rounds, 1.05, figure, machine};
    struct counts counts = {{0}, 0, 0};
    machine->rng = stats_rng(2026, most_rounds);
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        struct outcome outcome;
        simulate(&simulation, trial, &outcome);
        for (size_t i = 0; i < CONTENDERS; i++)
            counts.verdicts[outcome.judgements[i].verdict]++;
        counts.tables_wrong += has_difference(&outcome);
        counts.rounds += (double)outcome.rounds / TRIALS;
    }
    gsl_rng_free(machine->rng);
    return counts;
}

static double percent(int count, int of) {
    return 100.0 * count / of;
}

static void print(const struct machine *machine, const struct counts *counts) {
    const int *v = counts->verdicts, all = CONTENDERS * TRIALS;
    printf("  %-7s %4.1f %%: faster %4.1f %%, slower %5.1f %%, equivalent %5.1f %%, undecided "
           "%5.1f %%; tables with a difference %5.1f %%; %.1f rounds\n",
           machine->name, 100 * machine->size, percent(v[VERDICT_FASTER], all),
           percent(v[VERDICT_SLOWER], all), percent(v[VERDICT_EQUIVALENT], all),
           percent(v[VERDICT_UNDECIDED], all), percent(counts->tables_wrong, TRIALS),
           counts->rounds);
}

static void identical_programs_are_not_told_apart(void **state) {
    struct machine machines[] = {{"bell", bell, .01, 1, NULL},   {"bell", bell, .03, 1, NULL},
                                 {"bell", bell, .10, 1, NULL},   {"bell", bell, .40, 1, NULL},
                                 {"heavy", heavy, .02, 1, NULL}, {"heavy", heavy, .10, 1, NULL},
                                 {"modes", modes, .10, 1, NULL}, {"modes", modes, 1.0, 1, NULL},
                                 {"drift", drift, .05, 1, NULL}, {"skewed", skewed, .05, 1, NULL},
                                 {"skewed", skewed, .3, 1, NULL}};
    static const size_t lengths[] = {5, 6, 20};
    (void)state;
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
        for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
            struct counts counts = count_verdicts(&machines[i], lengths[k]);
            int wrong = counts.verdicts[VERDICT_FASTER] + counts.verdicts[VERDICT_SLOWER];
            print(&machines[i], &counts);
            if (percent(wrong, CONTENDERS * TRIALS) > 5)
                fail_msg("%s %g, %zu rounds: %d of %d verdicts are false", machines[i].name,
                         machines[i].size, lengths[k], wrong, CONTENDERS * TRIALS);
        }
}

static void ten_percent_are_found(void **state) {
    static const struct {
        double noise;
        size_t most_rounds;
    } cases[] = {{.01, 6}, {.02, 10}, {.03, 20}, {.05, 60}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct machine machine = {"+10 %", bell, cases[i].noise, 1.10, NULL};
        struct counts counts = count_verdicts(&machine, cases[i].most_rounds);
        print(&machine, &counts);
        if (percent(counts.verdicts[VERDICT_SLOWER], CONTENDERS * TRIALS) < 95)
            fail_msg("noise %g: found in %d of %d only", cases[i].noise,
                     counts.verdicts[VERDICT_SLOWER], CONTENDERS * TRIALS);
    }
}

/* Too much noise for the time: "undecided" is right, "equivalent" and "faster" are not. */
static void ten_percent_are_never_called_equivalent(void **state) {
    static const double noises[] = {.01, .03, .10, .30};
    (void)state;
    for (size_t i = 0; i < sizeof noises / sizeof *noises; i++) {
        struct machine machine = {"+10 %", bell, noises[i], 1.10, NULL};
        struct counts counts = count_verdicts(&machine, 6);
        int wrong = counts.verdicts[VERDICT_EQUIVALENT] + counts.verdicts[VERDICT_FASTER];
        print(&machine, &counts);
        if (percent(wrong, CONTENDERS * TRIALS) > 2)
            fail_msg("noise %g: %d of %d called equivalent or faster", noises[i], wrong,
                     CONTENDERS * TRIALS);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(identical_programs_are_not_told_apart),
                                       cmocka_unit_test(ten_percent_are_found),
                                       cmocka_unit_test(ten_percent_are_never_called_equivalent)};
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
