/* claim.c: a worker that has not got the next job at once: goes on to the next segment, gives way
 * to another worker, or finds nothing. */
#include <sched.h>

#include "claim.h"
#include "consumer.h"
#include "segments.h"
#include "tuning.h"
#include "waiting.h"

static uint32_t head_of(const struct thread_pool_consumer *consumer) {
    return thread_pool_segment_claimed(consumer->segment);
}

void thread_pool_consumer_leave(struct thread_pool_queue *queue,
                                struct thread_pool_consumer *consumer) {
    thread_pool_bias_give_back(consumer);
    /* Release, as part of seq_cst: what we did with slots is over; partner is_held. */
    atomic_store(&consumer->holds, NULL);
    consumer->segment = NULL;
    thread_pool_segments_sweep(queue);
}

/* How fast colliding workers are together: from the first collision in a segment to its end, or to
 * the stay that follows. Not known when the queue ran dry on the way, when the way was short, or
 * when a job was long: then it is not the queue that both wait for. */
static void measure_crowd(struct thread_pool_consumer *consumer, uint32_t head) {
    uint32_t jobs = head - consumer->crowd_head;
    if (consumer->crowd_since_ns != 0 && jobs >= CROWD_LEAST) {
        uint64_t ns = thread_pool_wait_now_ns() - consumer->crowd_since_ns;
        consumer->together_ps = ns < (uint64_t)jobs * TOGETHER_MOST_NS ? ns * 1000 / jobs : 0;
    }
    consumer->crowd_since_ns = 0;
}

/* At the end of a segment. Blind claims do not notice others. */
static bool is_alone(const struct thread_pool_consumer *consumer) {
    uint32_t jobs = consumer->count - consumer->alone_from;
    return BIAS_ALWAYS ||
           (consumer->blind_run == 0 && (jobs >= consumer->alone_least || jobs == consumer->count));
}

/* From an emptied segment to the next. False: there is none. */
static bool advance(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    struct thread_pool_segment *from = consumer->segment, *expected = from;
    /* Acquire: the fields of the next segment; partner append. */
    struct thread_pool_segment *next = atomic_load_explicit(&from->next, memory_order_acquire);
    if (next == NULL)
        return false;
    measure_crowd(consumer, consumer->count);
    if (consumer->is_biased)
        consumer->alone_least = ALONE_FIRST; /* it has paid */
    bool alone = is_alone(consumer);
    thread_pool_bias_give_back(consumer);
    bool moved = atomic_compare_exchange_strong(&queue->first, &expected, next);
    thread_pool_consumer_enter(queue, consumer);
    if (moved)
        thread_pool_segments_retire(queue, from);
    else
        thread_pool_segments_sweep(queue);
    consumer->was_alone = alone;
    return true;
}

/* `head` moves slowly. Either the jobs are long enough for two, and a stay does harm; or the other
 * worker has not got its lines back yet, which takes it microseconds where caches are far apart.
 * Those look alike, so the next stay waits longer before its first look, and comes later. */
static void stay_less(struct thread_pool_consumer *consumer) {
    if (consumer->stay_ns > consumer->first_look_ns) {
        consumer->stay_ns /= 2;
        return;
    }
    consumer->stay_ns = 0;
    consumer->together_ps = 0;
    if (consumer->first_look_ns < STAY_UNSEEN_MOST_NS)
        consumer->first_look_ns *= 2;
    if (consumer->patience < COLLISIONS_MOST)
        consumer->patience *= 2;
}

static void stay_longer(struct thread_pool_consumer *consumer) {
    consumer->patience = COLLISIONS_FIRST;
    if (consumer->stay_ns < STAY_MOST_NS)
        consumer->stay_ns *= 2;
}

/* The other worker has taken `jobs` in `ns`: is that better than both together? When they are short
 * enough, it is. Otherwise perhaps it works off what both have spawned, in lines of both caches,
 * which takes long where they are far apart. What was measured of both together is believed for a
 * while only. */
static bool is_faster_alone(struct thread_pool_consumer *consumer, uint32_t jobs, uint64_t ns) {
    if ((uint64_t)jobs * SHORT_JOB_NS >= ns)
        return true;
    if (consumer->looks_left == 0)
        return false;
    consumer->looks_left--;
    return ns * 1000 * STAY_GAIN_PERCENT < consumer->together_ps * jobs * 100;
}

/* A collision outside of stays. True: there have been so many that a stay begins. */
static bool is_crowded(struct thread_pool_consumer *consumer) {
    if (consumer->crowd_since_ns == 0) {
        consumer->crowd_since_ns = thread_pool_wait_now_ns();
        consumer->crowd_head = head_of(consumer);
    }
    /* The blind claims between do not show theirs. */
    consumer->collisions += 1 + consumer->blind_run;
    if (consumer->collisions < consumer->patience)
        return false;
    measure_crowd(consumer, head_of(consumer));
    consumer->collisions = 0;
    consumer->looks_left = TOGETHER_LOOKS;
    consumer->stay_ns = consumer->first_look_ns;
    return true;
}

/* Another worker claims at the same time. When jobs are so short that the queue itself is the
 * bottleneck, a second worker only makes the first one slower, because `head` and the slots travel
 * between their caches: then it stays away, longer each time, and lets the other one run. How fast
 * `head` moves meanwhile tells whether that is so; as soon as it moves slowly, the stay is over. */
static void stay_away(struct thread_pool_consumer *consumer) {
    if (consumer->stay_ns == 0 && !is_crowded(consumer))
        return;
    uint64_t before_ns = thread_pool_wait_now_ns();
    uint32_t before = head_of(consumer), look_ns = consumer->first_look_ns;
    for (uint32_t stayed_ns = 0; stayed_ns < consumer->stay_ns; stayed_ns += look_ns) {
        uint64_t now_ns = thread_pool_wait_until(before_ns + look_ns);
        uint32_t head = head_of(consumer);
        if (head >= consumer->count)
            return; /* the segment has been emptied: no verdict */
        if (!is_faster_alone(consumer, head - before, now_ns - before_ns)) {
            stay_less(consumer);
            return;
        }
        before = head;
        before_ns = now_ns;
        if (look_ns < STAY_UNSEEN_MOST_NS)
            look_ns *= 2; /* a look takes the line from the one who works */
        else
            sched_yield();
    }
    stay_longer(consumer);
}

/* The producer has a ticket and is between two instructions, or has been stopped there. */
void thread_pool_claim_await(struct thread_pool_consumer *consumer, struct thread_pool_slot *slot,
                             struct thread_pool_task *task) {
    uint64_t patience_ns = thread_pool_wait_now_ns() + SEARCH_NS, now_ns = 0;
    while (!thread_pool_slot_read(slot, thread_pool_slot_mark(consumer->phase), task))
        if (now_ns < patience_ns)
            now_ns = thread_pool_wait_until(0);
        else
            thread_pool_wait_nap(STOPPED_PRODUCER_NAP_NS);
}

/* The segment is biased towards another worker, or was when this one looked. False: there is
 * nothing to claim for either. */
static bool let_alone(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    if (!thread_pool_consumer_sees_job(consumer))
        return false;
    thread_pool_bias_watch(queue, consumer->segment);
    consumer->next = consumer->alone_from = head_of(consumer);
    return true;
}

/* After an attempt that failed: true: another one may succeed. */
static bool is_to_go_on(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer,
                        enum thread_pool_claim how) {
    switch (how) {
    case THREAD_POOL_CLAIM_END:
        return consumer->next >= THREAD_POOL_HEAD_BIASED ? let_alone(queue, consumer)
                                                         : advance(queue, consumer);
    case THREAD_POOL_CLAIM_MISSED:
        consumer->alone_from = consumer->next;
        return true;
    default:
        return false;
    }
}

/* Faster claims are of use to a worker with a whole segment of jobs before it, or one that spawns
 * them itself. One that keeps up with others who spawn would only run closer on their heels: see
 * set_pace. */
static bool is_worth_a_bias(const struct thread_pool_consumer *consumer) {
    return !consumer->gives_back || atomic_load(&consumer->segment->next) != NULL;
}

bool thread_pool_claim_go_on(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer,
                             struct thread_pool_task *task, enum thread_pool_claim how) {
    for (unsigned missed = 0; how != THREAD_POOL_CLAIMED;) {
        if (!is_to_go_on(queue, consumer, how)) {
            consumer->crowd_since_ns = consumer->together_ps = 0;
            return false;
        }
        if (how == THREAD_POOL_CLAIM_MISSED && ++missed % 2 == 0)
            stay_away(consumer);
        how = thread_pool_claim_try(queue, consumer, task);
    }
    if (consumer->was_alone && consumer->next == 1 && is_worth_a_bias(consumer))
        thread_pool_bias_take(queue, consumer);
    thread_pool_consumer_choose(consumer);
    return true;
}
