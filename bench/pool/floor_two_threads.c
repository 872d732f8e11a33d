/* two_threads_100ns, _1us, _10us: the jobs of busy_…, by two threads that share nothing. */
#include <pthread.h>
#include <stdalign.h>

#include "batches.h"
#include "clock.h"
#include "cpus.h"
#include "floors.h"
#include "spin.h"

#define THREADS 2
#define SMALLEST 9
#define LARGEST 20
#define ENOUGH_NS 25000000u

struct half {
    alignas(128) pthread_t thread;
    unsigned cpu;
    pthread_barrier_t *start;
    uint64_t first, jobs, steps;
    uint64_t began, ended, counted, arguments, squares; /* written by its thread at the end */
};

static void *compute(void *argument) {
    struct half *half = argument;
    uint64_t counted = 0, arguments = 0, squares = 0;
    run_on_cpu(half->cpu);
    pthread_barrier_wait(half->start);
    half->began = now_ns();
    for (uint64_t i = half->first; i != half->first + half->jobs; i++) {
        uint64_t value = i + spin_job(half->steps);
        counted++;
        arguments += value;
        squares += value * value;
    }
    half->ended = now_ns();
    half->counted = counted;
    half->arguments = arguments;
    half->squares = squares;
    return NULL;
}

static void verify(const struct half *half, struct report *report) {
    uint64_t arguments = 0, squares = 0;
    for (uint64_t i = half->first; i != half->first + half->jobs; i++) {
        arguments += i;
        squares += i * i;
    }
    if (half->counted != half->jobs || half->arguments != arguments || half->squares != squares)
        report_fail(report, "a plain thread miscounted");
}

static bool start_halves(struct half *halves, struct report *report) {
    for (unsigned i = 0; i < THREADS; i++)
        if (pthread_create(&halves[i].thread, NULL, compute, &halves[i]) != 0) {
            report_fail(report, "no thread to compute on");
            return false;
        }
    return true;
}

static struct batch join_halves(struct half *halves, struct report *report) {
    uint64_t began = UINT64_MAX, ended = 0, jobs = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(halves[i].thread, NULL);
        verify(&halves[i], report);
        began = halves[i].began < began ? halves[i].began : began;
        ended = halves[i].ended > ended ? halves[i].ended : ended;
        jobs += halves[i].jobs;
    }
    return (struct batch){jobs, ended - began};
}

static struct batch run_halves(void *context, unsigned size, struct report *report) {
    const uint64_t *steps = context;
    uint64_t each = ((uint64_t)1 << size) / THREADS;
    struct half halves[THREADS];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, THREADS);
    for (unsigned i = 0; i < THREADS; i++)
        halves[i] = (struct half){
            .cpu = i, .start = &start, .first = i * each, .jobs = each, .steps = *steps};
    struct batch batch = {1, 1};
    if (start_halves(halves, report)) {
        batch = join_halves(halves, report);
        pthread_barrier_destroy(&start);
    }
    return batch;
}

void floor_two_threads(const struct request *request, struct report *report) {
    uint64_t steps = spin_calibrate((double)request->parameter);
    double job_ns = spin_measure(steps);
    struct batches batches = {run_halves, &steps, SMALLEST, LARGEST, ENOUGH_NS};
    double ns = measure_batches(&batches, "ns_per_job", report);
    unsigned parallel = cpus_allowed() < THREADS ? cpus_allowed() : THREADS;
    report_metric(report, "calibrated_ns", job_ns);
    report_metric(report, "efficiency_percent", 100 * job_ns / parallel / ns);
}
