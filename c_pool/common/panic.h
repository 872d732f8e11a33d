/* panic.h: what a worker does about a job that panicked. */
#ifndef THREAD_POOL_PANIC_H
#define THREAD_POOL_PANIC_H

#include "worker.h"

/* The first half of thread_pool_panic: aborts with a message unless a job may panic here; otherwise
 * keeps a copy of the message and counts. The caller's worker, to be unwound by the caller itself:
 * each frame less costs the unwinder less. */
struct thread_pool_worker *thread_pool_panic_begin(const char *message);

/* Tells the pool's handler, or stderr, and makes the worker fit for its next job. On the worker,
 * after the job's frames are gone. */
void thread_pool_panic_report(struct thread_pool_worker *worker);

#endif
