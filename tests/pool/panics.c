/* Hazards 21 to 23: a job panics, or leaves in another way. */

#include "suite.h"

#include "child.h"

static gate ran = GATE_INIT;
static atomic_uint handled, wrong_messages, wrong_contexts, cleaned;
static char context;
static const char *wanted_message;

static void handle(void *given, const char *message) {
    atomic_fetch_add(&handled, 1);
    if (given != &context)
        atomic_fetch_add(&wrong_contexts, 1);
    if (message == NULL || strcmp(message, wanted_message) != 0)
        atomic_fetch_add(&wrong_messages, 1);
}

static thread_pool *make_handled_pool(uint32_t threads, const char *message) {
    wanted_message = message;
    return make_pool_with(&(thread_pool_options){
        .threads = threads, .on_panic = handle, .on_panic_context = &context});
}

static void assert_handled(uint32_t panics) {
    assert_int_equal(atomic_load(&handled), panics);
    assert_int_equal(atomic_load(&wrong_messages), 0);
    assert_int_equal(atomic_load(&wrong_contexts), 0);
}

static void panic_plain(void *message) {
    thread_pool_panic(message);
}

static void panic_hello(void *unused) {
    (void)unused;
    thread_pool_panic("hello");
}

/* ---- many ---- */

static pthread_key_t key;
static atomic_uint distinct_threads;

static void note_thread(void) {
    if (pthread_getspecific(key) != NULL)
        return;
    pthread_setspecific(key, &key);
    atomic_fetch_add(&distinct_threads, 1);
}

static void clean(const int *unused) {
    (void)unused;
    atomic_fetch_add(&cleaned, 1);
}

static void deep(int depth);
static void (*volatile deeper)(int depth) = deep;

static void deep(int depth) {
    __attribute__((cleanup(clean))) int guard = depth;
    if (depth == 0)
        thread_pool_panic("on purpose");
    deeper(guard - 1);
}

static void panic_deep(void *unused) {
    (void)unused;
    note_thread();
    deep(4);
}

void case_panics_cost_no_thread(void **state) {
    (void)state;
    uint32_t panics = scaled(10000);
    assert_int_equal(pthread_key_create(&key, NULL), 0);
    thread_pool *pool = make_handled_pool(4, "on purpose");
    for (uint32_t i = 0; i < panics; i++) {
        spawn(pool, panic_deep, NULL);
        spawn(pool, job_count, &ran);
    }
    assert_true(gate_wait(&ran, panics)); /* the next job runs */
    destroy(pool);
    assert_handled(panics);
    assert_int_equal(atomic_load(&cleaned), 5 * panics); /* every frame's cleanup ran */
    if (!expected()->thread_per_job)
        assert_in_range(atomic_load(&distinct_threads), 1, 4);
}

void case_panics_are_counted(void **state) {
    (void)state;
    thread_pool *pool = make_handled_pool(1, "hello");
    for (uint32_t i = 1; i <= 100; i++) {
        spawn(pool, panic_hello, NULL);
        spawn(pool, job_count, &ran);
        assert_true(gate_wait(&ran, i));
        if (!expected()->thread_per_job) /* one thread, in order: the panic is over */
            assert_int_equal(thread_pool_panics(pool), i);
    }
    destroy(pool);
    assert_handled(100);
}

/* ---- the message ---- */

static void panic_from_frame(void *unused) {
    (void)unused;
    char frame[64];
    snprintf(frame, sizeof frame, "a message in a frame that goes");
    thread_pool_panic(frame);
}

void case_panic_message_outlives_its_frame(void **state) {
    (void)state;
    thread_pool *pool = make_handled_pool(2, "a message in a frame that goes");
    for (int i = 0; i < 100; i++)
        spawn(pool, panic_from_frame, NULL);
    destroy(pool);
    assert_handled(100);
}

void case_panic_message_of_any_length(void **state) {
    (void)state;
    static char message[100001];
    const size_t lengths[] = {0, 1, 255, 256, 257, 100000};
    for (uint32_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(message, 'm', lengths[i]);
        message[lengths[i]] = '\0';
        thread_pool *pool = make_handled_pool(1, message);
        spawn(pool, panic_plain, message);
        destroy(pool);
        assert_handled(i + 1);
    }
}

static void note_message(void *unused, const char *message) {
    (void)unused;
    atomic_fetch_add(&handled, message != NULL && strlen(message) > 0);
}

void case_panic_without_a_message(void **state) {
    (void)state;
    thread_pool *pool =
        make_pool_with(&(thread_pool_options){.threads = 1, .on_panic = note_message});
    spawn(pool, panic_plain, NULL);
    spawn(pool, job_count, &ran);
    destroy(pool);
    assert_int_equal(atomic_load(&handled), 1);
    assert_int_equal(gate_count(&ran), 1);
}

/* ---- cleanups: from the inside out, and before the handler hears of it ---- */

static char cleanup_order[8];
static atomic_uint cleanups;

static void note_cleanup(const char *letter) {
    cleanup_order[atomic_fetch_add(&cleanups, 1)] = *letter;
}

static void panic_in_scopes(void *unused) {
    (void)unused;
    __attribute__((cleanup(note_cleanup))) char outer = 'a';
    __attribute__((cleanup(note_cleanup))) char middle = (char)(outer + 1);
    {
        __attribute__((cleanup(note_cleanup))) char inner = (char)(middle + 1);
        thread_pool_panic(inner == 'c' ? "in scopes" : "");
    }
}

void case_panic_runs_cleanups_inside_out(void **state) {
    (void)state;
    thread_pool *pool = make_handled_pool(1, "in scopes");
    spawn(pool, panic_in_scopes, NULL);
    destroy(pool);
    assert_handled(1);
    assert_string_equal(cleanup_order, "cba");
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void unlock(pthread_mutex_t **held) {
    pthread_mutex_unlock(*held);
}

static void panic_with_lock(void *unused) {
    (void)unused;
    pthread_mutex_lock(&lock);
    __attribute__((cleanup(unlock))) pthread_mutex_t *held = &lock;
    thread_pool_panic(held == NULL ? "" : "with a lock");
}

void case_panic_releases_locks(void **state) {
    (void)state;
    thread_pool *pool = make_handled_pool(4, "with a lock");
    for (int i = 0; i < 1000; i++)
        spawn(pool, panic_with_lock, NULL);
    destroy(pool);
    assert_handled(1000);
    assert_int_equal(pthread_mutex_trylock(&lock), 0);
}

/* ---- the handler ---- */

static thread_pool *handler_pool;
static atomic_uint handlers_off_worker;

static void spawn_from_handler(void *unused, const char *message) {
    (void)unused, (void)message;
    if (thread_pool_worker_index() != 0)
        atomic_fetch_add(&handlers_off_worker, 1);
    spawn_recorded(handler_pool, job_count, &ran);
}

void case_panic_handler_may_spawn(void **state) {
    (void)state;
    handler_pool =
        make_pool_with(&(thread_pool_options){.threads = 1, .on_panic = spawn_from_handler});
    for (int i = 0; i < 100; i++)
        spawn(handler_pool, panic_hello, NULL);
    destroy(handler_pool);
    assert_int_equal(atomic_load(&spawn_refusals), 0);
    assert_int_equal(gate_count(&ran), 100);
    if (!expected()->thread_per_job)
        assert_int_equal(atomic_load(&handlers_off_worker), 0);
}

/* Runs `job` and then a counting one on a pool of one thread; 0: both are over. */
static int run_in_child(thread_pool_job job, thread_pool_panic_handler on_panic) {
    thread_pool *pool;
    const thread_pool_options options = {.threads = 1, .on_panic = on_panic};
    if (thread_pool_new_with(&options, &pool) != 0)
        return 3;
    thread_pool_spawn(pool, job, NULL);
    thread_pool_spawn(pool, job_count, &ran);
    thread_pool_destroy(pool);
    return gate_count(&ran) == 1 ? 0 : 4;
}

int child_panic_without_handler(int argument) {
    (void)argument;
    return run_in_child(panic_hello, NULL);
}

void case_panic_without_handler_is_told(void **state) {
    (void)state;
    struct child child = run_child("--child", "panic_without_handler", 0);
    assert_true(child_exited(&child, 0));
    assert_non_null(strstr(child.output, "hello"));
    char *end = strchr(child.output, '\n'); /* one line */
    assert_non_null(end);
    assert_int_equal(end[1], '\0');
}

/* ---- what ends the process ---- */

static void assert_aborts(const char *name, const char *first, const char *second) {
    struct child child = run_child("--child", name, 0);
    if (!child_aborted(&child) || strstr(child.output, first) == NULL ||
        strstr(child.output, second) == NULL)
        fail_msg("%s: hung %d, status %x, output: %s", name, child.hung, (unsigned)child.status,
                 child.output);
}

int child_panic_outside_a_job(int argument) {
    (void)argument;
    thread_pool *pool; /* that there is a pool makes no difference */
    if (thread_pool_new(1, &pool) != 0)
        return 3;
    thread_pool_panic("not in a job");
}

void case_panic_outside_a_job_aborts(void **state) {
    (void)state;
    assert_aborts("panic_outside_a_job", "panic outside a job", "not in a job");
}

static void panic_again(void *unused, const char *message) {
    (void)unused, (void)message;
    thread_pool_panic("the second");
}

int child_panic_in_handler(int argument) {
    (void)argument;
    return run_in_child(panic_hello, panic_again);
}

void case_panic_in_handler_aborts(void **state) {
    (void)state;
    assert_aborts("panic_in_handler", "panic handler", "the second");
}

static void panic_in_cleanup(const int *unused) {
    (void)unused;
    thread_pool_panic("the second");
}

static void panic_twice(void *unused) {
    (void)unused;
    __attribute__((cleanup(panic_in_cleanup))) int guard = 1;
    thread_pool_panic(guard ? "the first" : "");
}

int child_panic_while_panicking(int argument) {
    (void)argument;
    return run_in_child(panic_twice, NULL);
}

void case_panic_while_panicking_aborts(void **state) {
    (void)state;
    assert_aborts("panic_while_panicking", "while a panic is under way", "the second");
}

/* ---- pthread_exit and pthread_cancel ---- */

static void exit_thread(void *unused) {
    (void)unused;
    pthread_exit(NULL);
}

int child_exit_in_job(int argument) {
    (void)argument;
    return run_in_child(exit_thread, NULL);
}

static void cancel_self(void *unused) {
    (void)unused;
    pthread_cancel(pthread_self());
    pthread_testcancel();
}

int child_cancel_of_worker(int argument) {
    (void)argument;
    return run_in_child(cancel_self, NULL);
}

static const char *fate_of(const char *name) {
    struct child child = run_child("--child", name, 0);
    if (child.hung)
        return "hangs";
    if (child_aborted(&child))
        return strlen(child.output) > 0 ? "abort with a message" : "abort";
    return child_exited(&child, 0) ? "harmless" : "other";
}

const char *probe_pthread_exit_in_job(void) {
    return fate_of("exit_in_job");
}

void case_pthread_exit_in_job(void **state) {
    (void)state;
    const char *answer = probe_pthread_exit_in_job();
    record_answer("pthread_exit_in_job", answer);
    assert_string_equal(answer, "abort with a message");
}

const char *probe_pthread_cancel_of_worker(void) {
    return fate_of("cancel_of_worker");
}

void case_pthread_cancel_of_worker(void **state) {
    (void)state;
    const char *answer = probe_pthread_cancel_of_worker();
    record_answer("pthread_cancel_of_worker", answer);
    assert_string_equal(answer, "harmless");
}
