#include "bias.h"

#include <sched.h>

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
    consumer->own_end = queue->limit == 0 ? consumer->count : 0; /* or each job is counted */
    consumer->own_mark = thread_pool_slot_mark(consumer->phase);
}

static void end(struct thread_pool_consumer *consumer) {
    consumer->is_biased = false;
    consumer->own_end = 0;
}

void thread_pool_bias_give_back(struct thread_pool_consumer *consumer) {
    if (consumer->is_biased)
        settle(consumer->segment, consumer->next);
    end(consumer);
}

bool thread_pool_bias_yield(struct thread_pool_consumer *consumer) {
    uint32_t after = consumer->next + 1;
    end(consumer);
    if (consumer->alone_least < ALONE_MOST)
        consumer->alone_least *= 8;
    consumer->next = consumer->alone_from = settle(consumer->segment, after);
    return consumer->next == after;
}

static bool is_biased(struct thread_pool_segment *segment) {
    return atomic_load(&segment->head) >= THREAD_POOL_HEAD_BIASED;
}

/* The worker that has the bias ends it itself when its job is over, and that costs little. The
 * fence costs 15 us; milliseconds where the host is slow to interrupt a processor. False: it was
 * waited for in vain. */
static bool is_yielded(struct thread_pool_segment *segment) {
    uint64_t now_ns = thread_pool_wait_now_ns(), until_ns = now_ns + YIELD_MOST_NS;
    while (is_biased(segment) && now_ns < until_ns) {
        now_ns = thread_pool_wait_until(now_ns + WATCH_FIRST_NS);
        sched_yield(); /* it may wait for this processor */
    }
    return !is_biased(segment);
}

/* Does nothing when the bias has ended, or another worker is about to end it, since after this
 * one's last look only: one fence is enough. */
static void revoke(struct thread_pool_segment *segment, bool seen_revoked) {
    uint32_t head = THREAD_POOL_HEAD_BIASED;
    if (!atomic_compare_exchange_strong(&segment->head, &head, THREAD_POOL_HEAD_REVOKED) &&
        (head < THREAD_POOL_HEAD_BIASED || !seen_revoked))
        return;
    if (is_yielded(segment))
        return;
    thread_pool_fence_heavy();
    settle(segment, atomic_load(&segment->biased));
}

/* What another worker has done, and when that was seen. */
struct look {
    struct thread_pool_segment *segment;
    uint32_t claimed;
    uint64_t ns;
};

static struct look look_at(struct thread_pool_segment *segment) {
    return (struct look){segment, thread_pool_segment_claimed(segment), thread_pool_wait_now_ns()};
}

/* Who has gone on to another segment is. */
static bool is_fast(const struct look *before, const struct look *now) {
    uint32_t jobs = now->claimed - before->claimed;
    return now->segment != before->segment || (uint64_t)jobs * SHORT_JOB_NS >= now->ns - before->ns;
}

/* From `before` on. Two looks that find it slow are believed, but not that it stands still: it may
 * just be woken, for the first of more jobs of that kind, and it begins in the middle of a look. */
static bool is_fast_now(struct thread_pool_queue *queue, const struct look *before) {
    struct look last, now = *before;
    unsigned slow = 0;
    do {
        last = now;
        thread_pool_wait_until(last.ns + WATCH_AWAKE_NS);
        now = look_at(atomic_load(&queue->first));
        if (is_fast(&last, &now))
            return true;
        slow += now.claimed != last.claimed; /* of the same segment */
        sched_yield();                       /* it may wait for this processor */
    } while (slow < 2 && now.ns - before->ns < WATCH_STILL_NS);
    return false;
}

/* The longer it has gone on like this, the longer it may go on unseen. */
static long nap_ns(uint64_t lasted_ns) {
    uint64_t ns = lasted_ns / 4;
    if (ns > WATCH_NAP_MOST_NS)
        return WATCH_NAP_MOST_NS;
    return ns < WATCH_NAP_NS ? WATCH_NAP_NS : (long)ns;
}

/* Naps while a worker is alone and fast, segment after segment: a processor that is kept busy slows
 * the other one down, and so does a worker that goes along from segment to segment. This one only
 * looks at the first of the queue, without a hold: what it reads of its head may belong to another
 * life, and is a guess. When the queue runs dry it lingers: more jobs of that kind may come, and
 * the one who runs them need not wake a worker that naps. */
static void nap_beside(struct thread_pool_queue *queue, struct thread_pool_segment *segment) {
    struct look before, now = look_at(segment);
    uint64_t since_ns = now.ns, dry_ns = 0; /* since when it is seen dry; 0: it is not */
    bool goes_on = true;
    while (goes_on) {
        before = now;
        thread_pool_wait_nap(dry_ns != 0 ? WATCH_NAP_NS : nap_ns(now.ns - since_ns));
        now = look_at(atomic_load(&queue->first));
        if (!thread_pool_queue_has_unclaimed(queue)) {
            if (dry_ns == 0)
                dry_ns = now.ns;
            goes_on = now.ns - dry_ns < LINGER_NS;
        } else {
            dry_ns = 0;
            bool fast = is_fast_now(queue, &now);
            if (!fast)
                since_ns = now.ns;
            goes_on = fast || (is_biased(now.segment) && is_fast(&before, &now));
        }
    }
}

/* The first looks come soon, to see that the other worker is fast indeed. */
void thread_pool_bias_watch(struct thread_pool_queue *queue, struct thread_pool_segment *segment) {
    struct look before = look_at(segment);
    uint64_t watch_ns = WATCH_FIRST_NS;
    uint32_t head;
    while ((head = atomic_load(&segment->head)) >= THREAD_POOL_HEAD_BIASED) {
        if (watch_ns > WATCH_AWAKE_NS) {
            nap_beside(queue, segment);
            watch_ns = WATCH_FIRST_NS;
            before = look_at(segment);
            continue;
        }
        thread_pool_wait_until(before.ns + watch_ns);
        watch_ns *= 2;
        struct look now = look_at(segment);
        if (!is_fast(&before, &now))
            revoke(segment, head == THREAD_POOL_HEAD_REVOKED);
        before = now;
    }
}
