/* First, plain version: a linked list under a mutex and a condition variable. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "thread_pool.h"

struct job_node {
    struct job_node *next;
    thread_pool_job run;
    void *arg;
};

struct thread_pool {
    pthread_mutex_t lock;
    pthread_cond_t work;       /* signalled under lock: a job was queued, or stop was set */
    struct job_node *first;    /* under lock */
    struct job_node **last;    /* under lock */
    size_t queued;             /* under lock */
    int running;               /* under lock: jobs being run */
    int stop;                  /* under lock */
    uint64_t panics;           /* under lock */
    thread_pool_options options; /* immutable after creation */
    pthread_t *workers;        /* immutable after creation */
};

struct start {
    thread_pool *pool;
    int32_t index;
};

static _Thread_local struct {
    thread_pool *pool;
    int32_t index;
    const char *message;
    jmp_buf loop;
} self = {NULL, -1, NULL, {{{0}, 0, {{0}}}}};

static struct job_node *next_job(thread_pool *pool) {
    while (pool->first == NULL && !(pool->stop && pool->running == 0))
        pthread_cond_wait(&pool->work, &pool->lock);
    struct job_node *node = pool->first;
    if (node != NULL) {
        pool->first = node->next;
        if (pool->first == NULL)
            pool->last = &pool->first;
        pool->queued--;
        pool->running++;
    }
    return node;
}

static void job_ended(thread_pool *pool) {
    if (--pool->running == 0 && pool->stop)
        pthread_cond_broadcast(&pool->work);
}

static void *work(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    thread_pool *pool = self.pool = start.pool;
    self.index = start.index;
    if (_setjmp(self.loop) != 0) {
        if (pool->options.on_panic != NULL)
            pool->options.on_panic(pool->options.on_panic_context, self.message);
        else
            fprintf(stderr, "thread_pool: a job panicked: %s\n", self.message);
        pthread_mutex_lock(&pool->lock);
        pool->panics++;
        job_ended(pool);
        pthread_mutex_unlock(&pool->lock);
    }
    for (;;) {
        pthread_mutex_lock(&pool->lock);
        struct job_node *node = next_job(pool);
        pthread_mutex_unlock(&pool->lock);
        if (node == NULL)
            return NULL;
        thread_pool_job run = node->run;
        void *arg = node->arg;
        free(node);
        run(arg);
        pthread_mutex_lock(&pool->lock);
        job_ended(pool);
        pthread_mutex_unlock(&pool->lock);
    }
}

uint32_t thread_pool_default_threads(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

int thread_pool_new(uint32_t threads, thread_pool **pool) {
    thread_pool_options options = {.threads = threads};
    return thread_pool_new_with(&options, pool);
}

int thread_pool_new_with(const thread_pool_options *options, thread_pool **out) {
    if (options == NULL || out == NULL || options->threads == 0 ||
        options->threads > THREAD_POOL_MAX_THREADS)
        return EINVAL;
    thread_pool *pool = calloc(1, sizeof *pool);
    pool->options = *options;
    pool->last = &pool->first;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pool->workers = calloc(options->threads, sizeof *pool->workers);
    for (uint32_t i = 0; i < options->threads; i++) {
        struct start *start = malloc(sizeof *start);
        *start = (struct start){pool, (int32_t)i};
        pthread_create(&pool->workers[i], NULL, work, start);
    }
    *out = pool;
    return 0;
}

int thread_pool_spawn(thread_pool *pool, thread_pool_job job, void *arg) {
    if (pool == NULL || job == NULL)
        return EINVAL;
    struct job_node *node = malloc(sizeof *node);
    if (node == NULL)
        return ENOMEM;
    *node = (struct job_node){NULL, job, arg};
    pthread_mutex_lock(&pool->lock);
    *pool->last = node;
    pool->last = &node->next;
    pool->queued++;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

int thread_pool_destroy(thread_pool *pool) {
    if (pool == NULL)
        return 0;
    if (self.pool == pool)
        return EDEADLK;
    pthread_mutex_lock(&pool->lock);
    pool->stop = 1;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (uint32_t i = 0; i < pool->options.threads; i++)
        pthread_join(pool->workers[i], NULL);
    free(pool->workers);
    free(pool);
    return 0;
}

noreturn void thread_pool_panic(const char *message) {
    if (self.pool == NULL)
        abort();
    self.message = message;
    _longjmp(self.loop, 1);
}

uint32_t thread_pool_threads(const thread_pool *pool) { return pool->options.threads; }
uint64_t thread_pool_panics(const thread_pool *pool) { return pool->panics; }
int32_t thread_pool_worker_index(void) { return self.index; }
const char *thread_pool_backend(void) { return "shared_queue"; }
