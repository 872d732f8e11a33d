/* expectations.h: where pools differ by their nature, and what the suite expects of each.
 *
 * The one place in the suite that knows backends by name. A backend that is not listed is held to
 * the strictest line. What a backend answers is recorded by a probe either way. */
#ifndef POOL_SUITE_EXPECTATIONS_H
#define POOL_SUITE_EXPECTATIONS_H

#include <stdbool.h>
#include <stdint.h>

struct expectations {
    const char *backend;
    bool thread_per_job;           /* no fixed set of workers: no index, no queue, no order */
    bool gives_memory_back;        /* of a long queue, while the pool lives: to within 1 MiB */
    double most_wakeups;           /* workers woken by a job that meets a sleeping pool */
    bool aborts_without_memory;    /* Rust: a failed allocation ends the process */
    bool aborts_on_last_spawns;    /* by a worker's thread-local destructor, in destroy */
    const char *nested_order;      /* jobs that one job spawns, on one thread */
    const char *beside_respawning; /* a job from outside beside one that respawns itself */
};

/* Of the backend that this program runs on. */
const struct expectations *expected(void);

/* `jobs`, or fewer where each costs a thread. */
uint32_t scaled(uint32_t jobs);

#endif
