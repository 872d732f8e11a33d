/* The table of a contender that is a pool: pool-bench-<backend>. */
#include "thread_pool.h"
#include "workloads.h"

static const unsigned thread_counts[] = {1, 2, 4, 0};

#define NS_PER_JOB                                                                                 \
    { "ns_per_job", "ns", "lower", true }
#define BATCHES                                                                                    \
    {"jobs_per_batch", "jobs", "none", false}, {                                                   \
        "batches", "batches", "none", false                                                        \
    }
#define REFUSED                                                                                    \
    { "refused", "spawns", "none", false }

static const struct metric throughput_metrics[] = {NS_PER_JOB, BATCHES, REFUSED, {0}};
static const struct metric busy_metrics[] = {NS_PER_JOB,
                                             {"efficiency_percent", "%", "higher", false},
                                             {"calibrated_ns", "ns", "none", false},
                                             BATCHES,
                                             REFUSED,
                                             {0}};

#define POOL .threads = thread_counts, .any_threads = true
#define THROUGHPUT(NAME, PRODUCERS, TITLE)                                                         \
    {                                                                                              \
        .name = NAME, .title = TITLE, .group = "throughput", .floor = "spsc_ring", .seconds = 0.5, \
        POOL, .metrics = throughput_metrics, .parameter = PRODUCERS, .run = workload_throughput    \
    }
#define BUSY(LENGTH, NS, TITLE)                                                                    \
    {                                                                                              \
        .name = "busy_" LENGTH, .title = TITLE, .group = "busy", .floor = "two_threads_" LENGTH,   \
        .seconds = 0.6, POOL, .metrics = busy_metrics, .parameter = NS, .run = workload_busy       \
    }

static const struct workload workloads[] = {
    THROUGHPUT("one_producer", 1, "one producer outside the pool, empty jobs"),
    THROUGHPUT("two_producers", 2, "two producers outside the pool, empty jobs"),
    THROUGHPUT("four_producers", 4, "four producers outside the pool, empty jobs"),
    {.name = "nested",
     .title = "each job spawns two, depth 18",
     .group = "throughput",
     .seconds = 0.6,
     POOL,
     .metrics = throughput_metrics,
     .run = workload_nested},
    BUSY("100ns", 100, "one producer, jobs of 100 ns"),
    BUSY("1us", 1000, "one producer, jobs of 1 µs"),
    BUSY("10us", 10000, "one producer, jobs of 10 µs"),
    {0}};

const struct contender contender = {thread_pool_backend, workloads};
