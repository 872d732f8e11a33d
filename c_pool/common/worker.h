/* worker.h: a thread that runs jobs, from its first step to its last.
 *
 * A pool embeds or allocates one record per thread, fills in the fields of the first block, and
 * starts the thread with thread_pool_worker_start. The thread then
 *   1. knows itself: thread_pool_worker_self, thread_pool_worker_index;
 *   2. disables its cancellation, takes its name;
 *   3. calls run(record, false), which runs jobs and returns when there will be no more;
 *   4. after a panic, has it reported and calls run(record, true) again;
 *   5. calls ended(record), if there is one; then its thread-local destructors run.
 * The record must outlive step 5: it belongs to whoever joins the thread.
 *
 * Signals. A worker has every signal blocked but those that a thread raises by its own fault
 * (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS) and SIGABRT: a blocked fault kills the process
 * without running the handler that would have said where. So no signal sent to the process runs
 * its handler on a worker. A process that a job forks, and what it executes, inherits the blocked
 * mask: the job must unblock in the child what it needs there.
 *
 * Cancellation. Disabled, so that pthread_cancel of a worker does nothing. A job that enables it
 * must disable it again before it returns; after a panic the worker does so itself. A job that
 * enables it and is cancelled then is treated as one that calls pthread_exit.
 *
 * pthread_exit in a job. Message, abort. The thread belongs to the pool and cannot be given up by a
 * job, and a worker in Rust aborts too: a program is told on every backend, not only on some. */
#ifndef THREAD_POOL_WORKER_H
#define THREAD_POOL_WORKER_H

#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "base.h"

enum thread_pool_worker_state {
    THREAD_POOL_WORKER_RUNNING,   /* in run: a job, or between two */
    THREAD_POOL_WORKER_UNWINDING, /* a job's frames are being unwound */
    THREAD_POOL_WORKER_REPORTING, /* in the panic handler */
    THREAD_POOL_WORKER_ENDED      /* out of run for good */
};

struct thread_pool_worker {
    /* Set by the pool, immutable while the thread lives. */
    thread_pool *pool;
    struct thread_pool_base *base;
    int32_t index;        /* what thread_pool_worker_index says */
    uint32_t name_number; /* the <index> of the thread's name */
    void (*run)(struct thread_pool_worker *worker, bool after_panic);
    void (*ended)(struct thread_pool_worker *worker); /* may be NULL */

    /* Used by the thread itself alone. */
    enum thread_pool_worker_state state;
    sigjmp_buf landing;     /* where a panic lands: in the frame that calls run */
    char *message;          /* of the panic under way: message_room, or from malloc */
    char message_room[256]; /* a message that fits is kept without malloc */
};

/* Starts the thread with the attributes of worker->base. 0; EINVAL: the stack size cannot be
 * honoured; EAGAIN: the system refused a thread. */
int thread_pool_worker_start(struct thread_pool_worker *worker, pthread_t *thread);

/* The calling thread's record, until its very end; NULL on other threads. */
struct thread_pool_worker *thread_pool_worker_self(void);

/* Is the caller a thread of `pool`? Then it must not wait for the pool's end. */
bool thread_pool_worker_belongs_to(const thread_pool *pool);

/* In a child process: its only thread, a copy of a worker or not, is no worker. */
void thread_pool_worker_forget(void);

#endif
