/* Hazards 14 and 15: a pool at rest costs nothing, and one job wakes one worker.
 *
 * Judged by counts of the kernel, CPU time and context switches, never by how long something took.
 * On a busy machine a window may be disturbed, so several are looked at: a pool that spins or
 * polls disturbs every one. */

#include "suite.h"

#include <dirent.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, WINDOWS = 20, WINDOW_MS = 50 };

static uint64_t process_cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t sleeps_of(const char *task) {
    char path[300], line[128];
    unsigned long long count = 0;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", task);
    FILE *status = fopen(path, "re");
    if (status == NULL)
        return 0;
    while (fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "voluntary_ctxt_switches: %llu", &count) == 1)
            break;
    fclose(status);
    return count;
}

/* Of every thread but the calling one: how often it went to sleep. */
static uint64_t sleeps_of_others(void) {
    uint64_t sum = 0;
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;)
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != gettid())
            sum += sleeps_of(entry->d_name);
    closedir(tasks);
    return sum;
}

/* A window in which the pool is watched; it puts nothing in step. */
static void let_time_pass(long microseconds) {
    const struct timespec window = {0, microseconds * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &window, NULL);
}

static bool quiet_window(void) {
    uint64_t sleeps = sleeps_of_others(), cpu = process_cpu_ns();
    let_time_pass(WINDOW_MS * 1000);
    uint64_t burnt = process_cpu_ns() - cpu;
    return sleeps_of_others() == sleeps && burnt < WINDOW_MS * 1000000ull / 50;
}

static void assert_quiet_soon(void) {
    for (int i = 0; i < WINDOWS; i++)
        if (quiet_window())
            return;
    fail_msg("in none of %d windows of %d ms was the pool quiet", WINDOWS, WINDOW_MS);
}

void case_idle_costs_no_cpu(void **state) {
    (void)state;
    static gate ran = GATE_INIT;
    thread_pool *pool = make_pool(THREADS);
    assert_quiet_soon(); /* before the first job */
    for (int i = 0; i < 1000; i++)
        spawn(pool, job_count, &ran);
    assert_true(gate_wait(&ran, 1000));
    assert_quiet_soon(); /* and after the last */
    destroy(pool);
}

void case_idle_beside_a_blocked_job(void **state) {
    (void)state;
    static gate door = GATE_INIT;
    thread_pool *pool = make_pool(THREADS);
    spawn(pool, job_wait, &door);
    assert_quiet_soon();
    gate_add(&door, 1);
    destroy(pool);
}

static thread_pool *draining;

static void *destroy_it(void *error) {
    *(int *)error = thread_pool_destroy(draining);
    return NULL;
}

/* Neither destroy nor the other workers spin while the last job takes its time. */
void case_idle_while_draining(void **state) {
    (void)state;
    static gate door = GATE_INIT;
    pthread_t destroyer;
    int error = -1;
    draining = make_pool(THREADS);
    spawn(draining, job_wait, &door);
    assert_int_equal(pthread_create(&destroyer, NULL, destroy_it, &error), 0);
    assert_quiet_soon();
    gate_add(&door, 1);
    pthread_join(destroyer, NULL);
    assert_int_equal(error, 0);
}

/* ---- wake-ups ---- */

enum { SPAWNS = 200 };

/* Waits until the kernel has seen nobody fall asleep for a few looks: then all are asleep. */
static void let_all_sleep(void) {
    uint64_t before = sleeps_of_others();
    for (int same = 0, looks = 0; same < 3 && looks < 1000; looks++) {
        let_time_pass(300);
        uint64_t now = sleeps_of_others();
        same = now == before ? same + 1 : 0;
        before = now;
    }
}

static void add_one(void *count) {
    atomic_fetch_add((atomic_uint *)count, 1);
}

/* How often workers fell asleep again per job, when each job met a sleeping pool. The job itself
 * takes no lock, on which it might sleep. */
static double wakeups_per_job(void) {
    static atomic_uint ran;
    thread_pool *pool = make_pool(THREADS);
    let_all_sleep();
    uint64_t before = sleeps_of_others();
    for (uint64_t i = 1; i <= SPAWNS; i++) {
        spawn(pool, add_one, &ran);
        let_all_sleep();
    }
    double wakeups = (double)(sleeps_of_others() - before) / SPAWNS;
    destroy(pool);
    assert_int_equal(atomic_load(&ran), SPAWNS);
    return wakeups;
}

static const char *in_words(double wakeups) {
    if (wakeups < 0.1)
        return "none: a new thread per job";
    return wakeups < 1.5 ? "about one" : wakeups < THREADS - 0.5 ? "several" : "the herd";
}

const char *probe_spawn_wakes_per_job(void) {
    return in_words(wakeups_per_job());
}

void case_spawn_wakes_one_worker(void **state) {
    (void)state;
    double wakeups = wakeups_per_job();
    print_message("%.2f wake-ups per job\n", wakeups);
    record_answer("spawn_wakes_per_job", in_words(wakeups));
    assert_true(wakeups < expected()->most_wakeups);
}

/* ---- what a long queue leaves behind, while the pool lives ---- */

enum { LONG_QUEUE = 500000, LOOKS = 1000, SOME_LOOKS = 10, LOOK_MS = 20 };
enum { MAY_BE_KEPT = 1024 * 1024, MAY_BE_IN_USE = 256 * 1024 };

static gate door = GATE_INIT, emptied = GATE_INIT;

/* Without the pages of files, the program's own among them: they come and go as the system likes.
 */
static size_t resident(void) {
    size_t pages = 0, of_files = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*u %zu %zu", &pages, &of_files), 2);
    fclose(file);
    return (pages - of_files) * (size_t)sysconf(_SC_PAGESIZE);
}

/* All workers are held while the queue grows. */
static void fill_and_empty(thread_pool *pool, uint32_t workers, int jobs) {
    uint64_t before = gate_count(&emptied);
    door = (gate)GATE_INIT;
    for (uint32_t i = 0; i < workers; i++)
        spawn(pool, job_wait, &door);
    for (int i = 0; i < jobs; i++)
        spawn(pool, job_count, &emptied);
    gate_add(&door, 1);
    assert_true(gate_wait(&emptied, before + (uint64_t)jobs));
}

/* What is left when it is little enough, or in the end. */
static size_t kept(thread_pool *pool, size_t before, size_t may_be_kept, bool trickle, int looks) {
    size_t now = resident();
    while (looks-- > 0 && now > before + may_be_kept) {
        let_time_pass(LOOK_MS * 1000);
        if (trickle)
            spawn(pool, job_count, &emptied);
        now = resident();
    }
    return now > before ? now - before : 0;
}

static void one_long_queue(thread_pool *pool, size_t before, size_t may_be_kept, bool trickle,
                           const char *meanwhile) {
    bool gives_back = expected()->gives_memory_back;
    fill_and_empty(pool, 2, LONG_QUEUE);
    size_t left = kept(pool, before, may_be_kept, trickle, gives_back ? LOOKS : SOME_LOOKS);
    print_message("%zu KiB left of a queue of %d jobs%s\n", left / 1024, LONG_QUEUE, meanwhile);
    if (gives_back)
        assert_in_range(left, 0, may_be_kept);
}

static thread_pool *never_dry;
static atomic_bool enough;
static gate over = GATE_INIT;

static void spawn_itself(void *unused) {
    if (atomic_load(&enough) || thread_pool_spawn(never_dry, spawn_itself, unused) != 0)
        gate_add(&over, 1);
}

static void busy_with_others(thread_pool *pool, size_t before) {
    enum { OTHERS = 64 };
    never_dry = pool;
    for (int i = 0; i < OTHERS; i++)
        spawn(pool, spawn_itself, NULL);
    one_long_queue(pool, before, MAY_BE_KEPT + MAY_BE_IN_USE, false,
                   ", in a pool that is never dry");
    atomic_store(&enough, true);
    assert_true(gate_wait(&over, OTHERS));
}

void case_memory_of_a_long_queue(void **state) {
    (void)state;
    if (expected()->thread_per_job) {
        print_message("no queue\n");
        return;
    }
    thread_pool *pool = make_pool(2);
    fill_and_empty(pool, 2, 100); /* what only the first time costs */
    size_t before = resident();
    /* Left alone, woken often, and always busy: a pool must not need a long sleep to find out. */
    one_long_queue(pool, before, MAY_BE_KEPT, false, "");
    one_long_queue(pool, before, MAY_BE_KEPT, true, ", with a job now and then");
    if (expected()->gives_memory_back) /* others may never come to the queue: rayon's */
        busy_with_others(pool, before);
    destroy(pool);
}
