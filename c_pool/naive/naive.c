/* The naive pool: a thread per job. What a pool is measured against, not a toy: nothing is lost,
 * nothing leaks, and destroy waits for every thread.
 *
 * `threads` is remembered and limits nothing. No job waits to start, so max_queued is never
 * reached; EAGAIN from spawn says that the system refused a thread. A thread is no worker of a
 * fixed set: thread_pool_worker_index is -1. Its name counts the jobs modulo `threads`.
 *
 * Joining. A thread cannot join itself, and a detached one cannot be waited for with its
 * thread-local destructors. So each thread, when its job is done, first joins those it finds in
 * `ended`, and only then enters it: who is in `ended` waits for nobody any more, so a join is
 * short, and no chain of threads that wait for each other can form. What waits to be joined is what
 * ended at the same moment, however long the pool lives. Destroy waits until no thread is outside
 * `ended` and joins the rest. */

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base.h"
#include "thread_pool.h"
#include "worker.h"

/* One job and its thread. Belongs to the thread, and once in `ended` to who takes it from there. */
struct runner {
    struct thread_pool_worker worker; /* see worker.h */
    thread_pool_job job;              /* immutable */
    void *arg;                        /* immutable */
    pthread_t thread;                 /* written by the thread itself before it is in `ended` */
    struct runner *next;              /* under lock while in `ended`, then the taker's */
};

struct thread_pool {
    struct thread_pool_base base; /* see base.h */
    atomic_uint_fast32_t made;    /* atomic: jobs so far, for the names of their threads */
    atomic_bool destroying;       /* atomic: set once by destroy, for the assertion in spawn */
    pthread_mutex_t lock;
    pthread_cond_t idle;  /* signalled under lock when `active` reaches 0 */
    size_t active;        /* under lock: threads made or about to be, and not yet in `ended` */
    struct runner *ended; /* under lock: threads that have nothing left to do but to end */
};

static void join_each(struct runner *runner) {
    while (runner != NULL) {
        struct runner *next = runner->next;
        pthread_join(runner->thread, NULL);
        free(runner);
        runner = next;
    }
}

/* Under lock. */
static struct runner *take_ended(thread_pool *pool) {
    struct runner *ended = pool->ended;
    pool->ended = NULL;
    return ended;
}

/* Under lock. */
static void one_less(thread_pool *pool) {
    if (--pool->active == 0)
        pthread_cond_broadcast(&pool->idle);
}

/* The talent plan's question is answered here: the panic is caught, although the thread dies after
 * its job anyway. Dying of the panic itself is not on offer in C: pthread_exit would do it, but its
 * unwinding cannot be told from an error of the job, nobody could be told the message, and ending
 * the thread any other way leaves its thread-local destructors out. Caught, the thread ends like
 * every other and is joined like every other. The cost, under 1 us, is lost in the 12 to 36 us of a
 * thread's life. */
static void run_one(struct thread_pool_worker *worker, bool after_panic) {
    struct runner *runner = (struct runner *)worker;
    if (!after_panic)
        runner->job(runner->arg);
    thread_pool_base_stop_child(worker->base);
}

static void join_others(thread_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    struct runner *others = take_ended(pool);
    pthread_mutex_unlock(&pool->lock);
    join_each(others);
}

static void hand_over(struct thread_pool_worker *worker) {
    struct runner *runner = (struct runner *)worker;
    thread_pool *pool = worker->pool;
    runner->thread = pthread_self();
    join_others(pool);
    pthread_mutex_lock(&pool->lock);
    runner->next = pool->ended;
    pool->ended = runner;
    one_less(pool);
    pthread_mutex_unlock(&pool->lock);
}

static int start(thread_pool *pool, struct runner *runner) {
    pthread_mutex_lock(&pool->lock);
    pool->active++;
    pthread_mutex_unlock(&pool->lock);
    pthread_t thread; /* the runner may be gone when pthread_create stores it */
    int error = thread_pool_worker_start(&runner->worker, &thread);
    if (error == 0)
        return 0;
    pthread_mutex_lock(&pool->lock);
    one_less(pool);
    pthread_mutex_unlock(&pool->lock);
    return EAGAIN;
}

static uint32_t next_number(thread_pool *pool) {
    /* Relaxed: a number for a name, orders nothing, no partner. */
    uint32_t made = (uint32_t)atomic_fetch_add_explicit(&pool->made, 1, memory_order_relaxed);
    return made % pool->base.options.threads;
}

static int run_in_thread(thread_pool *pool, thread_pool_job job, void *arg) {
    struct runner *runner = malloc(sizeof *runner);
    if (runner == NULL)
        return ENOMEM;
    *runner = (struct runner){.worker = {.pool = pool,
                                         .base = &pool->base,
                                         .index = -1,
                                         .name_number = next_number(pool),
                                         .run = run_one,
                                         .ended = hand_over},
                              .job = job,
                              .arg = arg};
    int error = start(pool, runner);
    if (error != 0)
        free(runner);
    return error;
}

static int init_parts(thread_pool *pool, const thread_pool_options *options) {
    int error = thread_pool_base_init(&pool->base, options, NULL);
    if (error != 0)
        return error;
    error = pthread_mutex_init(&pool->lock, NULL);
    if (error != 0)
        goto no_lock;
    error = pthread_cond_init(&pool->idle, NULL);
    if (error == 0)
        return 0;
    pthread_mutex_destroy(&pool->lock);
no_lock:
    thread_pool_base_release(&pool->base);
    return error;
}

static void release_parts(thread_pool *pool) {
    pthread_cond_destroy(&pool->idle);
    pthread_mutex_destroy(&pool->lock);
    thread_pool_base_release(&pool->base);
}

int thread_pool_new_with(const thread_pool_options *options, thread_pool **pool) {
    if (pool == NULL)
        return EINVAL;
    thread_pool *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ENOMEM;
    int error = init_parts(made, options);
    if (error == 0)
        *pool = made;
    else
        free(made);
    return error;
}

int thread_pool_new(uint32_t threads, thread_pool **pool) {
    const thread_pool_options options = {.threads = threads};
    return thread_pool_new_with(&options, pool);
}

int thread_pool_spawn(thread_pool *pool, thread_pool_job job, void *arg) {
    if (pool == NULL || job == NULL)
        return EINVAL;
    if (thread_pool_base_is_parents(&pool->base))
        return ECANCELED;
    assert((thread_pool_worker_belongs_to(pool) || !atomic_load(&pool->destroying)) &&
           "spawn from outside while the pool is being destroyed");
    return run_in_thread(pool, job, arg);
}

/* Blocks until every thread is in `ended`; takes them. */
static struct runner *take_all(thread_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    while (pool->active != 0)
        pthread_cond_wait(&pool->idle, &pool->lock);
    struct runner *all = take_ended(pool);
    pthread_mutex_unlock(&pool->lock);
    return all;
}

/* Again after each round: a thread-local destructor of a joined thread may have spawned. */
static void join_all(thread_pool *pool) {
    struct runner *all;
    while ((all = take_all(pool)) != NULL)
        join_each(all);
}

int thread_pool_destroy(thread_pool *pool) {
    if (pool == NULL)
        return 0;
    if (thread_pool_base_is_parents(&pool->base))
        return ECANCELED;
    if (thread_pool_worker_belongs_to(pool))
        return EDEADLK;
    atomic_store(&pool->destroying, true);
    join_all(pool);
    release_parts(pool);
    free(pool);
    return 0;
}

uint32_t thread_pool_threads(const thread_pool *pool) {
    return pool == NULL ? 0 : pool->base.options.threads;
}

uint64_t thread_pool_panics(const thread_pool *pool) {
    return pool == NULL ? 0 : thread_pool_base_panics(&pool->base);
}

const char *thread_pool_backend(void) {
    return "naive";
}
