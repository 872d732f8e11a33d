/* base.h: what every C pool keeps about itself, whatever its queue. */
#ifndef THREAD_POOL_BASE_H
#define THREAD_POOL_BASE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "thread_pool.h"

struct thread_pool_base {
    thread_pool_options options; /* immutable; `name` points to the copy below */
    char name[16];               /* immutable */
    pthread_attr_t attributes;   /* immutable: of the pool's threads */
    unsigned generation;         /* immutable: of the process that made the pool, see fork.h */
    _Atomic uint64_t panics;     /* atomic: any worker adds, anyone reads */
};

/* Checks `options` and keeps them; `in_child`: see thread_pool_fork_watch. 0; EINVAL: zero or too
 * many threads, a name that leaves no room for the largest index, a stack the system does not
 * grant; ENOMEM. Nothing is kept on error. */
int thread_pool_base_init(struct thread_pool_base *base, const thread_pool_options *options,
                          void (*in_child)(void));
void thread_pool_base_release(struct thread_pool_base *base);

/* Is this a child of the process that made the pool? No system call; see fork.h. */
bool thread_pool_base_is_parents(const struct thread_pool_base *base);

/* For the threads of a pool, between two jobs: ends a child process whose only thread was forked
 * off inside a job and returned from it. Its pool has no other thread, and the jobs in its queue
 * are the parent's to run. */
void thread_pool_base_stop_child(const struct thread_pool_base *base);

/* Jobs that panicked so far. Any thread. */
uint64_t thread_pool_base_panics(const struct thread_pool_base *base);

#endif
