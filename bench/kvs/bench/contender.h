/* contender.h: the servers that can be compared, and how each is started. Main thread only. */
#ifndef KVS_BENCH_CONTENDER_H
#define KVS_BENCH_CONTENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command_line.h"
#include "protocol.h"

enum { CONTENDER_PATH_MAX = 512 };

/* What a contender can do; a workload names what it needs. */
enum {
    CAN_MEMORY = 1,           /* GET and SET without durability */
    CAN_DURABLE = 2,          /* acknowledges a SET when it is on disk */
    CAN_REDIS_BENCHMARK = 4,  /* redis-benchmark is installed and can load it */
    CAN_WORK = 8,             /* a request can burn a given time */
    CAN_THREADS = 16,         /* its number of threads can be set */
    CAN_CONNECTION_MODE = 32, /* a job can own a connection */
};

typedef enum contender_kind {
    CONTENDER_BACKEND, /* kvs-server-<name>, beside this program */
    CONTENDER_REDIS,
    CONTENDER_REDIS_ALWAYS, /* appendfsync always */
    CONTENDER_MEMCACHED,
    CONTENDER_FLOOR, /* kvs-floor, beside this program: no server, a limit */
} contender_kind;

typedef struct contender {
    contender_kind kind;
    const char *name; /* the caller's */
    char program[CONTENDER_PATH_MAX];
    unsigned can;
    const load_protocol *protocol;
    bool available;
    char why[128];     /* when it is not */
    char version[128]; /* of Redis and memcached; "" unknown */
} contender;

/* How a server is to be started. */
typedef struct server_needs {
    bool durable;
    bool work;
    bool job_each; /* no job for two connections */
    bool connection_mode;
    uint32_t threads; /* 0: the server's own default */
} server_needs;

/* Finds the contender. EINVAL: no such contender. One whose program is not installed is found,
 * with available = false. Runs redis-server or memcached to learn its version. */
int contender_find(const char *name, contender *found);

/* Prints the names that contender_find accepts, with commas, into `text`. */
void contender_names(char *text, size_t size);

/* Builds the command line of the server on 127.0.0.1 and this port. */
void contender_command(const contender *c, const server_needs *needs, uint16_t port,
                       command_line *line);

#endif
