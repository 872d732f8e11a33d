/* bias.h: a segment is biased towards one worker: while that one is fast and nobody else claims, it
 * claims by plain stores. README.md, Biased segments, has the protocol and its proof. */
#ifndef THREAD_POOL_BIAS_H
#define THREAD_POOL_BIAS_H

#include "queue.h"

/* By the worker that has just claimed the first slot, and by no other: so a segment is biased at
 * most once a life. Does nothing when others have claimed since. */
void thread_pool_bias_take(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer);

/* By a worker that leaves its segment. Does nothing when it is not biased towards it. */
void thread_pool_bias_give_back(struct thread_pool_consumer *consumer);

/* By the worker that the segment is biased towards, in the claim of slot consumer->next: somebody
 * revokes the bias. False: the slot is for others to claim. Either way there is no bias any more,
 * and consumer->next is where claims go on. */
bool thread_pool_bias_yield(struct thread_pool_consumer *consumer);

/* By another worker that holds `segment`: blocks as long as that is biased, which it revokes if the
 * one that has it is slow. */
void thread_pool_bias_watch(struct thread_pool_queue *queue, struct thread_pool_segment *segment);

#endif
