/* poller.h: finds out which connections have something to do, and spawns jobs for them.
 *
 * The poller is no thread but a role, held by one job at a time. Its holder does a round: wait in
 * epoll, take the connections that are ready as a batch, spawn jobs for them, give up the role. The
 * job of the batch that starts last gets it, and does the next round after it has served what it
 * was spawned for. So
 *   - no order of jobs that a backend may choose can starve anybody: a round comes after every job
 *     of the last one has started, whether they run first-in-first-out or the other way round;
 *   - one thread is enough: nobody sits in epoll while a job of the batch waits for a thread;
 *   - no thread is woken only to poll.
 * A job that is about to do something slow hands the role on first (poller_hand_over), and so does
 * one that panics. A connection that has more to do than its budget allows does not spawn itself
 * (a backend that runs its own spawns first would starve the others) but goes on the ready list,
 * which the next round treats like news from epoll.
 *
 * The poller waits in epoll while other workers still serve; a connection that is put on the ready
 * list then is announced by a kick: an eventfd in the same epoll set. Lost news are ruled out as in
 * any event count: the poller sets `waiting`, then looks at the lists, then sleeps; the others put
 * themselves on a list, then look at `waiting`. */
#ifndef KVS_POLLER_H
#define KVS_POLLER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "connection.h"
#include "listener.h"
#include "options.h"

struct server;

typedef struct poller {
    int epoll;          /* immutable after start */
    int kick;           /* immutable after start: an eventfd, edge-triggered, never read */
    int spare;          /* role: a descriptor to give up when there are no others; -1: lost */
    pthread_t thread;   /* main thread only: with --mode connection */
    source kick_source; /* immutable: what epoll hands back for `kick` */

    _Alignas(64) _Atomic uint32_t to_start;   /* jobs of the batch that have not started */
    _Alignas(64) _Atomic(connection *) ready; /* stack of connections that want another turn */
    _Atomic(connection *) closed;             /* stack of connections to be freed */
    atomic_bool waiting;                      /* the poller sleeps, or is about to */
    _Atomic uint32_t watched;                 /* connections with waiting_since != 0 */

    /* The rest: holder of the role. */
    _Alignas(64) listener listeners[ADDRESSES_MAX];
    unsigned listener_count;
    connection *connections;   /* all of them */
    connection *carried;       /* first-in-first-out: for this round or the next */
    connection **carried_last; /* the link to fill next */
    bool accept_paused;        /* listeners are not in the epoll set */
    bool retry;                /* a spawn was refused */
    bool slept_briefly;        /* the last time it slept in epoll */
    bool stop_seen;            /* `stopping` has been acted on */
    int64_t accept_again;      /* ms; end of the pause */
    int64_t next_scan;         /* ms; when to look for connections that are too slow */
    int64_t stop_deadline;     /* ms */
    uint64_t next_id;
} poller;

/* 0, or an error number after a line in the log. Main thread, before the pool. */
int poller_open(struct server *s);
void poller_close(struct server *s);

/* Begins: from now on somebody has the role. Main thread. 0 or an error number. */
int poller_start(struct server *s);

/* A round. Called by the holder of the role; false: it holds it no more. Blocks in epoll. */
bool poller_round(struct server *s);

/* A job of a batch begins; true: it is the last to do so and holds the role. */
bool poller_job_started(struct server *s);

/* By a job of a batch that has not begun yet, in the sense above: one more job of the batch, for a
 * connection that the caller has. false: the pool refused it, the caller still has the connection.
 */
bool poller_spawn_another(connection *c);

/* Lets another job have the role. Called by its holder; false: no job could be spawned, and the
 * caller keeps it. */
bool poller_hand_over(struct server *s);

/* Gives a connection that the caller has to the poller: for another turn, or to be freed. Any
 * thread. */
void poller_ready(struct server *s, connection *c);
void poller_closed(struct server *s, connection *c);

/* A connection began or ended to wait for its client (waiting_since). Any thread. */
void poller_watch(struct server *s, connection *c, int64_t now);
void poller_unwatch(struct server *s, connection *c);

/* The poller does a round soon, whatever it does now. Any thread. */
void poller_kick_always(struct server *s);

#endif
