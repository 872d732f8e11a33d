/* Metrics that the tables of pools and of the floor share: the same figures have the same name. */
#ifndef BENCH_POOL_METRICS_H
#define BENCH_POOL_METRICS_H

#include "workload.h"

#define METRIC_NS_PER_JOB                                                                          \
    { "ns_per_job", "ns", "lower", true }
#define METRIC_NS_PER_PANIC                                                                        \
    { "ns_per_panic", "ns", "lower", true }
#define METRICS_BATCHES                                                                            \
    {"jobs_per_batch", "jobs", "none", false}, {                                                   \
        "batches", "batches", "none", false                                                        \
    }
#define METRICS_BUSY                                                                               \
    {"efficiency_percent", "%", "higher", false}, {                                                \
        "calibrated_ns", "ns", "none", false                                                       \
    }
#define METRICS_WAKES                                                                              \
    {"p50_ns", "ns", "lower", true}, {"p99_ns", "ns", "lower", false},                             \
        {"call_ns", "ns", "lower", false}, {"wakeups_per_call", "wake-ups", "lower", false}, {     \
        "asleep_percent", "%", "none", false                                                       \
    }
#define METRICS_BURSTS                                                                             \
    {"p50_ns", "ns", "lower", true}, {"p99_ns", "ns", "lower", false},                             \
        {"cores_burnt", "cores", "lower", true}, {"from_due_p50_ns", "ns", "lower", false},        \
        {"from_due_p99_ns", "ns", "lower", false}, {                                               \
        "wakeups_per_job", "wake-ups", "lower", false                                              \
    }

#endif
