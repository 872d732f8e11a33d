/* connection.h: the state of one connection, and of the run it takes part in. Inside kvs_load. */
#ifndef KVS_LOAD_CONNECTION_H
#define KVS_LOAD_CONNECTION_H

#include "load.h"

#define LOAD_SETUP_CONNECTIONS 16u /* how many connections preload and verify use, at most, */
#define LOAD_SETUP_PIPELINE 64u    /* and how deep */

typedef struct connection {
    int fd;
    bool wants_write;       /* epoll also watches for room to write */
    bool served;            /* got a reply in the window */
    uint32_t depth;         /* requests of one write in this phase; 0: takes no part */
    uint32_t sent;          /* requests of the current batch, */
    uint32_t answered;      /* and how many of them have their reply */
    load_request *requests; /* room for the deepest batch */
    uint64_t next_due;      /* ns; paced runs: when its next request falls due */
    char *partial;          /* a reply that is not whole yet; room for one; NULL until needed */
    size_t partial_length;
    char *unsent; /* what the socket had no room for; owned; NULL: nothing */
    size_t unsent_length;
    size_t unsent_offset;
} connection;

typedef enum load_purpose { LOAD_PRELOAD, LOAD_MEASURE, LOAD_VERIFY } load_purpose;
typedef enum load_window { WINDOW_BEFORE, WINDOW_OPEN, WINDOW_CLOSED } load_window;

/* One pass over the connections: preload, measured run or verification. */
typedef struct load_phase {
    load_purpose purpose;
    const load_run *run; /* of a measured run */
    bool either;         /* verification: any generation is right */
    uint64_t limit;      /* requests to send; UINT64_MAX: the window ends it */
    uint64_t issued;
    uint64_t outstanding;
    uint64_t touched;    /* verification: values of generation 1 */
    uint64_t last_reply; /* ns */
    load_window window;
    uint64_t opens, closes;                 /* ns */
    uint64_t opened;                        /* ns; when it really did */
    struct timespec client_cpu, server_cpu; /* at that moment */
    uint64_t gap;         /* ns between requests of one connection; 0: closed loop */
    double paced_gap;     /* ns between requests over all connections */
    uint64_t paced_start; /* ns */
    uint64_t paced_turn;  /* the next request to fall due */
    load_result *result;
} load_phase;

struct load {
    load_options options;
    dataset set;
    connection *connections; /* owned */
    load_request *requests;  /* owned; slices of it belong to the connections */
    int epoll;
    uint64_t random;
    uint64_t get_below; /* a random word below this makes a GET */
    char *in;           /* owned; what a read returned */
    size_t in_size;
    char *out; /* owned; a batch being built */
    size_t out_size;
    char *expected; /* owned; a reply to compare with */
    load_phase phase;
    char message[512];
};

uint64_t load_now(void); /* ns, CLOCK_MONOTONIC */

/* Fills l->message; returns `error`. */
__attribute__((format(printf, 3, 4))) int load_fail(load *l, int error, const char *format, ...);

/* Sends what the phase has for this connection, if it is between two batches. */
int connection_send_batch(load *l, connection *c, uint64_t now);

/* There is something to read: checks the replies, counts them, sends the next batch. */
int connection_readable(load *l, connection *c);

/* There is room to write again. */
int connection_writable(load *l, connection *c);

/* load.c: the phase's next request; false: none now, or none any more. */
bool load_next_request(load *l, connection *c, uint64_t now, load_request *request);

/* load.c: a right reply to the request has come; `generation` is the one it matched. */
void load_answered(load *l, connection *c, const load_request *request, unsigned generation,
                   uint64_t now);

#endif
