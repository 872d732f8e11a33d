/* listener.h: sockets that listen. */
#ifndef KVS_LISTENER_H
#define KVS_LISTENER_H

#include "kvs_address.h"

/* What epoll hands back points at one of these. */
typedef enum source { SOURCE_KICK, SOURCE_LISTENER, SOURCE_CONNECTION } source;

typedef struct listener {
    source source;
    int fd;
} listener;

/* 0, or an error number after a line in the log. */
int listener_open(listener *l, const kvs_address *address);
void listener_close(listener *l);

/* A new connection, non-blocking or not. Its descriptor, or -1 and errno (EAGAIN: none waits).
 * ECONNABORTED and the like are dealt with inside. */
int listener_accept(const listener *l, int blocking);

#endif
