/* A pool with one worker that does wrong on purpose what POOL_FAULT names, to see that bench/pool
 * notices: nothing, drop (a job is lost), twice (a job is run twice), swap (one is lost and the
 * next is run twice). Its panic is a plain jump, which runs no cleanup. Only for this test. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "thread_pool.h"

/* As the build defines it for a backend. */
extern const char poolbench_backend_versions[];
const char poolbench_backend_versions[] = "{\"faulty\": \"1\"}";

#define FAULTY_JOB 777 /* counted from the first one, in the order of running */

struct job {
    struct job *next;
    thread_pool_job run;
    void *arg;
};

struct thread_pool {
    pthread_mutex_t lock;
    pthread_cond_t work;         /* signalled under lock */
    struct job *first;           /* under lock */
    struct job **last;           /* under lock */
    bool stop;                   /* under lock */
    const char *fault;           /* immutable */
    uint64_t ran, panics;        /* worker only; others after it was joined */
    thread_pool_options options; /* immutable */
    pthread_t worker;            /* immutable */
};

static _Thread_local int32_t worker_index = -1;
static _Thread_local jmp_buf loop;
static _Thread_local const char *panic_message;

/* How often the next job is run, as the fault wants it. */
static int times(thread_pool *pool) {
    uint64_t number = pool->ran++;
    bool swap = strcmp(pool->fault, "swap") == 0;
    if (number == FAULTY_JOB && (swap || strcmp(pool->fault, "drop") == 0))
        return 0;
    if (number == FAULTY_JOB + 1 && (swap || strcmp(pool->fault, "twice") == 0))
        return 2;
    return 1;
}

static struct job *next_job(thread_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    while (pool->first == NULL && !pool->stop)
        pthread_cond_wait(&pool->work, &pool->lock);
    struct job *job = pool->first;
    if (job != NULL && (pool->first = job->next) == NULL)
        pool->last = &pool->first;
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void run_job(thread_pool *pool, struct job job) {
    for (int left = times(pool); left > 0; left--)
        job.run(job.arg);
}

static void *work(void *argument) {
    thread_pool *pool = argument;
    worker_index = 0;
    if (setjmp(loop) != 0) {
        pool->panics++;
        if (pool->options.on_panic != NULL)
            pool->options.on_panic(pool->options.on_panic_context, panic_message);
    }
    struct job *job;
    while ((job = next_job(pool)) != NULL) {
        struct job copy = *job;
        free(job);
        run_job(pool, copy);
    }
    return NULL;
}

int thread_pool_new_with(const thread_pool_options *options, thread_pool **out) {
    thread_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return ENOMEM;
    const char *fault = getenv("POOL_FAULT");
    pool->fault = fault == NULL ? "nothing" : fault;
    pool->options = *options;
    pool->last = &pool->first;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    int error = pthread_create(&pool->worker, NULL, work, pool);
    if (error != 0)
        free(pool);
    else
        *out = pool;
    return error;
}

int thread_pool_new(uint32_t threads, thread_pool **out) {
    thread_pool_options options = {.threads = threads};
    return thread_pool_new_with(&options, out);
}

int thread_pool_spawn(thread_pool *pool, thread_pool_job run, void *arg) {
    struct job *job = malloc(sizeof *job);
    if (job == NULL)
        return ENOMEM;
    *job = (struct job){NULL, run, arg};
    pthread_mutex_lock(&pool->lock);
    *pool->last = job;
    pool->last = &job->next;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

int thread_pool_destroy(thread_pool *pool) {
    if (pool == NULL)
        return 0;
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    pthread_join(pool->worker, NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
    return 0;
}

noreturn void thread_pool_panic(const char *message) {
    panic_message = message;
    longjmp(loop, 1);
}

uint32_t thread_pool_threads(const thread_pool *pool) {
    return pool->options.threads;
}
uint64_t thread_pool_panics(const thread_pool *pool) {
    return pool->panics;
}
int32_t thread_pool_worker_index(void) {
    return worker_index;
}
uint32_t thread_pool_default_threads(void) {
    return 1;
}
const char *thread_pool_backend(void) {
    return "faulty";
}
