/* tickets.h: the tickets of a segment belong to one producer: while that one spawns fast and nobody
 * else does, it takes them by plain stores. README.md, Tickets of one's own, has the protocol and
 * its proof. */
#ifndef THREAD_POOL_TICKETS_H
#define THREAD_POOL_TICKETS_H

#include "fence.h"
#include "queue.h"

/* Under lock, these three. */

/* By the thread that appends `next`, for the life `life`, because `full` is full. True: it owns the
 * tickets of `next` from here on, and has taken the first. */
bool thread_pool_tickets_own(struct thread_pool_queue *queue, struct thread_pool_segment *full,
                             struct thread_pool_segment *next, uint32_t life);
/* By the owner, when it has taken all tickets of its segment, or has been disturbed while it took
 * the next one. True: it has that, or there was none left. */
bool thread_pool_tickets_give_up(struct thread_pool_producer *producer);
/* By anybody: from here on a ticket of `segment`, the last one, is an exchange, if it was not. */
void thread_pool_tickets_revoke(struct thread_pool_segment *segment);

/* Takes the lock: the same for a worker that must know which tickets have been taken. */
void thread_pool_tickets_settle(struct thread_pool_queue *queue,
                                struct thread_pool_segment *segment);

#endif
