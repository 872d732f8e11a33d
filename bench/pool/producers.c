#include "producers.h"

#include <pthread.h>

#include "clock.h"
#include "placement.h"

#define MOST_PRODUCERS 4

struct producer {
    struct producers *all;
    placement_function *spawn_all;
    pthread_barrier_t *start;
    pthread_t thread;
    uint64_t first, jobs;    /* its arguments: first … first + jobs - 1 */
    uint64_t began, refused; /* written by the producer, read after it was joined */
};

static inline void spawn_all(void *argument) {
    struct producer *self = argument;
    thread_pool *pool = self->all->pool;
    thread_pool_job job = self->all->job;
    uint64_t refused = 0;
    for (uint64_t i = self->first, end = i + self->jobs; i != end; i++)
        refused += spawn_patiently(pool, job, (void *)(uintptr_t)i);
    self->refused = refused;
}
PLACEMENT_COPIES(spawn_all)

static void *produce(void *argument) {
    struct producer *self = argument;
    pthread_barrier_wait(self->start);
    self->began = now_ns();
    self->spawn_all(self);
    return NULL;
}

static void expect_range(struct tally_sums *sums, uint64_t first, uint64_t jobs) {
    for (uint64_t i = first; i != first + jobs; i++)
        tally_expect(sums, i);
}

static void start_producers(struct producer *producers, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        int error = pthread_create(&producers[i].thread, NULL, produce, &producers[i]);
        if (error != 0)
            die("no thread for a producer", error);
    }
}

static uint64_t join_producers(struct producer *producers, unsigned count, uint64_t *refused) {
    uint64_t began = UINT64_MAX;
    for (unsigned i = 0; i < count; i++) {
        pthread_join(producers[i].thread, NULL);
        *refused += producers[i].refused;
        began = producers[i].began < began ? producers[i].began : began;
    }
    return began;
}

struct batch run_producers(void *context, unsigned size, struct report *report) {
    struct producers *all = context;
    struct producer producers[MOST_PRODUCERS];
    uint64_t each = ((uint64_t)1 << size) / all->count, before = all->expected->jobs;
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, all->count);
    for (unsigned i = 0; i < all->count; i++) {
        producers[i] = (struct producer){.all = all, .start = &start, .jobs = each};
        producers[i].spawn_all = spawn_all_placed();
        producers[i].first = all->next_argument + i * each;
    }
    expect_range(all->expected, all->next_argument, each * all->count);
    all->next_argument += each * all->count;
    start_producers(producers, all->count);
    uint64_t began = join_producers(producers, all->count, &all->refused);
    wait_for_jobs(all->expected->jobs, before, began, report);
    uint64_t ended = now_ns();
    pthread_barrier_destroy(&start);
    return (struct batch){each * all->count, ended - began};
}
