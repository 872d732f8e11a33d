/* A job panics.
 *
 * The talent plan asks: let the thread die and spawn another, or catch the panic and keep the
 * thread? The answer, with figures, stands in each backend at its worker loop. What is common:
 *
 *   1. thread_pool_panic_begin, on the worker, deep inside the job: refuse (message, abort) unless
 * a job is running here that is not already panicking; copy the message, which may lie in a frame
 *      that is about to go; count.
 *   2. thread_pool_panic: run the cleanups of the job's frames, land in worker.c. There are two of
 *      it: panic_unwind.c, and panic_longjmp.c for toolchains without an unwinder; the build takes
 *      one of them.
 *   3. thread_pool_panic_report: handler, or one line on stderr. The copy of the message is valid
 *      until the handler returns.
 *   4. The worker goes on with its next job.
 *
 * Counting in step 1 means that whoever learns from a cleanup of the job that it is over, finds it
 * counted. */

#include "panic.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fatal.h"
#include "thread_pool.h"

/* Keeps a copy; without memory for a long message, its beginning. */
static void keep_message(struct thread_pool_worker *worker, const char *message) {
    size_t size = strlen(message) + 1;
    char *room = size <= sizeof worker->message_room ? worker->message_room : malloc(size);
    if (room == NULL) {
        room = worker->message_room;
        size = sizeof worker->message_room;
    }
    memcpy(room, message, size - 1);
    room[size - 1] = '\0';
    worker->message = room;
}

static void drop_message(struct thread_pool_worker *worker) {
    if (worker->message != worker->message_room)
        free(worker->message);
    worker->message = NULL;
}

static void count_panic(struct thread_pool_base *base) {
    /* Relaxed: a count that orders nothing; partner thread_pool_base_panics. */
    atomic_fetch_add_explicit(&base->panics, 1, memory_order_relaxed);
}

noreturn static void refuse(const struct thread_pool_worker *worker, const char *message) {
    if (worker == NULL || worker->state == THREAD_POOL_WORKER_ENDED)
        thread_pool_fatal("panic outside a job", message);
    if (worker->state == THREAD_POOL_WORKER_REPORTING)
        thread_pool_fatal("panic in a panic handler", message);
    thread_pool_fatal("panic while a panic is under way", message);
}

struct thread_pool_worker *thread_pool_panic_begin(const char *message) {
    struct thread_pool_worker *worker = thread_pool_worker_self();
    if (message == NULL)
        message = "(no message)";
    if (worker == NULL || worker->state != THREAD_POOL_WORKER_RUNNING)
        refuse(worker, message);
    worker->state = THREAD_POOL_WORKER_UNWINDING;
    keep_message(worker, message);
    count_panic(worker->base);
    return worker;
}

static void tell(const struct thread_pool_worker *worker) {
    const thread_pool_options *options = &worker->base->options;
    if (options->on_panic != NULL)
        options->on_panic(options->on_panic_context, worker->message);
    else
        fprintf(stderr, "thread_pool: a job of '%s' panicked: %s\n", options->name,
                worker->message);
}

void thread_pool_panic_report(struct thread_pool_worker *worker) {
    /* The job had no chance to undo this. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    worker->state = THREAD_POOL_WORKER_REPORTING;
    tell(worker);
    drop_message(worker);
    worker->state = THREAD_POOL_WORKER_RUNNING;
}
