/* After Drepper, "Futexes are tricky": the futex is the number of permits. */
#define _GNU_SOURCE
#include "park.h"

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "hints.h"
#include "waiting.h"

int thread_pool_park_init(struct thread_pool_park *park) {
    atomic_init(&park->permits, 0);
    return 0;
}

void thread_pool_park_release(struct thread_pool_park *park) {
    (void)park;
}

/* Without the arguments that a wait does not have, so that the C library's function returns to the
 * worker, and not to this one: one return less. */
THREAD_POOL_HOT void thread_pool_park_block(struct thread_pool_park *park) {
    syscall(SYS_futex, &park->permits, FUTEX_WAIT_PRIVATE, 0, NULL);
}

/* The permit that is posted while the time runs out stays for the next wait. */
bool thread_pool_park_wait_for(struct thread_pool_park *park, uint64_t ns) {
    uint64_t now = thread_pool_wait_now_ns(), until = now + ns;
    for (; !thread_pool_park_take(park); now = thread_pool_wait_now_ns()) {
        if (now >= until)
            return false;
        struct timespec left = {(time_t)((until - now) / 1000000000u),
                                (long)((until - now) % 1000000000u)};
        syscall(SYS_futex, &park->permits, FUTEX_WAIT_PRIVATE, 0, &left, NULL, 0);
    }
    return true;
}

THREAD_POOL_HOT void thread_pool_park_post(struct thread_pool_park *park, unsigned count) {
    /* Release: partner thread_pool_park_take. The park may be gone after this: the waker of the
     * last worker touches only its address, which the kernel may find unmapped. */
    atomic_fetch_add_explicit(&park->permits, count, memory_order_release);
    syscall(SYS_futex, &park->permits, FUTEX_WAKE_PRIVATE, count > INT_MAX ? INT_MAX : (int)count,
            NULL, NULL, 0);
}
