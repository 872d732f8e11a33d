/* look_units: how late the end of jobs is seen, and with how many looks, for pools that start late,
 * slow down or speed up; on a clock of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "look.h"

#define SHORT_SLEEP_NS 20000u /* the last sleep before the end may be this long at least */

/* `first` jobs at a steady pace until `turn`, the rest until `end`. */
struct course {
    uint64_t first, jobs, turn, end;
};

static uint64_t done_at(const struct course *course, uint64_t now) {
    if (now >= course->end)
        return course->jobs;
    if (now < course->turn)
        return (uint64_t)((double)course->first * (double)now / (double)course->turn);
    return course->first +
           (uint64_t)((double)(course->jobs - course->first) * (double)(now - course->turn) /
                      (double)(course->end - course->turn));
}

struct seen {
    uint64_t at;
    unsigned looks;
};

/* `begin`: when the first look is, the producers' end. */
static struct seen wait_for_end(const struct course *course, uint64_t begin) {
    struct look look = {.since = 0, .at = 0, .done = 0};
    struct seen seen = {.at = begin, .looks = 1};
    for (uint64_t done; (done = done_at(course, seen.at)) < course->jobs; seen.looks++)
        seen.at += look_next(&look, seen.at, done, course->jobs - done);
    return seen;
}

static void assert_seen(const struct course *course, uint64_t begin, unsigned looks) {
    struct seen seen = wait_for_end(course, begin);
    uint64_t late = seen.at - (begin > course->end ? begin : course->end);
    uint64_t most = course->end / 8;
    assert_true(late <= (most > 200000 ? most : 200000));
    assert_in_range(seen.looks, 1, looks);
}

/* What was wrong: a worker that wakes up when all has been spawned. */
static void late_start(void **state) {
    (void)state;
    assert_seen(&(struct course){1000, 131072, 1000000, 2000000}, 1000000, 20);
    assert_seen(&(struct course){10, 1048576, 6000000, 14000000}, 6000000, 30);
}

static void steady(void **state) {
    (void)state;
    const struct course course = {524288, 1048576, 10000000, 20000000};
    struct seen seen = wait_for_end(&course, 7000000);
    assert_true(seen.at - course.end <= 2 * SHORT_SLEEP_NS);
    assert_in_range(seen.looks, 1, 20);
    assert_in_range(wait_for_end(&course, 0).looks, 1, 60);
}

static void slows_down(void **state) {
    (void)state;
    assert_seen(&(struct course){1000000, 1048576, 8000000, 40000000}, 8000000, 60);
}

static void speeds_up(void **state) {
    (void)state;
    assert_seen(&(struct course){1024, 16384, 20000000, 21000000}, 0, 60);
}

static void nothing_for_long(void **state) {
    (void)state;
    assert_seen(&(struct course){0, 1024, 100000000, 100000010}, 0, 100);
}

static void ended_before(void **state) {
    (void)state;
    assert_seen(&(struct course){512, 1024, 1000, 2000}, 5000, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_start),       cmocka_unit_test(steady),
        cmocka_unit_test(slows_down),       cmocka_unit_test(speeds_up),
        cmocka_unit_test(nothing_for_long), cmocka_unit_test(ended_before),
    };
    return cmocka_run_group_tests_name("look", tests, NULL, NULL);
}
