/* segment.h: a stretch of the queue: slots that are filled once, emptied once, and then rested or
 * used again in another life. Who may touch which field when stands in README.md. */
#ifndef THREAD_POOL_SEGMENT_H
#define THREAD_POOL_SEGMENT_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "slot.h"

/* Smaller in tests/stress, where segments must come and go all the time. */
#ifndef THREAD_POOL_SEGMENT_SLOTS
#define THREAD_POOL_SEGMENT_SLOTS 4096u /* 64 KiB; see README.md, Constants */
#define THREAD_POOL_FIRST_SLOTS 128u    /* of the segment inside the pool's own memory */
#endif

/* A queue that is very long goes on in larger ones, so that the heads stay few. */
#define THREAD_POOL_LARGE_SLOTS (16 * THREAD_POOL_SEGMENT_SLOTS)

/* Heads inside the pool's own memory: as many as a pool takes turns with whose jobs come one by
 * one. A spawn that wakes a worker then touches one page less: bench/NOTES.md, One page less. */
enum { THREAD_POOL_HEADS = 2 };

enum { THREAD_POOL_LINE = 128 }; /* bytes: the adjacent-line prefetcher takes pairs of 64 */

/* The head of a segment stays allocated until the pool is destroyed, so that a producer that was
 * stopped with a pointer to it may always touch `tail`. The slots come and go. */
struct thread_pool_segment {
    /* The producers' line. */
    alignas(
        THREAD_POOL_LINE) _Atomic uint64_t tail; /* atomic: life << 32 | next ticket, or OWNED */
    struct thread_pool_slot *slots; /* written under the queue's lock while no ticket is out */
    uint32_t count;                 /* immutable: of slots */
    uint32_t life;                  /* as slots */
    _Atomic(struct thread_pool_owner *) owner; /* atomic; of the tickets, while `tail` says OWNED */

    /* The workers' line. */
    alignas(THREAD_POOL_LINE) _Atomic uint32_t head; /* atomic: slots claimed, or more; or BIASED or
                                                        REVOKED, see below */
    _Atomic uint32_t biased; /* atomic: slots claimed by the worker the segment is biased towards */
    _Atomic uint32_t settled; /* atomic: set once a life: where claims went on after that */
    _Atomic(struct thread_pool_segment *) next; /* atomic: set once a life */
    struct thread_pool_segment *below;          /* under the queue's lock: in one of its lists */
    bool fresh;                                 /* under the queue's lock: slots are zeros */
    bool is_part;                               /* immutable: of the pool's own memory */
};

static_assert(sizeof(struct thread_pool_segment) == 2 * THREAD_POOL_LINE,
              "heads stay until the pool is destroyed: they are kept small");

/* What `head` says while the segment is biased towards one worker, and when another one wants that
 * to end: README.md, Biased segments. More than any number of slots. */
#define THREAD_POOL_HEAD_BIASED (2u << 30)
#define THREAD_POOL_HEAD_REVOKED (3u << 30)
#define THREAD_POOL_UNSETTLED UINT32_MAX /* what `settled` says until then */

/* What a ticket is, or more, while they belong to one producer: README.md, Tickets of one's own. */
#define THREAD_POOL_TICKETS_OWNED (2u << 30)

/* Slots that have been claimed, or more. A slot too many is in the hands of a worker that the
 * segment was biased towards: it goes on until the slot has been claimed. */
static inline uint32_t thread_pool_segment_claimed(const struct thread_pool_segment *segment) {
    /* seq_cst, both: as in thread_pool_consumer_sees_tickets, and see thread_pool_idle_is_over. A
     * value of `biased` that is old is less. */
    uint32_t head = atomic_load(&segment->head);
    return head < THREAD_POOL_HEAD_BIASED ? head : atomic_load(&segment->biased);
}

/* The ticket's place in its segment; >= count: there was no place left. */
static inline uint32_t thread_pool_ticket_index(uint64_t ticket) {
    return (uint32_t)ticket;
}

static inline bool thread_pool_ticket_is_owned(uint64_t ticket) {
    return thread_pool_ticket_index(ticket) >= THREAD_POOL_TICKETS_OWNED;
}

/* The mark of a slot's phase in this life. */
static inline uintptr_t thread_pool_life_mark(uint32_t life) {
    return thread_pool_slot_mark(life & 1);
}

static inline uintptr_t thread_pool_ticket_mark(uint64_t ticket) {
    return thread_pool_life_mark((uint32_t)(ticket >> 32));
}

#endif
