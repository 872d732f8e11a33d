#include "segments.h"

#include <stdlib.h>

#include "pages.h"
#include "tuning.h"

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
    queue->recycled++;
}

/* Under lock. The large ones, which are not kept. */
static struct thread_pool_segment *take_surplus(struct thread_pool_queue *queue) {
    struct thread_pool_segment *list = queue->surplus;
    queue->surplus = NULL;
    return list;
}

/* Under lock. Takes segments out of the cache until `most` are left. */
static struct thread_pool_segment *detach(struct thread_pool_queue *queue, uint32_t most) {
    struct thread_pool_segment *list = NULL;
    while (queue->cached_count > most) {
        push(&list, pop(&queue->cached));
        queue->cached_count--;
    }
    if (queue->cached_count < queue->cached_least)
        queue->cached_least = queue->cached_count;
    return list;
}

/* Without the lock: giving back takes 10 us a segment. */
static void give_back(struct thread_pool_queue *queue, struct thread_pool_segment *list) {
    if (list == NULL)
        return;
    for (struct thread_pool_segment *segment = list; segment != NULL; segment = segment->below)
        strip(segment);
    struct thread_pool_segment *segment;
    pthread_mutex_lock(&queue->lock);
    while ((segment = pop(&list)) != NULL)
        push(is_large(segment) ? &queue->bare_large : &queue->bare, segment);
    pthread_mutex_unlock(&queue->lock);
}

void thread_pool_segments_trim(struct thread_pool_queue *queue) {
    pthread_mutex_lock(&queue->lock);
    struct thread_pool_segment *small = detach(queue, CACHED_MOST), *large = take_surplus(queue);
    pthread_mutex_unlock(&queue->lock);
    give_back(queue, small);
    give_back(queue, large);
}

/* Under lock. What was never needed since the last review. */
static struct thread_pool_segment *unneeded(struct thread_pool_queue *queue) {
    uint32_t unneeded = queue->cached_least > CACHED_MOST ? queue->cached_least - CACHED_MOST : 0;
    queue->recycled = 0;
    struct thread_pool_segment *list = detach(queue, queue->cached_count - unneeded);
    queue->cached_least = queue->cached_count;
    return list;
}

bool thread_pool_segments_review(struct thread_pool_queue *queue, uint64_t now) {
    struct thread_pool_segment *small = NULL;
    pthread_mutex_lock(&queue->lock);
    if (now >= queue->review_ns) {
        small = unneeded(queue);
        queue->review_ns = now + GIVE_BACK_NS;
    }
    struct thread_pool_segment *large = take_surplus(queue);
    bool more = queue->cached_count > CACHED_MOST;
    pthread_mutex_unlock(&queue->lock);
    give_back(queue, small);
    give_back(queue, large);
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
    pthread_mutex_lock(&queue->lock);
    push(&queue->retired, segment);
    atomic_fetch_add(&queue->retired_count, 1);
    sweep(queue);
    /* A pool that never runs dry reviews here. */
    struct thread_pool_segment *small =
        queue->recycled >= RECYCLED_PER_REVIEW ? unneeded(queue) : NULL;
    struct thread_pool_segment *large = take_surplus(queue);
    pthread_mutex_unlock(&queue->lock);
    give_back(queue, small);
    give_back(queue, large);
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
