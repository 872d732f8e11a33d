/* wait_group.h, with jobs of the backend. */

#include "suite.h"

#include "wait_group.h"

static uint64_t cells[100];
static wait_group group = WAIT_GROUP_INIT;
static thread_pool *shared_pool;

static void fill_cell(void *cell) {
    *(uint64_t *)cell += 1;
    wait_group_done(&group);
}

void case_wait_group_without_jobs(void **state) {
    (void)state;
    wait_group none = WAIT_GROUP_INIT;
    wait_group_wait(&none);
    wait_group_add(&none, 0);
    wait_group_wait(&none);
}

/* Used again and again; what the jobs wrote is seen after each wait. */
void case_wait_group_waits_for_all(void **state) {
    (void)state;
    thread_pool *pool = make_pool(4);
    for (uint64_t round = 1; round <= 50; round++) {
        wait_group_add(&group, 100);
        for (int i = 0; i < 100; i++)
            spawn(pool, fill_cell, &cells[i]);
        wait_group_wait(&group);
        for (int i = 0; i < 100; i++)
            assert_int_equal(cells[i], round);
    }
    destroy(pool);
}

/* A job announces more before it is done itself: the count does not touch zero too early. */
static void add_and_spawn(void *unused) {
    (void)unused;
    wait_group_add(&group, 9);
    for (int i = 0; i < 9; i++)
        spawn_recorded(shared_pool, fill_cell, &cells[i]);
    wait_group_done(&group);
}

void case_wait_group_grows_from_jobs(void **state) {
    (void)state;
    shared_pool = make_pool(2);
    for (uint64_t round = 1; round <= 50; round++) {
        wait_group_add(&group, 1);
        spawn(shared_pool, add_and_spawn, NULL);
        wait_group_wait(&group);
        for (int i = 0; i < 9; i++)
            assert_int_equal(cells[i], round);
    }
    destroy(shared_pool);
    assert_int_equal(atomic_load(&spawn_refusals), 0);
}

static void done_on_heap(void *arg) {
    wait_group_done(arg);
}

/* Its memory may go as soon as wait has returned. */
void case_wait_group_may_be_freed_after_wait(void **state) {
    (void)state;
    thread_pool *pool = make_pool(4);
    for (int round = 0; round < 1000; round++) {
        wait_group *heap = malloc(sizeof *heap);
        assert_non_null(heap);
        *heap = (wait_group)WAIT_GROUP_INIT;
        wait_group_add(heap, 3);
        for (int i = 0; i < 3; i++)
            spawn(pool, done_on_heap, heap);
        wait_group_wait(heap);
        memset(heap, 0xff, sizeof *heap);
        free(heap);
    }
    destroy(pool);
}

static atomic_bool released_early;
static gate waiting = GATE_INIT, passed = GATE_INIT;

static void *wait_once(void *unused) {
    gate_add(&waiting, 1);
    wait_group_wait(&group);
    if (gate_count(&passed) == 0)
        atomic_store(&released_early, true);
    return unused;
}

void case_wait_group_releases_every_waiter(void **state) {
    (void)state;
    pthread_t waiters[4];
    wait_group_add(&group, 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&waiters[i], NULL, wait_once, NULL), 0);
    assert_true(gate_wait(&waiting, 4));
    gate_add(&passed, 1);
    wait_group_done(&group);
    for (int i = 0; i < 4; i++)
        pthread_join(waiters[i], NULL);
    assert_false(atomic_load(&released_early));
}
