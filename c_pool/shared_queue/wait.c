/* wait.c: a worker finds no job: it polls, searches, sleeps. README.md, The sleeping protocol. */
#include <sched.h>

#include "claim.h"
#include "consumer.h"
#include "segments.h"
#include "tuning.h"
#include "waiting.h"

/* Not when the last sleep was long: the next job is not expected so soon, and a worker that sleeps
 * at once is where the system wakes it best (bench/NOTES.md, Wake-up). One worker that searches is
 * enough: it wakes others when there is more than it can do. */
static bool is_worth_searching(const struct thread_pool_consumer *consumer, unsigned word) {
    return consumer->search_pays && (word & THREAD_POOL_IDLE_CLOSING) == 0 &&
           thread_pool_idle_searchers(word) <= SEARCHERS_AT_A_TIME;
}

/* Not on the way of a worker that is woken and finds its job. That way is run on cold caches, so it
 * is kept short and in one piece: bench/NOTES.md, Thirty lines of code. */
#define APART __attribute__((noinline))

static APART bool poll(struct thread_pool_consumer *consumer, unsigned looks) {
    while (looks-- > 0) {
        thread_pool_wait_until(thread_pool_wait_now_ns() + POLL_NS);
        if (thread_pool_consumer_sees_job(consumer))
            return true;
    }
    return false;
}

/* True: there is a job, or was a moment ago. */
static APART bool search(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    thread_pool_queue_look_back(consumer);
    uint64_t until = thread_pool_wait_now_ns() + SEARCH_NS;
    while (is_worth_searching(consumer, atomic_load(&queue->idle.word)) &&
           thread_pool_wait_now_ns() < until) {
        if (poll(consumer, POLLS_PER_YIELD))
            return true;
        sched_yield();
    }
    return thread_pool_consumer_sees_job(consumer);
}

/* There is a job. If there are more than this worker and those who search will take, it wakes
 * another worker. It has not claimed yet: the one that is woken may get this one's processor, and a
 * claimed job would wait for that. */
static void end_search(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    unsigned word = thread_pool_idle_end_search(&queue->idle);
    if (thread_pool_idle_sleepers(word) > 0 &&
        thread_pool_consumer_sees_tickets(consumer, thread_pool_idle_searchers(word) + 1))
        thread_pool_queue_wake(queue);
}

/* There is a ticket, and a whole search has not seen its job: after a few of those the producer has
 * been stopped, and searching on would only take the processor from it. */
static APART void await_producer(struct thread_pool_consumer *consumer) {
    if (++consumer->vain > VAIN_SEARCHES)
        thread_pool_wait_nap(STOPPED_PRODUCER_NAP_NS);
}

/* Memory that the next burst may need is given back only when the sleep is long. */
static APART bool sleep_and_give_back(struct thread_pool_queue *queue) {
    bool turned = thread_pool_idle_sleep_for(&queue->idle, GIVE_BACK_NS);
    if (!turned)
        thread_pool_segments_trim(queue);
    return turned;
}

/* A new worker's first job, or its end, often comes at once: it begins its sleep with its eyes
 * open, which keeps its processor from halting and saves a wake-up. True: it was turned meanwhile.
 */
static APART bool doze(struct thread_pool_queue *queue) {
    for (unsigned yields = 0; yields < BIRTH_YIELDS; yields++) {
        if (thread_pool_idle_sleep_for(&queue->idle, 0))
            return true;
        sched_yield();
    }
    return false;
}

static bool is_turned_early(struct thread_pool_queue *queue,
                            const struct thread_pool_consumer *consumer, uint64_t now) {
    if (THREAD_POOL_UNLIKELY(!consumer->is_born) && doze(queue))
        return true;
    return THREAD_POOL_UNLIKELY(thread_pool_segments_review(queue, now)) &&
           sleep_and_give_back(queue);
}

APART void thread_pool_queue_judge_sleep(struct thread_pool_consumer *consumer) {
    consumer->search_pays = thread_pool_wait_now_ns() - consumer->lay_down_ns < SHORT_SLEEP_NS;
    consumer->lay_down_ns = 0;
}

/* Wakes as a searcher. False: all is done. How long the sleep was is for the next search to know.
 * Reading the clock takes a fiftieth of a wake-up, so who slept long before, and probably has
 * again, does it when its first job is over, or when it searches. */
static bool sleep_through(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    consumer->lay_down_ns = thread_pool_wait_now_ns();
    if (!is_turned_early(queue, consumer, consumer->lay_down_ns))
        thread_pool_idle_sleep(&queue->idle);
    if (THREAD_POOL_UNLIKELY(thread_pool_idle_is_done(&queue->idle)))
        return false;
    consumer->is_born = true;
    if (consumer->search_pays)
        thread_pool_queue_judge_sleep(consumer);
    thread_pool_consumer_enter(queue, consumer);
    return true;
}

/* False: there is a ticket, and it searches on. */
static APART bool lie_down(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    unsigned word = thread_pool_idle_announce_sleep(&queue->idle);
    if (thread_pool_consumer_sees_tickets(consumer, 0)) {
        if (thread_pool_idle_cancel_sleep(&queue->idle)) {
            await_producer(consumer);
            return false;
        }
    } else if (thread_pool_idle_is_over(&queue->idle, word)) {
        thread_pool_queue_end(queue);
    }
    thread_pool_consumer_leave(queue, consumer);
    return true;
}

/* How long a worker stays away from a queue that it has just emptied. One that is as fast as its
 * producer runs on its heels, and takes each line away before it is full: the further ahead the
 * producer gets, the longer that does not happen. So the first look after a long run waits longer,
 * twice as long each time, but never as long as a wake-up takes. */
static void set_pace(struct thread_pool_consumer *consumer) {
    /* Relaxed: how many have been claimed, nothing else. */
    uint32_t head = atomic_load_explicit(&consumer->segment->head, memory_order_relaxed);
    bool fast = consumer->segment != consumer->dry_segment || head - consumer->dry_head >= FAST_RUN;
    consumer->dry_segment = consumer->segment;
    consumer->dry_head = head;
    if (!fast)
        consumer->pace_ns = POLL_NS;
    else if (consumer->pace_ns < PACE_MOST_NS)
        consumer->pace_ns *= 2;
}

/* Not yet counted as searching. True: there is a job, or was a moment ago. */
static APART bool poll_quietly(struct thread_pool_consumer *consumer) {
    set_pace(consumer);
    if (consumer->pace_ns > POLL_NS)
        thread_pool_wait_until(thread_pool_wait_now_ns() + consumer->pace_ns - POLL_NS);
    return poll(consumer, QUIET_POLLS);
}

THREAD_POOL_HOT bool thread_pool_queue_wait(struct thread_pool_queue *queue,
                                            struct thread_pool_consumer *consumer) {
    bool found = false, asleep = !consumer->is_born;
    if (!asleep) {
        if (poll_quietly(consumer))
            return true;
        thread_pool_idle_start_search(&queue->idle);
        found = thread_pool_consumer_sees_job(consumer) || search(queue, consumer);
    }
    while (!found) {
        if ((asleep || lie_down(queue, consumer)) && !sleep_through(queue, consumer))
            return false;
        asleep = false;
        found = thread_pool_consumer_sees_job(consumer) || search(queue, consumer);
    }
    end_search(queue, consumer);
    consumer->vain = 0;
    return true;
}
