/* membarrier(2), Linux 4.14: the system interrupts every processor that runs a thread of this
 * process; each has then passed a point where its accesses to memory are in the order of its
 * program. A thread that runs on none has passed one when it was taken off. */
#define _GNU_SOURCE
#include "fence.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "waiting.h"

enum { REFUSED_NAP_NS = 5000000 };

static atomic_bool refused = true; /* atomic: false once, before main; true for good after that */

static bool call(int command) {
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

/* A process announces that it will use it. Before main, because that takes 3 us in a process of one
 * thread, and 14 to 23 ms in one of several, where the system waits for all its processors. */
__attribute__((constructor)) static void announce(void) {
    atomic_store(&refused, !call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED));
}

bool thread_pool_fence_is_there(void) {
    /* Relaxed: who does not know yet that it is refused will be told by the fence. */
    return !atomic_load_explicit(&refused, memory_order_relaxed);
}

/* A forked child is announced as its parent was on Linux 6.18; where it is not, it does it now.
 * When the system has begun to refuse it (seccomp), nobody begins to rely on it any more, and those
 * who do wait: no processor keeps a store to itself, or a load that it has made too early, for as
 * long as that. */
void thread_pool_fence_heavy(void) {
    if (call(MEMBARRIER_CMD_PRIVATE_EXPEDITED) ||
        (errno == EPERM && call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
         call(MEMBARRIER_CMD_PRIVATE_EXPEDITED)))
        return;
    atomic_store(&refused, true);
    thread_pool_wait_nap(REFUSED_NAP_NS);
}
