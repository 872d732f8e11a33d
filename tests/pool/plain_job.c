/* Compiled without -fexceptions, as most C is: a panic is contained all the same. */

#include "suite.h"

static gate ran = GATE_INIT;
static atomic_uint handled, cleaned;

static void clean(const int *unused) {
    (void)unused;
    atomic_fetch_add(&cleaned, 1);
}

static void panic_plainly(void *unused) {
    (void)unused;
    __attribute__((cleanup(clean))) int guard = 1;
    thread_pool_panic(guard ? "from plain C" : "");
}

static void count_panic(void *unused, const char *message) {
    (void)unused;
    atomic_fetch_add(&handled, strcmp(message, "from plain C") == 0);
}

static const char *panic_in_plain_c(void) {
    enum { PANICS = 200 };
    thread_pool *pool =
        make_pool_with(&(thread_pool_options){.threads = 2, .on_panic = count_panic});
    for (int i = 0; i < PANICS; i++) {
        spawn(pool, panic_plainly, NULL);
        spawn(pool, job_count, &ran);
    }
    destroy(pool);
    assert_int_equal(atomic_load(&handled), PANICS);
    assert_int_equal(gate_count(&ran), PANICS);
    return atomic_load(&cleaned) == 0 ? "skipped" : "run";
}

const char *probe_cleanups_of_code_without_fexceptions(void) {
    return panic_in_plain_c();
}

void case_panic_in_plain_c(void **state) {
    (void)state;
    record_answer("cleanups_of_code_without_fexceptions", panic_in_plain_c());
}
