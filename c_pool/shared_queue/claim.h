/* claim.h: a worker takes the next job: the steps that every job costs. The rest is claim.c. */
#ifndef THREAD_POOL_CLAIM_H
#define THREAD_POOL_CLAIM_H

#include <assert.h>

#include "bias.h"
#include "fence.h"
#include "wait.h"

enum thread_pool_claim {
    THREAD_POOL_CLAIMED,
    THREAD_POOL_CLAIM_NOTHING, /* no job is published at the head */
    THREAD_POOL_CLAIM_END,     /* of the segment */
    THREAD_POOL_CLAIM_MISSED,  /* others have claimed since this worker looked at `head` */
};

/* The slot is this worker's already, and its producer about to publish it: README.md, Blind claims.
 */
void thread_pool_claim_await(struct thread_pool_consumer *consumer, struct thread_pool_slot *slot,
                             struct thread_pool_task *task);

/* Without a look: in a segment whose tickets have all been given, wherever `head` is, is a job of
 * this life, or the end. No branch in it depends on the slot's number unpredictably, and none may:
 * README.md, Blind claims. So lines are not given back here. */
static inline enum thread_pool_claim
thread_pool_claim_blindly(struct thread_pool_consumer *consumer, struct thread_pool_task *task) {
    assert(!consumer->is_biased);
    consumer->blind_left--;
    /* Relaxed: as in thread_pool_claim_next. */
    uint32_t index = atomic_fetch_add_explicit(&consumer->segment->head, 1, memory_order_relaxed);
    consumer->next = index + 1;
    if (THREAD_POOL_UNLIKELY(index >= consumer->count))
        return THREAD_POOL_CLAIM_END;
    struct thread_pool_slot *slot = &consumer->slots[index];
    uintptr_t mark = thread_pool_slot_mark(consumer->phase);
    if (THREAD_POOL_UNLIKELY(!thread_pool_slot_read(slot, mark, task)))
        thread_pool_claim_await(consumer, slot, task);
    return THREAD_POOL_CLAIMED;
}

/* Takes slot consumer->next, of a segment that is biased towards this worker. False: somebody wants
 * that to end, and it is open whether the slot has been taken. */
static inline bool thread_pool_claim_biased(struct thread_pool_consumer *consumer, uint32_t index) {
    struct thread_pool_segment *segment = consumer->segment;
    uint32_t after = index + 1;
    /* Relaxed: ordered by the fence, whose partner is revoke (bias.c): either it sees this claim,
     * or we see that it is there. */
    atomic_store_explicit(&segment->biased, after, memory_order_relaxed);
    thread_pool_fence_light();
    if (THREAD_POOL_UNLIKELY(atomic_load_explicit(&segment->head, memory_order_relaxed) !=
                             THREAD_POOL_HEAD_BIASED))
        return false;
    consumer->next = after;
    return true;
}

/* Takes slot consumer->next, if `head` is there. Either way consumer->next is where `head` is now.
 */
static inline bool thread_pool_claim_next(struct thread_pool_consumer *consumer) {
    if (consumer->is_biased)
        return thread_pool_claim_biased(consumer, consumer->next) ||
               thread_pool_bias_yield(consumer);
    /* Relaxed: claims only need to be distinct; what a job needs comes with its slot. */
    uint32_t after = consumer->next + 1;
    if (!atomic_compare_exchange_strong_explicit(&consumer->segment->head, &consumer->next, after,
                                                 memory_order_relaxed, memory_order_relaxed))
        return false;
    consumer->next = after;
    return true;
}

/* CLAIMED: slot consumer->next has a job, perhaps one that others have claimed meanwhile. When it
 * has none, or is the end, `head` is there: others do not claim what is not published. */
static inline enum thread_pool_claim thread_pool_claim_look(struct thread_pool_consumer *consumer,
                                                            struct thread_pool_task *task) {
    if (THREAD_POOL_UNLIKELY(consumer->next >= consumer->count))
        return THREAD_POOL_CLAIM_END;
    uintptr_t mark = thread_pool_slot_mark(consumer->phase);
    if (THREAD_POOL_UNLIKELY(!thread_pool_slot_read(&consumer->slots[consumer->next], mark, task)))
        return THREAD_POOL_CLAIM_NOTHING;
    return THREAD_POOL_CLAIMED;
}

/* One attempt, where the worker saw `head` last: after its own claim that is where it is, unless
 * others have claimed since. */
static inline enum thread_pool_claim thread_pool_claim_seen(struct thread_pool_consumer *consumer,
                                                            struct thread_pool_task *task) {
    enum thread_pool_claim how = thread_pool_claim_look(consumer, task);
    if (THREAD_POOL_UNLIKELY(how != THREAD_POOL_CLAIMED))
        return how;
    if (THREAD_POOL_UNLIKELY(!thread_pool_claim_next(consumer)))
        return THREAD_POOL_CLAIM_MISSED;
    consumer->blind_left = consumer->blind_run;
    uint32_t index = consumer->next - 1;
    if (consumer->gives_back)
        thread_pool_slot_give_back(&consumer->slots[index], index);
    return THREAD_POOL_CLAIMED;
}

static inline enum thread_pool_claim thread_pool_claim_try(struct thread_pool_queue *queue,
                                                           struct thread_pool_consumer *consumer,
                                                           struct thread_pool_task *task) {
    enum thread_pool_claim how = consumer->blind_left != 0
                                     ? thread_pool_claim_blindly(consumer, task)
                                     : thread_pool_claim_seen(consumer, task);
    if (THREAD_POOL_UNLIKELY(how != THREAD_POOL_CLAIMED))
        return how;
    thread_pool_queue_start_one(queue);
    return THREAD_POOL_CLAIMED;
}

/* The next job of a segment that is biased towards this worker, without a question whose answer is
 * known as long as it is. False: there is none, or the bias ends, or this is a forked child; the
 * way of all others tells, on which a claim that is begun here may be begun again. */
static inline bool thread_pool_claim_own(struct thread_pool_consumer *consumer,
                                         struct thread_pool_task *task) {
    uint32_t index = consumer->next;
    if (index >= consumer->own_end)
        return false;
    struct thread_pool_slot *slot = &consumer->slots[index];
    if (THREAD_POOL_UNLIKELY(!thread_pool_slot_read(slot, consumer->own_mark, task) ||
                             !thread_pool_claim_biased(consumer, index)))
        return false;
    if (consumer->gives_back)
        thread_pool_slot_give_back(slot, index);
    return true;
}

/* In a forked child, by the copy of the worker: what the segment has is its parent's. */
static inline void thread_pool_claim_disown(struct thread_pool_consumer *consumer) {
    consumer->own_end = 0;
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
    while (!thread_pool_queue_claim(queue, consumer, task))
        if (!thread_pool_queue_wait(queue, consumer))
            return false;
    return true;
}

#endif
