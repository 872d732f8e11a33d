/* Making a load: memory, limits, connections; and taking it apart. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"

enum { IN_SIZE = 256 * 1024, OTHER_FILES = 32, BATCH_MAX = 256 * 1024 * 1024 };

/* Preload may use a connection deeper than the run does. */
static uint32_t room_of(const load *l, uint32_t index) {
    uint32_t pipeline = l->options.pipeline;
    return index < LOAD_SETUP_CONNECTIONS && pipeline < LOAD_SETUP_PIPELINE ? LOAD_SETUP_PIPELINE
                                                                            : pipeline;
}

static int share_requests(load *l) {
    size_t total = 0;
    for (uint32_t i = 0; i < l->options.connections; i++)
        total += room_of(l, i);
    l->requests = calloc(total, sizeof *l->requests);
    if (l->requests == NULL)
        return ENOMEM;
    load_request *next = l->requests;
    for (uint32_t i = 0; i < l->options.connections; i++) {
        l->connections[i].requests = next;
        next += room_of(l, i);
    }
    return 0;
}

static int allocate(load *l) {
    size_t room = load_protocol_room(&l->set);
    l->in_size = room * 2 > IN_SIZE ? room * 2 : IN_SIZE;
    l->out_size = room * room_of(l, 0);
    if (l->out_size > BATCH_MAX)
        return load_fail(l, EINVAL, "a pipeline of %u values of %zu bytes exceeds %d MiB",
                         room_of(l, 0), l->set.value_size, BATCH_MAX >> 20);
    l->in = malloc(l->in_size);
    l->out = malloc(l->out_size);
    l->expected = malloc(room);
    l->connections = calloc(l->options.connections, sizeof *l->connections);
    if (l->in == NULL || l->out == NULL || l->expected == NULL || l->connections == NULL)
        return load_fail(l, ENOMEM, "out of memory");
    for (uint32_t i = 0; i < l->options.connections; i++)
        l->connections[i].fd = -1;
    return share_requests(l) == 0 ? 0 : load_fail(l, ENOMEM, "out of memory");
}

static int allow_files(load *l) {
    struct rlimit limit;
    rlim_t wanted = (rlim_t)l->options.connections + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return 0;
    limit.rlim_cur = wanted;
    if (wanted > limit.rlim_max || setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return load_fail(l, EMFILE, "%u connections need a limit of %ju open files; it is %ju",
                         l->options.connections, (uintmax_t)wanted, (uintmax_t)limit.rlim_max);
    return 0;
}

/* ---- connecting ---------------------------------------------------------------------------- */

static int resolve(load *l, struct addrinfo **target) {
    char port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    snprintf(port, sizeof port, "%u", (unsigned)l->options.address.port);
    int error = getaddrinfo(l->options.address.host, port, &hints, target);
    return error == 0 ? 0
                      : load_fail(l, EINVAL, "'%s' is no address: %s", l->options.address.host,
                                  gai_strerror(error));
}

static void set_timeouts(int fd, uint32_t ms) {
    struct timeval timeout = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

static int connect_one(load *l, connection *c, const struct addrinfo *target) {
    const int on = 1;
    c->fd = socket(target->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return load_fail(l, errno, "socket: %s", strerror(errno));
    set_timeouts(c->fd, l->options.timeout_ms);
    if (connect(c->fd, target->ai_addr, target->ai_addrlen) != 0) {
        int error = errno == EINPROGRESS ? ETIMEDOUT : errno;
        return load_fail(l, error, "cannot connect connection %td of %u to %s, port %u: %s",
                         c - l->connections, l->options.connections, l->options.address.host,
                         (unsigned)l->options.address.port, strerror(error));
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return 0;
}

/* AUTH, while the socket still blocks: once per connection and outside what is measured. */
static int authenticate(load *l, connection *c) {
    char text[768], answer[128] = "";
    const char *password = l->options.password;
    if (password == NULL)
        return 0;
    int length = snprintf(text, sizeof text, "*2\r\n$4\r\nAUTH\r\n$%zu\r\n%s\r\n", strlen(password),
                          password);
    if (length >= (int)sizeof text)
        return load_fail(l, EINVAL, "the password is longer than 700 bytes");
    if (send(c->fd, text, (size_t)length, MSG_NOSIGNAL) != length ||
        recv(c->fd, answer, sizeof answer - 1, 0) <= 0)
        return load_fail(l, ECONNRESET, "no answer to AUTH on connection %td", c - l->connections);
    if (strcmp(answer, "+OK\r\n") != 0)
        return load_fail(l, EACCES, "AUTH was refused: %.*s", (int)strcspn(answer, "\r\n"), answer);
    return 0;
}

static int watch_connection(load *l, connection *c) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    set_timeouts(c->fd, 0);
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
        return load_fail(l, errno, "connection %td: %s", c - l->connections, strerror(errno));
    return 0;
}

static int connect_all(load *l) {
    struct addrinfo *target = NULL;
    int error = resolve(l, &target);
    for (uint32_t i = 0; i < l->options.connections && error == 0; i++) {
        connection *c = &l->connections[i];
        error = connect_one(l, c, target);
        if (error == 0)
            error = authenticate(l, c);
        if (error == 0)
            error = watch_connection(l, c);
        if (error == 0 && l->options.stop != NULL && *l->options.stop != 0)
            error = load_fail(l, ECANCELED, "interrupted");
    }
    if (target != NULL)
        freeaddrinfo(target);
    return error;
}

static int check_options(load *l) {
    const load_options *options = &l->options;
    if (options->protocol == NULL || options->timeout_ms == 0)
        return load_fail(l, EINVAL, "incomplete options");
    if (options->pipeline == 0 || options->pipeline > LOAD_PIPELINE_MAX)
        return load_fail(l, EINVAL, "a pipeline is 1 to %d deep", LOAD_PIPELINE_MAX);
    if (options->connections == 0 || options->connections > LOAD_CONNECTIONS_MAX)
        return load_fail(l, EINVAL, "%u connections: 1 to %d", options->connections,
                         LOAD_CONNECTIONS_MAX);
    return 0;
}

int load_open(const load_options *options, load **made) {
    *made = NULL;
    load *l = calloc(1, sizeof *l);
    if (l == NULL)
        return ENOMEM;
    *made = l;
    l->options = *options;
    l->random = options->seed;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0)
        return load_fail(l, errno, "epoll_create1: %s", strerror(errno));
    int error = check_options(l);
    if (error == 0 && (error = dataset_make(&l->set, options->keys, options->value_size)) != 0)
        return load_fail(l, error, "keys or value size: %s", strerror(error));
    l->set.literal = options->literal;
    if (error == 0)
        error = allocate(l);
    if (error == 0)
        error = allow_files(l);
    return error == 0 ? connect_all(l) : error;
}

static void close_connection(connection *c) {
    if (c->fd >= 0)
        close(c->fd);
    free(c->partial);
    free(c->unsent);
}

void load_close(load *l) {
    if (l == NULL)
        return;
    for (uint32_t i = 0; l->connections != NULL && i < l->options.connections; i++)
        close_connection(&l->connections[i]);
    if (l->epoll >= 0)
        close(l->epoll);
    dataset_free(&l->set);
    free(l->connections);
    free(l->requests);
    free(l->in);
    free(l->out);
    free(l->expected);
    free(l);
}
