#include "fork.h"

#include <pthread.h>
#include <stdbool.h>

#include "worker.h"

atomic_uint thread_pool_fork_generation;

static atomic_bool watching;                  /* any thread: true once count_fork is registered */
static _Atomic(void (*)(void)) pool_in_child; /* any thread: set before that, always to the same */

/* Runs in the child, on its only thread: a copy of the one that called fork. */
static void count_fork(void) {
    /* Relaxed: there is no other thread to be ordered against; see thread_pool_fork_now. */
    atomic_fetch_add_explicit(&thread_pool_fork_generation, 1, memory_order_relaxed);
    void (*in_child)(void) = atomic_load(&pool_in_child);
    if (in_child != NULL)
        in_child();
    thread_pool_worker_forget();
}

/* Two threads that make the first pools together may both register. The generation then rises by
 * two per fork, which is as good as one. A lock instead could be held by nobody in a child. */
int thread_pool_fork_watch(void (*in_child)(void)) {
    if (atomic_load(&watching))
        return 0;
    atomic_store(&pool_in_child, in_child);
    int error = pthread_atfork(NULL, NULL, count_fork);
    if (error == 0)
        atomic_store(&watching, true);
    return error;
}
