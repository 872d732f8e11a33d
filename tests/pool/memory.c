/* Hazard 3: memory runs out. Each attempt in a process of its own, for some pools die of it. */

#include "suite.h"

#include "child.h"
#include "faults.h"

/* Exit statuses of the children. */
enum { NOTHING_FAILED = 10, REFUSED = 11, RAN_ALL_THE_SAME = 12, WRONG = 13 };

static gate ran = GATE_INIT, door = GATE_INIT;

static int wrong(const char *what) {
    fprintf(stderr, "%s\n", what);
    return WRONG;
}

static bool works(void) {
    static gate again = GATE_INIT;
    thread_pool *pool;
    if (thread_pool_new(2, &pool) != 0 || thread_pool_spawn(pool, job_count, &again) != 0)
        return false;
    return thread_pool_destroy(pool) == 0 && gate_count(&again) == 1;
}

static int after_refusal(int error, const thread_pool *pool) {
    if (error != ENOMEM && error != EAGAIN)
        return wrong("neither ENOMEM nor EAGAIN");
    if (pool != NULL)
        return wrong("the output was written although new failed");
    if (threads_made() != threads_ended())
        return wrong("a thread is left");
    return works() ? REFUSED : wrong("the next pool does not work");
}

int child_new_without_memory(int n) {
    thread_pool *pool = NULL;
    const thread_pool_options options = {.threads = 3, .name = "memory"};
    fail_allocation((uint32_t)n, false);
    int error = thread_pool_new_with(&options, &pool);
    bool failed = allocation_has_failed();
    fail_allocation(0, false);
    if (error != 0)
        return failed ? after_refusal(error, pool) : wrong("refused without reason");
    if (thread_pool_spawn(pool, job_count, &ran) != 0 || thread_pool_destroy(pool) != 0 ||
        gate_count(&ran) != 1)
        return wrong("the pool does not work");
    return failed ? RAN_ALL_THE_SAME : NOTHING_FAILED;
}

enum { JOBS = 3000 };

/* Jobs accepted; any other answer than 0, ENOMEM and EAGAIN is counted in `odd`. */
static uint32_t spawn_many(thread_pool *pool, uint32_t *odd) {
    uint32_t accepted = 0;
    for (uint32_t i = 0; i < scaled(JOBS); i++) {
        int error = thread_pool_spawn(pool, job_count, &ran);
        accepted += error == 0;
        *odd += error != 0 && error != ENOMEM && error != EAGAIN;
    }
    return accepted;
}

/* The n-th allocation while jobs are spawned fails, alone or with all after it. */
static int spawn_without_memory(int n, bool and_all_after) {
    thread_pool *pool;
    uint32_t odd = 0;
    if (thread_pool_new(1, &pool) != 0 || thread_pool_spawn(pool, job_wait, &door) != 0)
        return wrong("no pool");
    fail_allocation((uint32_t)n, and_all_after);
    uint32_t accepted = spawn_many(pool, &odd);
    bool failed = allocation_has_failed();
    fail_allocation(0, false);
    gate_add(&door, 1);
    bool again = thread_pool_spawn(pool, job_count, &ran) == 0;
    if (thread_pool_destroy(pool) != 0 || !again || odd != 0)
        return wrong("the pool did not recover");
    if (gate_count(&ran) != accepted + 1)
        return wrong("a job that was accepted did not run, or one that was refused did");
    return !failed ? NOTHING_FAILED : accepted < scaled(JOBS) ? REFUSED : RAN_ALL_THE_SAME;
}

int child_spawn_without_memory(int n) {
    return spawn_without_memory(n, false);
}

int child_spawn_without_any_memory(int n) {
    return spawn_without_memory(n, true);
}

static const char *answer_of(const struct child *child) {
    if (child_aborted(child))
        return "abort";
    if (child_exited(child, REFUSED) || child_exited(child, RAN_ALL_THE_SAME))
        return "ENOMEM";
    return child->hung ? "hangs" : "misbehaves";
}

/* Lets the n-th allocation fail; true: there are not so many. A backend that may abort may cope. */
static bool none_failed(const char *name, int n) {
    struct child child = run_child("--child", name, n);
    if (child_exited(&child, NOTHING_FAILED))
        return true;
    const char *answer = answer_of(&child);
    bool may_abort = expected()->aborts_without_memory;
    if (strcmp(answer, "ENOMEM") != 0 && !(may_abort && strcmp(answer, "abort") == 0))
        fail_msg("%s, allocation %d: %s, status %x, output: %s", name, n, answer,
                 (unsigned)child.status, child.output);
    return false;
}

/* n = 1, 2, 3, ... until none fails. */
void case_memory_runs_out_in_new(void **state) {
    (void)state;
    int n = 1;
    while (n < 200 && !none_failed("new_without_memory", n))
        n++;
    print_message("%d allocations made to fail\n", n - 1);
    assert_in_range(n - 1, 1, 198);
}

void case_memory_runs_out_in_spawn(void **state) {
    (void)state;
    const int some[] = {1, 2, 3, 10, 50, 1000};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        none_failed("spawn_without_memory", some[i]);
        none_failed("spawn_without_any_memory", some[i]);
    }
}

const char *probe_allocation_failure(void) {
    struct child child = run_child("--child", "spawn_without_any_memory", 1);
    return answer_of(&child);
}

void case_allocation_failure(void **state) {
    (void)state;
    const char *answer = probe_allocation_failure();
    record_answer("allocation_failure", answer);
    assert_string_equal(answer, expected()->aborts_without_memory ? "abort" : "ENOMEM");
}
