/* The pool on one shared queue: its life, and the worker loop.
 *
 * Creation, all or nothing: options, memory, queue, workers. When the k-th thread is refused, the
 * queue is closed, so that the earlier ones leave, and destruction goes on from there.
 *
 * Destruction:
 *   1. ECANCELED in a forked child (the threads are the parent's), EDEADLK on an own worker.
 *   2. Close the queue: a worker that finds nothing waiting and nothing running leaves. Jobs that
 *      are still waiting are run, and so is what they spawn.
 *   3. Join every worker: thread-local destructors are over then.
 *   4. Release in the reverse order of creation.
 * A spawn from outside during 2 and 3 is the caller's error; builds with assertions stop there. A
 * spawn from a worker's thread-local destructor in 3 is refused with ECANCELED once all jobs are
 * done. */

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "claim.h"
#include "fork.h"
#include "queue.h"
#include "thread_pool.h"
#include "worker.h"

struct member {
    struct thread_pool_worker worker; /* see worker.h */
    pthread_t thread;                 /* immutable after creation; creator and destroyer only */
};

struct thread_pool {
    struct thread_pool_base base;   /* see base.h */
    struct thread_pool_queue queue; /* see queue.h */
    struct member *members;         /* immutable after creation */
    uint32_t started;               /* creator and destroyer only: members with a thread */
    atomic_bool destroying;         /* atomic: set once by destroy, for the assertion in spawn */
};

/* Runs jobs until the pool has drained.
 *
 * The talent plan's question is answered here: a panicking job does NOT cost the pool its thread.
 * thread_pool_panic unwinds the job's frames and lands in the frame below this one, which reports
 * the panic and calls again. Letting the thread die and making another would be simpler and would
 * give the next job fresh thread-local variables; but it costs a thread's creation and end, 12 to
 * 36 us, where catching costs 0.10 us for a job without cleanups and 0.29 us for one with a cleanup
 * (0.50 and 0.86 us where every panic goes through the general unwinder); the system may refuse the
 * new thread, and then a pool with a fixed number of threads has one less; and thread-local caches
 * are lost. What we pay for keeping it: what the job left half done in thread-local variables or
 * under a lock it held stays so, unless the job put it in order in a cleanup. A job that does not
 * panic pays nothing either way: the landing is prepared once per worker. */
static THREAD_POOL_HOT void run_jobs(struct thread_pool_worker *worker, bool after_panic) {
    thread_pool *pool = worker->pool;
    struct thread_pool_task own, task; /* two, because no call has the address of the first */
    struct thread_pool_consumer *consumer = &pool->queue.consumers[worker->index];
    (void)after_panic;
    for (;;) {
        while (thread_pool_claim_own(consumer, &own))
            own.job(own.arg);
        if (THREAD_POOL_UNLIKELY(pool->base.generation != thread_pool_fork_now()))
            thread_pool_base_stop_child(&pool->base);
        if (!thread_pool_queue_take(&pool->queue, consumer, &task))
            return;
        task.job(task.arg);
        thread_pool_queue_look_back(consumer);
    }
}

static int start_member(thread_pool *pool, uint32_t index) {
    struct member *member = &pool->members[index];
    member->worker = (struct thread_pool_worker){.pool = pool,
                                                 .base = &pool->base,
                                                 .index = (int32_t)index,
                                                 .name_number = index,
                                                 .run = run_jobs};
    return thread_pool_worker_start(&member->worker, &member->thread);
}

/* Stops at the first refusal; pool->started says how many there are. */
static int start_all(thread_pool *pool) {
    int error = 0;
    while (error == 0 && pool->started < pool->base.options.threads) {
        error = start_member(pool, pool->started);
        pool->started += error == 0;
    }
    return error;
}

static void end_all(thread_pool *pool) {
    thread_pool_queue_close(&pool->queue, pool->started);
    for (uint32_t i = 0; i < pool->started; i++)
        pthread_join(pool->members[i].thread, NULL);
}

/* Whoever owns tickets, or has a biased segment, does not ask with each job whether the process has
 * forked: in the child it owns nothing. */
static void in_child(void) {
    thread_pool_queue_disown();
    struct thread_pool_worker *worker = thread_pool_worker_self();
    if (worker != NULL)
        thread_pool_claim_disown(&worker->pool->queue.consumers[worker->index]);
}

static int init_parts(thread_pool *pool, const thread_pool_options *options) {
    int error = thread_pool_base_init(&pool->base, options, in_child);
    if (error != 0)
        return error;
    pool->members = calloc(options->threads, sizeof *pool->members);
    error = pool->members == NULL
                ? ENOMEM
                : thread_pool_queue_init(&pool->queue, options->max_queued, options->threads);
    if (error != 0) {
        free(pool->members);
        thread_pool_base_release(&pool->base);
    }
    return error;
}

static void release_parts(thread_pool *pool) {
    thread_pool_queue_release(&pool->queue);
    free(pool->members);
    thread_pool_base_release(&pool->base);
}

static int init(thread_pool *pool, const thread_pool_options *options) {
    int error = init_parts(pool, options);
    if (error != 0)
        return error;
    error = start_all(pool);
    if (error != 0) {
        end_all(pool);
        release_parts(pool);
    }
    return error;
}

int thread_pool_new_with(const thread_pool_options *options, thread_pool **pool) {
    if (pool == NULL)
        return EINVAL;
    thread_pool *made = aligned_alloc(alignof(thread_pool), sizeof *made);
    if (made == NULL)
        return ENOMEM;
    memset(made, 0, sizeof *made);
    int error = init(made, options);
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

THREAD_POOL_HOT int thread_pool_spawn(thread_pool *pool, thread_pool_job job, void *arg) {
    if (pool == NULL || job == NULL)
        return EINVAL;
    bool owned = thread_pool_queue_is_owned(&pool->queue); /* hence in no forked child */
    if (THREAD_POOL_UNLIKELY(!owned && pool->base.generation != thread_pool_fork_now()))
        return ECANCELED;
    assert((thread_pool_worker_belongs_to(pool) || !atomic_load(&pool->destroying)) &&
           "spawn from outside while the pool is being destroyed");
    struct thread_pool_task task = {job, arg};
    return THREAD_POOL_LIKELY(owned) ? thread_pool_queue_put_owned(&pool->queue, task)
                                     : thread_pool_queue_put(&pool->queue, task);
}

int thread_pool_destroy(thread_pool *pool) {
    if (pool == NULL)
        return 0;
    if (thread_pool_base_is_parents(&pool->base))
        return ECANCELED;
    if (thread_pool_worker_belongs_to(pool))
        return EDEADLK;
    atomic_store(&pool->destroying, true);
    end_all(pool);
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
    return "shared_queue";
}
