/* A thread that waits for a word of its own to change: a bare futex, for the floors. Only the
 * number itself is passed on. */
#ifndef BENCH_POOL_CALLS_H
#define BENCH_POOL_CALLS_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Returns when the word is not `seen` any more, or for nothing. */
static inline void calls_wait(_Atomic uint32_t *word, uint32_t seen) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

/* By the only thread that writes the word. */
static inline void calls_make(_Atomic uint32_t *word, uint32_t value) {
    /* Relaxed: nothing else is passed on, and the futex compares. */
    atomic_store_explicit(word, value, memory_order_relaxed);
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

#endif
