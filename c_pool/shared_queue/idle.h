/* idle.h: who sleeps, who searches, and whether all is over: the event count of the pool, one word.
 *
 * A worker is in one of three states: working (not counted), searching, sleeping. The protocol, its
 * races and its proof stand in README.md; the functions here are its steps. */
#ifndef THREAD_POOL_IDLE_H
#define THREAD_POOL_IDLE_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "park.h"
#include "segment.h"

#define THREAD_POOL_IDLE_SLEEPER 1u          /* bits 0 to 11: workers sleeping, or about to */
#define THREAD_POOL_IDLE_SEARCHER (1u << 12) /* bits 12 to 23: workers searching, or woken to */
#define THREAD_POOL_IDLE_MASK 0xfffu
#define THREAD_POOL_IDLE_CLOSING (1u << 30) /* destroy has begun */
#define THREAD_POOL_IDLE_DONE (1u << 31)    /* every job has run: wake up and leave */
static_assert(THREAD_POOL_MAX_THREADS <= THREAD_POOL_IDLE_MASK, "every worker can be counted");

struct thread_pool_idle {
    alignas(THREAD_POOL_LINE) atomic_uint word; /* atomic; all its accesses are seq_cst */
    alignas(THREAD_POOL_LINE) struct thread_pool_park park; /* a permit per sleeper taken out */
    uint32_t workers; /* written before CLOSING is set, read after it was seen: all there are */
};

static inline unsigned thread_pool_idle_sleepers(unsigned word) {
    return word & THREAD_POOL_IDLE_MASK;
}

static inline unsigned thread_pool_idle_searchers(unsigned word) {
    return word / THREAD_POOL_IDLE_SEARCHER & THREAD_POOL_IDLE_MASK;
}

/* All workers sleep, also those that will be made later. */
int thread_pool_idle_init(struct thread_pool_idle *idle, uint32_t workers);
void thread_pool_idle_release(struct thread_pool_idle *idle);

/* Makes a sleeper of `*word` a searcher, in the count and, if `wake`, in fact. False: the word has
 * changed, and *word is what it is now. There must be a sleeper in it. */
static inline bool thread_pool_idle_turn_sleeper(struct thread_pool_idle *idle, unsigned *word,
                                                 bool wake) {
    if (!atomic_compare_exchange_strong(
            &idle->word, word, *word - THREAD_POOL_IDLE_SLEEPER + THREAD_POOL_IDLE_SEARCHER))
        return false;
    if (wake)
        thread_pool_park_post(&idle->park, 1);
    return true;
}

/* The worker's steps. The first three return the word after it. */
static inline unsigned thread_pool_idle_start_search(struct thread_pool_idle *idle) {
    return atomic_fetch_add(&idle->word, THREAD_POOL_IDLE_SEARCHER) + THREAD_POOL_IDLE_SEARCHER;
}

static inline unsigned thread_pool_idle_end_search(struct thread_pool_idle *idle) {
    return atomic_fetch_sub(&idle->word, THREAD_POOL_IDLE_SEARCHER) - THREAD_POOL_IDLE_SEARCHER;
}

static inline unsigned thread_pool_idle_announce_sleep(struct thread_pool_idle *idle) {
    const unsigned change = THREAD_POOL_IDLE_SEARCHER - THREAD_POOL_IDLE_SLEEPER;
    return atomic_fetch_sub(&idle->word, change) - change;
}

/* Back to searching. False: somebody has turned this worker already, its permit is on its way. */
bool thread_pool_idle_cancel_sleep(struct thread_pool_idle *idle);

/* Sleeps until turned into a searcher. */
static inline void thread_pool_idle_sleep(struct thread_pool_idle *idle) {
    thread_pool_park_wait(&idle->park);
}

/* The same for at most about `ns`. False: it was not turned, and still counts as asleep. */
static inline bool thread_pool_idle_sleep_for(struct thread_pool_idle *idle, uint64_t ns) {
    return thread_pool_park_wait_for(&idle->park, ns);
}

/* After a sleep: all is done, leave. */
static inline bool thread_pool_idle_is_done(const struct thread_pool_idle *idle) {
    return (atomic_load(&idle->word) & THREAD_POOL_IDLE_DONE) != 0;
}

/* Destroy has begun: the last worker to announce its sleep ends it. `workers`: as many as there
 * are. Returns the word after it: when all of them sleep in it, nobody will announce. */
unsigned thread_pool_idle_close(struct thread_pool_idle *idle, uint32_t workers);
/* Every worker sleeps, and nothing can come. `word`: what the caller's announcement of sleep, or
 * the caller's close, returned, after which it has looked at the queue and seen nothing. */
bool thread_pool_idle_is_over(const struct thread_pool_idle *idle, unsigned word);
void thread_pool_idle_end(struct thread_pool_idle *idle);

#endif
