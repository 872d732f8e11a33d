/* consumer.h: a worker's hold on the queue, and what it sees there. */
#ifndef THREAD_POOL_CONSUMER_H
#define THREAD_POOL_CONSUMER_H

#include "queue.h"

/* Takes hold of the first segment. */
void thread_pool_consumer_enter(struct thread_pool_queue *queue,
                                struct thread_pool_consumer *consumer);
/* Holds none. */
void thread_pool_consumer_leave(struct thread_pool_queue *queue,
                                struct thread_pool_consumer *consumer);
/* A ticket has been given that no worker has claimed yet, or there may be such a one. */
bool thread_pool_consumer_sees_ticket(struct thread_pool_consumer *consumer);

#endif
