/* The table of the contender that is no pool: pool-bench-floor, what the machine allows. */
#include "floors.h"

static const unsigned no_threads[] = {1, 0};

static const struct metric ring_metrics[] = {{"ns_per_job", "ns", "lower", true},
                                             {"jobs_per_batch", "jobs", "none", false},
                                             {"batches", "batches", "none", false},
                                             {0}};

static const struct workload workloads[] = {
    {.name = "spsc_ring",
     .title = "one thread hands 16-byte items to one other through a ring",
     .group = "throughput",
     .seconds = 0.5,
     .threads = no_threads,
     .metrics = ring_metrics,
     .run = floor_spsc_ring},
    {0}};

static const char *name(void) {
    return "floor";
}

const struct contender contender = {name, workloads};
