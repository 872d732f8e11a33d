/* The talent plan's two cases, and what a call refuses. */

#include "suite.h"

static atomic_uint_fast64_t counter;

static void add_thousand(void *unused) {
    (void)unused;
    for (int i = 0; i < 1000; i++)
        atomic_fetch_add(&counter, 1);
}

static void panic_once(void *unused) {
    (void)unused;
    thread_pool_panic("it panicked");
}

static void ignore_panic(void *context, const char *message) {
    (void)context, (void)message;
}

static void count_to_20000(thread_pool *pool) {
    for (int i = 0; i < 20; i++)
        spawn(pool, add_thousand, NULL);
    destroy(pool);
    assert_int_equal(atomic_load(&counter), 20000);
}

void case_spawn_counter(void **state) {
    (void)state;
    count_to_20000(make_pool(4));
}

void case_panic_task(void **state) {
    (void)state;
    const thread_pool_options options = {.threads = 4, .on_panic = ignore_panic};
    thread_pool *pool = make_pool_with(&options);
    for (int i = 0; i < 1000; i++)
        spawn(pool, panic_once, NULL);
    count_to_20000(pool);
}

void case_backend_has_a_name(void **state) {
    (void)state;
    assert_non_null(thread_pool_backend());
    assert_true(strlen(thread_pool_backend()) > 0);
    assert_ptr_equal(thread_pool_backend(), thread_pool_backend());
}

void case_spawn_refuses_null(void **state) {
    (void)state;
    static gate ran = GATE_INIT;
    thread_pool *pool = make_pool(1);
    assert_int_equal(thread_pool_spawn(NULL, job_count, &ran), EINVAL);
    assert_int_equal(thread_pool_spawn(pool, NULL, &ran), EINVAL);
    spawn(pool, job_count, &ran);
    destroy(pool);
    assert_int_equal(gate_count(&ran), 1);
}

static _Atomic(void *) seen_argument = &counter;

static void see_argument(void *arg) {
    atomic_store(&seen_argument, arg);
}

void case_argument_may_be_null(void **state) {
    (void)state;
    thread_pool *pool = make_pool(1);
    spawn(pool, see_argument, NULL);
    destroy(pool);
    assert_null(atomic_load(&seen_argument));
}

void case_destroy_null(void **state) {
    (void)state;
    assert_int_equal(thread_pool_destroy(NULL), 0);
}

void case_panics_are_counted_from_zero(void **state) {
    (void)state;
    thread_pool *pool = make_pool(3);
    assert_int_equal(thread_pool_panics(pool), 0);
    assert_int_equal(thread_pool_threads(pool), 3);
    destroy(pool);
}
