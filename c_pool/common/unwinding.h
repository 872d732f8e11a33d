/* unwinding.h: leave a job's frames for the worker's landing. unwinding_forced.c runs their
 * cleanups, unwinding_longjmp.c is for toolchains without an unwinder; the build takes one of them.
 */
#ifndef THREAD_POOL_UNWINDING_H
#define THREAD_POOL_UNWINDING_H

#include <stdnoreturn.h>

#include "worker.h"

/* On the worker, called from the job that worker->run called. Ends in worker->landing. */
noreturn void thread_pool_unwind(struct thread_pool_worker *worker);

#endif
