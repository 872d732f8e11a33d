/* Processes: what they print, how they end, and that nothing of them stays. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "foreign.h"
#include "run_process.h"

static void run_shell(const char *script, double limit, struct process_result *result) {
    char shell[] = "sh", option[] = "-c", copy[512];
    snprintf(copy, sizeof copy, "%s", script);
    process_run((char *[]){shell, option, copy, NULL}, limit, result);
}

static void takes_both_outputs(void **state) {
    struct process_result result;
    (void)state;
    run_shell("echo out; echo err >&2; exit 3", 20, &result);
    assert_int_equal(result.error, 0);
    assert_string_equal(result.out, "out\n");
    assert_string_equal(result.err, "err\n");
    assert_true(WIFEXITED(result.status));
    assert_int_equal(WEXITSTATUS(result.status), 3);
    assert_false(process_succeeded(&result));
    process_result_free(&result);
}

static void large_output_arrives_whole(void **state) {
    struct process_result result;
    (void)state;
    run_shell("head -c 700000 /dev/zero | tr '\\0' x", 20, &result);
    assert_true(process_succeeded(&result));
    assert_int_equal(strlen(result.out), 700000);
    process_result_free(&result);
}

static void a_missing_program_is_an_error(void **state) {
    struct process_result result;
    char name[] = "/nonexistent/program";
    (void)state;
    process_run((char *[]){name, NULL}, 20, &result);
    assert_int_equal(result.error, ENOENT);
    assert_false(process_succeeded(&result));
    process_result_free(&result);
}

static void a_signal_is_told(void **state) {
    struct process_result result;
    char how[100];
    (void)state;
    run_shell("kill -SEGV $$", 20, &result);
    process_how_it_ended(&result, how, sizeof how);
    assert_non_null(strstr(how, "signal 11"));
    process_result_free(&result);
}

static int is_there(pid_t pid) {
    return kill(pid, 0) == 0;
}

/* It ignores the polite signal, and so does what it started; both are gone afterwards. */
static void a_hanging_tree_is_killed(void **state) {
    struct process_result result;
    int parent = 0, child = 0;
    (void)state;
    run_shell("trap '' TERM; sleep 1000 & echo $$ $!; wait; sleep 1000", .3, &result);
    assert_true(result.hung);
    assert_int_equal(sscanf(result.out, "%d %d", &parent, &child), 2);
    assert_false(is_there(parent));
    assert_false(is_there(child));
    assert_true(result.duration_s < 10);
    process_result_free(&result);
}

/* It ends well but leaves somebody behind who holds its output open. */
static void an_orphan_is_killed(void **state) {
    struct process_result result;
    int child = 0;
    (void)state;
    run_shell("sleep 1000 & echo $!", 20, &result);
    assert_true(process_succeeded(&result));
    assert_int_equal(sscanf(result.out, "%d", &child), 1);
    assert_false(is_there(child));
    assert_true(result.duration_s < 10);
    process_result_free(&result);
}

static void a_flood_is_cut(void **state) {
    struct process_result result;
    (void)state;
    run_shell("yes", 20, &result);
    assert_true(result.too_talkative);
    assert_false(result.hung);
    assert_true(strlen(result.out) <= 1 << 20);
    process_result_free(&result);
}

static void cpu_time_is_measured(void **state) {
    struct process_result result;
    (void)state;
    run_shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done", 20, &result);
    assert_true(process_succeeded(&result));
    assert_true(result.cpu_s > .001 && result.cpu_s <= result.duration_s * 1.5);
    process_result_free(&result);
}

/* What our own children compute is no foreign load. */
static void own_work_is_not_foreign(void **state) {
    struct process_result result;
    struct foreign_mark before = foreign_now();
    (void)state;
    run_shell("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done", 20, &result);
    struct foreign_mark after = foreign_now();
    assert_true(after.own - before.own >= result.cpu_s * .9);
    assert_true(foreign_cores(before, after) >= 0);
    process_result_free(&result);
    struct foreign_mark a = {0, 10, 5}, b = {2, 14, 6};
    assert_true(foreign_cores(a, b) == 1.5); /* 4 s used, 1 s of them ours, within 2 s */
    struct foreign_mark c = {2, 10.5, 6};
    assert_true(foreign_cores(a, c) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_both_outputs),
                                       cmocka_unit_test(large_output_arrives_whole),
                                       cmocka_unit_test(a_missing_program_is_an_error),
                                       cmocka_unit_test(a_signal_is_told),
                                       cmocka_unit_test(a_hanging_tree_is_killed),
                                       cmocka_unit_test(an_orphan_is_killed),
                                       cmocka_unit_test(a_flood_is_cut),
                                       cmocka_unit_test(cpu_time_is_measured),
                                       cmocka_unit_test(own_work_is_not_foreign)};
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
