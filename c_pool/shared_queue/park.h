/* park.h: where a worker sleeps: a counting semaphore, and all that the pool needs from a system.
 * park_futex.c is Linux, park_pthread.c any other; the build takes one of them. */
#ifndef THREAD_POOL_PARK_H
#define THREAD_POOL_PARK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#ifndef THREAD_POOL_PARK_FUTEX
#include <pthread.h>
#endif

struct thread_pool_park {
#ifdef THREAD_POOL_PARK_FUTEX
    atomic_uint permits; /* atomic: posted and not yet taken; the futex */
#else
    pthread_mutex_t lock;
    pthread_cond_t posted; /* signalled under lock: permits grew */
    unsigned permits;      /* under lock: posted and not yet taken */
#endif
};

/* 0 or an error number. */
int thread_pool_park_init(struct thread_pool_park *park);
/* When no thread waits. */
void thread_pool_park_release(struct thread_pool_park *park);

/* The same, for at most about `ns` nanoseconds. False: no permit came, none was taken. */
bool thread_pool_park_wait_for(struct thread_pool_park *park, uint64_t ns);

/* Gives `count` permits, and wakes as many who wait. Never blocks for long. */
void thread_pool_park_post(struct thread_pool_park *park, unsigned count);

/* thread_pool_park_wait blocks until there is a permit, and takes it. What the poster did before is
 * visible. */
#ifndef THREAD_POOL_PARK_FUTEX
void thread_pool_park_wait(struct thread_pool_park *park);
#else
static inline bool thread_pool_park_take(struct thread_pool_park *park) {
    /* Relaxed: only a guess for the exchange. */
    unsigned permits = atomic_load_explicit(&park->permits, memory_order_relaxed);
    while (permits > 0)
        /* Acquire: what the poster did before; partner thread_pool_park_post. */
        if (atomic_compare_exchange_weak_explicit(&park->permits, &permits, permits - 1,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    return false;
}

/* Sleeps until woken, if there is no permit. */
void thread_pool_park_block(struct thread_pool_park *park);

/* Inline: see wait.h. The kernel compares and sleeps in one step: a permit posted before is seen,
 * one posted after wakes. A spurious return is a new round. */
static inline void thread_pool_park_wait(struct thread_pool_park *park) {
    while (!thread_pool_park_take(park))
        thread_pool_park_block(park);
}
#endif

#endif
