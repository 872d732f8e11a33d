#include "suite.h"

#include <malloc.h>
#include <sched.h>
#include <time.h>

atomic_uint spawn_refusals;

thread_pool *make_pool_with(const thread_pool_options *options) {
    thread_pool *pool = NULL;
    assert_int_equal(thread_pool_new_with(options, &pool), 0);
    assert_non_null(pool);
    return pool;
}

thread_pool *make_pool(uint32_t threads) {
    thread_pool *pool = NULL;
    assert_int_equal(thread_pool_new(threads, &pool), 0);
    assert_non_null(pool);
    return pool;
}

enum { PATIENCE_SECONDS = 30 };

/* Where each job is a thread, EAGAIN says that the whole system has too many at the moment. */
static int spawn_patiently(thread_pool *pool, thread_pool_job job, void *arg) {
    time_t end = time(NULL) + PATIENCE_SECONDS;
    int error = thread_pool_spawn(pool, job, arg);
    while (error == EAGAIN && expected()->thread_per_job && time(NULL) < end) {
        sched_yield();
        error = thread_pool_spawn(pool, job, arg);
    }
    return error;
}

void spawn(thread_pool *pool, thread_pool_job job, void *arg) {
    assert_int_equal(spawn_patiently(pool, job, arg), 0);
}

void destroy(thread_pool *pool) {
    assert_int_equal(thread_pool_destroy(pool), 0);
    assert_int_equal(job_wait_timeouts(), 0); /* none went on before its time */
}

void spawn_recorded(thread_pool *pool, thread_pool_job job, void *arg) {
    if (spawn_patiently(pool, job, arg) != 0)
        atomic_fetch_add(&spawn_refusals, 1);
}

size_t bytes_in_use(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static const struct {
    const char *question;
    const char *known;
} questions[] = {
#define PROBE(name, known) {#name, known},
#include "probes.def"
#undef PROBE
};

/* Is `answer` one of `known`, which are separated by '|'? */
static bool is_known(const char *known, const char *answer) {
    size_t length = strlen(answer);
    for (const char *at = known; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, answer, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    }
    return false;
}

bool is_known_answer(const char *question, const char *answer) {
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strcmp(questions[i].question, question) == 0)
            return is_known(questions[i].known, answer);
    return false;
}

void record_answer(const char *question, const char *answer) {
    print_message("answer: %s: %s\n", question, answer);
    if (!is_known_answer(question, answer))
        fail_msg("%s: '%s' is no answer that probes.def knows", question, answer);
}
