/* A turn's input and output. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server.h"
#include "turn.h"

enum { DISCARD_MAX = 1 << 20 };

/* ---- output --------------------------------------------------------------------------------- */

/* How much of it the socket took; -1: broken. */
static ssize_t send_some(turn *t, const char *bytes, size_t length) {
    size_t sent = 0;
    while (sent < length) {
        ssize_t n = send(t->connection->fd, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        else if (n < 0 && errno != EINTR)
            return -1;
    }
    return (ssize_t)sent;
}

static void waits_for_reader(turn *t) {
    connection *c = t->connection;
    if (atomic_load(&c->waiting_since) == 0)
        poller_watch(t->server, c, clock_ms());
    else
        atomic_store(&c->waiting_since, clock_ms()); /* it has read something: a new deadline */
}

static bool send_kept(turn *t) {
    connection *c = t->connection;
    ssize_t sent = send_some(t, c->output + c->output_start, c->output_used - c->output_start);
    if (sent < 0)
        return false;
    c->output_start += (size_t)sent;
    if (sent > 0 && turn_blocked(t))
        waits_for_reader(t);
    if (turn_blocked(t))
        return true;
    free(c->output);
    c->output = NULL;
    c->output_start = c->output_used = c->output_size = 0;
    return true;
}

static bool too_much(turn *t, size_t waiting) {
    atomic_fetch_add(&t->server->dropped, 1);
    log_line(LOG_WARNINGS,
             "client %llu dropped: it left %zu bytes of replies unread (--max-output)",
             (unsigned long long)t->connection->id, waiting);
    return false;
}

static bool keep_output(turn *t, const char *bytes, size_t length) {
    connection *c = t->connection;
    size_t needed = c->output_used + length;
    if (needed - c->output_start > t->server->options.max_output)
        return too_much(t, needed - c->output_start);
    if (needed > c->output_size) {
        size_t size = needed + needed / 2;
        char *larger = realloc(c->output, size);
        if (larger == NULL)
            return false;
        c->output = larger;
        c->output_size = size;
    }
    memcpy(c->output + c->output_used, bytes, length);
    c->output_used = needed;
    waits_for_reader(t);
    return true;
}

bool turn_flush(turn *t) {
    if (t->out.failed)
        return false;
    if (turn_blocked(t) && !send_kept(t))
        return false;
    if (t->out.used == 0)
        return true;
    ssize_t sent = turn_blocked(t) ? 0 : send_some(t, t->out.bytes, t->out.used);
    if (sent < 0)
        return false;
    size_t rest = t->out.used - (size_t)sent;
    bool kept = rest == 0 || keep_output(t, t->out.bytes + sent, rest);
    t->out.used = 0;
    return kept;
}

/* ---- input ---------------------------------------------------------------------------------- */

void turn_take_input(turn *t) {
    connection *c = t->connection;
    t->ahead_next = t->ahead_count = 0; /* what is found in the input may have moved */
    if (c->input == NULL) {
        t->in = t->memory->in;
        t->in_size = TURN_INPUT;
        t->in_start = t->in_end = 0;
        return;
    }
    t->in = c->input;
    t->in_size = c->input_size;
    t->in_start = 0;
    t->in_end = c->input_used;
}

/* A little more than there is, so that a long request that trickles in is not copied each time. */
static bool copy_to_connection(turn *t, size_t length) {
    connection *c = t->connection;
    size_t size = length + length / 2 + 256;
    char *input = malloc(size);
    if (input == NULL)
        return false;
    memcpy(input, t->in + t->in_start, length);
    c->input = input;
    c->input_size = size;
    return true;
}

bool turn_keep_input(turn *t) {
    connection *c = t->connection;
    size_t length = t->in_end - t->in_start;
    bool scratch = t->in == t->memory->in;
    if (length == 0 && !scratch) {
        free(c->input);
        c->input = NULL;
    } else if (length != 0 && scratch) {
        if (!copy_to_connection(t, length))
            return false;
    } else if (length != 0 && t->in_start != 0) {
        memmove(t->in, t->in + t->in_start, length);
    }
    c->input_used = length;
    return true;
}

/* Room behind the input: by moving it to the front, or into more memory; what has arrived decides
 * how much. */
static bool make_room(turn *t) {
    connection *c = t->connection;
    size_t length = t->in_end - t->in_start;
    if (t->in_start > 0) {
        memmove(t->in, t->in + t->in_start, length);
    } else if (t->in == t->memory->in) {
        size_t size = 2 * TURN_INPUT;
        char *input = malloc(size);
        if (input == NULL)
            return false;
        memcpy(input, t->in, length);
        t->in = c->input = input;
        t->in_size = c->input_size = size;
    } else {
        char *larger = realloc(t->in, t->in_size * 2);
        if (larger == NULL)
            return false;
        t->in = c->input = larger;
        t->in_size = c->input_size = t->in_size * 2;
    }
    t->in_start = 0;
    t->in_end = length;
    return true;
}

bool turn_receive(turn *t) {
    ssize_t n;
    if (t->in_start == t->in_end)
        t->in_start = t->in_end = 0;
    if (t->in_end == t->in_size && !make_room(t))
        return false;
    size_t room = t->in_size - t->in_end;
    do
        n = recv(t->connection->fd, t->in + t->in_end, room, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        return false;
    t->ended = n == 0;
    if (n > 0)
        t->in_end += (size_t)n;
    /* Less than there was room for: that was all, unless the end is behind it, which epoll has
     * reported then. */
    t->drained = n <= 0 || ((size_t)n < room && !atomic_load(&t->connection->peer_closed));
    return true;
}

bool turn_discard(turn *t) {
    ssize_t n = 0;
    for (size_t total = 0; total < DISCARD_MAX; total += (size_t)n) {
        n = recv(t->connection->fd, t->memory->in, TURN_INPUT, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
            return true;
        if (n < 0)
            return false;
    }
    return true; /* so much after an error: it is not worth reading */
}
