#include "batches.h"

#include <stdbool.h>

#include "clock.h"

#define BUDGET_NS 150000000u
#define FEWEST_BATCHES 3

/* Whoever takes this long for a job need not grow its batches beyond this long: with a thread per
 * job, ten thousand jobs at a time measure the system's limits and not the contender. */
#define SLOW_NS_PER_JOB 5000u
#define SLOW_ENOUGH_NS 20000000u

static bool is_enough(const struct batches *batches, struct batch batch) {
    bool slow = batch.ns / batch.jobs >= SLOW_NS_PER_JOB;
    return batch.ns >= batches->enough_ns || (slow && batch.ns >= SLOW_ENOUGH_NS);
}

static unsigned warm_up(const struct batches *batches, struct report *report) {
    unsigned size = batches->smallest;
    while (!report_failed(report)) {
        struct batch batch = batches->run(batches->context, size, report);
        if (is_enough(batches, batch) || size == batches->largest)
            break;
        size++;
    }
    return size;
}

double measure_batches(const struct batches *batches, const char *name, struct report *report) {
    struct samples ns_per_job = SAMPLES_INIT;
    struct batch batch = {0, 0};
    unsigned size = warm_up(batches, report);
    uint64_t used = 0;
    while (!report_failed(report) && (used < BUDGET_NS || ns_per_job.count < FEWEST_BATCHES)) {
        batch = batches->run(batches->context, size, report);
        used += batch.ns;
        if (!samples_add(&ns_per_job, (double)batch.ns / (double)batch.jobs))
            report_fail(report, "out of memory");
    }
    double median = samples_quantile(&ns_per_job, .5);
    report_metric(report, name, median);
    report_metric(report, "jobs_per_batch", (double)batch.jobs);
    report_metric(report, "batches", (double)ns_per_job.count);
    samples_free(&ns_per_job);
    return median;
}
