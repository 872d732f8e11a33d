#include "connection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { EXCERPT = 48, EXPECT_MAX = 64 };

/* ---- sending ------------------------------------------------------------------------------- */

static int watch(load *l, connection *c, bool for_write) {
    struct epoll_event event = {.events = EPOLLIN | (for_write ? (uint32_t)EPOLLOUT : 0),
                                .data.ptr = c};
    if (c->wants_write == for_write)
        return 0;
    c->wants_write = for_write;
    if (epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &event) != 0)
        return load_fail(l, errno, "epoll_ctl: %s", strerror(errno));
    return 0;
}

/* How much of the bytes the socket took; -1: the connection failed. */
static ssize_t send_some(connection *c, const char *bytes, size_t length) {
    ssize_t sent = send(c->fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return sent;
}

static int send_failed(load *l, const connection *c) {
    return load_fail(l, errno, "connection %td: cannot send: %s", c - l->connections,
                     strerror(errno));
}

static int keep_unsent(load *l, connection *c, const char *bytes, size_t length) {
    c->unsent = malloc(length);
    if (c->unsent == NULL)
        return load_fail(l, ENOMEM, "out of memory");
    memcpy(c->unsent, bytes, length);
    c->unsent_length = length;
    c->unsent_offset = 0;
    return watch(l, c, true);
}

static int send_out(load *l, connection *c, size_t length) {
    ssize_t sent = send_some(c, l->out, length);
    if (sent < 0)
        return send_failed(l, c);
    if ((size_t)sent == length)
        return 0;
    return keep_unsent(l, c, l->out + sent, length - (size_t)sent);
}

int connection_writable(load *l, connection *c) {
    if (c->unsent == NULL)
        return watch(l, c, false);
    ssize_t sent = send_some(c, c->unsent + c->unsent_offset, c->unsent_length - c->unsent_offset);
    if (sent < 0)
        return send_failed(l, c);
    c->unsent_offset += (size_t)sent;
    if (c->unsent_offset < c->unsent_length)
        return 0;
    free(c->unsent);
    c->unsent = NULL;
    return watch(l, c, false);
}

static size_t write_request(const load *l, const load_request *request, char *to) {
    if (request->command != LOAD_OTHER)
        return l->options.protocol->write_request(&l->set, request, to);
    size_t length = strlen(l->phase.run->other->request);
    memcpy(to, l->phase.run->other->request, length);
    return length;
}

/* The values that the requests from `first` on are about, a few of them. */
static void expect_values(const load *l, const connection *c, uint32_t first) {
    uint32_t end = c->sent - first > EXPECT_MAX ? first + EXPECT_MAX : c->sent;
    for (uint32_t i = first; i < end; i++)
        dataset_expect(&l->set, c->requests[i].key, load_generation(&c->requests[i]));
}

int connection_send_batch(load *l, connection *c, uint64_t now) {
    size_t length = 0;
    if (c->answered < c->sent)
        return 0;
    c->sent = 0;
    c->answered = 0;
    while (c->sent < c->depth && load_next_request(l, c, now, &c->requests[c->sent]))
        c->sent++;
    if (c->sent == 0)
        return 0;
    if (l->get_below != UINT64_MAX)
        expect_values(l, c, 0);
    for (uint32_t i = 0; i < c->sent; i++)
        length += write_request(l, &c->requests[i], l->out + length);
    l->phase.outstanding += c->sent;
    return send_out(l, c, length);
}

/* ---- replies ------------------------------------------------------------------------------- */

static size_t expect_reply(const load *l, const load_request *request, unsigned generation) {
    if (request->command != LOAD_OTHER)
        return l->options.protocol->write_reply(&l->set, request, generation, l->expected);
    size_t length = strlen(l->phase.run->other->reply);
    memcpy(l->expected, l->phase.run->other->reply, length);
    return length;
}

/* Whether the bytes are the reply to the request, or begin it. Right: its length, and which
 * generation it is. The beginning of a right one: 0. Wrong: -1. */
static ssize_t match_reply(const load *l, const load_request *request, const char *bytes,
                           size_t have, unsigned *generation) {
    for (unsigned g = 0; g < DATASET_GENERATIONS; g++) {
        if ((request->generations & (1u << g)) == 0)
            continue;
        size_t length = expect_reply(l, request, g);
        if (memcmp(bytes, l->expected, have < length ? have : length) != 0)
            continue;
        *generation = g;
        return have < length ? 0 : (ssize_t)length;
    }
    return -1;
}

/* Bytes as a C string would show them, cut short. */
static void excerpt(const char *bytes, size_t length, char to[EXCERPT * 4 + 4]) {
    static const char hex[] = "0123456789abcdef";
    char *end = to;
    for (size_t i = 0; i < length && i < EXCERPT; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        *end++ = byte == '\r' || byte == '\n' || byte < ' ' || byte > '~' ? '\\' : (char)byte;
        if (byte == '\r' || byte == '\n') {
            *end++ = byte == '\r' ? 'r' : 'n';
        } else if (byte < ' ' || byte > '~') {
            *end++ = 'x';
            *end++ = hex[byte >> 4];
            *end++ = hex[byte & 15];
        }
    }
    memcpy(end, length > EXCERPT ? "..." : "", length > EXCERPT ? 4 : 1);
}

static int wrong_reply(load *l, const connection *c, const load_request *request, const char *bytes,
                       size_t have) {
    static const char *const names[] = {"GET", "SET", "the request"};
    char wanted[EXCERPT * 4 + 4], got[EXCERPT * 4 + 4], key[DATASET_KEY_LENGTH];
    unsigned generation = (request->generations & 1) != 0 ? 0 : 1;
    excerpt(l->expected, expect_reply(l, request, generation), wanted);
    excerpt(bytes, have, got);
    dataset_key(request->key, key);
    return load_fail(l, EBADMSG,
                     "wrong reply on connection %td to %s %.*s: expected \"%s\", got \"%s\"",
                     c - l->connections, names[request->command],
                     request->command == LOAD_OTHER ? 0 : DATASET_KEY_LENGTH, key, wanted, got);
}

static int keep_partial(load *l, connection *c, const char *bytes, size_t length) {
    if (length > 0 && c->partial == NULL &&
        (c->partial = malloc(load_protocol_room(&l->set))) == NULL)
        return load_fail(l, ENOMEM, "out of memory");
    if (length > 0)
        memcpy(c->partial, bytes, length);
    c->partial_length = length;
    return 0;
}

/* Checks every whole reply in l->in and keeps the beginning of the next. */
static int check_replies(load *l, connection *c, size_t have, uint64_t now) {
    size_t at = 0;
    while (c->answered < c->sent && at < have) {
        unsigned generation = 0;
        load_request *request = &c->requests[c->answered];
        ssize_t length = match_reply(l, request, l->in + at, have - at, &generation);
        if (length < 0)
            return wrong_reply(l, c, request, l->in + at, have - at);
        if (length == 0)
            break;
        at += (size_t)length;
        c->answered++;
        load_answered(l, c, request, generation, now);
    }
    if (c->answered == c->sent && at < have)
        return load_fail(l, EBADMSG, "connection %td: %zu bytes more than the replies",
                         c - l->connections, have - at);
    return keep_partial(l, c, l->in + at, have - at);
}

static int receive_failed(load *l, const connection *c, ssize_t got) {
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    int error = got == 0 ? ECONNRESET : errno;
    return load_fail(l, error, "connection %td: %s", c - l->connections,
                     got == 0 ? "the server closed it" : strerror(error));
}

int connection_readable(load *l, connection *c) {
    size_t have = c->partial_length;
    if (have > 0)
        memcpy(l->in, c->partial, have);
    if (l->get_below != 0)
        expect_values(l, c, c->answered); /* they arrive while the kernel receives */
    ssize_t got = recv(c->fd, l->in + have, l->in_size - have, 0);
    if (got <= 0)
        return receive_failed(l, c, got);
    uint64_t now = load_now();
    int error = check_replies(l, c, have + (size_t)got, now);
    if (error != 0)
        return error;
    return connection_send_batch(l, c, now);
}
