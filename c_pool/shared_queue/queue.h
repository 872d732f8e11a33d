/* queue.h: the jobs that wait to start, first in first out, and the sleep of those who wait for
 * them. The plain version: everything under one mutex. */
#ifndef THREAD_POOL_QUEUE_H
#define THREAD_POOL_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "thread_pool.h"

struct thread_pool_task {
    thread_pool_job job;
    void *arg;
};

struct thread_pool_queue_node;

struct thread_pool_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* signalled under lock: a job came, or closing and idle */
    struct thread_pool_queue_node *first; /* under lock */
    struct thread_pool_queue_node **last; /* under lock: where the next node is linked */
    size_t limit;                         /* immutable: jobs that may wait; 0: any number */
    size_t waiting;                       /* under lock: jobs that wait to start */
    size_t running;                       /* under lock: jobs taken and not yet ended */
    bool closing;                         /* under lock: close was called */
};

/* 0, ENOMEM or EAGAIN. */
int thread_pool_queue_init(struct thread_pool_queue *queue, size_t limit);
/* When no thread uses the queue any more, and no job waits. */
void thread_pool_queue_release(struct thread_pool_queue *queue);

/* Any thread; blocks for the length of a list operation. 0; ENOMEM; EAGAIN: `limit` jobs wait;
 * ECANCELED: closed, and every job has run: nobody is left to run this one. Nothing is queued on
 * error. */
int thread_pool_queue_put(struct thread_pool_queue *queue, struct thread_pool_task task);

/* A worker asks for its next job and reports the end of its last one (`ended_one`) in one step.
 * Blocks until there is a job (true), or the queue is closed, empty, and no job is running that
 * could put another (false, from then on for every worker). */
bool thread_pool_queue_take(struct thread_pool_queue *queue, bool ended_one,
                            struct thread_pool_task *task);

/* From here on take returns false when all is done. Once; any thread but a worker. */
void thread_pool_queue_close(struct thread_pool_queue *queue);

#endif
