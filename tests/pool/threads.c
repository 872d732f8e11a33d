/* Hazards 18 to 20: what a worker is: its index, name, stack, signals, and what stays on it. */

#include "suite.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

enum { THREADS = 4, SIGNALS = 4 };

static struct seen {
    int32_t index;
    char name[16];
    size_t stack;
    bool blocked[SIGNALS];
} seen[THREADS];

static const int signals[SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
static atomic_uint used;
static gate arrived = GATE_INIT, door = GATE_INIT;

static size_t own_stack(void) {
    pthread_attr_t attributes;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstacksize(&attributes, &size);
        pthread_attr_destroy(&attributes);
    }
    return size;
}

static void look(void *unused) {
    (void)unused;
    struct seen *mine = &seen[atomic_fetch_add(&used, 1)];
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    for (int i = 0; i < SIGNALS; i++)
        mine->blocked[i] = sigismember(&mask, signals[i]) == 1;
    mine->index = thread_pool_worker_index();
    pthread_getname_np(pthread_self(), mine->name, sizeof mine->name);
    mine->stack = own_stack();
    gate_add(&arrived, 1);
    gate_wait(&door, 1);
}

/* Every worker has a look at itself; the jobs hold each other up, so each is on another thread. */
static void look_everywhere(thread_pool *pool, uint32_t threads) {
    arrived = door = (gate)GATE_INIT;
    atomic_store(&used, 0);
    for (uint32_t i = 0; i < threads; i++)
        spawn(pool, look, NULL);
    bool all = gate_wait(&arrived, threads);
    gate_add(&door, 1);
    assert_true(all);
    destroy(pool);
}

void case_worker_indices(void **state) {
    (void)state;
    bool taken[THREADS] = {false};
    assert_int_equal(thread_pool_worker_index(), -1);
    look_everywhere(make_pool(THREADS), THREADS);
    assert_int_equal(thread_pool_worker_index(), -1);
    for (int i = 0; i < THREADS; i++) {
        if (expected()->thread_per_job) {
            assert_int_equal(seen[i].index, -1);
            continue;
        }
        assert_in_range(seen[i].index, 0, THREADS - 1);
        assert_false(taken[seen[i].index]);
        taken[seen[i].index] = true;
    }
}

static void assert_names(const char *prefix) {
    bool taken[THREADS] = {false};
    for (int i = 0; i < THREADS; i++) {
        char wanted[32];
        size_t length = strlen(seen[i].name);
        int number = length == 0 ? -1 : seen[i].name[length - 1] - '0';
        snprintf(wanted, sizeof wanted, "%s-%d", prefix, number);
        assert_string_equal(seen[i].name, wanted);
        assert_in_range(number, 0, THREADS - 1);
        assert_true(seen[i].index == -1 || seen[i].index == number);
        assert_false(taken[number]);
        taken[number] = true;
    }
}

void case_thread_names(void **state) {
    (void)state;
    char name[] = "thirteen-byte"; /* the pool keeps a copy */
    thread_pool *pool = make_pool_with(&(thread_pool_options){.threads = THREADS, .name = name});
    memset(name, 'x', sizeof name - 1);
    look_everywhere(pool, THREADS);
    assert_names("thirteen-byte");
}

void case_thread_names_default(void **state) {
    (void)state;
    look_everywhere(make_pool(THREADS), THREADS);
    assert_names("pool");
}

static void assert_stack(size_t asked_for, size_t wanted) {
    look_everywhere(make_pool_with(&(thread_pool_options){.threads = 1, .stack_size = asked_for}),
                    1);
    assert_in_range(seen[0].stack, wanted, wanted + 1024 * 1024); /* a sanitizer adds to it */
}

void case_stack_sizes(void **state) {
    (void)state;
    const size_t sizes[] = {256 * 1024, 1000 * 1000 /* no whole pages */, 64 * 1024 * 1024};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_stack(sizes[i], sizes[i]);
}

void case_stack_size_default(void **state) {
    (void)state;
    pthread_attr_t attributes;
    size_t wanted = 0;
    assert_int_equal(pthread_getattr_default_np(&attributes), 0);
    pthread_attr_getstacksize(&attributes, &wanted);
    pthread_attr_destroy(&attributes);
    assert_stack(0, wanted);
}

static atomic_uint touched;

static __attribute__((noinline)) void touch(size_t bytes) {
    volatile char frame[16 * 1024];
    for (size_t i = 0; i < sizeof frame; i += 1024)
        frame[i] = 1;
    if (bytes > sizeof frame)
        touch(bytes - sizeof frame);
    atomic_fetch_add(&touched, (unsigned)frame[0]);
}

static void use_stack(void *unused) {
    (void)unused;
    touch(30 * 1024 * 1024);
}

void case_large_stack_is_usable(void **state) {
    (void)state;
    thread_pool *pool = make_pool_with(
        &(thread_pool_options){.threads = 1, .stack_size = (size_t)256 * 1024 * 1024});
    spawn(pool, use_stack, NULL);
    destroy(pool);
    assert_int_equal(atomic_load(&touched), 30 * 1024 / 16);
}

/* ---- signals ---- */

static pthread_t main_thread;
static atomic_uint on_main, elsewhere;

static void note_thread(int unused) {
    (void)unused;
    atomic_fetch_add(pthread_equal(pthread_self(), main_thread) ? &on_main : &elsewhere, 1);
}

static atomic_bool stop;

static void work(void *started) {
    gate_add(started, 1);
    while (!atomic_load(&stop))
        sched_yield();
}

static void block(int how) {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    pthread_sigmask(how, &one, NULL);
}

/* The main thread blocks the signal, so that the kernel looks for another thread to take it:
 * there must be none until the main thread unblocks it. */
static void signal_process(void) {
    sigset_t pending;
    block(SIG_BLOCK);
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 100; i++)
        sched_yield();
    sigpending(&pending);
    bool is_pending = sigismember(&pending, SIGUSR1) == 1;
    block(SIG_UNBLOCK);
    assert_true(is_pending);
}

void case_signals_never_on_workers(void **state) {
    (void)state;
    enum { TIMES = 50 };
    static gate working = GATE_INIT;
    main_thread = pthread_self();
    signal(SIGUSR1, note_thread);
    thread_pool *pool = make_pool(THREADS); /* two workers busy, two at rest */
    spawn(pool, work, &working);
    spawn(pool, work, &working);
    assert_true(gate_wait(&working, 2));
    for (int i = 0; i < TIMES; i++)
        signal_process();
    atomic_store(&stop, true);
    destroy(pool);
    assert_int_equal(atomic_load(&elsewhere), 0);
    assert_int_equal(atomic_load(&on_main), TIMES);
}

void case_signals_are_blocked_on_workers_only(void **state) {
    (void)state;
    sigset_t before, after;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    look_everywhere(make_pool(THREADS), THREADS);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    for (int i = 0; i < THREADS; i++)
        for (int s = 0; s < SIGNALS; s++)
            assert_true(seen[i].blocked[s]);
    for (int s = 1; s < SIGRTMIN; s++)
        assert_int_equal(sigismember(&before, s), sigismember(&after, s));
}

/* ---- from one job to the next ---- */

static int cancel_state = -1;

static void see_cancel_state(void *unused) {
    (void)unused;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
}

void case_cancellation_is_disabled(void **state) {
    (void)state;
    thread_pool *pool = make_pool(1);
    spawn(pool, see_cancel_state, NULL);
    destroy(pool);
    assert_int_equal(cancel_state, PTHREAD_CANCEL_DISABLE);
}

static void enable_cancel_and_panic(void *unused) {
    (void)unused;
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
    thread_pool_panic("with cancellation enabled");
}

static void ignore_panic(void *context, const char *message) {
    (void)context, (void)message;
}

const char *probe_cancel_state_after_panic(void) {
    thread_pool *pool =
        make_pool_with(&(thread_pool_options){.threads = 1, .on_panic = ignore_panic});
    spawn(pool, enable_cancel_and_panic, NULL);
    spawn(pool, see_cancel_state, NULL);
    destroy(pool);
    return cancel_state == PTHREAD_CANCEL_DISABLE ? "disabled" : "as the job left it";
}

void case_cancel_state_after_panic(void **state) {
    (void)state;
    const char *answer = probe_cancel_state_after_panic();
    record_answer("cancel_state_after_panic", answer);
    assert_string_equal(answer, "disabled");
}

static char name_of_next[16];

static void rename_thread(void *unused) {
    (void)unused;
    pthread_setname_np(pthread_self(), "renamed");
}

static void see_name(void *unused) {
    (void)unused;
    pthread_getname_np(pthread_self(), name_of_next, sizeof name_of_next);
}

const char *probe_thread_name_set_by_a_job(void) {
    thread_pool *pool = make_pool(1);
    spawn(pool, rename_thread, NULL);
    spawn(pool, see_name, NULL);
    destroy(pool);
    return strcmp(name_of_next, "renamed") == 0 ? "stays" : "gone with the job";
}

void case_thread_name_set_by_a_job(void **state) {
    (void)state;
    record_answer("thread_name_set_by_a_job", probe_thread_name_set_by_a_job());
}
