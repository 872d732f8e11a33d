/* turn.h: a connection's turn: what its client has sent is read, the complete requests are
 * executed, up to a budget, and the replies written together. Who does that is a job: job.h. */
#ifndef KVS_TURN_H
#define KVS_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "ahead.h"
#include "connection.h"
#include "engine.h"
#include "reply.h"

enum { TURN_INPUT = 32 * 1024, TURN_OUTPUT = 32 * 1024, TURN_AHEAD = KVS_EXPECT_MAX };

/* Memory of a turn on its thread's stack, warm in the cache from the turn before. Only what is left
 * over is copied to memory of the connection, so an idle one holds no buffers. */
typedef struct turn_memory {
    char in[TURN_INPUT];
    resp_ahead ahead[TURN_AHEAD];
} turn_memory;

/* Replies; turns that come one after the other share it, because each ends with its replies sent.
 */
typedef struct turn_output {
    char bytes[TURN_OUTPUT];
} turn_output;

typedef enum turn_end {
    TURN_WAIT,   /* for the client */
    TURN_AGAIN,  /* for the next round: there is more to do */
    TURN_COMMIT, /* for the engine: its deferred requests are to be committed */
    TURN_LINGER, /* for the client to close, after an error that it should get to see */
    TURN_CLOSE,
} turn_end;

/* Everything here: the job that serves. */
typedef struct turn {
    struct server *server;
    struct job *job;        /* NULL in --mode connection */
    connection *connection; /* NULL: it is somebody else's already */
    reply_writer out;
    char *in; /* in[start … end): received, not executed; begins with a request */
    size_t in_start, in_end, in_size;
    turn_memory *memory;
    uint32_t ahead_next, ahead_count; /* memory->ahead[next … count) begin at in_start */
    uint32_t left;                    /* of the budget */
    size_t deferred_bytes;
    bool drained;  /* the socket has nothing more for now */
    bool ended;    /* the client sends no more */
    bool blocking; /* --mode connection: recv and send wait */
    bool has_view;
    kvs_view *view; /* of the engine, with has_view */
} turn;

/* A turn of a connection that the caller has (job.c, blocking.c), in these steps. */
void turn_begin(turn *t, connection *c, turn_memory *memory, turn_output *output);
/* May be left out: receives and parses before the turn comes, so that the caller can do so for
 * several and tell the engine what all of them are about. false: it may be a long turn, there is
 * more than one request or something else to do. */
bool turn_prepare(turn *t);
/* The keys of the requests that have been found, at most TURN_AHEAD. Returns how many. */
size_t turn_keys(const turn *t, kvs_slice *keys);
turn_end turn_serve(turn *t);
turn_end turn_pause(turn *t, turn_end how); /* keeps what is left over, sends the replies */
void turn_go_on(turn *t);                   /* before another turn_serve of the same turn */
void turn_drop(turn *t);                    /* frees what the turn has; the connection stays */
void turn_count(turn *t); /* what has been executed since the last time, for INFO */

/* ---- turn_io.c ------------------------------------------------------------------------------ */

/* Sends what there is. false: the connection is broken or its client too slow (logged). What the
 * socket does not take stays in connection->output. */
bool turn_flush(turn *t);
static inline bool turn_blocked(const turn *t) {
    return t->connection->output_used != t->connection->output_start;
}

/* Receives more behind what is there; sets drained and ended. false: broken, or no memory. */
bool turn_receive(turn *t);

/* Input that was left over becomes the turn's, and back. false: no memory. */
void turn_take_input(turn *t);
bool turn_keep_input(turn *t);

/* Throws away what comes. true: the client has closed. */
bool turn_discard(turn *t);

/* ---- turn_commit.c -------------------------------------------------------------------------- */

/* Copies the writes of a request, to be committed when the turn ends. false: no memory. */
bool turn_defer(turn *t, const kvs_write_set *set,
                void (*reply)(reply_writer *out, const kvs_write_set *set));
/* Replies to what has been committed. */
void turn_finish_deferred(turn *t);
/* Gives the connection to the engine; it comes back through poller_ready. */
void turn_submit(connection *c);
/* The same for a connection that keeps its worker: returns when the commit is done. */
void turn_submit_and_wait(connection *c);

#endif
