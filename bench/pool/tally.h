/* Counts jobs and sums their arguments without becoming the bottleneck.
 *
 * Every worker has a cache line of its own, which it alone writes, with plain stores. A thread
 * finds its line through a thread-local pointer of this program, so that the cost is the same on
 * every backend: thread_pool_worker_index() is asked once per thread. On a backend without
 * workers (naive: the index is -1) the lines are shared by all threads and the additions are
 * atomic, on the line of the current CPU: some 10 ns beside the thread that was made for the job.
 *
 * Three sums: jobs, arguments, squares of arguments. A job lost and another run twice leave the
 * number right, two lost and two run twice may leave the sum of arguments right; the squares
 * catch those. */
#ifndef BENCH_POOL_TALLY_H
#define BENCH_POOL_TALLY_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#include "thread_pool.h"

/* Lines are taken in pairs by the adjacent-line prefetcher, hence 128. */
#define TALLY_LINE 128

/* What else a job of the workload panics has to do exactly once. */
enum tally_event { TALLY_CLEANUP, TALLY_HANDLED, TALLY_EVENTS };

struct tally_sums {
    uint64_t jobs, arguments, squares;
    uint64_t events[TALLY_EVENTS];
};

/* Written by one worker; read by the thread that measures. */
struct tally_cell {
    alignas(TALLY_LINE) _Atomic uint64_t jobs;
    _Atomic uint64_t arguments, squares;
    _Atomic uint64_t events[TALLY_EVENTS];
};

extern _Thread_local struct tally_cell *tally_mine; /* NULL: not asked yet, or no worker */

/* The pools of this process have at most `threads` workers. Before the first pool is made. */
void tally_init(unsigned threads);

/* Slow path of tally_add: the first job on this worker, or a thread that is no worker. */
void tally_add_elsewhere(uint64_t argument);

/* Relaxed: one writer, no other data is read through it but under tally_read's acquire. */
static inline void tally_bump(_Atomic uint64_t *sum, uint64_t by, memory_order order) {
    atomic_store_explicit(sum, atomic_load_explicit(sum, memory_order_relaxed) + by, order);
}

/* In a job: one more job has run, and this was its argument. */
static inline void tally_add(uint64_t argument) {
    struct tally_cell *mine = tally_mine;
    if (__builtin_expect(mine == NULL, 0)) {
        tally_add_elsewhere(argument);
        return;
    }
    tally_bump(&mine->arguments, argument, memory_order_relaxed);
    tally_bump(&mine->squares, argument * argument, memory_order_relaxed);
    /* Release: whoever sees the job counted (tally_read) sees its argument summed. */
    tally_bump(&mine->jobs, 1, memory_order_release);
}

/* On a thread that runs jobs, after a tally_add there: one more of `event`. */
void tally_event(enum tally_event event);

/* What has been counted since the process began. From the measuring thread. */
struct tally_sums tally_read(void);

/* Adds one job to what is expected. */
static inline void tally_expect(struct tally_sums *sums, uint64_t argument) {
    sums->jobs++;
    sums->arguments += argument;
    sums->squares += argument * argument;
}

#endif
