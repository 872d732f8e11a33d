/* fork.h: is this still the process that made the pool? Answered without a system call.
 *
 * A generation number goes up by one or more in every child of fork(). A pool remembers the
 * generation in which it was made; its threads exist in that generation only. Children made by
 * vfork() or a bare clone() do not count: they may only exec or _exit anyway. */
#ifndef THREAD_POOL_FORK_H
#define THREAD_POOL_FORK_H

#include <stdatomic.h>

/* Written by the fork handler alone, when the child has one thread. Hidden: it is read with nearly
 * every spawn and job, and from the same library is one load. */
extern atomic_uint thread_pool_fork_generation __attribute__((visibility("hidden")));

/* Makes later forks count, and each call `in_child` in the child, on its only thread, before that
 * is no worker any more; NULL: nothing. Any thread, any number of times, always with the same
 * function; 0 or ENOMEM. */
int thread_pool_fork_watch(void (*in_child)(void));

/* The generation of this process. Any thread; one plain load. */
static inline unsigned thread_pool_fork_now(void) {
    /* Relaxed: orders nothing. The partner, count_fork, ran on the only thread of this process
     * before any other thread of it was made. */
    return atomic_load_explicit(&thread_pool_fork_generation, memory_order_relaxed);
}

#endif
