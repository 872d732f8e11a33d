/* wait.c: a worker finds no job: it polls, searches, sleeps. See wait.h. */
#include <sched.h>

#include "consumer.h"
#include "segments.h"
#include "tuning.h"
#include "wait.h"
#include "waiting.h"

/* Not when the last sleep was long: the next job is not expected so soon, and a worker that sleeps
 * at once is where the system wakes it best (bench/NOTES.md, Wake-up). One worker that searches is
 * enough: it wakes others when there is more than it can do. */
static bool is_worth_searching(const struct thread_pool_queue *queue,
                               const struct thread_pool_consumer *consumer) {
    uint64_t word = atomic_load(&queue->idle.word);
    return consumer->search_pays && (word & THREAD_POOL_IDLE_CLOSING) == 0 &&
           thread_pool_idle_searchers(word) <= SEARCHERS_AT_A_TIME;
}

static bool poll(struct thread_pool_consumer *consumer, unsigned looks) {
    while (looks-- > 0) {
        thread_pool_wait_until(thread_pool_wait_now_ns() + POLL_NS);
        if (thread_pool_consumer_sees_job(consumer))
            return true;
    }
    return false;
}

bool thread_pool_queue_search(struct thread_pool_queue *queue,
                              struct thread_pool_consumer *consumer) {
    thread_pool_queue_look_back(consumer);
    if (is_worth_searching(queue, consumer)) {
        uint64_t until = thread_pool_wait_now_ns() + SEARCH_NS;
        do {
            if (poll(consumer, POLLS_PER_YIELD))
                return true;
            sched_yield();
        } while (is_worth_searching(queue, consumer) && thread_pool_wait_now_ns() < until);
    }
    return thread_pool_consumer_sees_job(consumer);
}

/* There is a ticket, and a whole search has not seen its job: after a few of those the producer has
 * been stopped, and searching on would only take the processor from it. */
static void await_producer(struct thread_pool_consumer *consumer) {
    if (consumer->vain < VAIN_SEARCHES)
        consumer->vain++;
    else
        thread_pool_wait_nap(STOPPED_PRODUCER_NAP_NS);
}

/* One by one, so that no wake-up waits for more than one. True: it was turned meanwhile. */
static bool give_back(struct thread_pool_queue *queue, struct thread_pool_park *park, bool all) {
    while (thread_pool_segments_trim(queue, all))
        if (thread_pool_park_wait_for(park, 0))
            return true;
    return false;
}

/* What is spare is given back at once, memory that the next burst may need only when the sleep is
 * long. True: it was turned before. */
static bool sleep_and_give_back(struct thread_pool_queue *queue, struct thread_pool_park *park) {
    return give_back(queue, park, false) || thread_pool_park_wait_for(park, GIVE_BACK_NS) ||
           give_back(queue, park, true);
}

/* A new worker's first job, or its end, often comes at once: it begins its sleep with its eyes
 * open, which keeps its processor from halting and saves a wake-up. True: it was turned meanwhile.
 */
static bool doze(struct thread_pool_park *park) {
    for (unsigned yields = 0; yields < BIRTH_YIELDS; yields++) {
        if (thread_pool_park_wait_for(park, 0))
            return true;
        sched_yield();
    }
    return false;
}

bool thread_pool_queue_begin_sleep(struct thread_pool_queue *queue,
                                   struct thread_pool_consumer *consumer) {
    struct thread_pool_park *park = thread_pool_queue_park(queue, consumer->spot);
    consumer->lay_down_ns = thread_pool_wait_now_ns();
    if (consumer->woken) /* for nothing: what the system owes it for that is not to be used */
        sched_yield();
    if (!thread_pool_consumer_is_born(queue, consumer) && doze(park))
        return true;
    return thread_pool_segments_review(queue, consumer->lay_down_ns) &&
           sleep_and_give_back(queue, park);
}

void thread_pool_queue_judge_sleep(struct thread_pool_consumer *consumer) {
    consumer->search_pays = thread_pool_wait_now_ns() - consumer->lay_down_ns < SHORT_SLEEP_NS;
    consumer->lay_down_ns = 0;
}

bool thread_pool_queue_lie_down(struct thread_pool_queue *queue,
                                struct thread_pool_consumer *consumer) {
    uint64_t word = thread_pool_idle_announce_sleep(&queue->idle, consumer->spot);
    if (thread_pool_consumer_sees_tickets(queue, consumer, 0)) {
        if (thread_pool_idle_cancel_sleep(&queue->idle, consumer->spot)) {
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
 * producer gets, the longer that does not happen. So the first look after a long run of short jobs
 * waits longer, twice as long each time, but never as long as a wake-up takes. Of a run that came
 * from several segments only the jobs in the last one are counted. */
static void set_pace(struct thread_pool_consumer *consumer) {
    uint64_t now_ns = thread_pool_wait_now_ns();
    uint32_t head = thread_pool_segment_claimed(consumer->segment);
    uint32_t jobs = consumer->segment == consumer->dry_segment ? head - consumer->dry_head : head;
    bool fast = jobs >= FAST_RUN && now_ns - consumer->dry_ns < (uint64_t)jobs * FAST_JOB_NS;
    consumer->dry_ns = now_ns;
    consumer->dry_segment = consumer->segment;
    consumer->dry_head = head;
    if (!fast)
        consumer->pace_ns = POLL_NS;
    else if (consumer->pace_ns < PACE_MOST_NS)
        consumer->pace_ns *= 2;
}

/* Once only after a long sleep and a few jobs: the worker may have taken the processor of their
 * producer, which then waits in its call of spawn until the worker sleeps again. */
bool thread_pool_queue_poll(struct thread_pool_consumer *consumer) {
    set_pace(consumer);
    if (consumer->pace_ns > POLL_NS)
        thread_pool_wait_until(consumer->dry_ns + consumer->pace_ns - POLL_NS);
    else if (!consumer->search_pays)
        return thread_pool_consumer_sees_job(consumer);
    return poll(consumer, QUIET_POLLS);
}
