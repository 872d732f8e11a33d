#include "jobs.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "look.h"
#include "placement.h"

#define STUCK_NS 5000000000u

static inline void job_empty(void *argument) {
    tally_add((uintptr_t)argument);
}
PLACEMENT_COPIES(job_empty)

thread_pool_job empty_job(void) {
    return job_empty_placed();
}

void die(const char *what, int error) {
    fprintf(stderr, "%s: %s\n", what, strerror(error));
    _Exit(1);
}

uint64_t spawn_again(thread_pool *pool, thread_pool_job job, void *argument, int error) {
    uint64_t refused = 0;
    while (error == EAGAIN || error == ENOMEM) {
        refused++;
        sched_yield();
        error = thread_pool_spawn(pool, job, argument);
    }
    if (error != 0)
        die("thread_pool_spawn", error);
    return refused;
}

static void look_until_done(uint64_t jobs, uint64_t before, uint64_t since, struct report *report) {
    struct look look = {.since = since, .at = since, .done = before};
    uint64_t progress = now_ns();
    for (;;) {
        uint64_t counted = tally_read().jobs, now = now_ns();
        if (counted >= jobs)
            return;
        if (counted != look.done) {
            progress = now;
        } else if (now - progress > STUCK_NS) {
            report_fail(report, "%llu of %llu jobs never ran", (unsigned long long)(jobs - counted),
                        (unsigned long long)jobs);
            return;
        }
        sleep_for(look_next(&look, now, counted, jobs - counted));
    }
}

/* A look takes 30 us from a worker that it interrupts, and it interrupts one as soon as there are
 * as many workers as processors, but none where there are fewer. A thread of this policy interrupts
 * nobody: on a processor that is busy it looks when that comes to a halt, at the end of the batch,
 * or when its turn comes. */
void wait_for_jobs(uint64_t jobs, uint64_t before, uint64_t since, struct report *report) {
    const struct sched_param none = {0};
    bool gives_way =
        sched_getscheduler(0) == SCHED_OTHER && sched_setscheduler(0, SCHED_BATCH, &none) == 0;
    look_until_done(jobs, before, since, report);
    if (gives_way)
        sched_setscheduler(0, SCHED_OTHER, &none);
}

void verify_tally(const struct tally_sums *expected, struct report *report) {
    struct tally_sums counted = tally_read();
    if (counted.jobs != expected->jobs)
        report_fail(report, "%llu jobs were spawned, %llu were run",
                    (unsigned long long)expected->jobs, (unsigned long long)counted.jobs);
    if (counted.arguments != expected->arguments || counted.squares != expected->squares)
        report_fail(report, "as many jobs were run as were spawned, but not the same ones: "
                            "the sums of their arguments differ");
}

thread_pool *make_pool_with(const thread_pool_options *options, struct report *report) {
    thread_pool *pool = NULL;
    tally_init(options->threads);
    int error = thread_pool_new_with(options, &pool);
    if (error != 0)
        report_fail(report, "a pool of %u: %s", options->threads, strerror(error));
    return error == 0 ? pool : NULL;
}

thread_pool *make_pool(const struct request *request, struct report *report) {
    thread_pool_options options = {.threads = request->threads};
    return make_pool_with(&options, report);
}

void end_pool(thread_pool *pool, const struct tally_sums *expected, struct report *report) {
    int error = thread_pool_destroy(pool);
    if (error != 0)
        report_fail(report, "thread_pool_destroy: %s", strerror(error));
    verify_tally(expected, report);
}
