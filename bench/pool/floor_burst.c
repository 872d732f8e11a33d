/* bare_burst: the jobs of burst by bare threads: as many as there are processors, each woken by a
 * futex of its own when the whole burst is there, take them from a counter. A pool does not know
 * what is still to come, and must wake more threads if its jobs may wait for each other.
 *
 * The one who has the jobs wakes all of these threads. That one of them wakes the next takes 1.3
 * times as long, and one alone 1.35 times, with 0.8 of the CPU (bench/NOTES.md, "Bare bursts"). */
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "bursts.h"
#include "calls.h"
#include "cpus.h"
#include "floors.h"

#define STOP UINT32_MAX

/* Written by the measuring thread: the number of the burst that is there, from 1. The futex. */
struct runner {
    alignas(128) _Atomic uint32_t burst;
    pthread_t thread;
    uint64_t ran; /* by its thread until it ends: the sum of its jobs' numbers, each and one */
};

/* Jobs of that burst that have been taken, or more. */
static struct { alignas(128) _Atomic uint32_t taken; } bursts[BURSTS];

static void run_burst(struct runner *self, uint32_t burst) {
    uint32_t job;
    /* Relaxed: the numbers only have to be distinct. */
    while ((job = atomic_fetch_add_explicit(&bursts[burst].taken, 1, memory_order_relaxed)) <
           BURST_JOBS) {
        uint64_t number = (uint64_t)burst * BURST_JOBS + job;
        bursts_run_job(number);
        self->ran += number + 1;
    }
}

/* A burst that comes while the one before is run is the next one. */
static void *run_bursts(void *argument) {
    struct runner *self = argument;
    uint32_t seen = 0, now;
    /* Relaxed: only the number itself is passed on, and futex re-checks it. */
    while ((now = atomic_load_explicit(&self->burst, memory_order_relaxed)) != STOP) {
        if (now == seen)
            calls_wait(&self->burst, seen);
        while (seen < now)
            run_burst(self, seen++);
    }
    return NULL;
}

struct team {
    struct runner *runners;
    unsigned size;
};

static void begin(void *context, uint64_t first) {
    const struct team *team = context;
    for (unsigned i = 0; i < team->size; i++)
        calls_make(&team->runners[i].burst, (uint32_t)(first / BURST_JOBS) + 1);
}

static bool start(struct runner *runner) {
    *runner = (struct runner){.ran = 0};
    return pthread_create(&runner->thread, NULL, run_bursts, runner) == 0;
}

static void stop(const struct team *team, struct report *report) {
    uint64_t ran = 0, jobs = (uint64_t)BURSTS * BURST_JOBS;
    for (unsigned i = 0; i < team->size; i++) {
        calls_make(&team->runners[i].burst, STOP);
        pthread_join(team->runners[i].thread, NULL);
        ran += team->runners[i].ran;
    }
    if (ran != jobs * (jobs + 1) / 2)
        report_fail(report, "bare threads lost or repeated a job");
}

void floor_burst(const struct request *request, struct report *report) {
    unsigned wanted = request->threads < cpus_allowed() ? request->threads : cpus_allowed();
    struct team team = {aligned_alloc(alignof(struct runner), wanted * sizeof *team.runners), 0};
    bursts_prepare();
    while (team.runners != NULL && team.size < wanted && start(&team.runners[team.size]))
        team.size++;
    if (team.size == wanted)
        bursts_run(begin, &team, report);
    else
        report_fail(report, "no threads to run bursts");
    stop(&team, report);
    free(team.runners);
    if (!report_failed(report))
        bursts_report(report);
}
