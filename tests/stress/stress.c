/* stress: many short processes, each with a pool whose queue grows and shrinks; every job is
 * counted, every argument summed.
 *
 *     stress ROUNDS [SEED]
 *
 * A process is a round, because what goes wrong once in a hundred first fills of a queue does not
 * show in one long run. In a round a few producers spawn bursts; a job may spawn more; between
 * bursts the pool may run dry, so that workers sleep and segments are retired; the pool is
 * destroyed, with jobs waiting or without. Three sums must be right: of jobs, of arguments, of
 * their squares. Exit status: 0, or 1 with the seed of each wrong round on stderr. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "thread_pool.h"

enum { MOST_PRODUCERS = 4, MOST_BURSTS = 6, LONGEST_SECONDS = 60 };

struct sums {
    _Atomic uint64_t jobs, arguments, squares;
};

/* What the jobs of this round did, and what was spawned. Any thread adds. */
static struct sums ran, spawned;
static thread_pool *pool; /* written before the first spawn, immutable while there are jobs */

static void add(struct sums *sums, uint64_t argument) {
    atomic_fetch_add(&sums->jobs, 1);
    atomic_fetch_add(&sums->arguments, argument);
    atomic_fetch_add(&sums->squares, argument * argument);
}

static uint64_t next_random(uint64_t *state) {
    *state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64, Steele, Lea and Flood 2014 */
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void job(void *argument);

static void spawn(uint64_t argument) {
    add(&spawned, argument);
    int error = thread_pool_spawn(pool, job, (void *)(uintptr_t)argument);
    if (error != 0) {
        fprintf(stderr, "thread_pool_spawn: %s\n", strerror(error));
        _exit(2);
    }
}

/* The lowest four bits of an argument say how deep a tree grows from it. */
static void job(void *argument) {
    uint64_t number = (uintptr_t)argument;
    if ((number & 15) > 0) {
        spawn(number - 1);
        spawn(number + 16 * UINT64_C(1000003) - 1);
    }
    add(&ran, number);
}

struct producer {
    uint64_t state;
    pthread_t thread;
};

static void wait_until_dry(void) {
    while (atomic_load(&ran.jobs) != atomic_load(&spawned.jobs))
        sched_yield();
}

/* A pause in which the pool may run dry, or may not. */
static void yield_often(uint64_t times) {
    while (times-- > 0)
        sched_yield();
}

static void *spawn_burst(void *argument) {
    struct producer *self = argument;
    uint64_t jobs = next_random(&self->state) % 400, depth = next_random(&self->state) % 5;
    for (uint64_t i = 0; i < jobs; i++)
        spawn((next_random(&self->state) << 20 >> 16) | (i % 16 == 0 ? depth : 0));
    if (next_random(&self->state) % 2 == 0)
        wait_until_dry();
    else if (next_random(&self->state) % 4 == 0)
        yield_often(next_random(&self->state) % 100);
    return NULL;
}

/* Some bursts come from a thread that ends with them: the next one may have its address. */
static void *produce(void *argument) {
    struct producer *self = argument;
    unsigned bursts = (unsigned)(next_random(&self->state) % MOST_BURSTS);
    bool ends = next_random(&self->state) % 4 == 0;
    for (unsigned burst = 0; burst < bursts; burst++) {
        pthread_t brief;
        if (ends && pthread_create(&brief, NULL, spawn_burst, self) == 0)
            pthread_join(brief, NULL);
        else
            spawn_burst(self);
    }
    return NULL;
}

static int check(const char *what, uint64_t counted, uint64_t expected, uint64_t seed) {
    if (counted == expected)
        return 0;
    fprintf(stderr, "seed %" PRIu64 ": %s: %" PRIu64 " spawned, %" PRIu64 " ran\n", seed, what,
            expected, counted);
    return 1;
}

static int verify(uint64_t seed) {
    return check("jobs", ran.jobs, spawned.jobs, seed) |
           check("sum of arguments", ran.arguments, spawned.arguments, seed) |
           check("sum of squares", ran.squares, spawned.squares, seed);
}

static int round_of(uint64_t seed) {
    uint64_t state = seed;
    struct producer producers[MOST_PRODUCERS];
    unsigned count = 1 + (unsigned)(next_random(&state) % MOST_PRODUCERS);
    alarm(LONGEST_SECONDS);
    int error = thread_pool_new(1 + (uint32_t)(next_random(&state) % 5), &pool);
    for (unsigned i = 0; i < count && error == 0; i++) {
        producers[i].state = next_random(&state);
        error = pthread_create(&producers[i].thread, NULL, produce, &producers[i]);
    }
    if (error != 0) {
        fprintf(stderr, "seed %" PRIu64 ": %s\n", seed, strerror(error));
        return 2;
    }
    for (unsigned i = 0; i < count; i++)
        pthread_join(producers[i].thread, NULL);
    error = thread_pool_destroy(pool);
    return error != 0 ? 2 : verify(seed);
}

/* False: the round went wrong, and said so. */
static bool run_round(uint64_t seed) {
    pid_t child = fork();
    if (child == 0)
        exit(round_of(seed));
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child)
        fprintf(stderr, "seed %" PRIu64 ": no process: %s\n", seed, strerror(errno));
    else if (WIFSIGNALED(status))
        fprintf(stderr, "seed %" PRIu64 ": %s\n", seed, strsignal(WTERMSIG(status)));
    return status == 0;
}

int main(int argc, char **argv) {
    uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, wrong = 0;
    if (rounds == 0) {
        fprintf(stderr, "usage: stress ROUNDS [SEED]; ROUNDS is 1 or more\n");
        return 2;
    }
    for (uint64_t i = 0; i < rounds; i++)
        wrong += !run_round(seed + i);
    printf("%" PRIu64 " rounds, %" PRIu64 " wrong\n", rounds, wrong);
    return wrong != 0;
}
