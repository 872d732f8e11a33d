/* create_destroy: a pool made, and destroyed without having had a job. */
#include <errno.h>
#include <string.h>

#include "clock.h"
#include "jobs.h"
#include "workloads.h"

#define BUDGET_NS 200000000u
#define WARM_UP_ROUNDS 5
#define ROUNDS_PER_CHECK 16

struct times {
    struct samples create, destroy, both;
};

static void one_round(const struct request *request, struct times *times, struct report *report) {
    thread_pool *pool;
    uint64_t began = now_ns();
    int error = thread_pool_new(request->threads, &pool);
    uint64_t created = now_ns();
    if (error != 0 || (error = thread_pool_destroy(pool)) != 0) {
        report_fail(report, "a pool of %u: %s", request->threads, strerror(error));
        return;
    }
    uint64_t destroyed = now_ns();
    if (!samples_add(&times->create, (double)(created - began)) ||
        !samples_add(&times->destroy, (double)(destroyed - created)) ||
        !samples_add(&times->both, (double)(destroyed - began)))
        report_fail(report, "out of memory");
}

/* Not timed: a pool that is made like the others has its workers, and they work. */
static void check_round(const struct request *request, struct tally_sums *expected,
                        struct report *report) {
    thread_pool *pool = make_pool(request, report);
    if (pool == NULL)
        return;
    if (thread_pool_threads(pool) != request->threads)
        report_fail(report, "a pool of %u says it has %u threads", request->threads,
                    thread_pool_threads(pool));
    for (unsigned i = 0; i < request->threads; i++) {
        spawn_patiently(pool, empty_job(), (void *)(uintptr_t)(expected->jobs + request->seed));
        tally_expect(expected, expected->jobs + request->seed);
    }
    end_pool(pool, expected, report);
}

static void report_times(struct times *times, struct report *report) {
    report_metric(report, "ns_per_pool", samples_quantile(&times->both, .5));
    report_metric(report, "p99_ns", samples_quantile(&times->both, .99));
    report_metric(report, "create_ns", samples_quantile(&times->create, .5));
    report_metric(report, "destroy_ns", samples_quantile(&times->destroy, .5));
    report_percentiles(report, "pool_ns", &times->both);
}

void workload_create_destroy(const struct request *request, struct report *report) {
    struct times times = {SAMPLES_INIT, SAMPLES_INIT, SAMPLES_INIT};
    struct tally_sums expected = {0};
    for (int round = 0; round < WARM_UP_ROUNDS && !report_failed(report); round++)
        one_round(request, &times, report);
    times.create.count = times.destroy.count = times.both.count = 0;
    uint64_t deadline = now_ns() + BUDGET_NS;
    for (uint64_t round = 0; now_ns() < deadline && !report_failed(report); round++) {
        if (round % ROUNDS_PER_CHECK == 0)
            check_round(request, &expected, report);
        one_round(request, &times, report);
    }
    report_times(&times, report);
    samples_free(&times.create);
    samples_free(&times.destroy);
    samples_free(&times.both);
}
