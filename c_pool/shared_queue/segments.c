#include "segments.h"

#include <stdlib.h>

#include "pages.h"
#include "tuning.h"
#include "waiting.h"

static size_t slots_size(const struct thread_pool_segment *segment) {
    return segment->count * sizeof(struct thread_pool_slot);
}

static bool is_large(const struct thread_pool_segment *segment) {
    return segment->count == THREAD_POOL_LARGE_SLOTS;
}

void thread_pool_segments_open(struct thread_pool_segment *segment, uint32_t life,
                               uint32_t tickets) {
    segment->life = life;
    /* Relaxed: read by workers after the segment was linked; partner append. */
    atomic_store_explicit(&segment->head, 0, memory_order_relaxed);
    atomic_store_explicit(&segment->biased, 1, memory_order_relaxed);
    atomic_store_explicit(&segment->settled, THREAD_POOL_UNSETTLED, memory_order_relaxed);
    atomic_store_explicit(&segment->next, NULL, memory_order_relaxed);
    /* seq_cst: see thread_pool_queue_put. From here a producer with an old pointer may come in. */
    atomic_store(&segment->tail, (uint64_t)life << 32 | tickets);
}

/* Nobody else knows it yet. No place left until it is opened. */
static void init_head(struct thread_pool_segment *segment, uint32_t count) {
    *segment = (struct thread_pool_segment){.count = count};
    atomic_init(&segment->tail, count);
}

static struct thread_pool_segment *new_head(uint32_t count) {
    struct thread_pool_segment *segment =
        aligned_alloc(alignof(struct thread_pool_segment), sizeof *segment);
    if (segment != NULL)
        init_head(segment, count);
    return segment;
}

static struct thread_pool_segment *pop(struct thread_pool_segment **list) {
    struct thread_pool_segment *segment = *list;
    if (segment != NULL)
        *list = segment->below;
    return segment;
}

static void push(struct thread_pool_segment **list, struct thread_pool_segment *segment) {
    segment->below = *list;
    *list = segment;
}

void thread_pool_segments_init(struct thread_pool_queue *queue) {
    for (unsigned i = 0; i < THREAD_POOL_HEADS; i++) {
        init_head(&queue->heads[i], THREAD_POOL_SEGMENT_SLOTS);
        queue->heads[i].is_part = true;
        push(&queue->bare, &queue->heads[i]);
    }
}

/* Under lock. A head with fresh slots; NULL: no memory. */
static struct thread_pool_segment *fresh_segment(struct thread_pool_queue *queue) {
    bool large = queue->in_use >= LARGE_FROM;
    struct thread_pool_segment **bare = large ? &queue->bare_large : &queue->bare;
    struct thread_pool_segment *segment = pop(bare);
    if (segment == NULL)
        segment = new_head(large ? THREAD_POOL_LARGE_SLOTS : THREAD_POOL_SEGMENT_SLOTS);
    if (segment == NULL)
        return NULL;
    segment->slots = thread_pool_pages_take(slots_size(segment));
    segment->fresh = true;
    if (segment->slots == NULL) {
        push(bare, segment);
        return NULL;
    }
    return segment;
}

/* Under lock. The life is odd on fresh slots, see slot.h. */
struct thread_pool_segment *thread_pool_segments_ready(struct thread_pool_queue *queue,
                                                       uint32_t *life) {
    struct thread_pool_segment *segment = pop(&queue->cached);
    if (segment == NULL)
        segment = fresh_segment(queue);
    else if (--queue->cached_count < queue->cached_least)
        queue->cached_least = queue->cached_count;
    if (segment == NULL)
        return NULL;
    *life = segment->fresh ? (segment->life + 1) | 1 : segment->life + 1;
    segment->fresh = false;
    queue->in_use++;
    return segment;
}

static void strip(struct thread_pool_segment *segment) {
    thread_pool_pages_give_back(segment->slots, slots_size(segment));
    segment->slots = NULL;
}

/* Under lock. */
static void recycle(struct thread_pool_queue *queue, struct thread_pool_segment *segment) {
    if (segment == &queue->inside)
        return;
    queue->in_use--;
    if (is_large(segment)) {
        push(&queue->surplus, segment);
        return;
    }
    push(&queue->cached, segment);
    queue->cached_count++;
}

/* Under lock. One to be given back: a large one, which are not kept; one that is spare; in a long
 * sleep, `all`, one of those above CACHED_MOST. NULL: none. */
static struct thread_pool_segment *detach(struct thread_pool_queue *queue, bool all) {
    if (queue->surplus != NULL)
        return pop(&queue->surplus);
    bool spare = queue->spare > 0 && queue->cached_least > CACHED_MOST;
    if (!spare && !(all && queue->cached_count > CACHED_MOST))
        return NULL;
    queue->spare -= spare;
    queue->cached_count--;
    queue->cached_least -= queue->cached_least > 0;
    return pop(&queue->cached);
}

/* Without the lock: giving back takes 10 us. */
static void give_back(struct thread_pool_queue *queue, struct thread_pool_segment *segment) {
    if (segment == NULL)
        return;
    strip(segment);
    pthread_mutex_lock(&queue->lock);
    push(is_large(segment) ? &queue->bare_large : &queue->bare, segment);
    pthread_mutex_unlock(&queue->lock);
}

bool thread_pool_segments_trim(struct thread_pool_queue *queue, bool all) {
    pthread_mutex_lock(&queue->lock);
    struct thread_pool_segment *segment = detach(queue, all);
    pthread_mutex_unlock(&queue->lock);
    give_back(queue, segment);
    return segment != NULL;
}

/* Under lock. */
static void review(struct thread_pool_queue *queue, uint64_t now_ns) {
    if (now_ns < queue->review_ns)
        return;
    queue->spare = queue->cached_least > CACHED_MOST ? queue->cached_least - CACHED_MOST : 0;
    queue->cached_least = queue->cached_count;
    queue->review_ns = now_ns + GIVE_BACK_NS;
}

bool thread_pool_segments_review(struct thread_pool_queue *queue, uint64_t now_ns) {
    pthread_mutex_lock(&queue->lock);
    review(queue, now_ns);
    bool more = queue->cached_count > CACHED_MOST || queue->surplus != NULL;
    pthread_mutex_unlock(&queue->lock);
    return more;
}

static bool is_held(const struct thread_pool_queue *queue,
                    const struct thread_pool_segment *segment) {
    for (uint32_t i = 0; i < queue->workers; i++)
        /* seq_cst: after the exchange of `first` in advance; partner enter. */
        if (atomic_load(&queue->consumers[i].holds) == segment)
            return true;
    return false;
}

/* Under lock. Recycles what no worker holds any more. */
static void sweep(struct thread_pool_queue *queue) {
    struct thread_pool_segment *segment, *kept = NULL;
    while ((segment = pop(&queue->retired)) != NULL) {
        if (is_held(queue, segment)) {
            push(&kept, segment);
        } else {
            recycle(queue, segment);
            atomic_fetch_sub(&queue->retired_count, 1);
        }
    }
    queue->retired = kept;
}

void thread_pool_segments_retire(struct thread_pool_queue *queue,
                                 struct thread_pool_segment *segment) {
    uint64_t now_ns = thread_pool_wait_now_ns();
    pthread_mutex_lock(&queue->lock);
    push(&queue->retired, segment);
    atomic_fetch_add(&queue->retired_count, 1);
    sweep(queue);
    /* A pool that never runs dry gives back here, one at a time: all at once, its producers would
     * meanwhile be so far ahead that they need the memory again. */
    review(queue, now_ns);
    struct thread_pool_segment *spare = detach(queue, false);
    pthread_mutex_unlock(&queue->lock);
    give_back(queue, spare);
}

void thread_pool_segments_sweep(struct thread_pool_queue *queue) {
    if (atomic_load(&queue->retired_count) == 0)
        return;
    pthread_mutex_lock(&queue->lock);
    sweep(queue);
    pthread_mutex_unlock(&queue->lock);
}

void thread_pool_segments_free(struct thread_pool_queue *queue,
                               struct thread_pool_segment *segment) {
    if (segment == &queue->inside)
        return;
    if (segment->slots != NULL)
        strip(segment);
    if (!segment->is_part)
        free(segment);
}

void thread_pool_segments_free_list(struct thread_pool_queue *queue,
                                    struct thread_pool_segment *list) {
    struct thread_pool_segment *segment;
    while ((segment = pop(&list)) != NULL)
        thread_pool_segments_free(queue, segment);
}
