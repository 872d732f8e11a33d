/* two_threads_100ns, _1us, _10us: the jobs of busy_…, by two threads that share nothing.
 * two_claimers_100ns: by two threads that share a counter, which says whose the next job is: what
 * any pool must do that hands out jobs one by one from one place. */
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>

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
    uint64_t first, end, steps;                         /* its jobs; with a counter: everybody's */
    _Atomic uint64_t *counter;                          /* NULL: the jobs are its own */
    uint64_t began, ended, counted, arguments, squares; /* written by its thread at the end */
};

static uint64_t after(const struct half *half, uint64_t job) {
    /* Relaxed: the numbers only have to be distinct. */
    return half->counter == NULL
               ? job + 1
               : atomic_fetch_add_explicit(half->counter, 1, memory_order_relaxed);
}

static void *compute(void *argument) {
    struct half *half = argument;
    uint64_t counted = 0, arguments = 0, squares = 0;
    run_on_cpu(half->cpu);
    pthread_barrier_wait(half->start);
    half->began = now_ns();
    for (uint64_t i = after(half, half->first - 1); i < half->end; i = after(half, i)) {
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

static void verify(const struct half *halves, uint64_t jobs, struct report *report) {
    uint64_t counted = 0, arguments = 0, squares = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        counted += halves[i].counted;
        arguments += halves[i].arguments;
        squares += halves[i].squares;
    }
    for (uint64_t i = 0; i < jobs; i++) {
        arguments -= i;
        squares -= i * i;
    }
    if (counted != jobs || arguments != 0 || squares != 0)
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

static struct batch join_halves(struct half *halves, uint64_t jobs, struct report *report) {
    uint64_t began = UINT64_MAX, ended = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(halves[i].thread, NULL);
        began = halves[i].began < began ? halves[i].began : began;
        ended = halves[i].ended > ended ? halves[i].ended : ended;
    }
    verify(halves, jobs, report);
    return (struct batch){jobs, ended - began};
}

struct course {
    uint64_t steps;
    bool shared; /* one counter for both */
};

static struct batch run_halves(void *context, unsigned size, struct report *report) {
    const struct course *course = context;
    uint64_t jobs = (uint64_t)1 << size, each = jobs / THREADS;
    alignas(128) _Atomic uint64_t counter = 0;
    struct half halves[THREADS];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, THREADS);
    for (unsigned i = 0; i < THREADS; i++)
        halves[i] = (struct half){.cpu = i,
                                  .start = &start,
                                  .first = i * each,
                                  .end = course->shared ? jobs : (i + 1) * each,
                                  .steps = course->steps,
                                  .counter = course->shared ? &counter : NULL};
    struct batch batch = {1, 1};
    if (start_halves(halves, report)) {
        batch = join_halves(halves, jobs, report);
        pthread_barrier_destroy(&start);
    }
    return batch;
}

static void measure(const struct request *request, bool shared, struct report *report) {
    struct course course = {spin_calibrate((double)request->parameter), shared};
    double job_ns = spin_measure(course.steps);
    struct batches batches = {run_halves, &course, SMALLEST, LARGEST, ENOUGH_NS};
    double ns = measure_batches(&batches, "ns_per_job", report);
    unsigned parallel = cpus_allowed() < THREADS ? cpus_allowed() : THREADS;
    report_metric(report, "calibrated_ns", job_ns);
    report_metric(report, "efficiency_percent", 100 * job_ns / parallel / ns);
}

void floor_two_threads(const struct request *request, struct report *report) {
    measure(request, false, report);
}

void floor_two_claimers(const struct request *request, struct report *report) {
    measure(request, true, report);
}
