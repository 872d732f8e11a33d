/* panic.h: what a worker does about a job that panicked. */
#ifndef THREAD_POOL_PANIC_H
#define THREAD_POOL_PANIC_H

#include "worker.h"

/* Tells the pool's handler, or stderr, and makes the worker fit for its next job. On the worker,
 * after the job's frames are gone. */
void thread_pool_panic_report(struct thread_pool_worker *worker);

#endif
