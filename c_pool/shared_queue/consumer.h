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
/* A claim would find something to do. */
bool thread_pool_consumer_sees_job(const struct thread_pool_consumer *consumer);
/* More than `number` tickets have been given that no worker has claimed yet, or there may be so
 * many. */
bool thread_pool_consumer_sees_tickets(const struct thread_pool_consumer *consumer,
                                       uint32_t number);

#endif
