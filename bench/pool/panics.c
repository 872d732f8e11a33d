/* panics: one producer outside, and every job panics.
 *
 * This file is compiled with -fexceptions, so that the cleanup of the job's variable must run. The
 * handler counts instead of printing: what a terminal costs is nobody's business here. */
#include <string.h>

#include "producers.h"
#include "workloads.h"

#define SMALLEST 8
#define LARGEST 18
#define ENOUGH_NS 20000000u

static void note_cleanup(const int *variable) {
    (void)variable;
    tally_event(TALLY_CLEANUP);
}

static void job_panic(void *argument) {
    __attribute__((cleanup(note_cleanup))) int variable = 0;
    (void)variable;
    tally_add((uintptr_t)argument);
    thread_pool_panic("measured");
}

static void on_panic(void *context, const char *message) {
    (void)context;
    if (message != NULL && strcmp(message, "measured") == 0)
        tally_event(TALLY_HANDLED);
}

static void verify_events(uint64_t jobs, struct report *report) {
    struct tally_sums counted = tally_read();
    if (counted.events[TALLY_CLEANUP] != jobs)
        report_fail(report, "%llu jobs panicked, %llu cleanups ran", (unsigned long long)jobs,
                    (unsigned long long)counted.events[TALLY_CLEANUP]);
    if (counted.events[TALLY_HANDLED] != jobs)
        report_fail(report, "%llu jobs panicked, the handler was called %llu times",
                    (unsigned long long)jobs, (unsigned long long)counted.events[TALLY_HANDLED]);
}

void workload_panics(const struct request *request, struct report *report) {
    struct tally_sums expected = {0};
    thread_pool_options options = {.threads = request->threads, .on_panic = on_panic};
    thread_pool *pool = make_pool_with(&options, report);
    if (pool == NULL)
        return;
    struct producers producers = {.pool = pool,
                                  .job = job_panic,
                                  .count = 1,
                                  .next_argument = request->seed,
                                  .expected = &expected};
    struct batches batches = {run_producers, &producers, SMALLEST, LARGEST, ENOUGH_NS};
    measure_batches(&batches, "ns_per_panic", report);
    report_metric(report, "refused", (double)producers.refused);
    end_pool(pool, &expected, report);
    verify_events(expected.jobs, report);
}
