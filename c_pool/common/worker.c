#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "fatal.h"
#include "panic.h"
#include "platform.h"
#include "thread_pool.h"

/* Initial-exec: one word, found without a call, also in the shared library. */
static _Thread_local struct thread_pool_worker *self __attribute__((tls_model("initial-exec")));

struct thread_pool_worker *thread_pool_worker_self(void) {
    return self;
}
int32_t thread_pool_worker_index(void) {
    return self == NULL ? -1 : self->index;
}
void thread_pool_worker_forget(void) {
    self = NULL;
}

bool thread_pool_worker_belongs_to(const thread_pool *pool) {
    return self != NULL && self->pool == pool;
}

static void abort_on_exit(void *unused) {
    (void)unused;
    thread_pool_fatal("a job called pthread_exit, or let itself be cancelled; "
                      "a job ends by returning or by thread_pool_panic",
                      NULL);
}

/* Runs jobs until there are no more (false) or one of them panicked (true).
 *
 * The only setjmp there is: paid once per worker and once per panic, not per job. The cleanup
 * handler catches pthread_exit; popping it after a panic also takes off the C library's list
 * the handlers that the abandoned job had pushed on its dead frames. */
static bool run_until_panic(struct thread_pool_worker *worker, bool after_panic) {
    volatile bool panicked = true; /* volatile: its value counts after a longjmp */
    pthread_cleanup_push(abort_on_exit, NULL);
    if (sigsetjmp(worker->landing, 0) == 0) {
        if (after_panic)
            thread_pool_panic_report(worker);
        worker->run(worker, after_panic);
        panicked = false;
    }
    pthread_cleanup_pop(0);
    return panicked;
}

static void name_self(const struct thread_pool_worker *worker) {
    char name[sizeof worker->base->name + 16];
    snprintf(name, sizeof name, "%s-%u", worker->base->name, (unsigned)worker->name_number);
    thread_pool_platform_name_thread(name);
}

static void *worker_main(void *argument) {
    struct thread_pool_worker *worker = self = argument;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    name_self(worker);
    worker->state = THREAD_POOL_WORKER_RUNNING;
    bool after_panic = false;
    while (run_until_panic(worker, after_panic))
        after_panic = true;
    worker->state = THREAD_POOL_WORKER_ENDED;
    if (worker->ended != NULL)
        worker->ended(worker);
    return NULL;
}

static void signals_to_block(sigset_t *set) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};
    sigfillset(set);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(set, faults[i]);
}

/* The new thread inherits the mask of its maker: blocked in the maker while it is made, so that
 * there is no moment in which a signal could land on it. */
int thread_pool_worker_start(struct thread_pool_worker *worker, pthread_t *thread) {
    sigset_t blocked, before;
    signals_to_block(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int error = pthread_create(thread, &worker->base->attributes, worker_main, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0 || error == EINVAL ? error : EAGAIN;
}
