/* Spawning, waiting and verifying: what every workload on a pool does in the same way. */
#ifndef BENCH_POOL_JOBS_H
#define BENCH_POOL_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"
#include "tally.h"
#include "thread_pool.h"
#include "workload.h"

/* Ends the process (exit 1) with "WHAT: the error's text": where going on is not possible. */
_Noreturn void die(const char *what, int error);

/* The job of a throughput workload: counts itself and does nothing else. One of its copies, the
 * same for the whole process. */
thread_pool_job empty_job(void);

/* Slow path of spawn_patiently: `error` was the answer to the first try. */
uint64_t spawn_again(thread_pool *pool, thread_pool_job job, void *argument, int error);

/* Spawns; when the pool has no room (EAGAIN, ENOMEM) lets others run and tries again.
 * Returns how often it was refused. Any other error ends the process: jobs would be missing.
 * From any thread. */
static inline uint64_t spawn_patiently(thread_pool *pool, thread_pool_job job, void *argument) {
    int error = thread_pool_spawn(pool, job, argument);
    return __builtin_expect(error != 0, 0) ? spawn_again(pool, job, argument, error) : 0;
}

/* Waits until `jobs` jobs have been counted since the process began; `since` is when the first of
 * them, after `before` others, was spawned. The waiting thread sleeps for half the time that the
 * rest is expected to take, so that it looks some ten times, and is late by 30 µs at most. It
 * interrupts no worker: where no processor is free then, it is late until one is, or its turn
 * comes. Gives up, with a failure, when nothing has been counted for five seconds. */
void wait_for_jobs(uint64_t jobs, uint64_t before, uint64_t since, struct report *report);

/* After the pool has been destroyed: what was counted is exactly what was expected. */
void verify_tally(const struct tally_sums *expected, struct report *report);

/* Creates a pool, or fails and returns NULL. The caller gives it to end_pool. */
thread_pool *make_pool_with(const thread_pool_options *options, struct report *report);
thread_pool *make_pool(const struct request *request, struct report *report);

/* Destroys it, then verifies. */
void end_pool(thread_pool *pool, const struct tally_sums *expected, struct report *report);

#endif
