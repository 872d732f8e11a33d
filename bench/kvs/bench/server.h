/* server.h: a contender's server while it runs. Main thread only; every function may block. */
#ifndef KVS_BENCH_SERVER_H
#define KVS_BENCH_SERVER_H

#include <time.h>

#include "child.h"
#include "contender.h"
#include "kvs_address.h"
#include "scratch.h"

typedef struct server {
    const contender *contender;
    child process;
    kvs_address address;
    clockid_t clock; /* its CPU time */
    char directory[SCRATCH_PATH_MAX];
    char problem[1024]; /* after a failure: what happened, with the end of the server's log */
} server;

/* Starts it on a free port of 127.0.0.1, in a directory of its own, and waits until it answers.
 * 0 or an error number; server_stop follows in either case. */
int server_start(server *s, const contender *c, const server_needs *needs);

/* Asks it to end (SIGTERM), insists after a while, removes its data. EPROTO: it did not end with
 * exit status 0, `problem` says how. */
int server_stop(server *s);

#endif
