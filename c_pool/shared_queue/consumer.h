/* consumer.h: a worker's hold on the queue, and what it sees there. */
#ifndef THREAD_POOL_CONSUMER_H
#define THREAD_POOL_CONSUMER_H

#include "queue.h"
#include "tickets.h"
#include "tuning.h"

/* Whether claims may be blind: all tickets of the segment have been given. And whether they should:
 * stays have been of no use, so jobs are long enough for two, and collisions only cost. */
static inline void thread_pool_consumer_choose(struct thread_pool_consumer *consumer) {
    /* Acquire: the tickets come before the link; partner append. */
    bool full = atomic_load_explicit(&consumer->segment->next, memory_order_acquire) != NULL;
    bool blind = full && consumer->patience >= COLLISIONS_BLIND && !consumer->is_biased;
    consumer->blind_run = blind ? BLIND_RUN : 0;
}

/* Takes hold of the first segment. */
static inline void thread_pool_consumer_enter(struct thread_pool_queue *queue,
                                              struct thread_pool_consumer *consumer) {
    struct thread_pool_segment *segment = atomic_load(&queue->first), *seen = NULL;
    while (seen != segment) {
        seen = segment;
        /* seq_cst: comes before the second look at `first`. Who retires the segment moves `first`
         * before it looks at `holds`: either it sees us, or we see that it has moved. Partner
         * is_held. */
        atomic_store(&consumer->holds, segment);
        segment = atomic_load(&queue->first);
    }
    consumer->segment = segment;
    consumer->slots = segment->slots;
    consumer->count = segment->count;
    consumer->phase = segment->life & 1;
    consumer->next = atomic_load_explicit(&segment->head, memory_order_relaxed);
    consumer->alone_from = consumer->next;
    thread_pool_consumer_choose(consumer);
    consumer->blind_left = 0;
    consumer->gives_back = consumer->puts == thread_pool_queue_producer.puts;
    consumer->puts = thread_pool_queue_producer.puts;
}

/* It has woken for the first time. */
static inline bool thread_pool_consumer_is_born(const struct thread_pool_queue *queue,
                                                const struct thread_pool_consumer *consumer) {
    return consumer->segment != &queue->refuse;
}

/* Holds none. */
void thread_pool_consumer_leave(struct thread_pool_queue *queue,
                                struct thread_pool_consumer *consumer);

/* A claim would find something to do. */
static inline bool thread_pool_consumer_sees_job(const struct thread_pool_consumer *consumer) {
    struct thread_pool_segment *segment = consumer->segment;
    struct thread_pool_task task;
    uint32_t index = thread_pool_segment_claimed(segment);
    if (index < consumer->count)
        return thread_pool_slot_read(&consumer->slots[index],
                                     thread_pool_slot_mark(consumer->phase), &task);
    /* Relaxed: a guess, which the claim looks at again. */
    return atomic_load_explicit(&segment->next, memory_order_relaxed) != NULL;
}

/* More than `number` tickets have been given that no worker has claimed yet, or there may be so
 * many. */
static inline bool thread_pool_consumer_sees_tickets(struct thread_pool_queue *queue,
                                                     const struct thread_pool_consumer *consumer,
                                                     uint32_t number) {
    struct thread_pool_segment *segment = consumer->segment;
    /* seq_cst: after the announcement of sleep, or the end of a search, in the one order; partners
     * thread_pool_queue_put and append. */
    if (atomic_load(&segment->next) != NULL)
        return true;
    if (THREAD_POOL_UNLIKELY(thread_pool_ticket_is_owned(atomic_load(&segment->tail))))
        thread_pool_tickets_settle(queue, segment);
    uint32_t tail = thread_pool_ticket_index(atomic_load(&segment->tail));
    uint32_t end = tail < segment->count ? tail : consumer->count;
    uint32_t head = thread_pool_segment_claimed(segment);
    return head < end && end - head > number;
}

#endif
