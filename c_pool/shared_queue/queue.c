#include "queue.h"

#include <stdlib.h>

#include "segments.h"
#include "tickets.h"
#include "tuning.h"
#include "waiting.h"

_Thread_local struct thread_pool_producer thread_pool_queue_producer;

static bool admit(struct thread_pool_queue *queue) {
    /* Relaxed throughout: a count that orders nothing; partner thread_pool_queue_start_one. */
    size_t waiting = atomic_load_explicit(&queue->waiting, memory_order_relaxed);
    do
        if (waiting >= queue->limit)
            return false;
    while (!atomic_compare_exchange_weak_explicit(&queue->waiting, &waiting, waiting + 1,
                                                  memory_order_relaxed, memory_order_relaxed));
    return true;
}

int thread_pool_queue_put_limited(struct thread_pool_queue *queue, struct thread_pool_task task) {
    if (!admit(queue))
        return EAGAIN;
    return thread_pool_queue_producer.owns == queue->number
               ? thread_pool_queue_put_owned(queue, task)
               : thread_pool_queue_put_shared(queue, task);
}

/* Under lock. Links a segment whose first job is `task` behind `full`. */
static int append(struct thread_pool_queue *queue, struct thread_pool_segment *full,
                  struct thread_pool_task task) {
    uint32_t life;
    struct thread_pool_segment *segment = thread_pool_segments_ready(queue, &life);
    if (segment == NULL)
        return ENOMEM;
    bool owns = thread_pool_tickets_own(queue, full, segment, life);
    thread_pool_segments_open(segment, life, owns ? THREAD_POOL_TICKETS_OWNED : 1);
    thread_pool_slot_publish(&segment->slots[0], thread_pool_life_mark(life), task);
    /* seq_cst: as the ticket in thread_pool_queue_put; a worker that has announced its sleep either
     * sees the link or is seen. Release, as part of it: the segment's fields; partner advance. */
    atomic_store(&full->next, segment);
    /* Release: the segment's fields; partner thread_pool_queue_put. */
    atomic_store(&queue->last, segment);
    return 0;
}

/* Under lock. By a producer that owns tickets and has none left, or is disturbed. True: it had one
 * more, and has used it. */
static bool put_own(struct thread_pool_queue *queue, struct thread_pool_task task) {
    struct thread_pool_producer *producer = &thread_pool_queue_producer;
    if (producer->owns != queue->number)
        return false;
    struct thread_pool_segment *segment = producer->segment;
    uint32_t index = thread_pool_ticket_index(producer->taken);
    if (!thread_pool_tickets_give_up(producer) || index == segment->count)
        return false;
    thread_pool_slot_publish(&segment->slots[index], thread_pool_ticket_mark(producer->taken),
                             task);
    return true;
}

/* Under lock. */
static int put_locked(struct thread_pool_queue *queue, struct thread_pool_task task) {
    if (queue->over)
        return ECANCELED;
    if (put_own(queue, task))
        return 0;
    struct thread_pool_segment *segment = atomic_load(&queue->last);
    thread_pool_tickets_revoke(segment);
    uint64_t ticket = atomic_fetch_add(&segment->tail, 1);
    uint32_t index = thread_pool_ticket_index(ticket);
    if (index < segment->count) {
        thread_pool_slot_publish(&segment->slots[index], thread_pool_ticket_mark(ticket), task);
        return 0;
    }
    /* Takes back the tickets behind the end, so that their number never runs over. */
    atomic_store(&segment->tail, (uint64_t)segment->life << 32 | segment->count);
    return append(queue, segment, task);
}

int thread_pool_queue_put_slowly(struct thread_pool_queue *queue, struct thread_pool_task task) {
    pthread_mutex_lock(&queue->lock);
    int error = put_locked(queue, task);
    pthread_mutex_unlock(&queue->lock);
    if (error != 0)
        thread_pool_queue_start_one(queue);
    return error != 0 ? error : thread_pool_queue_put_end(queue, NULL);
}

static uint32_t tickets_given(struct thread_pool_segment *segment) {
    uint64_t tail = atomic_load(&segment->tail);
    if (thread_pool_ticket_is_owned(tail))
        tail = atomic_load(&atomic_load(&segment->owner)->taken);
    uint32_t index = thread_pool_ticket_index(tail);
    return index < segment->count ? index : segment->count;
}

/* Of the first segment and the next one, which is where the jobs are as long as no worker has come
 * to them. A guess that costs a few lines; the heads of segments can always be read. */
static uint32_t length(struct thread_pool_queue *queue) {
    struct thread_pool_segment *first = atomic_load(&queue->first);
    struct thread_pool_segment *next = atomic_load(&first->next);
    uint32_t head = thread_pool_segment_claimed(first), end = tickets_given(first);
    uint32_t waiting = head < end ? end - head : 0;
    return next == NULL ? waiting : waiting + tickets_given(next);
}

static bool has_woken(const struct thread_pool_producer *producer, unsigned spot) {
    return (producer->woken & thread_pool_idle_spot_bit(spot)) != 0 &&
           thread_pool_wait_now_ns() - producer->woken_ns < WAKE_AGAIN_NS;
}

static void note_woken(struct thread_pool_producer *producer, unsigned spot) {
    uint64_t now = thread_pool_wait_now_ns();
    if (now - producer->woken_ns >= WAKE_AGAIN_NS)
        producer->woken = 0;
    producer->woken |= thread_pool_idle_spot_bit(spot);
    producer->woken_ns = now;
}

/* `searchers` search, and will wake others if they find more than they can do. Is that soon enough,
 * or is another one to be woken at once, at `spot`? Who has been woken by this producer a moment
 * ago and sleeps again has found little to do; if it shares the processor with the producer, waking
 * it interrupts that, and it is again too early. `producer`: NULL for a worker that passes it on.
 */
static inline bool is_enough(struct thread_pool_queue *queue, unsigned searchers,
                             const struct thread_pool_producer *producer, unsigned spot) {
    if (searchers == 0)
        return false;
    bool again = producer != NULL && has_woken(producer, spot);
    return length(queue) <= (again ? WAKE_AGAIN_JOBS : searchers);
}

/* The note comes last, when the worker is on its way. */
static inline void wake(struct thread_pool_queue *queue, struct thread_pool_producer *producer) {
    uint64_t word = atomic_load(&queue->idle.word);
    while (thread_pool_idle_wants_waking(word)) {
        unsigned spot = thread_pool_idle_next(word);
        if (is_enough(queue, thread_pool_idle_searchers(word), producer, spot))
            break;
        if (thread_pool_idle_turn_sleeper(&queue->idle, &word, spot)) {
            thread_pool_park_post(thread_pool_queue_park(queue, spot), 1);
            if (producer != NULL)
                note_woken(producer, spot);
            break;
        }
    }
}

THREAD_POOL_HOT int thread_pool_queue_wake_for_job(struct thread_pool_queue *queue) {
    wake(queue, &thread_pool_queue_producer);
    return 0;
}

THREAD_POOL_HOT void thread_pool_queue_wake(struct thread_pool_queue *queue) {
    wake(queue, NULL);
}

static void release_consumers(struct thread_pool_queue *queue, uint32_t number) {
    for (uint32_t i = 0; i < number; i++)
        thread_pool_park_release(&queue->consumers[i].park);
    free(queue->consumers);
}

static int init_consumers(struct thread_pool_queue *queue) {
    queue->consumers = aligned_alloc(THREAD_POOL_LINE, queue->workers * sizeof *queue->consumers);
    if (queue->consumers == NULL)
        return ENOMEM;
    for (uint32_t i = 0; i < queue->workers; i++) {
        struct thread_pool_consumer *consumer = &queue->consumers[i];
        *consumer = (struct thread_pool_consumer){.segment = &queue->refuse,
                                                  .spot = (uint8_t)thread_pool_idle_spot(i),
                                                  .first_look_ns = STAY_FIRST_NS,
                                                  .patience = COLLISIONS_FIRST,
                                                  .alone_least = ALONE_FIRST,
                                                  .pace_ns = POLL_NS};
        atomic_init(&consumer->holds, NULL);
        int error = thread_pool_park_init(&consumer->park);
        if (error != 0) {
            release_consumers(queue, i);
            return error;
        }
    }
    return 0;
}

static void init_chain(struct thread_pool_queue *queue) {
    queue->inside.count = THREAD_POOL_FIRST_SLOTS;
    queue->inside.slots = queue->slots_inside;
    thread_pool_segments_open(&queue->inside, 1, 0);
    thread_pool_segments_init(queue);
    atomic_init(&queue->first, &queue->inside);
    atomic_init(&queue->last, &queue->inside);
}

int thread_pool_queue_init(struct thread_pool_queue *queue, size_t limit, uint32_t workers) {
    static _Atomic uint64_t numbers; /* atomic: given so far; 0 is none */
    queue->number = atomic_fetch_add(&numbers, 1) + 1;
    queue->unlimited = limit == 0 ? queue->number : UINT64_MAX;
    queue->limit = limit;
    queue->workers = workers;
    int error = pthread_mutex_init(&queue->lock, NULL);
    if (error != 0)
        return error;
    error = init_consumers(queue);
    if (error != 0) {
        pthread_mutex_destroy(&queue->lock);
        return error;
    }
    init_chain(queue);
    thread_pool_idle_init(&queue->idle, workers);
    return 0;
}

void thread_pool_queue_release(struct thread_pool_queue *queue) {
    thread_pool_segments_free_list(queue, queue->retired);
    thread_pool_segments_free_list(queue, queue->cached);
    thread_pool_segments_free_list(queue, queue->surplus);
    thread_pool_segments_free_list(queue, queue->bare);
    thread_pool_segments_free_list(queue, queue->bare_large);
    for (struct thread_pool_segment *next, *s = atomic_load(&queue->first); s != NULL; s = next) {
        next = atomic_load(&s->next);
        thread_pool_segments_free(queue, s);
    }
    if (thread_pool_queue_producer.owns == queue->number)
        thread_pool_queue_producer.owns = 0;
    for (struct thread_pool_owner *below, *owner = queue->owners; owner != NULL; owner = below) {
        below = owner->below;
        free(owner);
    }
    release_consumers(queue, queue->workers);
    pthread_mutex_destroy(&queue->lock);
}

/* All of them sleep. The first may leave while the last still sleeps, but the pool stays until that
 * one has left, too, or until the caller has. */
static void wake_all(struct thread_pool_queue *queue) {
    uint32_t workers = queue->idle.workers;
    for (uint32_t spot = 0; spot < workers && spot < THREAD_POOL_IDLE_SPOTS; spot++)
        thread_pool_park_post(thread_pool_queue_park(queue, spot), 1);
    if (workers > THREAD_POOL_IDLE_SPOTS)
        thread_pool_park_post(thread_pool_queue_park(queue, THREAD_POOL_IDLE_SPOTS),
                              workers - THREAD_POOL_IDLE_SPOTS);
}

void thread_pool_queue_end(struct thread_pool_queue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->over = true;
    thread_pool_tickets_revoke(atomic_load(&queue->last));
    atomic_store(&queue->last, &queue->refuse);
    pthread_mutex_unlock(&queue->lock);
    if (thread_pool_idle_end(&queue->idle))
        wake_all(queue);
}

bool thread_pool_queue_has_unclaimed(struct thread_pool_queue *queue) {
    struct thread_pool_segment *segment = atomic_load(&queue->first);
    return atomic_load(&segment->next) != NULL || length(queue) > 0;
}

/* All asleep, nothing unclaimed (or a worker moves on to another segment meanwhile, and is awake),
 * and still all asleep: a worker that has claimed in between is not, or has announced its sleep
 * with CLOSING set and ends the pool. */
void thread_pool_queue_close(struct thread_pool_queue *queue, uint32_t workers) {
    uint64_t word = thread_pool_idle_close(&queue->idle, workers);
    if (thread_pool_idle_sleepers(word) == workers && !thread_pool_queue_has_unclaimed(queue) &&
        thread_pool_idle_is_over(&queue->idle, word))
        thread_pool_queue_end(queue);
}
