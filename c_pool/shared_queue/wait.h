/* wait.h: a worker finds no job: README.md, The sleeping protocol. Here is what one goes through
 * that is woken and finds its job; the rest is wait.c. That way is run on cold caches, and after a
 * sleep each return on it is guessed wrong, so it is part of the worker's loop: bench/NOTES.md,
 * Pages. */
#ifndef THREAD_POOL_WAIT_H
#define THREAD_POOL_WAIT_H

#include "consumer.h"

/* Not yet counted as searching. True: there is a job, or was a moment ago. */
bool thread_pool_queue_poll(struct thread_pool_consumer *consumer);
/* True: there is a job, or was a moment ago. */
bool thread_pool_queue_search(struct thread_pool_queue *queue,
                              struct thread_pool_consumer *consumer);
/* False: there is a ticket, and it searches on. */
bool thread_pool_queue_lie_down(struct thread_pool_queue *queue,
                                struct thread_pool_consumer *consumer);
/* What comes before a sleep without end. True: it was turned meanwhile, and does not sleep. */
bool thread_pool_queue_begin_sleep(struct thread_pool_queue *queue,
                                   struct thread_pool_consumer *consumer);
void thread_pool_queue_judge_sleep(struct thread_pool_consumer *consumer);

/* Finds out whether the last sleep was short, if that is still open. */
static inline void thread_pool_queue_look_back(struct thread_pool_consumer *consumer) {
    if (THREAD_POOL_UNLIKELY(consumer->lay_down_ns != 0))
        thread_pool_queue_judge_sleep(consumer);
}

/* There is a job. If there are more than this worker and those who search will take, it wakes
 * another worker. It has not claimed yet: the one that is woken may get this one's processor, and a
 * claimed job would wait for that. */
static inline void thread_pool_queue_end_search(struct thread_pool_queue *queue,
                                                struct thread_pool_consumer *consumer) {
    uint64_t word = thread_pool_idle_end_search(&queue->idle);
    if (thread_pool_idle_sleepers(word) > 0 &&
        thread_pool_consumer_sees_tickets(queue, consumer, thread_pool_idle_searchers(word) + 1))
        thread_pool_queue_wake(queue);
}

/* Wakes as a searcher. False: all is done. How long the sleep was is for the next search to know.
 * Reading the clock takes a fiftieth of a wake-up, so who slept long before, and probably has
 * again, does it when its first job is over, or when it searches. */
static inline bool thread_pool_queue_sleep_through(struct thread_pool_queue *queue,
                                                   struct thread_pool_consumer *consumer) {
    if (!thread_pool_queue_begin_sleep(queue, consumer))
        thread_pool_park_wait(thread_pool_queue_park(queue, consumer->spot));
    if (THREAD_POOL_UNLIKELY(thread_pool_idle_is_done(&queue->idle)))
        return false;
    consumer->woken = true;
    if (consumer->search_pays)
        thread_pool_queue_judge_sleep(consumer);
    thread_pool_consumer_enter(queue, consumer);
    return true;
}

/* Blocks until there is a job, or was a moment ago (true), or all is done (false). */
static inline bool thread_pool_queue_wait(struct thread_pool_queue *queue,
                                          struct thread_pool_consumer *consumer) {
    bool asleep = !thread_pool_consumer_is_born(queue, consumer);
    if (!asleep) {
        if (thread_pool_queue_poll(consumer))
            return true;
        thread_pool_idle_start_search(&queue->idle);
    }
    while (asleep || !(thread_pool_consumer_sees_job(consumer) ||
                       thread_pool_queue_search(queue, consumer))) {
        if ((asleep || thread_pool_queue_lie_down(queue, consumer)) &&
            !thread_pool_queue_sleep_through(queue, consumer))
            return false;
        asleep = false;
    }
    thread_pool_queue_end_search(queue, consumer);
    consumer->woken = false;
    consumer->vain = 0;
    return true;
}

#endif
