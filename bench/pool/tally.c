#include "tally.h"

#include <sched.h>

#include "placement.h"

_Thread_local struct tally_cell *tally_mine;

/* One after the other from one of these places on: see placement.h. */
#define PLACES 32
static struct tally_cell room[THREAD_POOL_MAX_THREADS + PLACES - 1];
static struct tally_cell *workers; /* set before any pool exists, immutable then, these two */
static int32_t workers_used;

/* For threads that are no workers: by CPU, atomic. */
#define SHARED_CELLS 64
static struct tally_cell shared[SHARED_CELLS];

static void add_shared(uint64_t argument) {
    int cpu = sched_getcpu();
    struct tally_cell *cell = &shared[cpu < 0 ? 0 : cpu % SHARED_CELLS];
    atomic_fetch_add_explicit(&cell->arguments, argument, memory_order_relaxed);
    atomic_fetch_add_explicit(&cell->squares, argument * argument, memory_order_relaxed);
    /* Release: as in tally_add, for tally_read. */
    atomic_fetch_add_explicit(&cell->jobs, 1, memory_order_release);
}

void tally_init(unsigned threads) {
    if (workers == NULL)
        workers = &room[placement_below(PLACES)];
    workers_used = (int32_t)threads;
}

void tally_add_elsewhere(uint64_t argument) {
    int32_t index = thread_pool_worker_index();
    if (index < 0 || index >= workers_used) {
        add_shared(argument);
        return;
    }
    tally_mine = &workers[index];
    tally_add(argument);
}

void tally_event(enum tally_event event) {
    /* Relaxed: read after the threads that count have been joined. */
    if (tally_mine != NULL)
        tally_bump(&tally_mine->events[event], 1, memory_order_relaxed);
    else
        atomic_fetch_add_explicit(&shared[0].events[event], 1, memory_order_relaxed);
}

static void add_cells(struct tally_sums *sums, const struct tally_cell *cells, size_t count) {
    for (size_t i = 0; i < count; i++) {
        /* Acquire: with the release of tally_add and add_shared, a counted job is a summed one. */
        sums->jobs += atomic_load_explicit(&cells[i].jobs, memory_order_acquire);
        sums->arguments += atomic_load_explicit(&cells[i].arguments, memory_order_relaxed);
        sums->squares += atomic_load_explicit(&cells[i].squares, memory_order_relaxed);
        for (int event = 0; event < TALLY_EVENTS; event++)
            sums->events[event] +=
                atomic_load_explicit(&cells[i].events[event], memory_order_relaxed);
    }
}

struct tally_sums tally_read(void) {
    struct tally_sums sums = {0};
    add_cells(&sums, workers, (size_t)workers_used);
    add_cells(&sums, shared, SHARED_CELLS);
    return sums;
}
