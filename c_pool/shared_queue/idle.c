#include "idle.h"

#define CLOSING THREAD_POOL_IDLE_CLOSING
#define DONE THREAD_POOL_IDLE_DONE

/* What the workers from `first` on add to the word when they sleep. */
static uint64_t all_asleep(uint32_t first, uint32_t end) {
    uint64_t word = 0;
    for (uint32_t worker = first; worker < end; worker++)
        word += thread_pool_idle_sleeper(thread_pool_idle_spot(worker));
    return word;
}

void thread_pool_idle_init(struct thread_pool_idle *idle, uint32_t workers) {
    atomic_init(&idle->word, all_asleep(0, workers));
    idle->workers = workers;
}

static bool is_taken(uint64_t word, unsigned spot) {
    uint32_t spots = (uint32_t)(word >> 32);
    if (spot < THREAD_POOL_IDLE_SPOTS)
        return (spots >> spot & 1) != 0;
    return thread_pool_idle_sleepers(word) > (unsigned)__builtin_popcount(spots);
}

bool thread_pool_idle_cancel_sleep(struct thread_pool_idle *idle, unsigned spot) {
    uint64_t word = atomic_load(&idle->word);
    while (is_taken(word, spot))
        if (thread_pool_idle_turn_sleeper(idle, &word, spot))
            return true;
    return false;
}

uint64_t thread_pool_idle_close(struct thread_pool_idle *idle, uint32_t workers) {
    atomic_fetch_sub(&idle->word, all_asleep(workers, idle->workers));
    idle->workers = workers;
    return atomic_fetch_or(&idle->word, CLOSING) | CLOSING;
}

/* The word says whether CLOSING came before the last look at the queue; who sleeps now only a new
 * look at the word can tell. Between the two another worker may have cancelled its sleep and
 * claimed a job, and that job may spawn.
 *
 * Claims are relaxed, so that the one who sees such a claim, and so no ticket, need not see the
 * cancel before it for that. But between the two that worker looks at `head` as well, or at
 * `biased`, seq_cst (thread_pool_segment_claimed), and does not see its claim. In the one order of
 * seq_cst accesses its cancel is before that look, that look before ours, which sees the claim, and
 * ours before the load here. */
bool thread_pool_idle_is_over(const struct thread_pool_idle *idle, uint64_t word) {
    return (word & CLOSING) != 0 &&
           thread_pool_idle_sleepers(atomic_load(&idle->word)) == idle->workers;
}

/* Nobody else can change the word now: all workers sleep, and whoever is outside must not spawn. */
bool thread_pool_idle_end(struct thread_pool_idle *idle) {
    return (atomic_fetch_or(&idle->word, DONE) & DONE) == 0;
}
