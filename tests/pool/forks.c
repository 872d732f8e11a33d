/* Hazard 29: a forked child, where the parent's pool has no threads. */

#include "expectations.h"
#include "suite.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int limit_ms = 20000; /* for a child; a child of a child has half of it */
static gate ran = GATE_INIT;
static thread_pool *shared_pool;

/* The child may not hang: its end of the pipe closes when it ends, whatever way. */
static int status_of(pid_t child, int pipe_end) {
    struct pollfd end = {pipe_end, POLLIN, 0};
    int status = -1;
    if (poll(&end, 1, limit_ms) <= 0)
        kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(pipe_end);
    return status;
}

/* Runs `child` in a forked process; its wait status. Any thread. */
static int in_fork(int (*child)(void)) {
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        limit_ms /= 2;
        _exit(child());
    }
    close(ends[1]);
    return status_of(pid, ends[0]);
}

static void assert_exit(int status, int wanted) {
    if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted)
        fail_msg("wait status %x, wanted exit %d", (unsigned)status, wanted);
}

static int spawn_in_child(void) {
    for (int i = 0; i < 3; i++)
        if (thread_pool_spawn(shared_pool, job_count, &ran) != ECANCELED)
            return 1;
    return 0;
}

static int destroy_in_child(void) {
    return thread_pool_destroy(shared_pool);
}

static int own_pool_in_child(void) {
    static gate own = GATE_INIT;
    thread_pool *pool;
    if (thread_pool_new(2, &pool) != 0)
        return 1;
    for (int i = 0; i < 100; i++)
        if (thread_pool_spawn(pool, job_count, &own) != 0)
            return 2;
    if (thread_pool_destroy(pool) != 0)
        return 3;
    return gate_count(&own) == 100 ? 0 : 4;
}

/* The parent's pool has not noticed. */
static void assert_parent_works(void) {
    static gate after = GATE_INIT;
    spawn(shared_pool, job_count, &after);
    assert_true(gate_wait(&after, 1));
    destroy(shared_pool);
}

void case_fork_child_cannot_spawn(void **state) {
    (void)state;
    shared_pool = make_pool(2);
    assert_exit(in_fork(spawn_in_child), 0);
    assert_parent_works();
}

enum { LONG_RUN = 30000 }; /* jobs: who spawns so many without a break may do so otherwise */

static void spawn_long_run(void) {
    for (uint32_t i = 0; i < scaled(LONG_RUN); i++)
        spawn_recorded(shared_pool, job_count, &ran);
}

static void assert_long_run_ran(void) {
    assert_int_equal(gate_count(&ran), scaled(LONG_RUN));
    assert_int_equal(atomic_load(&spawn_refusals), 0);
}

void case_fork_child_cannot_spawn_after_a_long_run(void **state) {
    (void)state;
    shared_pool = make_pool(1);
    spawn_long_run();
    assert_exit(in_fork(spawn_in_child), 0);
    assert_parent_works();
    assert_long_run_ran();
}

void case_fork_child_destroy_does_not_hang(void **state) {
    (void)state;
    shared_pool = make_pool(2);
    assert_exit(in_fork(destroy_in_child), ECANCELED);
    assert_parent_works();
}

#ifdef __SANITIZE_ADDRESS__
static gate arrived = GATE_INIT;

static void job_meet(void *unused) {
    (void)unused;
    gate_add(&arrived, 1);
    gate_wait(&arrived, 2);
}

/* ASan of GCC 12 does not take its allocator's locks around a fork. A worker that is just beginning
 * allocates there, and a child that makes threads would find the lock taken for ever. */
static void await_workers(thread_pool *pool) {
    if (expected()->thread_per_job)
        return;
    spawn(pool, job_meet, NULL);
    spawn(pool, job_meet, NULL);
    assert_true(gate_wait(&arrived, 2));
}
#else
static void await_workers(thread_pool *pool) {
    (void)pool;
}
#endif

void case_fork_child_makes_its_own_pool(void **state) {
    (void)state;
    shared_pool = make_pool(2);
    await_workers(shared_pool);
    assert_exit(in_fork(own_pool_in_child), 0);
    assert_parent_works();
}

/* ---- the workers of the process's first pool are just starting ---- */

static int first_pool_in_child(void) {
    if (thread_pool_new(2, &shared_pool) != 0)
        return 1;
    return in_fork(own_pool_in_child) == 0 ? 0 : 2;
}

/* Whatever a worker does once per process may be under way at the fork and stays so in the child
 * (std's Once: https://github.com/rust-lang/rust/issues/43448). Each round is a new process that
 * has made no pool; it takes rounds to hit the moment. */
void case_fork_while_workers_start(void **state) {
    (void)state;
    for (int i = 0; i < 1500; i++)
        assert_exit(in_fork(first_pool_in_child), 0);
}

/* ---- a job forks ---- */

static atomic_int status_seen = -1;
static int (*in_child)(void);

static void fork_in_job(void *unused) {
    (void)unused;
    atomic_store(&status_seen, in_fork(in_child));
}

static int status_from_job(int (*child)(void)) {
    in_child = child;
    shared_pool = make_pool(2);
    spawn(shared_pool, fork_in_job, NULL);
    assert_parent_works();
    return atomic_load(&status_seen);
}

void case_fork_in_a_job_cannot_spawn(void **state) {
    (void)state;
    assert_exit(status_from_job(spawn_in_child), 0);
}

static void fork_in_job_after_a_long_run(void *unused) {
    spawn_long_run();
    fork_in_job(unused);
}

void case_fork_in_a_job_cannot_spawn_after_a_long_run(void **state) {
    (void)state;
    in_child = spawn_in_child;
    shared_pool = make_pool(1);
    spawn(shared_pool, fork_in_job_after_a_long_run, NULL);
    assert_parent_works();
    assert_exit(atomic_load(&status_seen), 0);
    assert_long_run_ran();
}

void case_fork_in_a_job_destroy_does_not_hang(void **state) {
    (void)state;
    assert_exit(status_from_job(destroy_in_child), ECANCELED);
}

static int index_in_child(void) {
    return thread_pool_worker_index() == -1 ? 0 : 1;
}

const char *probe_worker_index_in_child_forked_by_job(void) {
    return status_from_job(index_in_child) == 0 ? "-1" : "the worker's";
}

void case_worker_index_in_child_forked_by_job(void **state) {
    (void)state;
    const char *answer = probe_worker_index_in_child_forked_by_job();
    record_answer("worker_index_in_child_forked_by_job", answer);
    assert_string_equal(answer, "-1");
}

/* ---- under load: whatever lock is held at that moment, the child is told ---- */

static atomic_bool stop;

static void *feed(void *unused) {
    for (uint64_t wanted = 20; !atomic_load(&stop); wanted += 20) {
        for (int i = 0; i < 20; i++)
            spawn_recorded(shared_pool, job_count, &ran);
        if (!gate_wait(&ran, wanted))
            break;
    }
    return unused;
}

void case_fork_under_load(void **state) {
    (void)state;
    pthread_t feeder;
    shared_pool = make_pool(2);
    assert_int_equal(pthread_create(&feeder, NULL, feed, NULL), 0);
    for (int i = 0; i < 30; i++)
        assert_exit(in_fork(i % 2 ? spawn_in_child : destroy_in_child), i % 2 ? 0 : ECANCELED);
    atomic_store(&stop, true);
    pthread_join(feeder, NULL);
    assert_int_equal(atomic_load(&spawn_refusals), 0);
    destroy(shared_pool);
}

/* ---- the child goes on as if it were the parent: it returns from the job ---- */

enum { MOMENT_MS = 2000 };
enum { BEFORE = 5000, AFTER = 5000 }; /* jobs: a worker that is long alone may claim otherwise */

static atomic_int returned_status = -1;
static atomic_bool returned_hung;

static void fork_and_return(void *unused) {
    (void)unused;
    int ends[2];
    if (pipe(ends) != 0)
        return;
    pid_t pid = fork();
    if (pid == 0)
        return; /* into the pool, with one end of the pipe open until the process ends */
    close(ends[1]);
    struct pollfd end = {ends[0], POLLIN, 0};
    int status = -1;
    atomic_store(&returned_hung, poll(&end, 1, MOMENT_MS) <= 0);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    atomic_store(&returned_status, status);
    close(ends[0]);
}

static atomic_uint *runs_in_both; /* shared with the child */

static void count_in_both(void *unused) {
    (void)unused;
    atomic_fetch_add(runs_in_both, 1);
}

/* What waits in the queue at the fork is the parent's to run. */
const char *probe_child_forked_by_job_returns(void) {
    runs_in_both =
        mmap(NULL, sizeof *runs_in_both, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(runs_in_both != MAP_FAILED);
    shared_pool = make_pool(1);
    spawn(shared_pool, job_wait, &ran);
    for (uint32_t i = 0; i < scaled(BEFORE); i++)
        spawn(shared_pool, job_count, &ran);
    spawn(shared_pool, fork_and_return, NULL);
    for (uint32_t i = 0; i < scaled(AFTER); i++)
        spawn(shared_pool, count_in_both, NULL);
    gate_add(&ran, 1);
    destroy(shared_pool);
    int status = atomic_load(&returned_status);
    if (atomic_load(runs_in_both) != scaled(AFTER))
        return "runs the parent's jobs again";
    if (atomic_load(&returned_hung))
        return "goes on in the pool";
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? "abort" : "other";
}

void case_child_forked_by_job_returns(void **state) {
    (void)state;
    const char *answer = probe_child_forked_by_job_returns();
    record_answer("child_forked_by_job_returns", answer);
    assert_string_equal(answer, "abort");
}
