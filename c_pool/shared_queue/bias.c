#include "bias.h"

#include "fence.h"
#include "tuning.h"
#include "waiting.h"

/* Ends the bias: claims of all go on at slot `index`, unless another thread has said before where
 * they do. Returns where. */
static uint32_t settle(struct thread_pool_segment *segment, uint32_t index) {
    uint32_t settled = THREAD_POOL_UNSETTLED;
    if (atomic_compare_exchange_strong(&segment->settled, &settled, index))
        settled = index;
    uint32_t head = atomic_load(&segment->head);
    while (head >= THREAD_POOL_HEAD_BIASED &&
           !atomic_compare_exchange_strong(&segment->head, &head, settled))
        ;
    return settled;
}

void thread_pool_bias_take(struct thread_pool_queue *queue, struct thread_pool_consumer *consumer) {
    uint32_t claimed = 1;
    if (queue->workers > 1 && !thread_pool_fence_is_there())
        return;
    if (!atomic_compare_exchange_strong(&consumer->segment->head, &claimed,
                                        THREAD_POOL_HEAD_BIASED))
        return;
    consumer->is_biased = true;
    consumer->blind_left = 0; /* `head` does not count any more */
}

void thread_pool_bias_give_back(struct thread_pool_consumer *consumer) {
    if (consumer->is_biased)
        settle(consumer->segment, consumer->next);
    consumer->is_biased = false;
}

bool thread_pool_bias_yield(struct thread_pool_consumer *consumer) {
    uint32_t after = consumer->next + 1;
    consumer->is_biased = false;
    consumer->next = settle(consumer->segment, after);
    return consumer->next == after;
}

/* False: nothing was done, because the bias has ended, or another worker is about to end it, since
 * after this one's last look only: the fence is dear, and one is enough. */
static bool revoke(struct thread_pool_segment *segment, bool seen_revoked) {
    uint32_t head = THREAD_POOL_HEAD_BIASED;
    if (!atomic_compare_exchange_strong(&segment->head, &head, THREAD_POOL_HEAD_REVOKED) &&
        (head < THREAD_POOL_HEAD_BIASED || !seen_revoked))
        return false;
    thread_pool_fence_heavy();
    settle(segment, atomic_load(&segment->biased));
    return true;
}

/* The first looks come soon, to see that the other worker is fast indeed. Then this one naps
 * between two: a processor that is kept busy slows the other one down. */
static uint64_t wait_for_look(struct thread_pool_consumer *consumer, uint64_t now_ns) {
    if (consumer->watch_ns > WATCH_AWAKE_NS) {
        thread_pool_wait_nap(WATCH_NAP_NS);
        return thread_pool_wait_now_ns();
    }
    uint64_t look_ns = now_ns + consumer->watch_ns;
    consumer->watch_ns *= 2;
    return thread_pool_wait_until(look_ns);
}

void thread_pool_bias_watch(struct thread_pool_consumer *consumer) {
    struct thread_pool_segment *segment = consumer->segment;
    uint64_t before_ns = thread_pool_wait_now_ns();
    uint32_t before = thread_pool_segment_claimed(segment), head;
    while ((head = atomic_load(&segment->head)) >= THREAD_POOL_HEAD_BIASED) {
        uint64_t now_ns = wait_for_look(consumer, before_ns);
        uint32_t claimed = thread_pool_segment_claimed(segment);
        if ((uint64_t)(claimed - before) * SHORT_JOB_NS < now_ns - before_ns &&
            revoke(segment, head == THREAD_POOL_HEAD_REVOKED))
            consumer->watch_ns = WATCH_FIRST_NS;
        before = claimed;
        before_ns = now_ns;
    }
}
