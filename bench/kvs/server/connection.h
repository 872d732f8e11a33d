/* connection.h: a client. */
#ifndef KVS_CONNECTION_H
#define KVS_CONNECTION_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine.h"
#include "listener.h"
#include "reply.h"
#include "request.h"

/* Who has a connection is in its state:
 *
 *   IDLE     nobody; the poller may take it, when epoll reports something  (-> RUNNING)
 *   RUNNING  a job, the engine while it commits, or the list of ready ones
 *   DIRTY    the same, and epoll has reported something since              (-> RUNNING)
 *   CLOSED   the poller, to be freed
 */
typedef enum connection_state { IDLE, RUNNING, DIRTY, CLOSED } connection_state;

struct server;

enum { CLIENT_NAME_MAX = 64 };

/* Why the poller wants a connection to end. */
typedef enum verdict { STAY, TOO_SLOW, TOO_IDLE, STOPPED } verdict;

/* A request whose writes are being made durable; its reply comes after. */
typedef struct deferred {
    kvs_write_set set; /* set.next is the next deferred one's set */
    void (*reply)(reply_writer *out, const kvs_write_set *set);
} deferred;

typedef struct connection {
    source source;         /* immutable; first: epoll's pointer leads here */
    struct server *server; /* immutable */
    int fd;                /* immutable until the poller frees the connection */
    uint64_t id;           /* immutable */

    _Atomic connection_state state;
    atomic_bool peer_closed;       /* epoll has reported that the client sends no more */
    _Atomic verdict verdict;       /* set by the poller, once */
    _Atomic int64_t waiting_since; /* ms; an incomplete request or an unread reply; 0: neither */
    _Atomic int64_t last_active;   /* ms; of the last turn; kept only with --idle-timeout */

    struct connection *handed; /* link in a list, for who has the connection */
    struct connection *next;   /* poller only: all connections */
    struct connection **back;  /* poller only: the link that points here */

    /* The rest: whoever has the connection. */
    bool authenticated;
    bool resp3;          /* it has asked for this protocol */
    bool closing;        /* to be closed when its replies are sent */
    bool lingering;      /* what still comes is thrown away until the client closes */
    bool has_parsed;     /* the parser holds a request that waits to be executed */
    const char *invalid; /* the request after the deferred ones is no request; NULL: it may be */
    resp_parser parser;
    char *input; /* bytes that could not be dealt with in the last turn; starts with a request */
    size_t input_used, input_size;
    char *output; /* replies that the socket did not take; output_start … output_used */
    size_t output_start, output_used, output_size;

    kvs_commit commit;             /* of the deferred ones; the engine's meanwhile */
    kvs_write_set *deferred;       /* the first, NULL: none */
    kvs_write_set **deferred_last; /* the link to fill next */
    bool committed;                /* they are done, replies are due */
    sem_t committed_event;         /* --mode connection: `committed` */
    char name[CLIENT_NAME_MAX];
} connection;

/* NULL: no memory; the descriptor stays the caller's. Otherwise it is the connection's. */
connection *connection_new(struct server *server, int fd, uint64_t id, bool authenticated);
/* Closes it. */
void connection_free(connection *c);

void deferred_free_all(connection *c);

#endif
