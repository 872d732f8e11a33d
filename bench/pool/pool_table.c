/* The table of a contender that is a pool: pool-bench-<backend>. */
#include "metrics.h"
#include "thread_pool.h"
#include "workloads.h"

static const unsigned thread_counts[] = {1, 2, 4, 0};

#define REFUSED                                                                                    \
    { "refused", "spawns", "none", false }

static const struct metric throughput_metrics[] = {
    METRIC_NS_PER_JOB, METRICS_BATCHES, REFUSED, {0}};
static const struct metric busy_metrics[] = {
    METRIC_NS_PER_JOB, METRICS_BUSY, METRICS_BATCHES, REFUSED, {0}};
static const struct metric wake_metrics[] = {METRICS_WAKES, {0}};
static const struct metric burst_metrics[] = {METRICS_BURSTS, REFUSED, {0}};
static const struct metric idle_metrics[] = {
    {"cpu_ms_per_second", "ms", "lower", true}, {"tail_cpu_ms", "ms", "lower", false}, {0}};
static const struct metric create_metrics[] = {{"ns_per_pool", "ns", "lower", true},
                                               {"p99_ns", "ns", "lower", false},
                                               {"create_ns", "ns", "lower", false},
                                               {"destroy_ns", "ns", "lower", false},
                                               {0}};
static const struct metric memory_metrics[] = {{"bytes_per_job", "B", "lower", true},
                                               {"left_bytes_per_job", "B", "lower", true},
                                               {"left_bytes", "B", "lower", false},
                                               {"jobs", "jobs", "none", false},
                                               {0}};
static const struct metric panic_metrics[] = {METRIC_NS_PER_PANIC, METRICS_BATCHES, REFUSED, {0}};

#define ON_POOL .threads = thread_counts, .any_threads = true

#define THROUGHPUT(NAME, PRODUCERS, FLOOR, TITLE)                                                  \
    {                                                                                              \
        .name = NAME, .title = TITLE, .group = "throughput", .floor = FLOOR, .seconds = 0.25,      \
        ON_POOL, .metrics = throughput_metrics, .parameter = (PRODUCERS),                          \
        .run = workload_throughput                                                                 \
    }
#define BUSY(LENGTH, NS, TITLE)                                                                    \
    {                                                                                              \
        .name = "busy_" LENGTH, .title = TITLE, .group = "busy", .floor = "two_threads_" LENGTH,   \
        .seconds = 0.35, ON_POOL, .metrics = busy_metrics, .parameter = (NS), .run = workload_busy \
    }

static const struct workload workloads[] = {
    THROUGHPUT("one_producer", 1, "spsc_ring", "one producer outside the pool, empty jobs"),
    THROUGHPUT("two_producers", 2, "spsc_ring", "two producers outside the pool, empty jobs"),
    THROUGHPUT("four_producers", 4, "spsc_ring", "four producers outside the pool, empty jobs"),
    {.name = "nested",
     .title = "each job spawns two, depth 18",
     .group = "throughput",
     .floor = "spsc_ring",
     .seconds = 0.3,
     ON_POOL,
     .metrics = throughput_metrics,
     .run = workload_nested},
    {.name = "wake_latency",
     .title = "from spawn to the start of the job, on a sleeping pool",
     .group = "latency",
     .floor = "futex_wake",
     .seconds = 0.8,
     ON_POOL,
     .metrics = wake_metrics,
     .run = workload_wake_latency},
    BUSY("100ns", 100, "one producer, jobs of 100 ns"),
    BUSY("1us", 1000, "one producer, jobs of 1 µs"),
    BUSY("10us", 10000, "one producer, jobs of 10 µs"),
    {.name = "mixed",
     .title = "one producer, one job of 512 takes 20 µs, the others nothing",
     .group = "busy",
     .seconds = 0.35,
     ON_POOL,
     .metrics = busy_metrics,
     .run = workload_mixed},
    {.name = "burst",
     .title = "64 jobs of 1 µs every millisecond: time to finish them",
     .group = "latency",
     .floor = "bare_burst",
     .seconds = 0.4,
     ON_POOL,
     .metrics = burst_metrics,
     .run = workload_burst},
    {.name = "idle",
     .title = "CPU used by a pool without jobs, after load",
     .group = "cost",
     .seconds = 0.7,
     ON_POOL,
     .metrics = idle_metrics,
     .run = workload_idle},
    {.name = "create_destroy",
     .title = "a pool made and destroyed",
     .group = "cost",
     .seconds = 0.25,
     ON_POOL,
     .metrics = create_metrics,
     .run = workload_create_destroy},
    {.name = "memory",
     .title = "resident memory per queued job, and kept after the drain",
     .group = "cost",
     .seconds = 0.25,
     ON_POOL,
     .metrics = memory_metrics,
     .run = workload_memory},
    {.name = "panics",
     .title = "one producer, every job panics",
     .group = "cost",
     .floor = "unwind_resume",
     .seconds = 0.3,
     ON_POOL,
     .metrics = panic_metrics,
     .run = workload_panics},
    {0}};

/* Defined by the build, one per program. */
extern const char poolbench_backend_versions[];

const struct contender contender = {thread_pool_backend, poolbench_backend_versions, workloads};
