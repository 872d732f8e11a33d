/* fence.h: an asymmetric fence: nothing but an order for the compiler on the way that is taken all
 * the time, a system call on the one that is taken rarely. It orders a store before a later load in
 * both threads, like a seq_cst fence in each, which would cost 15 ns every time.
 *
 * After Dice, Huang and Yang, "Asymmetric Dekker synchronization" (2001); the names are those of
 * Goldblatt's proposal for C++, P1202. fence_linux.c is membarrier(2); where a system has nothing
 * like it, fence_none.c, and what needs the fence is not done. */
#ifndef THREAD_POOL_FENCE_H
#define THREAD_POOL_FENCE_H

#include <stdatomic.h>
#include <stdbool.h>

/* The heavy one can be had. Once false it stays false. */
bool thread_pool_fence_is_there(void);

/* Of two threads, one stores x, does the light fence and loads y; the other one stores y, does the
 * heavy fence and loads x. At least one of the loads sees the other thread's store. */
static inline void thread_pool_fence_light(void) {
    atomic_signal_fence(memory_order_seq_cst);
}

/* 1 us, or 15 when another thread of the process is running; on a host that is slow to interrupt a
 * processor of its guest 4 ms (bench/NOTES.md). Only where the fence has been there. */
void thread_pool_fence_heavy(void);

#endif
