#include "schedule.h"

#include <gsl/gsl_randist.h>
#include <stdlib.h>

#include "memory.h"

void schedule_init(struct schedule *schedule, size_t members) {
    size_t rounds = members % 2 == 0 ? members : 2 * members;
    *schedule = (struct schedule){.members = members,
                                  .rounds_in_block = rounds,
                                  .labels = memory_zeroed(members, sizeof(size_t)),
                                  .rows = memory_zeroed(rounds, sizeof(size_t)),
                                  .next = rounds};
    for (size_t i = 0; i < members; i++)
        schedule->labels[i] = i;
    for (size_t i = 0; i < rounds; i++)
        schedule->rows[i] = i;
}

void schedule_free(struct schedule *schedule) {
    free(schedule->labels);
    free(schedule->rows);
}

void schedule_shuffle(gsl_rng *rng, size_t *items, size_t count) {
    gsl_ran_shuffle(rng, items, count, sizeof *items);
}

/* The first row of the design is 0, 1, n-1, 2, n-2, …: every difference between neighbours occurs
 * once. The others are its shifts; with an odd n also those of the row read backwards. */
static size_t place(size_t members, size_t row, size_t position) {
    if (row >= members)
        position = members - 1 - position;
    size_t zigzag = position % 2 == 1 ? (position + 1) / 2 : (members - position / 2) % members;
    return (zigzag + row) % members;
}

void schedule_next(struct schedule *schedule, gsl_rng *rng, size_t *order) {
    if (schedule->next == schedule->rounds_in_block) {
        schedule_shuffle(rng, schedule->labels, schedule->members);
        schedule_shuffle(rng, schedule->rows, schedule->rounds_in_block);
        schedule->next = 0;
    }
    size_t row = schedule->rows[schedule->next++];
    for (size_t i = 0; i < schedule->members; i++)
        order[i] = schedule->labels[place(schedule->members, row, i)];
}
