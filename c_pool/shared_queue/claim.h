/* claim.h: a worker takes the next job: the steps that every job costs. The rest is claim.c. */
#ifndef THREAD_POOL_CLAIM_H
#define THREAD_POOL_CLAIM_H

#include "queue.h"

enum thread_pool_claim {
    THREAD_POOL_CLAIMED,
    THREAD_POOL_CLAIM_NOTHING,   /* no job is published at the head */
    THREAD_POOL_CLAIM_END,       /* of the segment */
    THREAD_POOL_CLAIM_COLLISION, /* another worker was faster */
};

/* A pool of one worker needs no exchange. */
static inline bool thread_pool_claim_index(struct thread_pool_queue *queue,
                                           struct thread_pool_segment *segment, uint32_t index) {
    /* Relaxed, all three: claims only need to be distinct; what a job needs comes with its slot. */
    if (queue->workers != 1)
        return atomic_compare_exchange_strong_explicit(&segment->head, &index, index + 1,
                                                       memory_order_relaxed, memory_order_relaxed);
    atomic_store_explicit(&segment->head, index + 1, memory_order_relaxed);
    return true;
}

/* One attempt. */
static inline enum thread_pool_claim thread_pool_claim_try(struct thread_pool_queue *queue,
                                                           struct thread_pool_consumer *consumer,
                                                           struct thread_pool_task *task) {
    struct thread_pool_segment *segment = consumer->segment;
    uint32_t index = atomic_load_explicit(&segment->head, memory_order_relaxed); /* as above */
    if (THREAD_POOL_UNLIKELY(index >= consumer->count))
        return THREAD_POOL_CLAIM_END;
    struct thread_pool_slot *slot = &consumer->slots[index];
    if (THREAD_POOL_UNLIKELY(!thread_pool_slot_read(slot, consumer->phase, task)))
        return THREAD_POOL_CLAIM_NOTHING;
    if (THREAD_POOL_UNLIKELY(!thread_pool_claim_index(queue, segment, index)))
        return THREAD_POOL_CLAIM_COLLISION;
    if (consumer->gives_back)
        thread_pool_slot_give_back(slot, index);
    thread_pool_queue_start_one(queue);
    return THREAD_POOL_CLAIMED;
}

/* Goes on after an attempt that failed with `how`. False: there is no job now. */
bool thread_pool_claim_go_on(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer,
                             struct thread_pool_task *task, enum thread_pool_claim how);

/* False: there is no job now. */
static inline bool thread_pool_queue_claim(struct thread_pool_queue *queue,
                                           struct thread_pool_consumer *consumer,
                                           struct thread_pool_task *task) {
    enum thread_pool_claim how = thread_pool_claim_try(queue, consumer, task);
    return THREAD_POOL_UNLIKELY(how != THREAD_POOL_CLAIMED)
               ? thread_pool_claim_go_on(queue, consumer, task, how)
               : true;
}

/* A worker asks for its next job; the one before is over. Blocks until there is a job (true), or
 * the queue is closed, empty, and no worker runs a job that could put another (false). */
static inline bool thread_pool_queue_take(struct thread_pool_queue *queue,
                                          struct thread_pool_consumer *consumer,
                                          struct thread_pool_task *task) {
    return thread_pool_queue_claim(queue, consumer, task) ||
           thread_pool_queue_wait(queue, consumer, task);
}

#endif
