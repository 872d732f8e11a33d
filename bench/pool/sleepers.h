/* Are the other threads of this process really asleep? Asked of /proc, outside what is measured. */
#ifndef BENCH_POOL_SLEEPERS_H
#define BENCH_POOL_SLEEPERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The threads there were when it was opened, but for the caller. Owned by one thread. */
struct sleepers {
    int *ids; /* as the system counts threads */
    size_t count;
};

/* False when /proc cannot be read or memory ran out; nothing is owned then. */
bool sleepers_open(struct sleepers *sleepers);
void sleepers_close(struct sleepers *sleepers);

/* Returns true once all were asleep at two looks in a row, 100 µs apart, and false when that has
 * not happened within `patience_ns`: some pools spin before they sleep, or never sleep. A thread
 * that has ended counts as asleep. */
bool sleepers_wait(const struct sleepers *sleepers, uint64_t patience_ns);

/* How often threads other than the caller have gone to sleep of their own will since the process
 * began. Each time they did, somebody had to wake them. */
uint64_t sleeps_of_others(void);

#endif
