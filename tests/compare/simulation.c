#include "simulation.h"

#include <stdio.h>
#include <stdlib.h>

#include "memory.h"
#include "plan.h"
#include "stopping.h"

#define RESAMPLES 500

static const char description_text[] =
    "{\"name\":\"w\",\"title\":\"t\",\"group\":\"g\",\"threads\":[1],\"seconds\":1,\"metrics\":"
    "[{\"name\":\"ns\",\"unit\":\"ns\",\"better\":\"lower\",\"primary\":true}]}";

static void run_round(const struct simulation *simulation, struct cell *cell) {
    cell_begin_round(cell);
    for (size_t i = 0; i < cell->member_count; i++)
        *member_value(cell, &cell->members[i], cell->rounds, 0) =
            simulation->figure(simulation->context, i, cell->rounds);
    cell_end_round(cell);
}

static void judge(const struct simulation *simulation, const struct cell *cell, gsl_rng *rng,
                  struct outcome *outcome) {
    struct estimate aa = cell_estimate(cell, cell_aa(cell), 0, RESAMPLES, rng);
    double noise = verdict_noise_floor(&aa);
    for (size_t i = 0; i < simulation->contenders; i++) {
        struct estimate e = cell_estimate(cell, &cell->members[i + 2], 0, RESAMPLES, rng);
        outcome->judgements[i] = verdict_judge(&e, noise, simulation->threshold, BETTER_LOWER);
        outcome->rounds_needed[i] = verdict_rounds_needed(&e, noise, simulation->threshold);
    }
    outcome->rounds = cell->rounds;
}

void simulate(const struct simulation *simulation, uint64_t seed, struct outcome *outcome) {
    struct contender contenders[SIMULATION_MOST_CONTENDERS + 1];
    char names[SIMULATION_MOST_CONTENDERS + 1][16];
    json_t *description = json_loads(description_text, 0, NULL);
    struct cell cell;
    for (size_t i = 0; i <= simulation->contenders; i++) {
        snprintf(names[i], sizeof names[i], "c%zu", i);
        contenders[i] = (struct contender){.name = names[i], .kind = KIND_POOL};
    }
    cell_init(&cell, &contenders[0], description, 1);
    for (size_t i = 1; i <= simulation->contenders; i++)
        cell_add(&cell, &contenders[i], KIND_POOL, description, 1);
    cell_ready(&cell, 0);
    gsl_rng *rng = stats_rng(seed, 77);
    while (cell.rounds < simulation->most_rounds &&
           (cell.rounds < PLAN_ROUNDS || !stopping_is_narrow(&cell, simulation->threshold, seed)))
        run_round(simulation, &cell);
    judge(simulation, &cell, rng, outcome);
    gsl_rng_free(rng);
    cell_free(&cell);
    json_decref(description);
}
