#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

enum { BACKLOG = 4096 };

static socklen_t fill(const kvs_address *address, struct sockaddr_storage *storage) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
    memset(storage, 0, sizeof *storage);
    if (inet_pton(AF_INET, address->host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address->port);
        return sizeof *v4;
    }
    inet_pton(AF_INET6, address->host, &v6->sin6_addr);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address->port);
    return sizeof *v6;
}

static int prepare(int fd, const struct sockaddr_storage *storage, socklen_t size) {
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return errno;
    /* An IPv6 address is IPv6 only: 0.0.0.0 and [::] can be listened on side by side. */
    if (storage->ss_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
        return errno;
    if (bind(fd, (const struct sockaddr *)storage, size) != 0 || listen(fd, BACKLOG) != 0)
        return errno;
    return 0;
}

int listener_open(listener *l, const kvs_address *address) {
    struct sockaddr_storage storage;
    socklen_t size = fill(address, &storage);
    *l = (listener){SOURCE_LISTENER,
                    socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    int error = l->fd < 0 ? errno : prepare(l->fd, &storage, size);
    if (error == 0)
        return 0;
    log_line(LOG_ERRORS, "cannot listen on %s port %u: %s", address->host, (unsigned)address->port,
             strerror(error));
    listener_close(l);
    return error;
}

void listener_close(listener *l) {
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}

/* The client gave up, or the network did, before we came: the next one may be well. */
static bool transient(int error) {
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM ||
           error == ENETDOWN || error == EHOSTUNREACH || error == ENETUNREACH;
}

int listener_accept(const listener *l, int blocking) {
    int on = 1, fd;
    do
        fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK));
    while (fd < 0 && transient(errno));
    if (fd >= 0) /* a reply is one write: nothing is gained by waiting for more */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}
