#include "look.h"

#define SHORTEST_NS 20000u
#define LONGEST_NS 20000000u
#define UNKNOWN_NS 200000u /* while the pace says nothing yet */

/* The end may be seen this much too late when the pace changes: while workers wake up it says
 * little. */
static uint64_t longest(uint64_t so_far) {
    uint64_t ns = so_far / 8;
    return ns < UNKNOWN_NS ? UNKNOWN_NS : ns < LONGEST_NS ? ns : LONGEST_NS;
}

/* Half of what is left takes at the pace since the last look. */
uint64_t look_next(struct look *look, uint64_t now, uint64_t done, uint64_t left) {
    uint64_t most = longest(now - look->since), jobs = done - look->done, took = now - look->at;
    look->at = now;
    look->done = done;
    if (jobs == 0)
        return most;
    double ns = 0.5 * (double)left * (double)took / (double)jobs;
    return ns < SHORTEST_NS ? SHORTEST_NS : ns < (double)most ? (uint64_t)ns : most;
}
