/* Without an unwinder: the frames are abandoned, their cleanups do not run. */
#include "unwinding.h"

noreturn void thread_pool_unwind(struct thread_pool_worker *worker) {
    _longjmp(worker->landing, 1);
}
