#include "queue.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "pages.h"

#ifndef SEARCH_NS
#define SEARCH_NS 20000
#endif
#ifndef QUIET_POLLS
#define QUIET_POLLS 8
#endif
#ifndef POLL_PAUSES
#define POLL_PAUSES 8
#endif
#ifndef STAY_PAUSES
#define STAY_PAUSES 16u
#endif
#ifndef MOST_STAYS
#define MOST_STAYS 64u
#endif
#ifndef COLLISIONS_PER_PROBE
#define COLLISIONS_PER_PROBE 16u
#endif
#ifndef GIVE_WAY_NS
#define GIVE_WAY_NS 400
#endif
#ifndef GIVE_WAY_PAUSES
#define GIVE_WAY_PAUSES 64
#endif
#ifndef MOST_SEARCHERS
#define MOST_SEARCHERS 2
#endif
#ifndef PEEK_SLOTS
#define PEEK_SLOTS 64
#endif
enum {
    CACHED_MOST = 12, /* segments kept for another life: 768 KiB */
    SEGMENT_SIZE = THREAD_POOL_SEGMENT_SLOTS * sizeof(struct thread_pool_slot)
};

static inline void pause_a_little(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#endif
}

static void pause_for(unsigned pauses) {
    for (unsigned i = 0; i < pauses; i++)
        pause_a_little();
}


/* --- Memory: segments come and go ------------------------------------------------------------- */

static void open_segment(struct thread_pool_segment *segment, uint32_t life, uint32_t tickets) {
    segment->life = life;
    /* Relaxed: read by workers after the segment was linked; partner append. */
    atomic_store_explicit(&segment->head, 0, memory_order_relaxed);
    atomic_store_explicit(&segment->next, NULL, memory_order_relaxed);
    /* seq_cst: see thread_pool_queue_put. From here a producer with an old pointer may come in. */
    atomic_store(&segment->tail, (uint64_t)life << 32 | tickets);
}

static struct thread_pool_segment *new_head(void) {
    struct thread_pool_segment *segment =
        aligned_alloc(alignof(struct thread_pool_segment), sizeof *segment);
    if (segment != NULL) {
        *segment = (struct thread_pool_segment){.count = THREAD_POOL_SEGMENT_SLOTS};
        /* Nobody else knows it yet. No place left until it is opened. */
        atomic_init(&segment->tail, THREAD_POOL_SEGMENT_SLOTS);
    }
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

/* Under lock. A head with fresh slots; NULL: no memory. */
static struct thread_pool_segment *fresh_segment(struct thread_pool_queue *queue) {
    struct thread_pool_segment *segment = pop(&queue->bare);
    if (segment == NULL)
        segment = new_head();
    if (segment == NULL)
        return NULL;
    segment->slots = thread_pool_pages_take(SEGMENT_SIZE);
    segment->fresh = true;
    if (segment->slots == NULL) {
        push(&queue->bare, segment);
        return NULL;
    }
    return segment;
}

/* Under lock. The life is odd on fresh slots, see slot.h. */
static struct thread_pool_segment *ready_segment(struct thread_pool_queue *queue, uint32_t *life) {
    struct thread_pool_segment *segment = pop(&queue->cached);
    if (segment != NULL)
        queue->cached_count--;
    else
        segment = fresh_segment(queue);
    if (segment == NULL)
        return NULL;
    *life = segment->fresh ? (segment->life + 1) | 1 : segment->life + 1;
    segment->fresh = false;
    return segment;
}

static void strip(struct thread_pool_segment *segment) {
    thread_pool_pages_give_back(segment->slots, SEGMENT_SIZE);
    segment->slots = NULL;
}

/* Under lock. */
static void recycle(struct thread_pool_queue *queue, struct thread_pool_segment *segment) {
    if (segment == &queue->inside)
        return;
    if (queue->cached_count < CACHED_MOST) {
        push(&queue->cached, segment);
        queue->cached_count++;
        return;
    }
    strip(segment);
    push(&queue->bare, segment);
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

static void retire(struct thread_pool_queue *queue, struct thread_pool_segment *segment) {
    pthread_mutex_lock(&queue->lock);
    push(&queue->retired, segment);
    atomic_fetch_add(&queue->retired_count, 1);
    sweep(queue);
    pthread_mutex_unlock(&queue->lock);
}

static void sweep_if_needed(struct thread_pool_queue *queue) {
    if (atomic_load(&queue->retired_count) == 0)
        return;
    pthread_mutex_lock(&queue->lock);
    sweep(queue);
    pthread_mutex_unlock(&queue->lock);
}

/* --- Producers' slow path --------------------------------------------------------------------- */

bool thread_pool_queue_admit(struct thread_pool_queue *queue) {
    /* Relaxed throughout: a count that orders nothing; partner start_one. */
    size_t waiting = atomic_load_explicit(&queue->waiting, memory_order_relaxed);
    do
        if (waiting >= queue->limit)
            return false;
    while (!atomic_compare_exchange_weak_explicit(&queue->waiting, &waiting, waiting + 1,
                                                  memory_order_relaxed, memory_order_relaxed));
    return true;
}

static void start_one(struct thread_pool_queue *queue) {
    /* Relaxed: as in thread_pool_queue_admit, its partner. */
    if (THREAD_POOL_UNLIKELY(queue->limit != 0))
        atomic_fetch_sub_explicit(&queue->waiting, 1, memory_order_relaxed);
}

/* Under lock. Links a segment whose first job is `task` behind `full`. */
static int append(struct thread_pool_queue *queue, struct thread_pool_segment *full,
                  struct thread_pool_task task) {
    uint32_t life;
    struct thread_pool_segment *segment = ready_segment(queue, &life);
    if (segment == NULL)
        return ENOMEM;
    open_segment(segment, life, 1);
    thread_pool_slot_publish(&segment->slots[0], thread_pool_life_phase(life), task);
    /* seq_cst: as the ticket in thread_pool_queue_put; a worker that has announced its sleep either
     * sees the link or is seen. Release, as part of it: the segment's fields; partner advance. */
    atomic_store(&full->next, segment);
    /* Release: the segment's fields; partner thread_pool_queue_put. */
    atomic_store(&queue->last, segment);
    return 0;
}

/* Under lock. */
static int put_locked(struct thread_pool_queue *queue, struct thread_pool_task task) {
    if (queue->over)
        return ECANCELED;
    struct thread_pool_segment *segment = atomic_load(&queue->last);
    uint64_t ticket = atomic_fetch_add(&segment->tail, 1);
    uint32_t index = thread_pool_ticket_index(ticket);
    if (index < segment->count) {
        thread_pool_slot_publish(&segment->slots[index], thread_pool_ticket_phase(ticket), task);
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
        start_one(queue);
    else if (thread_pool_idle_sleepers(atomic_load(&queue->idle.word)) != 0)
        thread_pool_queue_wake(queue);
    return error;
}

_Thread_local uint64_t thread_pool_queue_next_ticket;

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void thread_pool_queue_give_way(void) {
    static _Thread_local uint64_t last;
    uint64_t now = now_ns();
    if (now - last < GIVE_WAY_NS)
        pause_for(GIVE_WAY_PAUSES);
    last = now;
}

/* A guess that costs two lines; the heads of segments can always be read. */
static uint32_t length(struct thread_pool_queue *queue) {
    struct thread_pool_segment *segment = atomic_load(&queue->first);
    uint32_t head = atomic_load(&segment->head);
    uint32_t tail = thread_pool_ticket_index(atomic_load(&segment->tail));
    return head < tail ? tail - head : 0;
}

void thread_pool_queue_wake(struct thread_pool_queue *queue) {
    unsigned word = atomic_load(&queue->idle.word);
    while (thread_pool_idle_sleepers(word) > 0) {
        unsigned searchers = thread_pool_idle_searchers(word);
        if (searchers > 0 && (searchers >= queue->most_searchers || length(queue) <= searchers))
            return;
        if (thread_pool_idle_turn_sleeper(&queue->idle, &word, true))
            return;
    }
}

/* --- Workers ---------------------------------------------------------------------------------- */

/* Takes hold of the first segment. */
static void enter(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
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
    consumer->sure = consumer->peek = 0;
    consumer->phase = thread_pool_life_phase(segment->life);
}

static void leave(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    /* Release, as part of seq_cst: our reads of slots are over; partner is_held. */
    atomic_store(&consumer->holds, NULL);
    consumer->segment = NULL;
    sweep_if_needed(queue);
}

/* From an emptied segment to the next. False: there is none. */
static bool advance(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    struct thread_pool_segment *from = consumer->segment, *expected = from;
    /* Acquire: the fields of the next segment; partner append. */
    struct thread_pool_segment *next = atomic_load_explicit(&from->next, memory_order_acquire);
    if (next == NULL)
        return false;
    bool moved = atomic_compare_exchange_strong(&queue->first, &expected, next);
    enter(queue, consumer);
    if (moved)
        retire(queue, from);
    else
        sweep_if_needed(queue);
    return true;
}

#ifdef FAA_HEAD
static void nap(unsigned round) {
    if (round < 64) {
        pause_a_little();
    } else if (round < 256) {
        sched_yield();
    } else {
        const struct timespec a_while = {0, 50000};
        nanosleep(&a_while, NULL);
    }
}

#endif

#ifdef FAA_HEAD
/* Claimed by fetch-and-add, but not published: its producer has the ticket and was stopped before
 * it wrote, or other workers took what we had seen and this ticket has not been given yet. Waits
 * for the job, or gives the claim back, which can be done while it is the newest one. */
static bool await_slot(struct thread_pool_segment *segment, uint32_t index, unsigned phase,
                       struct thread_pool_task *task) {
    for (unsigned round = 0; !thread_pool_slot_read(&segment->slots[index], phase, task); round++) {
        uint32_t newest = index + 1;
        if (round >= 64 && atomic_compare_exchange_strong(&segment->head, &newest, index))
            return false;
        nap(round);
    }
    return true;
}

#endif

static inline bool claim_alone(struct thread_pool_queue *queue,
                               struct thread_pool_consumer *consumer,
                               struct thread_pool_task *task) {
    struct thread_pool_segment *segment = consumer->segment;
    /* Relaxed: this worker alone writes it. */
    uint32_t index = atomic_load_explicit(&segment->head, memory_order_relaxed);
    if (THREAD_POOL_UNLIKELY(index == segment->count)) {
        if (!advance(queue, consumer))
            return false;
        segment = consumer->segment;
        index = 0;
    }
    if (!thread_pool_slot_read(&segment->slots[index], consumer->phase, task))
        return false;
    atomic_store_explicit(&segment->head, index + 1, memory_order_relaxed);
    return true;
}

#ifdef FAA_HEAD
/* Slots are published in any order, but tickets are given in order: a published slot says that all
 * before it have been given. Of those, the last `workers` are left to claims that look first: as
 * many may be under way between a look at `head` and the fetch-and-add. */
static inline void look_ahead(struct thread_pool_queue *queue,
                              struct thread_pool_consumer *consumer, uint32_t index) {
    struct thread_pool_segment *segment = consumer->segment;
    if (index < consumer->peek)
        return;
    uint32_t ahead = index + PEEK_SLOTS;
    if (ahead >= segment->count)
        ahead = segment->count - 1;
    struct thread_pool_task unused;
    consumer->peek = index + 16;
    if (thread_pool_slot_read(&segment->slots[ahead], consumer->phase, &unused)) {
        consumer->sure = ahead + 1 > queue->workers ? ahead + 1 - queue->workers : 0;
        consumer->peek = consumer->sure;
    }
}

#endif

/* Another worker claims at the same time. When jobs are so short that the queue itself is the
 * bottleneck, a second worker only makes the first one slower, because `head` and the slots travel
 * between their caches: then it stays away, longer each time, and lets the other one run. How fast
 * `head` moves meanwhile tells whether that is so; as soon as it moves slowly, the stay is over. */
static void stay_away(struct thread_pool_consumer *consumer) {
    struct thread_pool_segment *segment = consumer->segment;
    if (consumer->stay == 0) {
        if (++consumer->collisions % COLLISIONS_PER_PROBE != 0)
            return;
        consumer->stay = 1;
    }
    uint32_t before = atomic_load_explicit(&segment->head, memory_order_relaxed);
    for (uint32_t i = 0; i < consumer->stay; i++) {
        pause_for(STAY_PAUSES);
        uint32_t head = atomic_load_explicit(&segment->head, memory_order_relaxed);
        if (head - before < STAY_PAUSES) {
            consumer->stay /= 2;
            return;
        }
        before = head;
        if (i % 8 == 7)
            sched_yield();
    }
    if (consumer->stay < MOST_STAYS)
        consumer->stay *= 2;
}

static inline bool claim_shared(struct thread_pool_queue *queue,
                                struct thread_pool_consumer *consumer,
                                struct thread_pool_task *task) {
    for (;;) {
        struct thread_pool_segment *segment = consumer->segment;
        /* Relaxed: claims only need to be distinct; what a job needs comes with its slot. */
        uint32_t index = atomic_load_explicit(&segment->head, memory_order_relaxed);
#ifdef FAA_HEAD
        if (index < consumer->sure) {
            uint32_t mine = atomic_fetch_add_explicit(&segment->head, 1, memory_order_relaxed);
            if (mine != index) {
                if (mine >= segment->count)
                    continue;
                bool ok = await_slot(segment, mine, consumer->phase, task);
                consumer->sure = 0; /* next time by CAS */
                return ok;
            }
            return await_slot(segment, mine, consumer->phase, task);
        }
#endif
        if (THREAD_POOL_UNLIKELY(index >= segment->count)) {
            if (!advance(queue, consumer))
                return false;
            continue;
        }
        if (!thread_pool_slot_read(&segment->slots[index], consumer->phase, task))
            return false;
#ifdef FAA_HEAD
        look_ahead(queue, consumer, index);
#endif
        if (atomic_compare_exchange_strong_explicit(&segment->head, &index, index + 1,
                                                    memory_order_relaxed, memory_order_relaxed))
            return true;
        stay_away(consumer);
    }
}

bool thread_pool_queue_claim(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer,
                             struct thread_pool_task *task) {
    bool claimed = queue->workers == 1 ? claim_alone(queue, consumer, task)
                                       : claim_shared(queue, consumer, task);
    if (claimed)
        start_one(queue);
    return claimed;
}

/* A ticket has been given that no worker has claimed yet, or there may be such a one. */
static bool has_ticket(struct thread_pool_consumer *consumer) {
    struct thread_pool_segment *segment = consumer->segment;
    /* seq_cst: after the announcement of sleep in the one order; partners thread_pool_queue_put and
     * append. */
    if (atomic_load(&segment->next) != NULL)
        return true;
    uint32_t tail = thread_pool_ticket_index(atomic_load(&segment->tail));
    return atomic_load(&segment->head) < (tail < segment->count ? tail : segment->count);
}

static bool search(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer,
                   struct thread_pool_task *task) {
    uint64_t until = now_ns() + SEARCH_NS;
    do {
        for (int i = 0; i < 4; i++) {
            if (thread_pool_queue_claim(queue, consumer, task))
                return true;
            pause_for(POLL_PAUSES);
        }
        sched_yield();
    } while (now_ns() < until && !thread_pool_idle_is_closing(&queue->idle));
    return thread_pool_queue_claim(queue, consumer, task);
}

static bool poll_quietly(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer,
                         struct thread_pool_task *task) {
    for (int i = 0; i < QUIET_POLLS; i++) {
        pause_for(POLL_PAUSES);
        if (thread_pool_queue_claim(queue, consumer, task))
            return true;
    }
    return false;
}

/* All workers sleep and nothing is queued. */
static void end(struct thread_pool_queue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->over = true;
    atomic_store(&queue->last, &queue->refuse);
    pthread_mutex_unlock(&queue->lock);
    thread_pool_idle_end(&queue->idle);
}

/* True: search on. False: all is done. */
static bool rest(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    unsigned word = thread_pool_idle_announce_sleep(&queue->idle);
    if (has_ticket(consumer)) {
        if (thread_pool_idle_cancel_sleep(&queue->idle))
            return true;
    } else if (thread_pool_idle_is_over(&queue->idle, word)) {
        end(queue);
    }
    leave(queue, consumer);
    bool more = thread_pool_idle_sleep(&queue->idle);
    enter(queue, consumer);
    return more;
}

bool thread_pool_queue_wait(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer,
                            struct thread_pool_task *task) {
    if (poll_quietly(queue, consumer, task))
        return true;
    thread_pool_idle_start_search(&queue->idle);
    while (!search(queue, consumer, task))
        if (!rest(queue, consumer))
            return false;
    unsigned word = thread_pool_idle_end_search(&queue->idle);
    if (thread_pool_idle_sleepers(word) > 0 && has_ticket(consumer))
        thread_pool_queue_wake(queue);
    return true;
}

/* --- Life ------------------------------------------------------------------------------------- */

static void init_consumers(struct thread_pool_queue *queue) {
    for (uint32_t i = 0; i < queue->workers; i++) {
        struct thread_pool_consumer *consumer = &queue->consumers[i];
        *consumer = (struct thread_pool_consumer){.segment = &queue->inside, .phase = 1};
        atomic_init(&consumer->holds, &queue->inside);
    }
}

static void init_chain(struct thread_pool_queue *queue) {
    queue->inside.count = THREAD_POOL_FIRST_SLOTS;
    queue->inside.slots = queue->slots_inside;
    open_segment(&queue->inside, 1, 0);
    atomic_init(&queue->first, &queue->inside);
    atomic_init(&queue->last, &queue->inside);
}

static int init_parts(struct thread_pool_queue *queue) {
    int error = pthread_mutex_init(&queue->lock, NULL);
    if (error != 0)
        return error;
    error = thread_pool_idle_init(&queue->idle);
    if (error != 0)
        pthread_mutex_destroy(&queue->lock);
    return error;
}

int thread_pool_queue_init(struct thread_pool_queue *queue, size_t limit, uint32_t workers) {
    queue->limit = limit;
    queue->workers = workers;
    queue->most_searchers = MOST_SEARCHERS;
    queue->consumers = aligned_alloc(THREAD_POOL_LINE, workers * sizeof *queue->consumers);
    if (queue->consumers == NULL)
        return ENOMEM;
    int error = init_parts(queue);
    if (error != 0) {
        free(queue->consumers);
        return error;
    }
    init_chain(queue);
    init_consumers(queue);
    return 0;
}

static void release_segment(struct thread_pool_queue *queue, struct thread_pool_segment *segment) {
    if (segment == &queue->inside)
        return;
    if (segment->slots != NULL)
        strip(segment);
    free(segment);
}

static void release_list(struct thread_pool_queue *queue, struct thread_pool_segment *list) {
    struct thread_pool_segment *segment;
    while ((segment = pop(&list)) != NULL)
        release_segment(queue, segment);
}

void thread_pool_queue_release(struct thread_pool_queue *queue) {
    release_list(queue, queue->retired);
    release_list(queue, queue->cached);
    release_list(queue, queue->bare);
    for (struct thread_pool_segment *next, *s = atomic_load(&queue->first); s != NULL; s = next) {
        next = atomic_load(&s->next);
        release_segment(queue, s);
    }
    thread_pool_idle_release(&queue->idle);
    pthread_mutex_destroy(&queue->lock);
    free(queue->consumers);
}

void thread_pool_queue_close(struct thread_pool_queue *queue, uint32_t workers) {
    thread_pool_idle_close(&queue->idle, workers);
}
