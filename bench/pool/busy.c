/* busy_100ns, busy_1us, busy_10us: one producer outside, jobs that compute for a while.
 * mixed: one job of 512 computes for 20 µs, the others do nothing. */
#include "placement.h"
#include "producers.h"
#include "spin.h"
#include "workloads.h"

#define SMALLEST 9 /* 512 jobs */
#define LARGEST 20
#define ENOUGH_NS 25000000u

#define MIXED_NS 20000.
#define MIXED_BITS 9 /* one job of 512 */

static uint64_t job_steps; /* set before the first spawn, immutable then */

static inline void job_busy(void *argument) {
    tally_add((uintptr_t)argument + spin_job(job_steps));
}
PLACEMENT_COPIES(job_busy)

/* As if drawn by lot: Knuth, "The Art of Computer Programming", 6.4, Fibonacci hashing. */
static bool is_long(uint64_t number) {
    return number * UINT64_C(0x9e3779b97f4a7c15) >> (64 - MIXED_BITS) == 0;
}

static inline void job_mixed(void *argument) {
    uint64_t number = (uintptr_t)argument;
    tally_add(number + (is_long(number) ? spin_job(job_steps) : 0));
}
PLACEMENT_COPIES(job_mixed)

/* How many of `threads` can compute at the same time. */
static unsigned parallel(unsigned threads) {
    unsigned cpus = thread_pool_default_threads();
    return threads < cpus ? threads : cpus;
}

/* `mean_ns`: of a job, on average. */
static void measure(const struct request *request, thread_pool_job job, double mean_ns,
                    struct report *report) {
    struct tally_sums expected = {0};
    thread_pool *pool = make_pool(request, report);
    if (pool == NULL)
        return;
    struct producers producers = {.pool = pool,
                                  .job = job,
                                  .count = 1,
                                  .next_argument = request->seed,
                                  .expected = &expected};
    struct batches batches = {run_producers, &producers, SMALLEST, LARGEST, ENOUGH_NS};
    double ns = measure_batches(&batches, "ns_per_job", report);
    report_metric(report, "calibrated_ns", mean_ns);
    report_metric(report, "efficiency_percent", 100 * mean_ns / parallel(request->threads) / ns);
    report_metric(report, "refused", (double)producers.refused);
    end_pool(pool, &expected, report);
}

void workload_busy(const struct request *request, struct report *report) {
    job_steps = spin_calibrate((double)request->parameter);
    measure(request, job_busy_placed(), spin_measure(job_steps), report);
}

void workload_mixed(const struct request *request, struct report *report) {
    job_steps = spin_calibrate(MIXED_NS);
    measure(request, job_mixed_placed(), spin_measure(job_steps) / (1 << MIXED_BITS), report);
}
