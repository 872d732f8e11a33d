/* Hazards 4 and 24 to 28: the end of a pool. */

#include "suite.h"

#include <sched.h>

#include "child.h"
#include "faults.h"

static gate ran = GATE_INIT, door = GATE_INIT;
static thread_pool *shared_pool;

void case_destroy_runs_every_job(void **state) {
    (void)state;
    for (uint32_t threads = 1; threads <= 4; threads++) {
        uint64_t before = gate_count(&ran);
        thread_pool *pool = make_pool(threads);
        for (uint32_t i = 0; i < scaled(20000); i++)
            spawn(pool, job_count, &ran);
        destroy(pool);
        assert_int_equal(gate_count(&ran) - before, scaled(20000));
    }
}

static void *open_door(void *unused) {
    (void)unused;
    for (int i = 0; i < 1000; i++) /* likely, not needed: destroy has begun */
        sched_yield();
    gate_add(&door, 1);
    return NULL;
}

/* Destroys while another thread lets the blocked jobs go on. */
static void destroy_and_open(thread_pool *pool) {
    pthread_t opener;
    assert_int_equal(pthread_create(&opener, NULL, open_door, NULL), 0);
    destroy(pool);
    pthread_join(opener, NULL);
}

void case_destroy_waits_for_blocked_jobs(void **state) {
    (void)state;
    thread_pool *pool = make_pool(2);
    spawn(pool, job_wait, &door);
    spawn(pool, job_wait, &door);
    for (uint32_t i = 0; i < 500; i++)
        spawn(pool, job_count, &ran);
    destroy_and_open(pool);
    assert_int_equal(gate_count(&ran), 500);
}

/* ---- every thread has ended, its thread-local destructors included ---- */

static pthread_key_t key;
static atomic_uint keys_set, keys_destroyed;

static void slow_destructor(void *unused) {
    (void)unused;
    for (int i = 0; i < 2000; i++)
        sched_yield();
    atomic_fetch_add(&keys_destroyed, 1);
}

static void set_key(void *unused) {
    (void)unused;
    if (pthread_getspecific(key) == NULL) {
        pthread_setspecific(key, &key);
        atomic_fetch_add(&keys_set, 1);
    }
}

void case_destroy_waits_for_thread_local_destructors(void **state) {
    (void)state;
    assert_int_equal(pthread_key_create(&key, slow_destructor), 0);
    for (int round = 0; round < 20; round++) {
        thread_pool *pool = make_pool(4);
        for (int i = 0; i < 40; i++)
            spawn(pool, set_key, NULL);
        destroy(pool);
        assert_int_equal(atomic_load(&keys_destroyed), atomic_load(&keys_set));
        assert_int_equal(threads_ended(), threads_made());
    }
    assert_true(atomic_load(&keys_set) >= 20);
}

/* ---- from a worker ---- */

static atomic_int own_error = -1, other_error = -1;

static void destroy_own(void *unused) {
    (void)unused;
    atomic_store(&own_error, thread_pool_destroy(shared_pool));
}

void case_destroy_from_own_worker_is_refused(void **state) {
    (void)state;
    shared_pool = make_pool(2);
    for (uint64_t i = 1; i <= 50; i++) {
        spawn(shared_pool, destroy_own, NULL);
        spawn(shared_pool, job_count, &ran);
        assert_true(gate_wait(&ran, i)); /* the pool is intact */
    }
    destroy(shared_pool);
    assert_int_equal(atomic_load(&own_error), EDEADLK);
}

static void destroy_other(void *other) {
    atomic_store(&other_error, thread_pool_destroy(other));
}

void case_destroy_from_worker_of_another_pool(void **state) {
    (void)state;
    thread_pool *pool = make_pool(1), *other = make_pool(2);
    for (int i = 0; i < 100; i++)
        spawn(other, job_count, &ran);
    spawn(pool, destroy_other, other);
    destroy(pool);
    assert_int_equal(atomic_load(&other_error), 0);
    assert_int_equal(gate_count(&ran), 100);
}

static atomic_int inner_error = -1;

static void pool_in_a_job(void *unused) {
    (void)unused;
    thread_pool *inner = NULL;
    int error = thread_pool_new(2, &inner);
    for (int i = 0; i < 20 && error == 0; i++)
        error = thread_pool_spawn(inner, job_count, &ran);
    int end = thread_pool_destroy(inner);
    atomic_store(&inner_error, error != 0 ? error : end);
}

void case_pool_inside_a_job(void **state) {
    (void)state;
    thread_pool *pool = make_pool(1);
    spawn(pool, pool_in_a_job, NULL);
    destroy(pool);
    assert_int_equal(atomic_load(&inner_error), 0);
    assert_int_equal(gate_count(&ran), 20);
}

/* ---- jobs spawned while draining ---- */

enum { CHAIN = 2000 };

static atomic_uint accepted, refused, links;

static void chain(void *unused) {
    if (atomic_fetch_add(&links, 1) + 1 == CHAIN)
        return;
    int error = thread_pool_spawn(shared_pool, chain, unused);
    atomic_fetch_add(error == 0 ? &accepted : &refused, 1);
}

static void wait_and_chain(void *unused) {
    job_wait(&door);
    chain(unused);
}

static const char *spawn_while_draining(uint32_t threads) {
    atomic_store(&accepted, 0);
    atomic_store(&refused, 0);
    atomic_store(&links, 0);
    door = (gate)GATE_INIT;
    shared_pool = make_pool(threads);
    spawn(shared_pool, wait_and_chain, NULL);
    destroy_and_open(shared_pool);
    if (atomic_load(&links) != atomic_load(&accepted) + 1)
        return "dropped";
    return atomic_load(&refused) == 0 ? "runs" : "refused";
}

const char *probe_destroy_runs_jobs_spawned_while_draining(void) {
    return spawn_while_draining(2);
}

void case_destroy_runs_jobs_spawned_while_draining(void **state) {
    (void)state;
    for (uint32_t threads = 1; threads <= 4; threads++) {
        const char *answer = spawn_while_draining(threads);
        record_answer("destroy_runs_jobs_spawned_while_draining", answer);
        assert_string_equal(answer, "runs");
    }
}

/* ---- two pools ---- */

static atomic_bool stop;
static atomic_uint_fast64_t fed, eaten;

static void eat(void *unused) {
    (void)unused;
    atomic_fetch_add(&eaten, 1);
}

static void *feed(void *pool) {
    while (!atomic_load(&stop)) {
        spawn_recorded(pool, eat, NULL);
        if (atomic_fetch_add(&fed, 1) - atomic_load(&eaten) > 100)
            sched_yield();
    }
    return NULL;
}

void case_pools_are_independent(void **state) {
    (void)state;
    pthread_t feeder;
    thread_pool *lasting = make_pool(2);
    assert_int_equal(pthread_create(&feeder, NULL, feed, lasting), 0);
    for (uint64_t round = 1; round <= 50; round++) {
        thread_pool *brief = make_pool(2);
        for (int i = 0; i < 50; i++)
            spawn(brief, job_count, &ran);
        destroy(brief); /* under load, while the other works */
        assert_int_equal(gate_count(&ran), round * 50);
    }
    spawn(lasting, job_count, &door); /* it still works */
    assert_true(gate_wait(&door, 1));
    atomic_store(&stop, true);
    pthread_join(feeder, NULL);
    destroy(lasting);
    assert_int_equal(atomic_load(&spawn_refusals), 0);
    assert_int_equal(atomic_load(&eaten), atomic_load(&fed));
}

/* A queue that was long leaves no memory behind. */
void case_destroy_gives_memory_back(void **state) {
    (void)state;
    size_t before = 0;
    for (int round = 0; round < 8; round++) {
        door = (gate)GATE_INIT;
        thread_pool *pool = make_pool(1);
        spawn(pool, job_wait, &door);
        for (uint32_t i = 0; i < scaled(20000); i++)
            spawn(pool, job_count, &ran);
        gate_add(&door, 1);
        destroy(pool);
        if (round == 2)
            before = bytes_in_use();
    }
    assert_in_range(bytes_in_use(), 0, before + 64 * 1024);
}

/* ---- who may not spawn any more; in children, for a pool may abort ---- */

/* Exit statuses of the children. */
enum { RUNS, REFUSED, DROPPED, NO_POOL };

static const char *fate_of_spawn(const char *name) {
    struct child child = run_child("--child", name, 0);
    if (child.hung)
        return "hangs";
    if (child_aborted(&child))
        return strlen(child.output) > 0 ? "abort with a message" : "abort";
    return child_exited(&child, RUNS)      ? "runs"
           : child_exited(&child, REFUSED) ? "refused"
           : child_exited(&child, DROPPED) ? "dropped"
                                           : "other";
}

static atomic_uint late_accepted, late_refused;

static void spawn_late(void) {
    int error = thread_pool_spawn(shared_pool, job_count, &ran);
    atomic_fetch_add(error == 0 ? &late_accepted : &late_refused, 1);
}

static int fate_of_late_jobs(void) {
    if (gate_count(&ran) != atomic_load(&late_accepted))
        return DROPPED;
    return atomic_load(&late_refused) > 0 ? REFUSED : RUNS;
}

static void *spawn_from_outside(void *unused) {
    for (int i = 0; i < 2000; i++) { /* destroy begins before long, and waits for the door */
        spawn_late();
        sched_yield();
    }
    gate_add(&door, 1);
    return unused;
}

int child_spawn_from_outside_during_destroy(int argument) {
    (void)argument;
    pthread_t outside;
    if (thread_pool_new(2, &shared_pool) != 0 ||
        thread_pool_spawn(shared_pool, job_wait, &door) != 0 ||
        pthread_create(&outside, NULL, spawn_from_outside, NULL) != 0)
        return NO_POOL;
    thread_pool_destroy(shared_pool);
    pthread_join(outside, NULL);
    return fate_of_late_jobs();
}

const char *probe_spawn_from_outside_during_destroy(void) {
    return fate_of_spawn("spawn_from_outside_during_destroy");
}

void case_spawn_from_outside_during_destroy(void **state) {
    (void)state;
    record_answer("spawn_from_outside_during_destroy", probe_spawn_from_outside_during_destroy());
}

static void destructor_that_spawns(void *unused) {
    (void)unused;
    spawn_late();
}

int child_spawn_from_thread_local_destructor(int argument) {
    (void)argument;
    if (pthread_key_create(&key, destructor_that_spawns) != 0 ||
        thread_pool_new(1, &shared_pool) != 0 || thread_pool_spawn(shared_pool, set_key, NULL) != 0)
        return NO_POOL;
    thread_pool_destroy(shared_pool);
    return fate_of_late_jobs();
}

const char *probe_spawn_from_thread_local_destructor(void) {
    return fate_of_spawn("spawn_from_thread_local_destructor");
}

void case_spawn_from_thread_local_destructor(void **state) {
    (void)state;
    const char *answer = probe_spawn_from_thread_local_destructor();
    record_answer("spawn_from_thread_local_destructor", answer);
    if (!expected()->aborts_on_last_spawns)
        assert_true(strcmp(answer, "runs") == 0 || strcmp(answer, "refused") == 0);
}
