/* segments.h: where segments come from, and where they go. Names end in what must hold: functions
 * marked "under lock" are called with the queue's lock held. */
#ifndef THREAD_POOL_SEGMENTS_H
#define THREAD_POOL_SEGMENTS_H

#include "queue.h"

/* Of a new queue: its own heads. */
void thread_pool_segments_init(struct thread_pool_queue *queue);
/* Under lock. A segment for its next life, whose number is *life; NULL: no memory. */
struct thread_pool_segment *thread_pool_segments_ready(struct thread_pool_queue *queue,
                                                       uint32_t *life);
/* Begins the life. `tickets` of it are taken by the caller. */
void thread_pool_segments_open(struct thread_pool_segment *segment, uint32_t life,
                               uint32_t tickets);

/* The segment has been emptied and is no longer in the chain. Takes the lock. */
void thread_pool_segments_retire(struct thread_pool_queue *queue,
                                 struct thread_pool_segment *segment);
/* The caller gave up a hold: recycles what nobody holds any more. Takes the lock if need be. */
void thread_pool_segments_sweep(struct thread_pool_queue *queue);
/* Before a sleep, at `now_ns`: from time to time, what was not needed since the last time is spare.
 * True: there is something to give back, now or in a long sleep. Takes the lock. */
bool thread_pool_segments_review(struct thread_pool_queue *queue, uint64_t now_ns);
/* Gives back one segment that is spare; `all`: or one of those above CACHED_MOST. False: there is
 * none. Takes the lock. */
bool thread_pool_segments_trim(struct thread_pool_queue *queue, bool all);

/* When no thread uses them any more. */
void thread_pool_segments_free(struct thread_pool_queue *queue,
                               struct thread_pool_segment *segment);
void thread_pool_segments_free_list(struct thread_pool_queue *queue,
                                    struct thread_pool_segment *list);

#endif
