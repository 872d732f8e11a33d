/* queue.h: the jobs that wait to start: one unbounded queue, first in, first out, any number of
 * producers and consumers, and the sleep of those who wait for a job.
 *
 * A chain of segments. Producers take tickets in the last one by fetch-and-add, and whoever gets
 * one behind its end appends another. Workers claim in the first one. The data structure, the
 * sleeping protocol and their proofs: README.md. */
#ifndef THREAD_POOL_QUEUE_H
#define THREAD_POOL_QUEUE_H

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#include "fence.h"
#include "hints.h"
#include "idle.h"
#include "park.h"
#include "segment.h"

/* A worker's side of the queue. */
struct thread_pool_consumer {
    /* atomic: the segment this worker may touch the slots of; NULL: none. Read by whoever wants to
     * reuse a segment. */
    alignas(THREAD_POOL_LINE) _Atomic(struct thread_pool_segment *) holds;
    /* The worker's own. */
    struct thread_pool_segment *segment; /* what `holds` says; `refuse`: has never woken */
    struct thread_pool_slot *slots; /* copies of the segment's: its own stand on the line that */
    uint32_t count;                 /* producers write with every ticket */
    uint32_t next;                  /* where it saw `head` last: see thread_pool_claim_try */
    uint32_t alone_from;            /* in this segment nobody else has claimed from here on */
    uint32_t puts;                  /* its own, when it entered the segment */
    uint8_t phase;                  /* of the segment's life */
    uint8_t blind_left, blind_run;  /* see thread_pool_claim_blindly */
    bool is_biased;                 /* the segment is, towards this worker: see bias.h */
    bool gives_back;                /* it does not spawn itself: see thread_pool_slot_give_back */
    bool was_alone;                 /* long enough, at the end of the segment before */
    uint8_t spot;                   /* where it sleeps: see idle.h */
    bool woken;                     /* and has found no job since */
    bool search_pays;               /* the last sleep was short */
    uint8_t vain;                   /* see await_producer */
    struct thread_pool_park park;   /* not its own: of all who sleep at the spot of its number */
    uint64_t lay_down_ns; /* when the last sleep began, as long as it is not known whether it was
                             short; 0: known. So far what a woken worker needs */
    uint32_t alone_least; /* so many jobs alone, and the next segment is biased */
    /* See thread_pool_claim_own, these two. */
    uint32_t own_end;                /* before this slot; 0: not that way */
    uintptr_t own_mark;              /* of the segment's life */
    uint32_t stay_ns, first_look_ns; /* see stay_away, these two */
    uint32_t collisions, patience;
    /* Of colliding workers: since when and where in the segment; see measure_crowd. */
    uint64_t crowd_since_ns; /* 0: not watched */
    uint32_t crowd_head;
    uint32_t looks_left;  /* until what follows is too old */
    uint64_t together_ps; /* a job took so long; 0: not known */
    uint64_t dry_ns;      /* see set_pace, these four */
    uint32_t pace_ns;
    uint32_t dry_head;
    struct thread_pool_segment *dry_segment;
};

#ifdef THREAD_POOL_PARK_FUTEX
static_assert(offsetof(struct thread_pool_consumer, alone_least) <= 64,
              "what a woken worker needs is one line");
#endif

/* What others see of a producer that owns the tickets of a segment. */
struct thread_pool_owner {
    /* atomic: life << 32 | tickets taken; written by the producer only, while it owns some */
    alignas(THREAD_POOL_LINE) _Atomic uint64_t taken;
    const struct thread_pool_producer
        *producer;    /* immutable: of whom, or who has its address now */
    uint32_t granted; /* under lock: of the last segment that was taken from it, so many */
    struct thread_pool_owner *below; /* under lock: in the queue's list */
};

/* The calling thread as a producer. */
struct thread_pool_producer {
    alignas(64) uint64_t owns; /* number of the queue that it owns tickets of; 0: none. Then: */
    uint64_t tail;             /* what that segment's `tail` says as long as it is so */
    uint64_t taken;            /* life << 32 | tickets taken */
    uintptr_t mark;            /* of that life's slots */
    struct thread_pool_segment *segment;
    struct thread_pool_owner *owner; /* its own in `queue`, or NULL */
    uint32_t puts;                   /* jobs put, into any queue */
    uint32_t sleepers_at;            /* `puts` when it found sleepers last, and its slot: */
    uintptr_t last_slot;
    uint32_t woken;    /* at which spots it has woken somebody, in any queue, since it last did */
    uint64_t woken_ns; /* nothing of the kind for WAKE_AGAIN_NS; and when it last did */
    /* When it appended a segment last: which, where, after how many puts. */
    uint32_t puts_then;
    uint64_t then_ns;
    uint64_t queue;
    struct thread_pool_segment *appended;
    uint32_t to_fill, patience; /* segments to fill alone before it owns one: now; next time */
};

struct thread_pool_queue {
    /* Read by all, written once a segment. */
    alignas(THREAD_POOL_LINE) _Atomic(struct thread_pool_segment *) last; /* atomic; under lock */
    _Atomic(struct thread_pool_segment *) first; /* atomic: workers move it on */
    struct thread_pool_consumer *consumers;      /* immutable: one per worker */
    uint32_t workers;                            /* immutable */
    size_t limit;                                /* immutable: jobs that may wait; 0: any number */
    uint64_t number;                             /* immutable: no other queue has it, ever */
    uint64_t unlimited; /* immutable: `number`, or, with a limit, that of no queue */

    struct thread_pool_idle idle; /* see idle.h */

    alignas(
        THREAD_POOL_LINE) _Atomic size_t waiting; /* atomic; only counted when there is a limit */

    alignas(THREAD_POOL_LINE) pthread_mutex_t lock; /* of the chain's growth and of the lists */
    struct thread_pool_segment *retired;            /* under lock: emptied, perhaps still held */
    struct thread_pool_segment *cached;             /* under lock: ready for another life */
    struct thread_pool_segment *bare, *bare_large;  /* under lock: heads without slots */
    struct thread_pool_segment *surplus;            /* under lock: large ones, to be given back */
    uint32_t in_use;                                /* under lock: segments but the one inside */
    uint32_t cached_count;                          /* under lock */
    uint32_t cached_least;            /* under lock: fewest cached since the last review */
    uint32_t spare;                   /* under lock: so many have not been needed before that */
    uint64_t review_ns;               /* under lock: when the next review is due */
    _Atomic uint32_t retired_count;   /* atomic; written under lock */
    struct thread_pool_owner *owners; /* under lock: all there have been */
    uint32_t owners_count;            /* under lock */
    bool over;                        /* under lock: no job will be accepted */

    struct thread_pool_segment inside; /* the first one, so that a small pool needs no other */
    struct thread_pool_segment heads[THREAD_POOL_HEADS]; /* the next ones', without slots yet */
    struct thread_pool_segment refuse; /* without slots: a worker's before it wakes for the first
                                          time, and `last` when all is over */
    struct thread_pool_slot slots_inside[THREAD_POOL_FIRST_SLOTS];
};

/* 0, ENOMEM or EAGAIN. */
int thread_pool_queue_init(struct thread_pool_queue *queue, size_t limit, uint32_t workers);
/* When no thread uses the queue any more, and no job waits. */
void thread_pool_queue_release(struct thread_pool_queue *queue);

/* From here on take returns false when all is done. `workers`: how many there are, if fewer were
 * started than announced. Once; any thread but a worker. */
void thread_pool_queue_close(struct thread_pool_queue *queue, uint32_t workers);

static inline struct thread_pool_park *thread_pool_queue_park(struct thread_pool_queue *queue,
                                                              unsigned spot) {
    return &queue->consumers[spot].park;
}

/* The calling thread's own. */
extern _Thread_local struct thread_pool_producer thread_pool_queue_producer
    __attribute__((tls_model("initial-exec")));

/* The cold parts of the functions below. Those of put end it and return its result, so that put
 * itself has nothing to keep across a call. */
int thread_pool_queue_put_limited(struct thread_pool_queue *queue, struct thread_pool_task task);
int thread_pool_queue_put_slowly(struct thread_pool_queue *queue, struct thread_pool_task task);
int thread_pool_queue_wake_for_job(struct thread_pool_queue *queue); /* 0 */
void thread_pool_queue_wake(struct thread_pool_queue *queue);        /* by a worker for the next */
void thread_pool_queue_end(struct thread_pool_queue *queue);
/* Tickets have been given that no worker has claimed. A guess while workers move on. */
bool thread_pool_queue_has_unclaimed(struct thread_pool_queue *queue);

/* A job does not wait any more, or was not queued after all. */
static inline void thread_pool_queue_start_one(struct thread_pool_queue *queue) {
    /* Relaxed: as in admit, its partner. */
    if (THREAD_POOL_UNLIKELY(queue->limit != 0))
        atomic_fetch_sub_explicit(&queue->waiting, 1, memory_order_relaxed);
}

/* Who found sleepers with its last job has probably been away, too, and its way to the slots is
 * cold: it asks for the next one before anything else. bench/NOTES.md, One page less. */
static inline void thread_pool_queue_expect_sleepers(const struct thread_pool_producer *producer) {
    if (producer->sleepers_at == producer->puts)
        __builtin_prefetch((const void *)(producer->last_slot + sizeof(struct thread_pool_slot)),
                           1);
}

/* The job has been published. `slot`: where; NULL: not known here. */
static inline int thread_pool_queue_put_end(struct thread_pool_queue *queue,
                                            const struct thread_pool_slot *slot) {
    struct thread_pool_producer *producer = &thread_pool_queue_producer;
    producer->puts++;
    if (THREAD_POOL_UNLIKELY(thread_pool_idle_wants_waking(atomic_load(&queue->idle.word)))) {
        producer->sleepers_at = producer->puts;
        producer->last_slot = (uintptr_t)slot;
        return thread_pool_queue_wake_for_job(queue);
    }
    return 0;
}

/* The calling thread owns tickets of a queue without a limit. Not in a forked child. */
static inline bool thread_pool_queue_is_owned(const struct thread_pool_queue *queue) {
    return thread_pool_queue_producer.owns == queue->unlimited;
}

/* In a forked child: the tickets are its parent's. */
static inline void thread_pool_queue_disown(void) {
    thread_pool_queue_producer.owns = 0;
}

/* By the owner of the tickets. */
static inline int thread_pool_queue_put_owned(struct thread_pool_queue *queue,
                                              struct thread_pool_task task) {
    struct thread_pool_producer *producer = &thread_pool_queue_producer;
    struct thread_pool_segment *segment = producer->segment;
    uint64_t ticket = producer->taken;
    uint32_t index = thread_pool_ticket_index(ticket);
    if (THREAD_POOL_UNLIKELY(index == segment->count))
        return thread_pool_queue_put_slowly(queue, task);
    /* Relaxed: ordered by the fence, whose partner is thread_pool_tickets_revoke: either it sees
     * this ticket, or we see that it is there. */
    atomic_store_explicit(&producer->owner->taken, ticket + 1, memory_order_relaxed);
    thread_pool_fence_light();
    if (THREAD_POOL_UNLIKELY(atomic_load_explicit(&segment->tail, memory_order_relaxed) !=
                             producer->tail))
        return thread_pool_queue_put_slowly(queue, task);
    struct thread_pool_slot *slot = &segment->slots[index];
    thread_pool_slot_expect(slot, index);
    thread_pool_slot_publish(slot, producer->mark, task);
    producer->taken = ticket + 1;
    return thread_pool_queue_put_end(queue, slot);
}

/* By anybody else. Under the limit, if there is one. */
static inline int thread_pool_queue_put_shared(struct thread_pool_queue *queue,
                                               struct thread_pool_task task) {
    thread_pool_queue_expect_sleepers(&thread_pool_queue_producer);
    /* Acquire: the segment's fields; partner append. */
    struct thread_pool_segment *segment = atomic_load_explicit(&queue->last, memory_order_acquire);
    /* seq_cst: comes before the look at the idle word below in the one order of all such accesses;
     * partner: a worker's announcement of sleep, which comes before its last look at `tail`. */
    uint64_t ticket = atomic_fetch_add(&segment->tail, 1);
    uint32_t index = thread_pool_ticket_index(ticket);
    if (THREAD_POOL_UNLIKELY(index >= segment->count))
        return thread_pool_queue_put_slowly(queue, task);
    struct thread_pool_slot *slot = &segment->slots[index];
    thread_pool_slot_expect(slot, index);
    thread_pool_slot_publish(slot, thread_pool_ticket_mark(ticket), task);
    return thread_pool_queue_put_end(queue, slot);
}

/* Any thread; blocks at most while another one appends a segment or takes tickets back. 0; ENOMEM;
 * EAGAIN: `limit` jobs wait; ECANCELED: closed, and every job has run. Nothing is queued on error.
 * For whom it is_owned, put_owned does the same. */
static inline int thread_pool_queue_put(struct thread_pool_queue *queue,
                                        struct thread_pool_task task) {
    return THREAD_POOL_UNLIKELY(queue->limit != 0) ? thread_pool_queue_put_limited(queue, task)
                                                   : thread_pool_queue_put_shared(queue, task);
}

#endif
