/* wait_units: whoever waits for jobs interrupts no worker meanwhile, and is what it was after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <unistd.h>

#include "clock.h"
#include "jobs.h"

#define PATIENCE_NS 4000000000u

static struct {
    pid_t thread;                    /* set before the job is spawned */
    _Atomic bool has_been_seen_wait; /* without interrupting anybody */
} waiting;

static bool may_choose(void) {
    const struct sched_param none = {0};
    return sched_getscheduler(0) == SCHED_OTHER && sched_setscheduler(0, SCHED_BATCH, &none) == 0 &&
           sched_setscheduler(0, SCHED_OTHER, &none) == 0;
}

/* Is there as long as the other thread waits, or interrupts. */
static void job_watch(void *argument) {
    uint64_t until = now_ns() + PATIENCE_NS;
    while (!waiting.has_been_seen_wait && now_ns() < until) {
        waiting.has_been_seen_wait = sched_getscheduler(waiting.thread) == SCHED_BATCH;
        sched_yield();
    }
    tally_add((uintptr_t)argument);
}

static void who_waits_interrupts_nobody(void **state) {
    (void)state;
    const struct request request = {.threads = 2};
    const struct tally_sums expected = {.jobs = 1, .arguments = 1, .squares = 1};
    struct report report = {0};
    if (!may_choose())
        skip();
    waiting.thread = gettid();
    thread_pool *pool = make_pool(&request, &report);
    assert_non_null(pool);
    spawn_patiently(pool, job_watch, (void *)1);
    wait_for_jobs(1, 0, now_ns(), &report);
    int after = sched_getscheduler(0);
    end_pool(pool, &expected, &report);
    assert_string_equal(report.failure, "");
    assert_true(waiting.has_been_seen_wait);
    assert_int_equal(after, SCHED_OTHER);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_waits_interrupts_nobody)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
