/* memory: what a queued job takes, and what is kept after all have run.
 *
 * Counted is resident memory, as the system counts it (Rss in /proc/self/smaps_rollup): it is the
 * same for every allocator and for pools that map pages themselves. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "jobs.h"
#include "sleepers.h"
#include "workloads.h"

#define WARM_UP_JOBS 10000u
#define JOBS 1000000u
#define SPAWN_NS 250000000u /* who makes a thread per job has some thousands by then */
#define JOBS_PER_LOOK 256u
#define PATIENCE_NS 100000000u
#define GIVE_BACK_NS 250000000u

/* Shut: a job that starts waits. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    _Atomic bool open; /* written under lock */
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, true};

static void gate_set(bool open) {
    pthread_mutex_lock(&gate.lock);
    gate.open = open;
    pthread_cond_broadcast(&gate.opened);
    pthread_mutex_unlock(&gate.lock);
}

static void gate_wait(void) {
    pthread_mutex_lock(&gate.lock);
    while (!gate.open)
        pthread_cond_wait(&gate.opened, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void job_behind_gate(void *argument) {
    if (!gate.open)
        gate_wait();
    tally_add((uintptr_t)argument);
}

/* Resident bytes of this process. */
static double resident(struct report *report) {
    char text[4096];
    int file = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    text[length < 0 ? 0 : length] = '\0';
    const char *line = strstr(text, "Rss:");
    if (line == NULL) {
        report_fail(report, "cannot read Rss in /proc/self/smaps_rollup");
        return 0;
    }
    return strtod(line + strlen("Rss:"), NULL) * 1024;
}

/* Spawns up to `most` jobs, fewer when the pool refuses one or the time is over. */
static void spawn_jobs(thread_pool *pool, uint64_t most, struct tally_sums *expected,
                       struct report *report) {
    uint64_t deadline = now_ns() + SPAWN_NS;
    int error = 0;
    for (uint64_t i = 0; i < most && error == 0; i++) {
        if (i % JOBS_PER_LOOK == 0 && now_ns() > deadline)
            break;
        uint64_t argument = expected->jobs;
        error = thread_pool_spawn(pool, job_behind_gate, (void *)(uintptr_t)argument);
        if (error == 0)
            tally_expect(expected, argument);
    }
    if (error != 0 && error != EAGAIN && error != ENOMEM)
        report_fail(report, "thread_pool_spawn: %s", strerror(error));
}

/* Waits for the jobs, until the workers sleep, and a quarter of a second longer: by then a pool has
 * given back what it will. */
static void drain(const struct tally_sums *expected, struct report *report) {
    struct sleepers workers;
    wait_for_jobs(expected->jobs, 0, now_ns(), report);
    if (!sleepers_open(&workers)) {
        report_fail(report, "cannot read /proc/self/task");
        return;
    }
    sleepers_wait(&workers, PATIENCE_NS);
    sleep_for(GIVE_BACK_NS);
    sleepers_close(&workers);
}

static void fill_and_drain(thread_pool *pool, struct tally_sums *expected, struct report *report) {
    gate_set(false);
    double before = resident(report);
    uint64_t jobs = expected->jobs;
    spawn_jobs(pool, JOBS, expected, report);
    jobs = expected->jobs - jobs;
    double full = resident(report);
    gate_set(true);
    drain(expected, report);
    double after = resident(report);
    double left = after > before ? after - before : 0;
    report_metric(report, "bytes_per_job", (full - before) / (double)jobs);
    report_metric(report, "left_bytes_per_job", left / (double)jobs);
    report_metric(report, "left_bytes", left);
    report_metric(report, "jobs", (double)jobs);
}

void workload_memory(const struct request *request, struct report *report) {
    struct tally_sums expected = {0};
    thread_pool *pool = make_pool(request, report);
    if (pool == NULL)
        return;
    spawn_jobs(pool, WARM_UP_JOBS, &expected, report);
    drain(&expected, report);
    if (!report_failed(report))
        fill_and_drain(pool, &expected, report);
    end_pool(pool, &expected, report);
}
