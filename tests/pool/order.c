/* Hazards 12, 13 and 16: order, starvation, limits. */

#include "suite.h"

#include <sched.h>

enum { MOST = 10000 };

static uint32_t order[MOST];
static atomic_uint used;

static void note(void *number) {
    order[atomic_fetch_add(&used, 1)] = (uint32_t)(uintptr_t)number;
}

static const char *order_of(uint32_t count) {
    bool rising = true, falling = true;
    for (uint32_t i = 1; i < count; i++) {
        rising = rising && order[i - 1] < order[i];
        falling = falling && order[i - 1] > order[i];
    }
    return rising ? "FIFO" : falling ? "LIFO" : "other";
}

/* ---- one producer, one thread ---- */

static const char *order_from_outside(uint32_t jobs) {
    static gate door = GATE_INIT;
    thread_pool *pool = make_pool(1);
    spawn(pool, job_wait, &door); /* the first half waits in the queue, the rest meets a worker */
    for (uint32_t i = 0; i < jobs; i++) {
        spawn(pool, note, (void *)(uintptr_t)i);
        if (i == jobs / 2)
            gate_add(&door, 1);
    }
    destroy(pool);
    assert_int_equal(atomic_load(&used), jobs);
    return order_of(jobs);
}

const char *probe_order_of_one_producer(void) {
    return order_from_outside(scaled(MOST));
}

void case_fifo_from_one_producer(void **state) {
    (void)state;
    const char *answer = probe_order_of_one_producer();
    record_answer("order_of_one_producer", answer);
    if (!expected()->thread_per_job)
        assert_string_equal(answer, "FIFO");
}

/* ---- several producers, one thread: each one's jobs in order ---- */

enum { PRODUCERS = 3, EACH = 3000, STRIDE = 1 << 20 };

static thread_pool *shared_pool;

static void *produce(void *arg) {
    uintptr_t base = (uintptr_t)arg * STRIDE;
    for (uintptr_t i = 0; i < EACH; i++)
        spawn_recorded(shared_pool, note, (void *)(base + i));
    return NULL;
}

static void run_producers(void *(*producer)(void *)) {
    pthread_t producers[PRODUCERS];
    for (uintptr_t i = 0; i < PRODUCERS; i++)
        assert_int_equal(pthread_create(&producers[i], NULL, producer, (void *)i), 0);
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i], NULL);
}

static uint32_t out_of_order(void) {
    uint32_t next[PRODUCERS] = {0}, wrong = 0;
    for (uint32_t i = 0; i < PRODUCERS * EACH; i++)
        wrong += order[i] % STRIDE != next[order[i] / STRIDE]++;
    return wrong;
}

void case_fifo_from_each_producer(void **state) {
    (void)state;
    shared_pool = make_pool(1);
    run_producers(produce);
    destroy(shared_pool);
    assert_int_equal(atomic_load(&spawn_refusals), 0);
    assert_int_equal(atomic_load(&used), PRODUCERS * EACH);
    print_message("%u of %d jobs out of order\n", out_of_order(), PRODUCERS * EACH);
    if (!expected()->thread_per_job)
        assert_int_equal(out_of_order(), 0);
}

/* ---- jobs of a job ---- */

static void spawn_six(void *unused) {
    (void)unused;
    for (uintptr_t i = 0; i < 6; i++)
        spawn_recorded(shared_pool, note, (void *)i);
}

const char *probe_order_of_nested_jobs(void) {
    shared_pool = make_pool(1);
    spawn(shared_pool, spawn_six, NULL);
    destroy(shared_pool);
    return order_of(6);
}

void case_order_of_nested_jobs(void **state) {
    (void)state;
    const char *answer = probe_order_of_nested_jobs();
    assert_int_equal(atomic_load(&used), 6);
    record_answer("order_of_nested_jobs", answer);
    if (!expected()->thread_per_job)
        assert_string_equal(answer, expected()->nested_order);
}

/* ---- starvation ---- */

enum { MOST_RESPAWNS = 300000 };

static gate respawning = GATE_INIT;
static atomic_bool stop, outside_waits, outside_ran;
static uint32_t respawns; /* beside the outside job; written by one job at a time */

/* Those before the outside job waits are not counted: the thread that spawns it may be kept from a
 * processor for as long as the system likes. */
static void respawn(void *unused) {
    if (atomic_load(&outside_waits))
        respawns++;
    if (!atomic_load(&stop) && respawns < MOST_RESPAWNS)
        spawn_recorded(shared_pool, respawn, unused);
}

static void begin_respawning(void *unused) {
    gate_add(&respawning, 1);
    respawn(unused);
}

static void from_outside(void *unused) {
    (void)unused;
    atomic_store(&outside_ran, true);
    atomic_store(&stop, true);
}

const char *probe_outside_job_beside_self_respawning_job(void) {
    shared_pool = make_pool(1);
    spawn(shared_pool, begin_respawning, NULL);
    assert_true(gate_wait(&respawning, 1));
    spawn(shared_pool, from_outside, NULL);
    atomic_store(&outside_waits, true);
    destroy(shared_pool);
    assert_true(atomic_load(&outside_ran));
    return respawns < MOST_RESPAWNS ? "runs" : "starves";
}

void case_outside_job_beside_self_respawning_job(void **state) {
    (void)state;
    const char *answer = probe_outside_job_beside_self_respawning_job();
    print_message("%u respawns of at most %d\n", respawns, MOST_RESPAWNS);
    record_answer("outside_job_beside_self_respawning_job", answer);
    assert_string_equal(answer, expected()->beside_respawning);
}

/* ---- limits ---- */

static gate door = GATE_INIT, ran = GATE_INIT;

static void started_and_wait(void *started) {
    gate_add(started, 1);
    job_wait(&door);
}

/* Jobs accepted behind blocked workers until the first refusal, `limit` + 1 at most. */
static uint32_t fill(thread_pool *pool, uint32_t limit) {
    for (uint32_t accepted = 0; accepted <= limit; accepted++) {
        int error = thread_pool_spawn(pool, job_count, &ran);
        if (error == EAGAIN)
            return accepted;
        assert_int_equal(error, 0);
    }
    return limit + 1;
}

static thread_pool *make_blocked_pool(uint32_t threads, uint32_t limit) {
    static gate started;
    started = door = ran = (gate)GATE_INIT;
    thread_pool *pool =
        make_pool_with(&(thread_pool_options){.threads = threads, .max_queued = limit});
    for (uint32_t i = 1; i <= threads; i++) {
        spawn(pool, started_and_wait, &started);
        assert_true(gate_wait(&started, i));
    }
    return pool;
}

static const char *limited(uint32_t threads, uint32_t limit) {
    thread_pool *pool = make_blocked_pool(threads, limit);
    uint32_t accepted = fill(pool, limit);
    if (accepted <= limit) /* refused once is refused again */
        assert_int_equal(thread_pool_spawn(pool, job_count, &ran), EAGAIN);
    else /* none of them waits behind the blocked ones */
        assert_true(gate_wait(&ran, accepted));
    gate_add(&door, 1);
    assert_true(gate_wait(&ran, accepted));
    spawn(pool, job_count, &ran);
    destroy(pool);
    assert_int_equal(gate_count(&ran), accepted + 1);
    return accepted < limit    ? "EAGAIN before its limit"
           : accepted == limit ? "EAGAIN, accepts again after"
                               : "no job waits to start";
}

const char *probe_queue_at_its_limit(void) {
    return limited(1, 10);
}

void case_limit_says_eagain(void **state) {
    (void)state;
    const uint32_t limits[] = {1, 2, 3, 100, 5000};
    const char *wanted =
        expected()->thread_per_job ? "no job waits to start" : "EAGAIN, accepts again after";
    record_answer("queue_at_its_limit", probe_queue_at_its_limit());
    for (uint32_t threads = 1; threads <= 3; threads += 2)
        for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
            assert_string_equal(limited(threads, limits[i]), wanted);
}

static atomic_uint accepted_jobs, other_errors;

static void *produce_until_accepted(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < scaled(5000);) {
        int error = thread_pool_spawn(shared_pool, job_count, &ran);
        if (error == 0)
            i++, atomic_fetch_add(&accepted_jobs, 1);
        else if (error == EAGAIN)
            sched_yield();
        else
            i++, atomic_fetch_add(&other_errors, 1);
    }
    return NULL;
}

void case_limit_loses_nothing(void **state) {
    (void)state;
    shared_pool = make_pool_with(&(thread_pool_options){.threads = 2, .max_queued = 4});
    run_producers(produce_until_accepted);
    destroy(shared_pool);
    assert_int_equal(atomic_load(&other_errors), 0);
    assert_int_equal(gate_count(&ran), atomic_load(&accepted_jobs));
    assert_int_equal(atomic_load(&accepted_jobs), PRODUCERS * scaled(5000));
}

/* A job on a full pool is refused like anybody else: it must not wait for itself. */
static atomic_int error_in_job = -1;

static void spawn_until_full(void *unused) {
    (void)unused;
    int error = 0;
    for (int i = 0; i < 10 && error == 0; i++)
        error = thread_pool_spawn(shared_pool, job_count, &ran);
    atomic_store(&error_in_job, error);
}

void case_limit_holds_for_jobs_too(void **state) {
    (void)state;
    shared_pool = make_pool_with(&(thread_pool_options){.threads = 1, .max_queued = 5});
    spawn(shared_pool, spawn_until_full, NULL);
    destroy(shared_pool);
    bool unlimited = expected()->thread_per_job;
    assert_int_equal(atomic_load(&error_in_job), unlimited ? 0 : EAGAIN);
    assert_int_equal(gate_count(&ran), unlimited ? 10 : 5);
}

/* A limit is a number, not an amount of memory taken beforehand. */
void case_limit_may_be_huge(void **state) {
    (void)state;
    const size_t limits[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 16 + 1, 1u << 31};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        thread_pool *pool =
            make_pool_with(&(thread_pool_options){.threads = 2, .max_queued = limits[i]});
        for (int job = 0; job < 100; job++)
            spawn(pool, job_count, &ran);
        destroy(pool);
        assert_int_equal(gate_count(&ran), 100 * (i + 1));
    }
}
