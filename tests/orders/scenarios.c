/* scenarios.c: short lives of a pool. They are compiled as the pool is: what a job finds, and what
 * the end of the pool shows, is plain memory, and a data race if nothing orders it. */
#include "scenarios.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "machine.h"
#include "thread_pool.h"

enum { JOBS_MOST = 64, PRODUCERS_MOST = 2 };

struct job {
    thread_pool *pool;
    unsigned number; /* from 1; of one producer's jobs rising */
    unsigned ran;    /* the sum of what has run it */
    unsigned producer;
    unsigned children; /* it spawns a job that has one less */
    atomic_bool over;
};

/* Of this run. */
static struct job *jobs;
static unsigned workers, last_of[PRODUCERS_MOST];
static atomic_uint spawned, met;

static thread_pool *begin(unsigned threads, size_t limit) {
    const thread_pool_options options = {.threads = threads, .max_queued = limit};
    thread_pool *pool = NULL;
    jobs = malloc(JOBS_MOST * sizeof *jobs);
    workers = threads;
    atomic_store_explicit(&spawned, 0, memory_order_relaxed);
    atomic_store_explicit(&met, 0, memory_order_relaxed);
    for (unsigned i = 0; i < PRODUCERS_MOST; i++)
        last_of[i] = 0;
    machine_check(thread_pool_new_with(&options, &pool) == 0, "no pool");
    return pool;
}

static void end(thread_pool *pool) {
    machine_check(thread_pool_destroy(pool) == 0, "destroy fails");
    unsigned number = atomic_load_explicit(&spawned, memory_order_relaxed);
    for (unsigned i = 0; i < number; i++)
        machine_check(jobs[i].ran == jobs[i].number, "a job has not run exactly once");
    free(jobs);
}

static struct job *spawn(thread_pool *pool, thread_pool_job function, unsigned producer,
                         unsigned children) {
    unsigned number = atomic_fetch_add_explicit(&spawned, 1, memory_order_relaxed);
    machine_check(number < JOBS_MOST, "the scenario has too many jobs");
    struct job *job = &jobs[number];
    *job = (struct job){
        .pool = pool, .number = number + 1, .producer = producer, .children = children};
    int error;
    while ((error = thread_pool_spawn(pool, function, job)) == EAGAIN)
        sched_yield();
    machine_check(error == 0, "a spawn fails");
    return job;
}

/* A single worker runs the jobs of a producer in their order. Those of jobs count as no producer's.
 */
static void check_order(const struct job *job) {
    if (workers > 1 || job->producer == PRODUCERS_MOST)
        return;
    machine_check(job->number > last_of[job->producer], "a job overtakes another one");
    last_of[job->producer] = job->number;
}

static void run(void *argument) {
    struct job *job = argument;
    job->ran += job->number;
    check_order(job);
    if (job->children > 0)
        spawn(job->pool, run, PRODUCERS_MOST, job->children - 1);
    atomic_store_explicit(&job->over, true, memory_order_release);
}

struct producer {
    thread_pool *pool;
    unsigned number, jobs, children_most;
};

static void *produce(void *argument) {
    const struct producer *self = argument;
    for (unsigned i = 0; i < self->jobs; i++)
        spawn(self->pool, run, self->number,
              self->children_most == 0 ? 0 : machine_random(self->children_most + 1));
    return NULL;
}

static void by_two(thread_pool *pool, void *(*produce)(void *), unsigned mine, unsigned others,
                   unsigned children_most) {
    struct producer here = {pool, 0, mine, children_most};
    struct producer there = {pool, 1, others, children_most};
    pthread_t other;
    pthread_create(&other, NULL, produce, &there);
    produce(&here);
    pthread_join(other, NULL);
}

static void producers(void) {
    thread_pool *pool = begin(1 + machine_random(2), 0);
    by_two(pool, produce, 6, 6, 0);
    end(pool);
}

/* A producer that fills segments alone owns the tickets of the next ones, until another one comes.
 */
static void owner(void) {
    thread_pool *pool = begin(1 + machine_random(2), 0);
    by_two(pool, produce, 20, machine_random(3), 0);
    end(pool);
}

static void nested(void) {
    thread_pool *pool = begin(2, 0);
    for (unsigned i = 0; i < 4; i++)
        spawn(pool, run, 0, 5);
    end(pool);
}

/* Three workers and two producers, one of which may not have much to do; jobs spawn jobs. */
static void crowd(void) {
    thread_pool *pool = begin(3, 0);
    by_two(pool, produce, machine_random(8), machine_random(8), 2);
    end(pool);
}

static void limited(void) {
    thread_pool *pool = begin(1 + machine_random(2), 1 + machine_random(3));
    by_two(pool, produce, 8, machine_random(8), 0);
    end(pool);
}

static void meet(void *argument) {
    struct job *job = argument;
    job->ran += job->number;
    atomic_fetch_add_explicit(&met, 1, memory_order_relaxed);
    while (atomic_load_explicit(&met, memory_order_relaxed) < 2)
        sched_yield();
}

/* Two jobs that wait for each other: a worker that is not woken for the second one leaves both to
 * wait for ever. */
static void meeting(void) {
    thread_pool *pool = begin(2, 0);
    for (unsigned before = machine_random(4); before > 0; before--)
        spawn(pool, run, 0, machine_random(2));
    spawn(pool, meet, 0, 0);
    spawn(pool, meet, 0, 0);
    end(pool);
}

/* Each job comes when the one before is over: the workers may sleep, or be about to. */
static void *produce_one_by_one(void *argument) {
    const struct producer *self = argument;
    for (unsigned i = 0; i < self->jobs; i++) {
        struct job *job = spawn(self->pool, run, self->number, 0);
        while (!atomic_load_explicit(&job->over, memory_order_acquire))
            sched_yield();
        machine_check(job->ran == job->number, "a job that is over has not run");
    }
    return NULL;
}

static void one_by_one(void) {
    thread_pool *pool = begin(1 + machine_random(2), 0);
    struct producer self = {pool, 0, 9, 0};
    produce_one_by_one(&self);
    end(pool);
}

static void in_turns(void) {
    thread_pool *pool = begin(1 + machine_random(2), 0);
    by_two(pool, produce_one_by_one, 8, 8, 0);
    end(pool);
}

const struct scenario scenarios[] = {
    {"producers", producers},   {"owner", owner},       {"nested", nested},
    {"crowd", crowd},           {"limited", limited},   {"meeting", meeting},
    {"one_by_one", one_by_one}, {"in_turns", in_turns}, {NULL, NULL},
};
