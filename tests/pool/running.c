/* Hazards 7 to 11 and 17: every job once, no sleeper forgotten, none on top of another. */

#include "suite.h"

#include <sched.h>

#include "faults.h"

static atomic_uint timeouts;

/* ---- exactly once ---- */

enum { PRODUCERS = 4, MOST_PER_PRODUCER = 20000 };

static atomic_uchar times_run[PRODUCERS * MOST_PER_PRODUCER];
static atomic_uint_fast64_t sum;
static uint32_t per_producer;

static void run_once(void *arg) {
    uintptr_t number = (uintptr_t)arg;
    atomic_fetch_add(&times_run[number], 1);
    atomic_fetch_add(&sum, number);
}

struct producer {
    pthread_t thread;
    thread_pool *pool;
    uint32_t first;
};

static void *produce(void *arg) {
    struct producer *producer = arg;
    for (uint32_t i = 0; i < per_producer; i++)
        spawn_recorded(producer->pool, run_once, (void *)(uintptr_t)(producer->first + i));
    return NULL;
}

static void assert_each_once(uint64_t jobs) {
    assert_int_equal(atomic_load(&spawn_refusals), 0);
    for (uint64_t i = 0; i < jobs; i++)
        if (atomic_load(&times_run[i]) != 1)
            fail_msg("job %llu ran %u times", (unsigned long long)i,
                     (unsigned)atomic_load(&times_run[i]));
    assert_int_equal(atomic_load(&sum), jobs * (jobs - 1) / 2);
}

static void produce_exactly_once(uint32_t threads) {
    struct producer producers[PRODUCERS];
    per_producer = scaled(MOST_PER_PRODUCER);
    thread_pool *pool = make_pool(threads);
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.pool = pool, .first = i * per_producer};
        assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
    }
    for (uint32_t i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i].thread, NULL);
    destroy(pool);
    assert_each_once(PRODUCERS * (uint64_t)per_producer);
}

void case_exactly_once_many_producers(void **state) {
    (void)state;
    produce_exactly_once(4);
}

void case_exactly_once_one_thread(void **state) {
    (void)state;
    produce_exactly_once(1);
}

/* A tree of jobs, each of which spawns its two children: job n spawns 2n+1 and 2n+2. */
static thread_pool *shared_pool;
static uintptr_t tree_size;

static void grow_tree(void *arg) {
    uintptr_t number = (uintptr_t)arg;
    run_once(arg);
    for (uintptr_t child = 2 * number + 1; child <= 2 * number + 2; child++)
        if (child < tree_size)
            spawn_recorded(shared_pool, grow_tree, (void *)child);
}

void case_exactly_once_nested(void **state) {
    (void)state;
    tree_size = scaled(60000);
    shared_pool = make_pool(4);
    spawn(shared_pool, grow_tree, NULL);
    destroy(shared_pool); /* nearly every job is spawned while the pool drains */
    assert_each_once(tree_size);
}

/* What the producer wrote before spawn is seen by the job, and what jobs wrote after destroy. */
static uint64_t plain_cells[1000];
static atomic_uint unseen;

static void see_cell(void *arg) {
    uint64_t *cell = arg;
    if (*cell != (uintptr_t)cell)
        atomic_fetch_add(&unseen, 1);
    *cell = 0;
}

void case_spawn_publishes_memory(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        thread_pool *pool = make_pool(4);
        for (int i = 0; i < 1000; i++) {
            plain_cells[i] = (uintptr_t)&plain_cells[i];
            spawn(pool, see_cell, &plain_cells[i]);
        }
        destroy(pool);
        for (int i = 0; i < 1000; i++)
            assert_int_equal(plain_cells[i], 0);
    }
    assert_int_equal(atomic_load(&unseen), 0);
}

/* ---- no lost wake-up ---- */

static void spin(uint32_t turns) {
    for (volatile uint32_t i = 0; i < turns; i++)
        continue;
}

/* One job at a time, each at another moment of the workers' falling asleep. */
static void spawn_one_by_one(thread_pool *pool, gate *ran, uint32_t rounds, uint32_t seed) {
    for (uint32_t i = 1; i <= rounds; i++) {
        spawn_recorded(pool, job_count, ran);
        if (!gate_wait(ran, i)) {
            atomic_fetch_add(&timeouts, 1);
            return;
        }
        seed = seed * 1664525 + 1013904223;
        spin((seed >> 20) % 4096);
    }
}

static void no_lost_wakeup(uint32_t threads) {
    static gate ran = GATE_INIT;
    thread_pool *pool = make_pool(threads);
    spawn_one_by_one(pool, &ran, scaled(10000), threads);
    assert_int_equal(atomic_load(&timeouts), 0);
    assert_int_equal(atomic_load(&spawn_refusals), 0);
    destroy(pool);
}

void case_no_lost_wakeup_one_thread(void **state) {
    (void)state;
    no_lost_wakeup(1);
}

void case_no_lost_wakeup_four_threads(void **state) {
    (void)state;
    no_lost_wakeup(4);
}

static void *wake_alone(void *seed) {
    gate ran = GATE_INIT;
    spawn_one_by_one(shared_pool, &ran, scaled(4000), (uint32_t)(uintptr_t)seed);
    return NULL;
}

void case_no_lost_wakeup_many_producers(void **state) {
    (void)state;
    pthread_t producers[3];
    shared_pool = make_pool(3);
    for (uintptr_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&producers[i], NULL, wake_alone, (void *)i), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(producers[i], NULL);
    assert_int_equal(atomic_load(&timeouts), 0);
    assert_int_equal(atomic_load(&spawn_refusals), 0);
    destroy(shared_pool);
}

/* ---- N jobs wait for each other on N threads: a burst wakes as many workers as it has jobs ----
 */

static gate meeting = GATE_INIT;

/* `size`: how many have arrived, in this and all earlier rounds, when this round is complete. */
static void meet(void *size) {
    gate_add(&meeting, 1);
    if (!gate_wait(&meeting, (uintptr_t)size))
        atomic_fetch_add(&timeouts, 1);
}

static void spawn_and_meet(void *size) {
    for (uint32_t i = 1; i < thread_pool_threads(shared_pool); i++)
        spawn_recorded(shared_pool, meet, size);
    meet(size);
}

static void spawn_meeting(uint32_t threads, bool nested, void *size) {
    if (nested)
        spawn(shared_pool, spawn_and_meet, size);
    else
        for (uint32_t i = 0; i < threads; i++)
            spawn(shared_pool, meet, size);
}

static void meet_repeatedly(uint32_t threads, uint32_t rounds, bool nested) {
    uint64_t size = gate_count(&meeting);
    shared_pool = make_pool(threads);
    for (uint32_t round = 0; round < rounds; round++) {
        size += threads;
        spawn_meeting(threads, nested, (void *)(uintptr_t)size);
        assert_true(gate_wait(&meeting, size));
    }
    destroy(shared_pool);
    assert_int_equal(atomic_load(&timeouts), 0);
    assert_int_equal(atomic_load(&spawn_refusals), 0);
}

/* A pool may know a few of its workers better than the others: many at last. */
static void meet_everywhere(bool nested) {
    for (uint32_t threads = 1; threads <= 8; threads *= 2)
        meet_repeatedly(threads, 200, nested);
    meet_repeatedly(40, 20, nested);
}

void case_jobs_wait_for_each_other(void **state) {
    (void)state;
    meet_everywhere(false);
}

void case_nested_jobs_wait_for_each_other(void **state) {
    (void)state;
    meet_everywhere(true);
}

/* All workers but one are blocked; the jobs queued before, between and after theirs all run. */
void case_blocked_worker_sits_on_nothing(void **state) {
    (void)state;
    static gate doors[20], counts[20];
    for (int round = 0; round < 20; round++) {
        gate *door = &doors[round], *ran = &counts[round];
        *door = *ran = (gate)GATE_INIT;
        thread_pool *pool = make_pool(4);
        for (int i = 0; i < 200; i++) {
            bool blocks = i == 10 || i == 70 || i == 130;
            spawn(pool, blocks ? job_wait : job_count, blocks ? door : ran);
        }
        bool all = gate_wait(ran, 197);
        gate_add(door, 1);
        destroy(pool);
        assert_true(all);
    }
}

/* ---- a worker that has been alone ---- */

static gate first_door = GATE_INIT, second_door = GATE_INIT, last_door = GATE_INIT;

static void job_of_nothing(void *unused) {
    (void)unused;
}

static void spawn_short_jobs(thread_pool *pool, uint32_t jobs) {
    for (uint32_t left = scaled(jobs); left > 0; left--)
        spawn(pool, job_of_nothing, NULL);
}

/* One worker is blocked; the other one runs short jobs alone, enough for a queue to rely on that.
 * Then it sets the first one free, and blocks itself in a job that waits for the one behind it. */
void case_worker_blocks_after_running_alone(void **state) {
    (void)state;
    thread_pool *pool = make_pool(2);
    spawn(pool, job_wait, &first_door);
    spawn(pool, job_wait, &second_door);
    spawn_short_jobs(pool, 20000);
    spawn(pool, job_count, &second_door);
    spawn_short_jobs(pool, 2000);
    spawn(pool, job_wait, &last_door);
    spawn(pool, job_count, &last_door);
    spawn_short_jobs(pool, 10000);
    gate_add(&first_door, 1);
    bool all = gate_wait(&last_door, 1);
    destroy(pool);
    assert_true(all);
    assert_int_equal(job_wait_timeouts(), 0);
}

/* ---- deep chains, own stacks ---- */

static gate chain_end = GATE_INIT;
static uint32_t chain_left; /* written by one job at a time */
static _Thread_local unsigned inside;
static atomic_uint on_top;

static void enter(void) {
    if (inside++ > 0)
        atomic_fetch_add(&on_top, 1);
}

static void chain(void *unused) {
    enter();
    if (--chain_left == 0)
        gate_add(&chain_end, 1);
    else
        spawn_recorded(shared_pool, chain, unused);
    inside--;
}

void case_chain_of_100000_on_one_thread(void **state) {
    (void)state;
    chain_left = scaled(100000);
    shared_pool = make_pool(1);
    spawn(shared_pool, chain, NULL);
    assert_true(gate_wait(&chain_end, 1));
    destroy(shared_pool);
    assert_int_equal(atomic_load(&on_top), 0);
    assert_int_equal(atomic_load(&spawn_refusals), 0);
}

static atomic_uint leaves;

static void leaf(void *unused) {
    (void)unused;
    enter();
    sched_yield();
    atomic_fetch_add(&leaves, 1);
    inside--;
}

static void branch(void *unused) {
    enter();
    for (int i = 0; i < 10; i++) {
        spawn_recorded(shared_pool, leaf, unused);
        sched_yield();
    }
    inside--;
}

void case_never_on_top_of_another_job(void **state) {
    (void)state;
    shared_pool = make_pool(2);
    for (int i = 0; i < 500; i++)
        spawn(shared_pool, branch, NULL);
    destroy(shared_pool);
    assert_int_equal(atomic_load(&on_top), 0);
    assert_int_equal(atomic_load(&leaves), 5000);
}

/* ---- never more than asked for ---- */

static atomic_uint at_once, most_at_once;

static void note_at_once(void *unused) {
    (void)unused;
    unsigned now = atomic_fetch_add(&at_once, 1) + 1;
    unsigned most = atomic_load(&most_at_once);
    while (now > most && !atomic_compare_exchange_weak(&most_at_once, &most, now))
        continue;
    sched_yield();
    atomic_fetch_sub(&at_once, 1);
}

void case_no_more_threads_than_asked_for(void **state) {
    (void)state;
    thread_pool *pool = make_pool(3);
    for (int i = 0; i < 2000; i++)
        spawn(pool, note_at_once, NULL);
    destroy(pool);
    if (expected()->thread_per_job) {
        assert_int_equal(threads_made(), 2000);
        return;
    }
    assert_in_range(atomic_load(&most_at_once), 1, 3);
    assert_int_equal(threads_made(), 3);
}

/* ---- spawn does not wait for jobs ---- */

void case_spawn_never_blocks_on_a_job(void **state) {
    (void)state;
    static gate door = GATE_INIT, ran = GATE_INIT;
    thread_pool *pool = make_pool(2);
    spawn(pool, job_wait, &door);
    spawn(pool, job_wait, &door);
    for (uint32_t i = 0; i < scaled(50000); i++)
        spawn(pool, job_count, &ran);
    gate_add(&door, 1);
    destroy(pool);
    assert_int_equal(gate_count(&ran), scaled(50000));
}
