#include "turn.h"

#include <sys/socket.h>

#include "commands.h"
#include "server.h"

/* Replies beyond this are sent before the turn goes on. */
enum { FLUSH_AT = 256 * 1024 };
/* Copies of deferred requests beyond this are committed before the turn goes on. */
enum { COMMIT_AT = 1024 * 1024 };

/* ---- requests ------------------------------------------------------------------------------- */

static resp_limits limits_of(const turn *t) {
    size_t request = (size_t)t->server->options.max_request;
    if (!t->connection->authenticated) /* a stranger gets no memory, as in Redis */
        return (resp_limits){.request = 65536, .argument = 16384, .arguments = 10};
    return (resp_limits){.request = request, .argument = request, .arguments = RESP_ARGUMENTS_MAX};
}

static resp_status find_request(turn *t) {
    connection *c = t->connection;
    resp_limits limits = limits_of(t);
    if (c->has_parsed)
        return RESP_REQUEST;
    if (c->invalid != NULL)
        return RESP_INVALID;
    resp_status status =
        resp_parse(&c->parser, &limits, t->in + t->in_start, t->in_end - t->in_start, &c->invalid);
    c->has_parsed = status == RESP_REQUEST;
    return status;
}

static turn_end reject(turn *t) {
    char message[128] = "ERR ";
    connection *c = t->connection;
    strncat(message, c->invalid, sizeof message - 5);
    reply_error(&t->out, strncmp(c->invalid, "OOM", 3) == 0 ? c->invalid : message);
    log_line(LOG_DETAILS, "client %llu: %s", (unsigned long long)c->id, c->invalid);
    t->in_start = t->in_end;
    c->closing = true;
    return TURN_LINGER;
}

static turn_end executed(turn *t, size_t length) {
    t->in_start += length;
    t->left--;
    return t->connection->closing ? TURN_CLOSE : TURN_AGAIN;
}

/* One that needs the parser. TURN_WAIT: it is not complete. */
static turn_end execute_parsed(turn *t) {
    connection *c = t->connection;
    resp_parser *parser = &c->parser;
    switch (find_request(t)) {
    case RESP_MORE:
        return c->deferred == NULL ? TURN_WAIT : TURN_COMMIT;
    case RESP_INVALID:
        return c->deferred == NULL ? reject(t) : TURN_COMMIT;
    default:
        break;
    }
    if (parser->count != 0 && !commands_execute(t, resp_spans(parser), parser->count))
        return TURN_COMMIT; /* it waits for the deferred ones */
    size_t length = parser->position;
    resp_parser_reset(parser);
    c->has_parsed = false;
    return executed(t, length);
}

/* One that the look ahead has found. */
static turn_end execute_foreseen(turn *t) {
    const resp_ahead *request = &t->memory->ahead[t->ahead_next];
    if (!commands_execute(t, request->words, request->count))
        return TURN_COMMIT;
    t->ahead_next++;
    return executed(t, request->length);
}

size_t turn_keys(const turn *t, kvs_slice *keys) {
    size_t count = 0, at = t->in_start;
    for (uint32_t i = t->ahead_next; i < t->ahead_count; i++) {
        const resp_ahead *request = &t->memory->ahead[i];
        const resp_span *word = &request->words[1]; /* of most commands it is */
        if (request->count > 1)
            keys[count++] = (kvs_slice){t->in + at + word->offset, word->length};
        at += request->length;
    }
    return count;
}

/* Of one key the engine would learn too late. */
static void expect(turn *t) {
    kvs_slice keys[TURN_AHEAD];
    size_t count = turn_keys(t, keys);
    if (count > 1)
        server_engine_type(t->server)->expect(t->server->engine, keys, count);
}

/* Unless the parser is in the middle of a request. */
static void look_ahead(turn *t) {
    const connection *c = t->connection;
    resp_limits limits = limits_of(t);
    t->ahead_next = t->ahead_count = 0;
    if (c->parser.position != 0 || c->has_parsed || c->invalid != NULL)
        return;
    t->ahead_count =
        (uint32_t)resp_look_ahead(t->in + t->in_start, t->in_end - t->in_start, &limits,
                                  t->memory->ahead, t->left < TURN_AHEAD ? t->left : TURN_AHEAD);
    if (t->ahead_count > 1 && server_engine_type(t->server)->expect != NULL)
        expect(t);
}

/* One request. TURN_AGAIN: go on with the next; TURN_WAIT: there is no complete one. */
static turn_end execute_one(turn *t) {
    if (t->in_start == t->in_end) /* twice in every turn: there is nothing to parse */
        return t->connection->deferred == NULL ? TURN_WAIT : TURN_COMMIT;
    if (t->ahead_next == t->ahead_count)
        look_ahead(t);
    return t->ahead_next < t->ahead_count ? execute_foreseen(t) : execute_parsed(t);
}

/* Replies pile up: send them. TURN_AGAIN: go on. */
static turn_end relieve(turn *t) {
    if (!turn_flush(t))
        return TURN_CLOSE;
    if (!turn_blocked(t))
        return TURN_AGAIN;
    return t->connection->deferred == NULL ? TURN_WAIT : TURN_COMMIT;
}

/* All complete requests that are here, as far as the budget goes. TURN_WAIT: receive more, unless
 * the output is blocked. */
static turn_end execute(turn *t) {
    turn_end how = TURN_AGAIN;
    while (how == TURN_AGAIN && t->left > 0) {
        how = execute_one(t);
        if (how == TURN_AGAIN && t->out.used >= FLUSH_AT)
            how = relieve(t);
        if (how == TURN_AGAIN && t->deferred_bytes >= COMMIT_AT)
            how = TURN_COMMIT;
    }
    if (how == TURN_AGAIN && t->connection->deferred != NULL)
        return TURN_COMMIT;
    return how;
}

/* ---- a turn --------------------------------------------------------------------------------- */

static void end_view(turn *t) {
    if (t->has_view && t->view != NULL)
        server_engine_type(t->server)->read_end(t->server->engine, t->view);
    t->has_view = false;
}

/* A deadline runs while a request is incomplete or a reply unread. */
static void keep_watch(turn *t, turn_end how) {
    connection *c = t->connection;
    bool incomplete = how == TURN_WAIT && t->in_end > t->in_start;
    bool waits = incomplete || how == TURN_LINGER || turn_blocked(t);
    bool watched = atomic_load_explicit(&c->waiting_since, memory_order_relaxed) != 0;
    /* relaxed: only whoever has the connection changes whether it is 0 */
    if (waits && !watched)
        poller_watch(t->server, c, clock_ms());
    else if (waits && t->left != t->server->options.budget)
        atomic_store(&c->waiting_since, clock_ms()); /* another request than the last time */
    else if (!waits && watched)
        poller_unwatch(t->server, c);
}

/* Nothing complete is left of what was received. TURN_AGAIN: there is more now. */
static turn_end receive(turn *t) {
    if (t->ended)
        return TURN_CLOSE;
    if (t->drained && atomic_load(&t->server->stopping))
        return TURN_CLOSE;
    if (t->drained && !t->blocking)
        return TURN_WAIT;
    if (t->blocking) { /* before it waits */
        if (!turn_flush(t) || turn_blocked(t))
            return TURN_CLOSE;
        keep_watch(t, TURN_WAIT);
    }
    end_view(t); /* requests that are yet to come see what was acknowledged before them */
    return turn_receive(t) ? TURN_AGAIN : TURN_CLOSE;
}

static bool condemned(turn *t) {
    static const char *const reasons[] = {
        [TOO_SLOW] = "a request stayed incomplete, or a reply unread, for too long",
        [TOO_IDLE] = "it was idle for too long",
        [STOPPED] = "the server stops"};
    verdict v = atomic_load(&t->connection->verdict);
    if (v == STAY)
        return false;
    atomic_fetch_add(&t->server->dropped, 1);
    log_line(v == TOO_IDLE ? LOG_DETAILS : LOG_WARNINGS, "client %llu dropped: %s",
             (unsigned long long)t->connection->id, reasons[v]);
    return true;
}

turn_end turn_serve(turn *t) {
    connection *c = t->connection;
    turn_end how = TURN_AGAIN;
    if (condemned(t))
        return TURN_CLOSE;
    turn_finish_deferred(t);
    if (turn_blocked(t) && !turn_flush(t))
        return TURN_CLOSE;
    if (turn_blocked(t))
        return TURN_WAIT;
    if (c->lingering)
        return turn_discard(t) ? TURN_CLOSE : TURN_LINGER;
    if (c->closing)
        return TURN_CLOSE;
    while (how == TURN_AGAIN && t->left > 0) {
        how = execute(t);
        if (how == TURN_WAIT && !turn_blocked(t))
            how = receive(t);
    }
    return how;
}

static turn_end linger(turn *t) {
    t->connection->lingering = true;
    shutdown(t->connection->fd, SHUT_WR);
    return turn_discard(t) || atomic_load(&t->server->stopping) ? TURN_CLOSE : TURN_LINGER;
}

turn_end turn_pause(turn *t, turn_end how) {
    connection *c = t->connection;
    end_view(t);
    if (!turn_keep_input(t) || !turn_flush(t))
        return TURN_CLOSE;
    if (turn_blocked(t) && (how == TURN_CLOSE || how == TURN_LINGER)) {
        c->closing = true; /* when the client has read */
        how = t->ended || condemned(t) ? TURN_CLOSE : TURN_WAIT;
    } else if (how == TURN_LINGER && !c->lingering) {
        how = linger(t);
    }
    keep_watch(t, how);
    return how;
}

void turn_begin(turn *t, connection *c, turn_memory *memory, turn_output *output) {
    *t = (turn){.server = c->server,
                .connection = c,
                .out = reply_on(output->bytes, TURN_OUTPUT),
                .memory = memory,
                .left = c->server->options.budget};
    t->out.resp3 = c->resp3;
    turn_take_input(t);
}

/* Nothing is left of an earlier turn, and nothing stands against a new one. */
static bool is_fresh(const turn *t) {
    const connection *c = t->connection;
    return c->input == NULL && c->deferred == NULL && c->invalid == NULL && !c->lingering &&
           !c->closing && !turn_blocked(t) && atomic_load(&c->verdict) == STAY;
}

bool turn_prepare(turn *t) {
    if (!is_fresh(t))
        return false;
    if (!turn_receive(t))
        t->ended = true; /* broken: nothing will come any more */
    else if (t->in_end > t->in_start)
        look_ahead(t);
    return t->ahead_count <= 1;
}

void turn_go_on(turn *t) {
    t->drained = false;
    t->deferred_bytes = 0;
    turn_take_input(t);
}

void turn_drop(turn *t) {
    end_view(t);
    reply_release(&t->out);
}

void turn_count(turn *t) {
    statistics *own = server_statistics(t->server);
    /* relaxed: numbers for INFO */
    atomic_fetch_add_explicit(&own->requests, t->server->options.budget - t->left,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&own->turns, 1, memory_order_relaxed);
    t->left = t->server->options.budget;
}
