/* look.h: when whoever waits for jobs looks for their end: seldom, so that it takes no processor
 * from the workers, and soon enough after it, because it is part of what is measured. */
#ifndef POOL_BENCH_LOOK_H
#define POOL_BENCH_LOOK_H

#include <stdint.h>

/* Times in nanoseconds, of one clock. */
struct look {
    uint64_t since; /* when the jobs began */
    uint64_t at;    /* the last look; `since` at first */
    uint64_t done;  /* how many were done then */
};

/* After a look at `now` which has seen `done` jobs done and `left` to do: how long to sleep. */
uint64_t look_next(struct look *look, uint64_t now, uint64_t done, uint64_t left);

#endif
