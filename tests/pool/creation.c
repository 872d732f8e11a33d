/* Hazards 1, 2, 5 and 6: a pool is made whole or not at all. */

#include "suite.h"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults.h"

/* Expects EINVAL, and the output untouched. */
static void refused(thread_pool_options options) {
    thread_pool *const untouched = (thread_pool *)&options;
    thread_pool *pool = untouched;
    int error = thread_pool_new_with(&options, &pool);
    if (error != EINVAL)
        fail_msg("threads %u, stack %zu, name '%s': error %d", options.threads, options.stack_size,
                 options.name == NULL ? "(none)" : options.name, error);
    assert_ptr_equal(pool, untouched);
}

void case_new_refuses_thread_counts(void **state) {
    (void)state;
    const uint32_t wrong[] = {0, THREAD_POOL_MAX_THREADS + 1, 1u << 31, UINT32_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        thread_pool *const untouched = (thread_pool *)&i;
        thread_pool *pool = untouched;
        assert_int_equal(thread_pool_new(wrong[i], &pool), EINVAL);
        assert_ptr_equal(pool, untouched);
        refused((thread_pool_options){.threads = wrong[i]});
    }
}

void case_new_refuses_null(void **state) {
    (void)state;
    const thread_pool_options options = {.threads = 1};
    thread_pool *pool = NULL;
    assert_int_equal(thread_pool_new(1, NULL), EINVAL);
    assert_int_equal(thread_pool_new_with(&options, NULL), EINVAL);
    assert_int_equal(thread_pool_new_with(NULL, &pool), EINVAL);
    assert_null(pool);
}

void case_new_refuses_stack_sizes(void **state) {
    (void)state;
    const size_t wrong[] = {1, 4096, SIZE_MAX, SIZE_MAX - 4096};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refused((thread_pool_options){.threads = 1, .stack_size = wrong[i]});
}

/* No address space has room for it: found by the pool or by the system. */
void case_new_refuses_impossible_stack(void **state) {
    (void)state;
    const thread_pool_options options = {.threads = 1, .stack_size = SIZE_MAX / 2};
    thread_pool *pool = NULL;
    int error = thread_pool_new_with(&options, &pool);
    assert_true(error == EINVAL || error == EAGAIN || error == ENOMEM);
    assert_null(pool);
}

/* At most 15 bytes with the largest index: a name is refused, never cut. */
void case_new_refuses_long_names(void **state) {
    (void)state;
    refused((thread_pool_options){.threads = 1, .name = "fourteen-bytes"});
    refused((thread_pool_options){.threads = 11, .name = "thirteen-byte"});
    refused((thread_pool_options){.threads = 1, .name = "more bytes than Linux has room for"});
    destroy(make_pool_with(&(thread_pool_options){.threads = 10, .name = "thirteen-byte"}));
    destroy(make_pool_with(&(thread_pool_options){.threads = 11, .name = "twelve-bytes"}));
}

/* ---- all there: N jobs that wait for each other ---- */

static gate arrived = GATE_INIT;
static gate door = GATE_INIT;
static atomic_uint timeouts;

static void meet(void *unused) {
    (void)unused;
    gate_add(&arrived, 1);
    if (!gate_wait(&door, 1))
        atomic_fetch_add(&timeouts, 1);
}

static void all_meet(thread_pool *pool, uint32_t threads) {
    for (uint32_t i = 0; i < threads; i++)
        spawn(pool, meet, NULL);
    bool all = gate_wait(&arrived, threads);
    gate_add(&door, 1);
    assert_true(all);
    destroy(pool);
    assert_int_equal(atomic_load(&timeouts), 0);
    assert_int_equal(gate_count(&arrived), threads);
}

void case_most_threads(void **state) {
    (void)state;
    const thread_pool_options options = {.threads = THREAD_POOL_MAX_THREADS,
                                         .stack_size = 128 * 1024};
    thread_pool *pool = make_pool_with(&options);
    assert_int_equal(thread_pool_threads(pool), THREAD_POOL_MAX_THREADS);
    all_meet(pool, THREAD_POOL_MAX_THREADS);
}

static void use_one_cpu(void) {
    cpu_set_t all, one;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&one);
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && CPU_COUNT(&one) == 0; cpu--)
        if (CPU_ISSET(cpu, &all))
            CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
}

void case_one_cpu_has_every_thread(void **state) {
    (void)state;
    use_one_cpu();
    all_meet(make_pool(4), 4);
}

void case_default_threads_honours_affinity(void **state) {
    (void)state;
    cpu_set_t all;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_in_range(thread_pool_default_threads(), 1, CPU_COUNT(&all));
    use_one_cpu();
    assert_int_equal(thread_pool_default_threads(), 1);
}

/* ---- a control group of our own, where the machine lets us make one ---- */

static bool write_file(const char *directory, const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return false;
    bool written = fputs(text, file) >= 0;
    return fclose(file) == 0 && written;
}

static bool join_group(const char *directory) {
    char pid[32];
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    return write_file(directory, "cgroup.procs", pid);
}

/* One CPU's worth of time. */
static bool limit_group(const char *directory) {
    return write_file(directory, "cpu.max", "100000 100000") ||
           (write_file(directory, "cpu.cfs_period_us", "100000") &&
            write_file(directory, "cpu.cfs_quota_us", "100000"));
}

/* Default threads inside a group of one CPU below `root`; 0: no such group could be made. */
static uint32_t default_threads_in_group(const char *root) {
    char group[128];
    uint32_t threads = 0;
    snprintf(group, sizeof group, "%s/poolbench-test-%ld", root, (long)getpid());
    if (mkdir(group, 0755) != 0)
        return 0;
    if (limit_group(group) && join_group(group)) {
        threads = thread_pool_default_threads();
        join_group(root);
    }
    rmdir(group);
    return threads;
}

void case_default_threads_honours_cgroup(void **state) {
    (void)state;
    uint32_t before = thread_pool_default_threads();
    uint32_t limited = default_threads_in_group("/sys/fs/cgroup/cpu");
    if (limited == 0)
        limited = default_threads_in_group("/sys/fs/cgroup");
    if (limited == 0 || before < 2) {
        print_message("no control group of less than this machine's CPUs could be made here\n");
        skip();
    }
    assert_int_equal(limited, 1);
}

/* ---- the system refuses a thread ---- */

/* Half of the repeats fill the allocator's caches, the other half is judged: a leak of 64 bytes a
 * time is more than the noise. */
enum { THREADS = 4, REPEATS = 400, NOISE = 32 * 1024 };

static gate ran = GATE_INIT;

/* A pool that makes its threads in new: none is left, nothing is written. */
static void new_without_thread(uint32_t k) {
    thread_pool *pool = NULL;
    fail_thread(k);
    int error = thread_pool_new(THREADS, &pool);
    bool failed = thread_has_failed();
    fail_thread(0);
    if (!failed || error != EAGAIN || pool != NULL)
        fail_msg("thread %u of %d: refused %d, new answered %d", k, THREADS, failed, error);
    if (threads_ended() != threads_made())
        fail_msg("thread %u of %d refused: %u threads are left", k, THREADS,
                 threads_made() - threads_ended());
}

/* A pool that makes a thread per job: that job is refused, the others run. */
static void spawn_without_thread(uint32_t k) {
    thread_pool *pool = make_pool(THREADS);
    uint64_t before = gate_count(&ran);
    fail_thread(k);
    for (uint32_t i = 1; i <= THREADS; i++)
        assert_int_equal(thread_pool_spawn(pool, job_count, &ran), i == k ? EAGAIN : 0);
    fail_thread(0);
    destroy(pool);
    assert_int_equal(gate_count(&ran) - before, THREADS - 1);
    assert_int_equal(threads_ended(), threads_made());
}

void case_refused_thread_leaves_nothing(void **state) {
    (void)state;
    void (*attempt)(uint32_t) =
        expected()->thread_per_job ? spawn_without_thread : new_without_thread;
    size_t before = 0;
    for (uint32_t repeat = 0; repeat < REPEATS; repeat++) {
        for (uint32_t k = 1; k <= THREADS; k++)
            attempt(k);
        if (repeat == REPEATS / 2)
            before = bytes_in_use();
    }
    assert_in_range(bytes_in_use(), 0, before + NOISE);
    destroy(make_pool(THREADS));
}

void case_create_and_destroy_many(void **state) {
    (void)state;
    enum { ROUNDS = 2000 };
    size_t before = 0;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        thread_pool *pool = make_pool(1 + i % 3);
        for (uint32_t job = 0; job < i % 4; job++)
            spawn(pool, job_count, &ran);
        destroy(pool);
        if (i == ROUNDS / 2)
            before = bytes_in_use();
    }
    assert_int_equal(gate_count(&ran), ROUNDS / 4 * 6);
    assert_int_equal(threads_ended(), threads_made());
    assert_in_range(bytes_in_use(), 0, before + NOISE);
}
