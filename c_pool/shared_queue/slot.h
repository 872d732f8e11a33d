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
    void *arg;              /* guarded by word: written before it, read after it */
};
static_assert(sizeof(struct thread_pool_slot) == 16, "a queued job is 16 bytes");

static inline uintptr_t thread_pool_slot_phase_bit(unsigned phase) {
    return (uintptr_t)phase << 63;
}

static inline void thread_pool_slot_publish(struct thread_pool_slot *slot, unsigned phase,
                                            struct thread_pool_task task) {
    assert((uintptr_t)task.job >> 63 == 0);
    slot->arg = task.arg;
    /* Release: the argument, and what the producer wrote before it spawned, come before the job;
     * partner thread_pool_slot_read. */
    atomic_store_explicit(&slot->word, (uintptr_t)task.job | thread_pool_slot_phase_bit(phase),
                          memory_order_release);
}

/* False: not published in the life with this phase. */
static inline bool thread_pool_slot_read(struct thread_pool_slot *slot, unsigned phase,
                                         struct thread_pool_task *task) {
    /* Acquire: partner thread_pool_slot_publish. */
    uintptr_t word = atomic_load_explicit(&slot->word, memory_order_acquire);
    if (word >> 63 != phase)
        return false;
    task->job = (thread_pool_job)(word ^ thread_pool_slot_phase_bit(phase));
    task->arg = slot->arg;
    return true;
}
#else
/* 32 bits: addresses use every bit; the phase has a word of its own and there is room for it. */
struct thread_pool_slot {
    _Atomic uint32_t word; /* atomic: the phase */
    thread_pool_job job;   /* guarded by word: written before it, read after it */
    void *arg;             /* guarded by word, as job */
};
static_assert(sizeof(struct thread_pool_slot) <= 16, "a queued job is at most 16 bytes");

static inline void thread_pool_slot_publish(struct thread_pool_slot *slot, unsigned phase,
                                            struct thread_pool_task task) {
    slot->job = task.job;
    slot->arg = task.arg;
    /* Release: as in the version above; partner thread_pool_slot_read. */
    atomic_store_explicit(&slot->word, phase, memory_order_release);
}

static inline bool thread_pool_slot_read(struct thread_pool_slot *slot, unsigned phase,
                                         struct thread_pool_task *task) {
    /* Acquire: partner thread_pool_slot_publish. */
    if (atomic_load_explicit(&slot->word, memory_order_acquire) != phase)
        return false;
    *task = (struct thread_pool_task){slot->job, slot->arg};
    return true;
}
#endif

#endif
