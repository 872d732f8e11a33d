#include "idle.h"

#define SLEEPER THREAD_POOL_IDLE_SLEEPER
#define CLOSING THREAD_POOL_IDLE_CLOSING
#define DONE THREAD_POOL_IDLE_DONE

int thread_pool_idle_init(struct thread_pool_idle *idle, uint32_t workers) {
    atomic_init(&idle->word, workers * SLEEPER);
    idle->workers = workers;
    return thread_pool_park_init(&idle->park);
}

void thread_pool_idle_release(struct thread_pool_idle *idle) {
    thread_pool_park_release(&idle->park);
}

bool thread_pool_idle_cancel_sleep(struct thread_pool_idle *idle) {
    unsigned word = atomic_load(&idle->word);
    while (thread_pool_idle_sleepers(word) > 0)
        if (thread_pool_idle_turn_sleeper(idle, &word, false))
            return true;
    return false;
}

unsigned thread_pool_idle_close(struct thread_pool_idle *idle, uint32_t workers) {
    atomic_fetch_sub(&idle->word, (idle->workers - workers) * SLEEPER);
    idle->workers = workers;
    return atomic_fetch_or(&idle->word, CLOSING) | CLOSING;
}

/* The word says whether CLOSING came before the last look at the queue; who sleeps now only a new
 * look at the word can tell. Between the two another worker may have cancelled its sleep and
 * claimed a job, and that job may spawn. */
bool thread_pool_idle_is_over(const struct thread_pool_idle *idle, unsigned word) {
    return (word & CLOSING) != 0 &&
           thread_pool_idle_sleepers(atomic_load(&idle->word)) == idle->workers;
}

/* Nobody else can change the word now: all workers sleep, and whoever is outside must not spawn. */
void thread_pool_idle_end(struct thread_pool_idle *idle) {
    if ((atomic_fetch_or(&idle->word, DONE) & DONE) == 0)
        thread_pool_park_post(&idle->park, idle->workers);
}
