/* kvs-floor: what loopback itself costs a server, the physical limit beside the servers compared.
 *
 * One thread, epoll, one recv and one send for what a client has sent, values in an array. No pool,
 * no table, no engine, no limits, no second processor: whatever serves these requests over TCP with
 * these system calls costs at least this much of the CPU. It knows only what the load sends: GET
 * and SET of the keys of kvs-load and redis-benchmark, with values of 64 bytes. Not a server to
 * use. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "requests.h"

enum { CLIENTS = 1 << 14, EVENTS = 256, IN = 64 * 1024, OUT = 256 * 1024, BACKLOG = 4096 };

/* By descriptor: the beginning of a request whose end has not come yet. */
static struct {
    char bytes[FLOOR_REQUEST_MAX];
    size_t length;
} rests[CLIENTS];

static int events_of, listening, signals; /* descriptors */

static void give_up(const char *what) {
    fprintf(stderr, "kvs-floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void watch(int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(events_of, EPOLL_CTL_ADD, fd, &event) != 0)
        give_up("epoll_ctl");
}

static bool send_all(int fd, const char *bytes, size_t length) {
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    while (length > 0) {
        ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR && (errno != EAGAIN || poll(&writable, 1, -1) < 0))
            return false;
        bytes += n < 0 ? 0 : n;
        length -= n < 0 ? 0 : (size_t)n;
    }
    return true;
}

/* false: the client is to be closed. */
static bool answer(int fd, char *in, size_t length) {
    static char out[OUT];
    size_t filled = 0, at = 0;
    do {
        ptrdiff_t used = floor_answer(in + at, length - at, out, sizeof out, &filled);
        if (used < 0 || !send_all(fd, out, filled))
            return false;
        at += (size_t)used;
    } while (at < length && filled > sizeof out - FLOOR_REPLY_MAX);
    if (length - at > FLOOR_REQUEST_MAX)
        return false;
    memcpy(rests[fd].bytes, in + at, length - at);
    rests[fd].length = length - at;
    return true;
}

/* All that has arrived: reports are edge-triggered. */
static void serve(int fd) {
    static char in[IN];
    bool open = true;
    ssize_t n;
    size_t room;
    do {
        size_t rest = rests[fd].length;
        room = sizeof in - rest;
        memcpy(in, rests[fd].bytes, rest);
        n = recv(fd, in + rest, room, 0);
        if (n > 0)
            open = answer(fd, in, rest + (size_t)n);
    } while (open && n > 0 && (size_t)n == room);
    if (!open || n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        rests[fd].length = 0;
        close(fd);
    }
}

static void welcome(void) {
    const int on = 1;
    int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (fd >= CLIENTS) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

static void run(void) {
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(events_of, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == signals)
                return;
            if (events[i].data.fd == listening)
                welcome();
            else
                serve(events[i].data.fd);
        }
    }
}

static void set_up(uint16_t port) {
    const int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct rlimit files = {CLIENTS, CLIENTS};
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    setrlimit(RLIMIT_NOFILE, &files); /* where it may: else fewer clients */
    events_of = epoll_create1(EPOLL_CLOEXEC);
    signals = signalfd(-1, &stop, SFD_CLOEXEC);
    listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (events_of < 0 || signals < 0 || listening < 0)
        give_up("start");
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listening, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listening, BACKLOG) != 0)
        give_up("cannot listen");
    watch(signals, EPOLLIN);
    watch(listening, EPOLLIN);
}

int main(int argc, char **argv) {
    char *end = NULL;
    unsigned long port = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
    if (argc != 2 || *end != '\0' || port == 0 || port > UINT16_MAX) {
        fprintf(stderr, "Usage: kvs-floor PORT\n"
                        "Listens on 127.0.0.1; see bench/kvs/README.md.\n");
        return 2;
    }
    set_up((uint16_t)port);
    run();
    return 0;
}
