/* The table of the contender that is no pool: pool-bench-floor, what the machine allows. */
#include "floors.h"
#include "metrics.h"

static const unsigned no_threads[] = {1, 0};
static const unsigned two_threads[] = {2, 0};
static const unsigned some_threads[] = {1, 2, 4, 8, 0};

static const struct metric ring_metrics[] = {METRIC_NS_PER_JOB, METRICS_BATCHES, {0}};
static const struct metric wake_metrics[] = {METRICS_WAKES, {0}};
static const struct metric burst_metrics[] = {METRICS_BURSTS, {0}};
static const struct metric busy_metrics[] = {METRIC_NS_PER_JOB, METRICS_BUSY, METRICS_BATCHES, {0}};
static const struct metric unwind_metrics[] = {METRIC_NS_PER_PANIC, METRICS_BATCHES, {0}};

#define TWO_THREADS(NAME, NS, RUN, TITLE)                                                          \
    {                                                                                              \
        .name = NAME, .title = TITLE, .group = "busy", .seconds = 0.35, .threads = two_threads,    \
        .metrics = busy_metrics, .parameter = (NS), .run = RUN                                     \
    }

static const struct workload workloads[] = {
    {.name = "spsc_ring",
     .title = "one thread hands 16-byte items to one other through a ring",
     .group = "throughput",
     .seconds = 0.65,
     .threads = no_threads,
     .metrics = ring_metrics,
     .run = floor_spsc_ring},
    {.name = "mpmc_ring",
     .title = "the same, with a ticket and a claim for each, as where several share a queue",
     .group = "throughput",
     .seconds = 0.3,
     .threads = no_threads,
     .metrics = ring_metrics,
     .run = floor_mpmc_ring},
    {.name = "futex_wake",
     .title = "a bare futex wake of one of so many threads, from the call to its first instruction",
     .group = "latency",
     .seconds = 1.1,
     .threads = some_threads,
     .any_threads = true,
     .metrics = wake_metrics,
     .run = floor_futex_wake},
    {.name = "bare_burst",
     .title = "64 jobs of 1 µs every millisecond by bare threads, woken when all jobs are there",
     .group = "latency",
     .seconds = 0.4,
     .threads = some_threads,
     .any_threads = true,
     .metrics = burst_metrics,
     .run = floor_burst},
    TWO_THREADS("two_claimers_100ns", 100, floor_two_claimers,
                "two threads that take jobs of 100 ns one by one from a shared counter"),
    TWO_THREADS("two_threads_100ns", 100, floor_two_threads, "two plain threads, jobs of 100 ns"),
    TWO_THREADS("two_threads_1us", 1000, floor_two_threads, "two plain threads, jobs of 1 µs"),
    TWO_THREADS("two_threads_10us", 10000, floor_two_threads, "two plain threads, jobs of 10 µs"),
    {.name = "unwind_resume",
     .title = "from the end of a cleanup to where the unwinder first lets a pool leave",
     .group = "cost",
     .seconds = 0.5,
     .threads = some_threads,
     .any_threads = true,
     .metrics = unwind_metrics,
     .run = floor_unwind_resume},
    {0}};

static const char *name(void) {
    return "floor";
}

const struct contender contender = {name, "{\"poolbench\": \"" POOLBENCH_VERSION "\"}", workloads};
