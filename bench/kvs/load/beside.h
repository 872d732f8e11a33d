/* beside.h: heavy clients beside the measured ones: a second load, GET only, on a thread of its
 * own, so that what the heavy ones cost the generator does not count as latency of the others.
 *
 * Main thread; each function blocks as load_open and load_measure do. */
#ifndef KVS_LOAD_BESIDE_H
#define KVS_LOAD_BESIDE_H

#include <pthread.h>

#include "load.h"

typedef struct load_beside {
    load *load;         /* the thread's between start and join, else the main thread's */
    atomic_bool end;    /* set by the main thread, read by the other */
    load_run run;       /* as `load` */
    load_result result; /* as `load` */
    int error;          /* as `load` */
    pthread_t thread;
} load_beside;

/* Connects so many connections to the server of `options` and starts them with the warm-up and
 * the window of `run`. Several KiB: keep it off small stacks. On failure beside_message() says
 * why; beside_end follows in either case. */
int beside_start(load_beside *b, const load_options *options, const load_run *run,
                 uint32_t connections, uint32_t pipeline);

/* Closes its window and waits for the thread. 0: every reply was right, b->result holds the
 * figures. */
int beside_join(load_beside *b);

const char *beside_message(const load_beside *b);
void beside_end(load_beside *b);

#endif
