/* slot.h: one job in the queue: 16 bytes, published and recognised without being cleared.
 *
 * A slot is written once per life of its segment. Lives have alternating phases, and the phase
 * stands in a bit of the slot that no function's address uses. A slot is published when its bit is
 * that of the segment's present life; what an earlier life left behind has the other one. Fresh
 * memory is zero, so a segment's first life on fresh memory has phase 1. */
#ifndef THREAD_POOL_SLOT_H
#define THREAD_POOL_SLOT_H

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "thread_pool.h"

struct thread_pool_task {
    thread_pool_job job;
    void *arg;
};

#if UINTPTR_MAX > UINT32_MAX
/* 64 bits: programs live in the lower half of the address space on every system we know, so the
 * highest bit of a function's address is 0. */
struct thread_pool_slot {
    _Atomic uintptr_t word; /* atomic: the job, and the phase as highest bit */
    _Atomic(void *) arg;    /* atomic: ordered by word, written before it and read after it */
};
static_assert(sizeof(struct thread_pool_slot) == 16, "a queued job is 16 bytes");

enum {
    THREAD_POOL_SLOTS_PER_LINE = 4, /* of 64 bytes; see README.md, Constants, these two */
    THREAD_POOL_SLOTS_AHEAD = 16,
};

/* What `word` has of the phase. */
static inline uintptr_t thread_pool_slot_mark(unsigned phase) {
    return (uintptr_t)phase << 63;
}

static inline void thread_pool_slot_publish(struct thread_pool_slot *slot, uintptr_t mark,
                                            struct thread_pool_task task) {
    assert((uintptr_t)task.job >> 63 == 0);
    /* Relaxed, here and below: ordered by `word`. */
    atomic_store_explicit(&slot->arg, task.arg, memory_order_relaxed);
    /* Release: the argument, and what the producer wrote before it spawned, come before the job;
     * partner thread_pool_slot_read. */
    atomic_store_explicit(&slot->word, (uintptr_t)task.job | mark, memory_order_release);
}

/* False: not published in the life with the phase of this mark. */
static inline bool thread_pool_slot_read(struct thread_pool_slot *slot, uintptr_t mark,
                                         struct thread_pool_task *task) {
    /* Acquire: partner thread_pool_slot_publish. */
    uintptr_t word = atomic_load_explicit(&slot->word, memory_order_acquire) ^ mark;
    if (word >> 63 != 0)
        return false;
    task->job = (thread_pool_job)word;
    task->arg = atomic_load_explicit(&slot->arg, memory_order_relaxed);
    return true;
}

/* By the producer of the slot: asks once a line for one that will be written soon. It may lie
 * behind the end of the slots: a prefetch of any address is harmless. */
static inline void thread_pool_slot_expect(const struct thread_pool_slot *slot, uint32_t index) {
    if (index % THREAD_POOL_SLOTS_PER_LINE == 0)
        __builtin_prefetch((const void *)((uintptr_t)slot + THREAD_POOL_SLOTS_AHEAD * sizeof *slot),
                           1);
}

/* By the worker that has claimed the slot. Every fourth one, the last of its line, is overwritten,
 * so that the line leaves the cache of the producer that will write it in its next life: README.md,
 * Giving lines back. Whoever loses the claim may read the argument at the same time, and does
 * nothing with it. */
static inline void thread_pool_slot_give_back(struct thread_pool_slot *slot, uint32_t index) {
    /* Relaxed: the next life's argument is written after it by way of `holds`; partner is_held. */
    if (index % THREAD_POOL_SLOTS_PER_LINE == THREAD_POOL_SLOTS_PER_LINE - 1)
        atomic_store_explicit(&slot->arg, NULL, memory_order_relaxed);
}
#else
/* 32 bits: addresses use every bit; the phase has a word of its own and there is room for it. */
struct thread_pool_slot {
    _Atomic uint32_t word; /* atomic: the phase */
    thread_pool_job job;   /* guarded by word: written before it, read after it */
    void *arg;             /* guarded by word, as job */
};
static_assert(sizeof(struct thread_pool_slot) <= 16, "a queued job is at most 16 bytes");

static inline uintptr_t thread_pool_slot_mark(unsigned phase) {
    return phase;
}

static inline void thread_pool_slot_publish(struct thread_pool_slot *slot, uintptr_t mark,
                                            struct thread_pool_task task) {
    slot->job = task.job;
    slot->arg = task.arg;
    /* Release: as in the version above; partner thread_pool_slot_read. */
    atomic_store_explicit(&slot->word, (uint32_t)mark, memory_order_release);
}

static inline bool thread_pool_slot_read(struct thread_pool_slot *slot, uintptr_t mark,
                                         struct thread_pool_task *task) {
    /* Acquire: partner thread_pool_slot_publish. */
    if (atomic_load_explicit(&slot->word, memory_order_acquire) != mark)
        return false;
    *task = (struct thread_pool_task){slot->job, slot->arg};
    return true;
}

/* Not measured there, these two. */
static inline void thread_pool_slot_expect(const struct thread_pool_slot *slot, uint32_t index) {
    (void)slot;
    (void)index;
}

static inline void thread_pool_slot_give_back(struct thread_pool_slot *slot, uint32_t index) {
    (void)slot;
    (void)index;
}
#endif

#endif
