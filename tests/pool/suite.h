/* suite.h: what every file of the suite shares.
 *
 * A case is one function of cases.def and runs in a process of its own, so that its state may be
 * file-level variables, a hang costs one case, and a thread left behind is found by its own case.
 * Jobs never assert: they record, and the main thread asserts. */
#ifndef POOL_SUITE_H
#define POOL_SUITE_H

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expectations.h"
#include "gate.h"
#include "thread_pool.h"

/* Every case and every probe, from the one list. */
#define CASE(name, labels, limit) void case_##name(void **state);
#include "cases.def"
#undef CASE
#define PROBE(name, known) const char *probe_##name(void);
#include "probes.def"
#undef PROBE

/* A pool, or the case fails. */
thread_pool *make_pool(uint32_t threads);
thread_pool *make_pool_with(const thread_pool_options *options);

/* Spawn and destroy, or the case fails. Main thread only. */
void spawn(thread_pool *pool, thread_pool_job job, void *arg);
void destroy(thread_pool *pool);

/* Spawn from any thread; a refusal is counted in `spawn_refusals`. */
void spawn_recorded(thread_pool *pool, thread_pool_job job, void *arg);
extern atomic_uint spawn_refusals;

/* Prints `answer: question: answer`, and fails the case unless it is an answer that probes.def
 * knows: what a backend answers is on record, and a new answer does not slip in. */
void record_answer(const char *question, const char *answer);
bool is_known_answer(const char *question, const char *answer);

/* Bytes that malloc has handed out, 0 where a sanitizer has replaced it. */
size_t bytes_in_use(void);

#endif
