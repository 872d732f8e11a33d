/* server.h: what all parts of the server share.
 *
 * Who runs what: the main thread starts, waits for signals and stops. Everything else is done by
 * jobs of the pool. A job serves one connection or a few (job.h); the job that was the last of its
 * batch to start then holds the poller's role (poller.h) and hands out the next batch. */
#ifndef KVS_SERVER_H
#define KVS_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine.h"
#include "listener.h"
#include "options.h"
#include "poller.h"
#include "thread_pool.h"

enum { CACHE_LINE = 64, STATISTICS_SLOTS = 64 };

/* Counters of one worker, so that counting costs no shared cache line. */
typedef struct statistics {
    _Alignas(CACHE_LINE) _Atomic uint64_t requests;
    _Atomic uint64_t turns;
    _Atomic uint64_t jobs; /* that served */
} statistics;

typedef struct server {
    server_options options; /* immutable after start */
    kvs_engine *engine;     /* immutable after start */
    thread_pool *pool;      /* immutable after start */
    int64_t started_ms;     /* immutable after start */
    int stop_event;         /* immutable: an eventfd; written to when a client asks for SHUTDOWN */
    int ended_event;        /* immutable: an eventfd; written to when the poller has ended */
    atomic_bool stopping;   /* set once, by the main thread */
    _Atomic uint32_t connected;
    _Atomic uint64_t accepted;
    _Atomic uint64_t refused;
    _Atomic uint64_t dropped;                /* for exceeding a limit */
    poller poller;                           /* see there */
    statistics statistics[STATISTICS_SLOTS]; /* slot of worker i: i % STATISTICS_SLOTS */
} server;

static inline const kvs_engine_type *server_engine_type(const server *s) {
    return s->options.engine;
}

/* The slot of the calling thread. */
statistics *server_statistics(server *s);

/* Opens the engine, listens, makes the pool and starts serving. 0, or an error number after a line
 * in the log; then nothing is left. Main thread. */
int server_start(server *s, const server_options *options);

/* Begins to stop: no more connections, what has been asked is answered. Main thread, once. */
void server_begin_stop(server *s);

/* After ended_event has been written: joins the pool, closes the engine. Main thread. */
void server_finish(server *s);

/* The numbers of INFO. Any thread. */
typedef struct server_totals {
    uint64_t requests, turns, jobs;
} server_totals;
server_totals server_count(server *s);

int64_t clock_ms(void); /* monotonic, a few milliseconds coarse */
int64_t clock_ns(void); /* monotonic, exact */

#endif
