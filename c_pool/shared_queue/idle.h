/* idle.h: who sleeps, who searches, and whether all is over: the event count of the pool, one word.
 *
 * A worker is in one of three states: working (not counted), searching, sleeping. The first
 * THREAD_POOL_IDLE_SPOTS workers sleep at a spot of their own each, and the word says at which of
 * them somebody does; all further ones share the spot behind. The protocol, its races and its proof
 * stand in README.md; the functions here are its steps. */
#ifndef THREAD_POOL_IDLE_H
#define THREAD_POOL_IDLE_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "segment.h"
#include "tuning.h"

#define THREAD_POOL_IDLE_SLEEPER 1u          /* bits 0 to 11: workers sleeping, or about to */
#define THREAD_POOL_IDLE_SEARCHER (1u << 12) /* bits 12 to 23: workers searching, or woken to */
#define THREAD_POOL_IDLE_MASK 0xfffu
#define THREAD_POOL_IDLE_CLOSING (1u << 30) /* destroy has begun */
#define THREAD_POOL_IDLE_DONE (1u << 31)    /* every job has run: wake up and leave */
#define THREAD_POOL_IDLE_SPOTS 32u          /* bits 32 to 63: somebody sleeps at that spot */
static_assert(THREAD_POOL_MAX_THREADS <= THREAD_POOL_IDLE_MASK, "every worker can be counted");

struct thread_pool_idle {
    alignas(THREAD_POOL_LINE) _Atomic uint64_t word; /* atomic; all its accesses are seq_cst */
    uint32_t workers; /* written before CLOSING is set, read after it was seen: all there are */
};

static inline unsigned thread_pool_idle_sleepers(uint64_t word) {
    return (unsigned)word & THREAD_POOL_IDLE_MASK;
}

static inline unsigned thread_pool_idle_searchers(uint64_t word) {
    return (unsigned)word / THREAD_POOL_IDLE_SEARCHER & THREAD_POOL_IDLE_MASK;
}

/* Somebody sleeps, and not so many search that no further one is woken. In one comparison, because
 * every spawn asks: what is looked at is the number of sleepers, or more. */
static inline bool thread_pool_idle_wants_waking(uint64_t word) {
    const uint32_t too_many = THREAD_POOL_IDLE_MASK & ~(MOST_SEARCHERS - 1);
    uint32_t seen = (uint32_t)word & (THREAD_POOL_IDLE_MASK | too_many * THREAD_POOL_IDLE_SEARCHER);
    return seen - 1 < THREAD_POOL_IDLE_MASK;
}
static_assert((MOST_SEARCHERS & (MOST_SEARCHERS - 1)) == 0, "a power of two");

static inline unsigned thread_pool_idle_spot(uint32_t worker) {
    return worker < THREAD_POOL_IDLE_SPOTS ? worker : THREAD_POOL_IDLE_SPOTS;
}

/* The spot in a set of them; the shared one is in none. */
static inline uint32_t thread_pool_idle_spot_bit(unsigned spot) {
    return spot < THREAD_POOL_IDLE_SPOTS ? UINT32_C(1) << spot : 0;
}

/* What one who sleeps there adds to the word. */
static inline uint64_t thread_pool_idle_sleeper(unsigned spot) {
    return ((uint64_t)thread_pool_idle_spot_bit(spot) << 32) + THREAD_POOL_IDLE_SLEEPER;
}

/* Where to wake somebody; there must be a sleeper. Always the first that there is, so that a few
 * workers do what a few can do: they stay warm, and the others asleep. */
static inline unsigned thread_pool_idle_next(uint64_t word) {
    uint32_t spots = (uint32_t)(word >> 32);
    return spots != 0 ? (unsigned)__builtin_ctz(spots) : THREAD_POOL_IDLE_SPOTS;
}

/* All workers sleep, also those that will be made later. */
void thread_pool_idle_init(struct thread_pool_idle *idle, uint32_t workers);

/* Makes a sleeper of `*word` a searcher, in the count: the permit is the caller's to post. False:
 * the word has changed, and *word is what it is now. Somebody must sleep there in it. */
static inline bool thread_pool_idle_turn_sleeper(struct thread_pool_idle *idle, uint64_t *word,
                                                 unsigned spot) {
    return atomic_compare_exchange_strong(
        &idle->word, word, *word - thread_pool_idle_sleeper(spot) + THREAD_POOL_IDLE_SEARCHER);
}

/* The worker's steps. The first three return the word after it. */
static inline uint64_t thread_pool_idle_start_search(struct thread_pool_idle *idle) {
    return atomic_fetch_add(&idle->word, THREAD_POOL_IDLE_SEARCHER) + THREAD_POOL_IDLE_SEARCHER;
}

static inline uint64_t thread_pool_idle_end_search(struct thread_pool_idle *idle) {
    return atomic_fetch_sub(&idle->word, THREAD_POOL_IDLE_SEARCHER) - THREAD_POOL_IDLE_SEARCHER;
}

static inline uint64_t thread_pool_idle_announce_sleep(struct thread_pool_idle *idle,
                                                       unsigned spot) {
    const uint64_t change = THREAD_POOL_IDLE_SEARCHER - thread_pool_idle_sleeper(spot);
    return atomic_fetch_sub(&idle->word, change) - change;
}

/* Back to searching. False: somebody has turned this worker already, its permit is on its way. */
bool thread_pool_idle_cancel_sleep(struct thread_pool_idle *idle, unsigned spot);

/* After a sleep: all is done, leave. */
static inline bool thread_pool_idle_is_done(const struct thread_pool_idle *idle) {
    return (atomic_load(&idle->word) & THREAD_POOL_IDLE_DONE) != 0;
}

/* Destroy has begun: the last worker to announce its sleep ends it. `workers`: as many as there
 * are. Returns the word after it: when all of them sleep in it, nobody will announce. */
uint64_t thread_pool_idle_close(struct thread_pool_idle *idle, uint32_t workers);
/* Every worker sleeps, and nothing can come. `word`: what the caller's announcement of sleep, or
 * the caller's close, returned, after which it has looked at the queue and seen nothing. */
bool thread_pool_idle_is_over(const struct thread_pool_idle *idle, uint64_t word);
/* True, to one caller only: every worker is to be woken. */
bool thread_pool_idle_end(struct thread_pool_idle *idle);

#endif
