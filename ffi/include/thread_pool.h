/* thread_pool.h: threads that run jobs. One interface, several backends, chosen when linking.
 * Generated from ffi/exports.rs and ffi/cbindgen.toml. Do not edit.
 *
 *     #include <stdio.h>
 *     #include <string.h>
 *     #include "thread_pool.h"
 *
 *     static void greet(void *arg) {
 *         printf("hello, %s\n", (const char *)arg);
 *     }
 *
 *     int main(void) {
 *         thread_pool *pool;
 *         int error = thread_pool_new(thread_pool_default_threads(), &pool);
 *         if (error != 0) {
 *             fprintf(stderr, "no pool: %s\n", strerror(error));
 *             return 1;
 *         }
 *         static char who[] = "world";
 *         error = thread_pool_spawn(pool, greet, who);
 *         if (error != 0)
 *             fprintf(stderr, "not spawned: %s\n", strerror(error));
 *         return thread_pool_destroy(pool); // waits for the job
 *     }
 *
 * Errors. Functions that can fail return 0 or an error number of <errno.h>, as pthreads do. After
 * an error nothing has changed: no job is queued, no thread is left behind, outputs are unwritten.
 * errno itself means nothing after a call. A backend in Rust (rayon, crossbeam, mpsc, vecdeque)
 * aborts the process when memory runs out, as Rust's libraries do; those in C (shared_queue,
 * naive) return ENOMEM.
 *
 * Ownership. A pool belongs to the caller of thread_pool_new until it is handed to
 * thread_pool_destroy. Options and the name in them are copied. The argument of a job is handed
 * through untouched and belongs to whom the caller says; so does the handler's context.
 *
 * Memory. What a thread wrote before it called spawn, the job sees. What a job wrote, and what its
 * worker's thread-local destructors wrote, is seen by whoever returns from destroy. To wait for
 * some jobs only, see wait_group.h.
 *
 * Which call from which thread. "Worker" is a thread of that pool, in a job or in on_panic; all
 * others are outside, workers of other pools among them.
 *
 *     call            outside             in a job      in on_panic   in a forked child
 *     default_threads yes                 yes           yes           yes
 *     new, new_with   yes                 yes           yes           yes: a pool of its own
 *     spawn           until destroy is    yes, always   yes, always   ECANCELED
 *                     called
 *     destroy         once, yes           EDEADLK       EDEADLK       ECANCELED
 *     panic           aborts              yes           aborts        aborts
 *     threads, panics until destroy is    yes           yes           yes
 *                     called
 *     worker_index    yes: -1             yes           yes           yes: -1
 *     backend         yes                 yes           yes           yes
 *
 * A thread-local destructor of a worker must not spawn on its own pool or panic; destroy says
 * EDEADLK there. None of the calls is made for signal handlers, except thread_pool_backend.
 *
 * Leaving a job. A job ends by returning or by thread_pool_panic. It must not end by longjmp out of
 * it, by a C++ exception (the process is terminated), or by pthread_exit (the process aborts with a
 * message). Cancellation is disabled on workers, so that pthread_cancel does nothing; a job that
 * enables it disables it again before it returns. A lock that a job does not give back, a
 * thread-local value, a signal mask or a thread name that it changed is there for the next job.
 *
 * Signals. Workers have every signal blocked but those that a thread raises by its own fault
 * (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS) and SIGABRT, so that signals sent to the
 * process are handled by the program's own threads. A process that a job forks, and the program
 * that it executes, inherits that mask: unblock there what it needs.
 *
 * Fork. The threads of a pool exist in the process that made it. In a child, spawn and destroy say
 * ECANCELED, without a system call and without waiting; the pool's memory is not freed. A child
 * forked inside a job ends in exec or _exit: if it returns from the job it aborts with a message,
 * for the jobs in the queue are the parent's to run.
 *
 * Unloading. dlclose only after the last pool is destroyed. The backends in Rust stay in memory all
 * the same (linked with -z nodelete).
 *
 * Where backends differ. A program that is to run on all of them relies on none of this:
 *
 *     shared_queue, crossbeam, mpsc, vecdeque
 *             One queue: jobs are taken in the order in which they were queued. A job that spawns
 *             itself again and again does not hold off the others.
 *     rayon   A job's own jobs start newest first on its worker, and oldest first where they are
 *             stolen. Jobs from outside wait until the workers have none of their own, for ever if
 *             those go on spawning.
 *     naive   A thread per job and no queue: `threads` and `max_queued` limit nothing, EAGAIN from
 *             spawn says that the system refused a thread, and thread_pool_worker_index is -1
 *             everywhere. */

#ifndef THREAD_POOL_H
#define THREAD_POOL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define THREAD_POOL_NORETURN [[noreturn]]
#else
#include <stdnoreturn.h>
#define THREAD_POOL_NORETURN noreturn
#endif

/**
 * The most workers that a pool may have.
 */
#define THREAD_POOL_MAX_THREADS 1024

/**
 * A pool. Made by thread_pool_new, ended by thread_pool_destroy.
 */
typedef struct thread_pool thread_pool;

/**
 * Told of each job that panicked, on the worker that ran it, after the job's frames are gone and
 * before the worker's next job. On several workers at the same time. `message` is a copy, valid
 * until the handler returns. The handler may block and spawn. A panic in it aborts; it must not
 * throw or exit its thread.
 */
typedef void (*thread_pool_panic_handler)(void *context, const char *message);

/**
 * What a pool is made of. What is not used is zero.
 */
typedef struct thread_pool_options {
    /**
     * Workers, 1 to THREAD_POOL_MAX_THREADS.
     */
    uint32_t threads;
    /**
     * Jobs that may wait to start; those that run do not count. 0: no limit, and nothing counts.
     */
    size_t max_queued;
    /**
     * Bytes of stack per worker, rounded up to whole pages. 0: the system's default.
     */
    size_t stack_size;
    /**
     * Workers are named "<name>-<index>", in at most 15 bytes for the largest index. UTF-8 where
     * the backend is in Rust. NULL: "pool".
     */
    const char *name;
    /**
     * NULL: one line on stderr per panic.
     */
    thread_pool_panic_handler on_panic;
    /**
     * First argument of on_panic.
     */
    void *on_panic_context;
} thread_pool_options;

/**
 * A job: runs once, on a worker, with the argument given to spawn. May block; then its worker
 * runs nothing else. Leaves by returning or by thread_pool_panic.
 */
typedef void (*thread_pool_job)(void *arg);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The number of CPUs that this process may use, by its affinity mask and its control groups'
 * quota, now; 1 to THREAD_POOL_MAX_THREADS. Reads files below /proc and /sys: not for hot paths.
 */
uint32_t thread_pool_default_threads(void);

/**
 * As thread_pool_new_with, with all options but `threads` zero.
 */
int thread_pool_new(uint32_t threads, thread_pool **pool);

/**
 * Makes a pool and stores it in `*pool`. All its threads exist when this returns 0; on an error
 * those that had been made have ended again, and `*pool` is untouched. Waits for no job.
 *
 * EINVAL   `options` or `pool` is NULL; no threads or more than THREAD_POOL_MAX_THREADS; a name
 *          that leaves no room for the largest index; a stack that is smaller than the system's
 *          minimum or larger than what it grants.
 * EAGAIN   the system refused a thread.
 * ENOMEM   no memory (backends in C; in Rust the process aborts).
 */
int thread_pool_new_with(const thread_pool_options *options, thread_pool **pool);

/**
 * Queues a job, which will run exactly once. Waits for no job, though it may wait for a lock that
 * another thread is about to give back. From a job it is accepted while the pool is being
 * destroyed too.
 *
 * EINVAL     `pool` or `job` is NULL.
 * EAGAIN     max_queued jobs are waiting to start. naive: the system refused a thread.
 * ENOMEM     no memory (backends in C; in Rust the process aborts).
 * ECANCELED  the pool is that of a parent of this process.
 *
 * On an error the job will not run, and `arg` is still the caller's.
 */
int thread_pool_spawn(thread_pool *pool, thread_pool_job job, void *arg);

/**
 * Ends the job that calls it, the C word for what `panic!` is in Rust. The panic is counted, and
 * the job's frames are unwound: __attribute__((cleanup)) and C++ destructors run in code that was
 * compiled with -fexceptions, and are passed over without it. Then the pool's on_panic is called,
 * and the worker goes on with its next job. A `catch (...)` on the way has to rethrow.
 *
 * `message` is copied; NULL stands for "(no message)". Code between job and panic needs unwind
 * tables, the default on Linux: without them (-fno-asynchronous-unwind-tables) a backend in Rust
 * aborts.
 *
 * Outside a job, in on_panic, in a cleanup that a panic runs, and in a forked child: prints the
 * reason and `message` on stderr and aborts.
 */
THREAD_POOL_NORETURN void thread_pool_panic(const char *message);

/**
 * The number of workers asked for; 0 for NULL. Never blocks.
 */
uint32_t thread_pool_threads(const thread_pool *pool);

/**
 * The number of jobs that have panicked so far; 0 for NULL. Never blocks. Whoever learned from a
 * job's cleanup or from on_panic that it panicked, finds it counted.
 */
uint64_t thread_pool_panics(const thread_pool *pool);

/**
 * On a worker its number, 0 to threads - 1, the same from its first job to its thread-local
 * destructors; -1 on every other thread. Which pool's worker is for the caller to know. Never
 * blocks.
 */
int32_t thread_pool_worker_index(void);

/**
 * Runs every job that was accepted, and those that they spawn meanwhile; ends and joins every
 * thread, thread-local destructors included; frees the pool. Blocks until then. NULL: 0 at once.
 *
 * From the moment of this call only the pool's own jobs may still use it, and only until they end.
 *
 * EDEADLK    called on one of the pool's own threads; the pool is intact and goes on.
 * ECANCELED  the pool is that of a parent of this process; nothing is freed.
 */
int thread_pool_destroy(thread_pool *pool);

/**
 * The backend's name: "shared_queue", "naive", "rayon", "crossbeam", "mpsc" or "vecdeque". Valid
 * for ever.
 */
const char *thread_pool_backend(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* THREAD_POOL_H */
