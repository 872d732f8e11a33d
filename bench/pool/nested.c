/* nested: a binary tree of jobs; each spawns its two children on the pool it runs on. */
#include "batches.h"
#include "clock.h"
#include "jobs.h"
#include "placement.h"
#include "workloads.h"

#define SMALLEST 8
#define DEPTH 18
/* A tree of less depth that takes as long as this is not grown further; jobs_per_batch tells. Only
 * a thread per job is that slow. */
#define ENOUGH_NS 300000000u

static struct {
    thread_pool *pool;
    thread_pool_job job;
    uint64_t leaves; /* jobs are numbered as in a heap, from 1; the leaves from here */
    _Atomic uint64_t refused;
} tree; /* set before the root is spawned, immutable then but for `refused` */

static inline void job_node(void *argument) {
    uint64_t number = (uintptr_t)argument;
    if (number < tree.leaves) {
        uint64_t refused = spawn_patiently(tree.pool, tree.job, (void *)(uintptr_t)(2 * number));
        refused += spawn_patiently(tree.pool, tree.job, (void *)(uintptr_t)(2 * number + 1));
        if (__builtin_expect(refused != 0, 0))
            tree.refused += refused;
    }
    tally_add(number);
}
PLACEMENT_COPIES(job_node)

static struct batch run_tree(void *context, unsigned depth, struct report *report) {
    struct tally_sums *expected = context;
    uint64_t before = expected->jobs, jobs = ((uint64_t)2 << depth) - 1;
    tree.leaves = (uint64_t)1 << depth;
    for (uint64_t number = 1; number <= jobs; number++)
        tally_expect(expected, number);
    uint64_t began = now_ns();
    spawn_patiently(tree.pool, tree.job, (void *)(uintptr_t)1);
    wait_for_jobs(expected->jobs, before, began, report);
    return (struct batch){jobs, now_ns() - began};
}

void workload_nested(const struct request *request, struct report *report) {
    struct tally_sums expected = {0};
    tree.pool = make_pool(request, report);
    if (tree.pool == NULL)
        return;
    tree.job = job_node_placed();
    struct batches batches = {run_tree, &expected, SMALLEST, DEPTH, ENOUGH_NS};
    measure_batches(&batches, "ns_per_job", report);
    report_metric(report, "refused", (double)tree.refused);
    end_pool(tree.pool, &expected, report);
}
