#include "tickets.h"

#include <stdlib.h>

#include "tuning.h"
#include "waiting.h"

/* Under lock, after note. The calling thread's own, of this queue; NULL: it gets none. One that a
 * thread with the same address had before serves again: that thread has ended, and by the time that
 * this one appends a segment, whatever it owned has been taken back. */
static struct thread_pool_owner *owner_of(struct thread_pool_queue *queue,
                                          struct thread_pool_producer *producer) {
    if (producer->owner != NULL)
        return producer->owner;
    for (struct thread_pool_owner *owner = queue->owners; owner != NULL; owner = owner->below)
        if (owner->producer == producer)
            return owner;
    if (queue->owners_count == OWNERS_MOST)
        return NULL;
    struct thread_pool_owner *owner =
        aligned_alloc(alignof(struct thread_pool_owner), sizeof *owner);
    if (owner == NULL)
        return NULL;
    *owner = (struct thread_pool_owner){.producer = producer, .below = queue->owners};
    atomic_init(&owner->taken, 0);
    queue->owners = owner;
    queue->owners_count++;
    return owner;
}

/* The calling thread has appended `full`, and taken all its tickets since, fast. */
static bool is_fast_alone(const struct thread_pool_queue *queue,
                          const struct thread_pool_producer *producer,
                          const struct thread_pool_segment *full, uint64_t now_ns) {
    return producer->queue == queue->number && producer->appended == full &&
           producer->puts - producer->puts_then == full->count &&
           now_ns - producer->then_ns < (uint64_t)full->count * FAST_PUT_NS;
}

/* Under lock. What the next call has to know. */
static void note(struct thread_pool_queue *queue, struct thread_pool_producer *producer,
                 struct thread_pool_segment *appended, uint64_t now_ns) {
    if (producer->queue != queue->number)
        producer->owner = NULL;
    producer->queue = queue->number;
    producer->appended = appended;
    producer->puts_then = producer->puts;
    producer->then_ns = now_ns;
}

bool thread_pool_tickets_own(struct thread_pool_queue *queue, struct thread_pool_segment *full,
                             struct thread_pool_segment *next, uint32_t life) {
    struct thread_pool_producer *producer = &thread_pool_queue_producer;
    if (!thread_pool_fence_is_there() || producer->owns != 0)
        return false;
    uint64_t now_ns = thread_pool_wait_now_ns();
    bool alone = is_fast_alone(queue, producer, full, now_ns);
    note(queue, producer, next, now_ns);
    if (!alone || (producer->to_fill > 0 && --producer->to_fill > 0))
        return false;
    producer->owner = owner_of(queue, producer);
    if (producer->owner == NULL)
        return false;
    producer->owns = queue->number;
    producer->segment = next;
    producer->tail = (uint64_t)life << 32 | THREAD_POOL_TICKETS_OWNED;
    producer->taken = (uint64_t)life << 32 | 1;
    producer->mark = thread_pool_life_mark(life);
    /* seq_cst, these two: before `tail` says so, and before the link. */
    atomic_store(&producer->owner->taken, producer->taken);
    atomic_store(&next->owner, producer->owner);
    return true;
}

bool thread_pool_tickets_give_up(struct thread_pool_producer *producer) {
    struct thread_pool_segment *segment = producer->segment;
    uint64_t tail = atomic_load(&segment->tail), taken = producer->taken;
    uint32_t index = thread_pool_ticket_index(taken);
    producer->owns = 0;
    if (tail == producer->tail) { /* undisturbed, so at the end */
        atomic_store(&segment->tail, taken);
        producer->patience /= 2;
        return true;
    }
    uint32_t longer = 2 * producer->patience + 2;
    producer->patience = longer < PATIENCE_MOST ? longer : PATIENCE_MOST;
    producer->to_fill = producer->patience;
    /* Another life, another owner, or none: it was taken away before. */
    if (tail >> 32 != taken >> 32 || !thread_pool_ticket_is_owned(tail))
        return producer->owner->granted > index;
    atomic_store(&segment->tail, index < segment->count ? taken + 1 : taken);
    return true;
}

void thread_pool_tickets_revoke(struct thread_pool_segment *segment) {
    if (!thread_pool_ticket_is_owned(atomic_load(&segment->tail)))
        return;
    uint64_t life = (uint64_t)segment->life << 32;
    /* The owner sees that it is not alone. */
    atomic_fetch_or(&segment->tail, THREAD_POOL_TICKETS_OWNED | 1);
    thread_pool_fence_heavy();
    struct thread_pool_owner *owner = atomic_load(&segment->owner);
    owner->granted = thread_pool_ticket_index(atomic_load(&owner->taken));
    atomic_store(&segment->tail, life | owner->granted);
}

void thread_pool_tickets_settle(struct thread_pool_queue *queue,
                                struct thread_pool_segment *segment) {
    pthread_mutex_lock(&queue->lock);
    thread_pool_tickets_revoke(segment);
    pthread_mutex_unlock(&queue->lock);
}
