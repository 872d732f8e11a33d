/* load.h: a load generator for key/value servers: one thread, epoll, every reply checked.
 *
 *     load_open       connects every connection
 *     load_preload    stores generation 0 of every key
 *     load_measure    the run that counts; as many as wanted, one after the other
 *     load_verify     reads every key back
 *     load_close
 *
 * A connection sends `pipeline` requests in one write, and the next ones when every reply is
 * there and has been compared byte for byte. In a paced run (rate > 0) requests fall due at fixed
 * intervals, and latency counts from when one was due, sent or not, so that a server that stalls
 * cannot hide it (wrk2's point). In a closed loop it counts from the write.
 *
 * The generator is one thread: with many connections ready at once, a reply waits for its turn to
 * be read, and that is in its latency, for every server alike.
 *
 * All functions: one thread at a time per `load`; 0 or an error number, load_message() says what
 * happened. EBADMSG: a wrong reply. ETIMEDOUT: the server stopped answering. ECANCELED: *stop was
 * set. ECONNRESET and others: a connection failed. After an error only load_close may follow. */
#ifndef KVS_LOAD_LOAD_H
#define KVS_LOAD_LOAD_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "histogram.h"
#include "kvs_address.h"
#include "protocol.h"

enum { LOAD_CONNECTIONS_MAX = 10000, LOAD_PIPELINE_MAX = 10000 };

typedef struct load load;

typedef struct load_options {
    kvs_address address;
    const load_protocol *protocol;
    const char *password;  /* AUTH on every connection; NULL: none; RESP only */
    uint32_t keys;         /* 1 … DATASET_KEYS_MAX */
    uint32_t value_size;   /* bytes, 1 … DATASET_VALUE_MAX */
    const char *literal;   /* see dataset.h; NULL: none */
    uint32_t connections;  /* 1 … LOAD_CONNECTIONS_MAX */
    uint32_t pipeline;     /* 1 … LOAD_PIPELINE_MAX requests in one write */
    uint32_t timeout_ms;   /* longest time without any reply while some are outstanding; > 0 */
    uint64_t seed;         /* of the choice of keys and commands */
    bool has_server_clock; /* server_clock is the CPU clock of the server process */
    clockid_t server_clock;
    const volatile sig_atomic_t *stop; /* when it becomes non-zero the run fails; NULL: never */
} load_options;

typedef struct load_run {
    double seconds;          /* of the counted window; > 0 */
    double warmup_seconds;   /* before it, not counted; >= 0 */
    uint64_t requests;       /* ends the window early; 0: time alone does */
    double get_share;        /* 0: SET only … 1: GET only */
    bool either;             /* keys may hold generation 0 or 1 from before load_open */
    bool in_order;           /* keys 0, 1, 2, …, round and round, instead of random ones */
    double rate;             /* requests a second over all connections; 0: closed loop */
    bool abandon;            /* at the end of the window, do not wait for what is outstanding: only
                              * load_close may follow. For servers that let clients starve. */
    const atomic_bool *end;  /* closes the window when another thread sets it; NULL: none does */
    const load_other *other; /* only this request instead of GET and SET; NULL: GET and SET */
} load_run;

typedef struct load_result {
    double seconds; /* of the window */
    double client_cpu_seconds;
    double server_cpu_seconds;   /* 0 without server_clock */
    uint64_t requests;           /* replies that came and were right in the window */
    uint32_t connections_served; /* connections that got at least one of them */
    histogram latency;           /* ns, of each */
} load_result;

/* Raises the limit of open files as far as needed and allowed. *made is set on failure too, for
 * load_message, unless there was no memory (ENOMEM, NULL). The caller closes it. */
int load_open(const load_options *options, load **made);
int load_preload(load *l);
int load_measure(load *l, const load_run *run, load_result *result);
/* A key that a SET of this load was acknowledged for must hold generation 1; the others generation
 * 0, or, with `either`, 0 or 1, when another program has written. `touched` (may be NULL) receives
 * how many hold generation 1. */
int load_verify(load *l, bool either, uint64_t *touched);
const char *load_message(const load *l);
void load_close(load *l);

#endif
