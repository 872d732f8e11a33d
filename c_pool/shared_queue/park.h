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

/* Blocks until there is a permit, and takes it. What the poster did before is visible. */
void thread_pool_park_wait(struct thread_pool_park *park);

/* The same, for at most about `ns` nanoseconds. False: no permit came, none was taken. */
bool thread_pool_park_wait_for(struct thread_pool_park *park, uint64_t ns);

/* Gives `count` permits, and wakes as many who wait. Never blocks for long. */
void thread_pool_park_post(struct thread_pool_park *park, unsigned count);

#endif
