/* placement_units: where a process has its data and its code differs from process to process, there
 * is room for every worker wherever that is, and code is where its name says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include "placement.h"
#include "tally.h"

/* All alike by chance: code, one in 4 to the 24th; data less. */
#define PROCESSES 24

static void numbers_are_below_and_differ(void **state) {
    (void)state;
    bool differ = false;
    size_t first = placement_below(32);
    for (int i = 0; i < 200; i++) {
        size_t number = placement_below(32);
        assert_in_range(number, 0, 31);
        differ = differ || number != first;
    }
    assert_true(differ);
}

/* What `measure` says in a process of its own: 0 to 255. */
static int in_a_process(int (*measure)(void)) {
    pid_t child = fork();
    if (child == 0)
        _exit(measure());
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void assert_differs_by_process(int (*measure)(void), int most) {
    int first = in_a_process(measure);
    bool differ = false;
    for (int i = 0; i < PROCESSES; i++) {
        int found = in_a_process(measure);
        assert_in_range(found, 0, most);
        differ = differ || found != first;
    }
    assert_true(differ);
}

/* By how many lines. Where that takes an allocation is the allocator's business, and a sanitizer's
 * is another one. */
static int heap_moved_by(void) {
    placement_move_heap();
    return (int)(malloc_usable_size(placement_kept) / 64);
}

static void heap_moves_by_another_distance(void **state) {
    (void)state;
    assert_differs_by_process(heap_moved_by, 64);
}

/* Which worker this thread is, to tally.c. */
static int32_t index_of_this_thread;

int32_t thread_pool_worker_index(void) {
    return index_of_this_thread;
}

static struct tally_cell *cell_of(unsigned worker) {
    index_of_this_thread = (int32_t)worker;
    tally_mine = NULL;
    tally_add(1);
    return tally_mine;
}

/* The line of the first worker; 255: there is no room for the last one. It is drawn once. */
static int place_of_workers(void) {
    tally_init(THREAD_POOL_MAX_THREADS);
    struct tally_cell *first = cell_of(0), *last = cell_of(THREAD_POOL_MAX_THREADS - 1);
    bool right = last - first == THREAD_POOL_MAX_THREADS - 1 && tally_read().jobs == 2;
    return right ? (int)((uintptr_t)first / TALLY_LINE % 32) : 255;
}

static void workers_have_room_in_each_place(void **state) {
    (void)state;
    assert_differs_by_process(place_of_workers, 31);
}

static int *called;

static void note_call(void *argument) {
    called = argument;
}
PLACEMENT_COPIES(note_call)

static void code_is_copied_to_each_place(void **state) {
    (void)state;
    placement_function *const copies[] = {note_call_at_0, note_call_at_16, note_call_at_32,
                                          note_call_at_48};
    for (size_t i = 0; i < PLACEMENT_CODE_PLACES; i++) {
        int argument;
        assert_int_equal((uintptr_t)copies[i] % 64, 16 * i);
        copies[i](&argument);
        assert_ptr_equal(called, &argument);
    }
}

/* 255: it is another one the second time. */
static int place_of_code(void) {
    placement_function *first = note_call_placed();
    return first == note_call_placed() ? (int)((uintptr_t)first % 64) : 255;
}

static void a_process_keeps_to_one_copy(void **state) {
    (void)state;
    assert_differs_by_process(place_of_code, 48);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_below_and_differ),
        cmocka_unit_test(heap_moves_by_another_distance),
        cmocka_unit_test(workers_have_room_in_each_place),
        cmocka_unit_test(code_is_copied_to_each_place),
        cmocka_unit_test(a_process_keeps_to_one_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
