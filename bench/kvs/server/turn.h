/* turn.h: a connection's turn: one job reads what its client has sent, executes the complete
 * requests, up to a budget, and writes the replies together. */
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
    char in[TURN_INPUT], out[TURN_OUTPUT];
    resp_ahead ahead[TURN_AHEAD];
} turn_memory;

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
    bool has_role; /* the poller's */
    bool has_view;
    kvs_view *view; /* of the engine, with has_view */
} turn;

/* The job. arg: a connection in state RUNNING. */
void turn_job(void *arg);

/* For blocking.c: one turn of a connection that the caller keeps; ends with the replies sent and
 * without submitting. `t` must be turn_begin's. */
void turn_begin(turn *t, connection *c, turn_memory *memory);
turn_end turn_serve(turn *t);
turn_end turn_pause(turn *t, turn_end how); /* keeps what is left over, sends the replies */
void turn_drop(turn *t);                    /* frees what the turn has; the connection stays */

/* Before a command that takes long: whoever else could be served is not kept waiting. */
void turn_hand_over_role(turn *t);

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
