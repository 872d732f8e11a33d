/* wake_latency: from the call of spawn to the start of the job, on a pool that sleeps. */
#include "jobs.h"
#include "wakes.h"
#include "workloads.h"

struct wake_pool {
    thread_pool *pool;
    struct tally_sums expected;
    uint64_t seed;
};

static void job_started(void *argument) {
    wakes_started();
    tally_add((uintptr_t)argument);
}

static void wake(void *context, uint64_t round) {
    struct wake_pool *self = context;
    spawn_patiently(self->pool, job_started, (void *)(uintptr_t)(self->seed + round));
}

void workload_wake_latency(const struct request *request, struct report *report) {
    struct wake_pool self = {.pool = make_pool(request, report), .seed = request->seed};
    if (self.pool == NULL)
        return;
    struct wakes wakes = {.wake = wake, .context = &self};
    wakes_let_threads_age();
    measure_wakes(&wakes, report);
    for (uint64_t round = 0; round < wakes.rounds; round++)
        tally_expect(&self.expected, self.seed + round);
    end_pool(self.pool, &self.expected, report);
}
