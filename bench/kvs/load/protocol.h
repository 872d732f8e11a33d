/* protocol.h: how a request is written and what its one right reply is, for each kind of server.
 *
 * One thread at a time; nothing blocks or allocates. */
#ifndef KVS_LOAD_PROTOCOL_H
#define KVS_LOAD_PROTOCOL_H

#include <stdint.h>

#include "dataset.h"

typedef enum load_command { LOAD_GET, LOAD_SET, LOAD_OTHER } load_command;

/* A request on its way. `generations` has a bit for every generation of the value that is right:
 * of SET the one to store, of GET those that may come back. */
typedef struct load_request {
    uint64_t since; /* ns; sent, or due in a paced run: where its latency begins */
    uint32_t key;
    uint8_t command; /* load_command */
    uint8_t generations;
} load_request;

/* Of a SET the one to store, of a GET the newest that may come back. */
static inline unsigned load_generation(const load_request *request) {
    return request->generations == 1 ? 0 : 1;
}

/* A fixed request and reply, for commands other than GET and SET; the caller's memory. */
typedef struct load_other {
    const char *request;
    const char *reply;
} load_other;

typedef struct load_protocol {
    const char *name;
    /* Both write into `to`, at most load_protocol_room() bytes, and return how many. */
    size_t (*write_request)(const dataset *set, const load_request *request, char *to);
    size_t (*write_reply)(const dataset *set, const load_request *request, unsigned generation,
                          char *to);
} load_protocol;

extern const load_protocol load_resp;      /* Redis, kvs-server */
extern const load_protocol load_memcached; /* memcached's text protocol */

/* Room for the longest request or reply about a value of this dataset. */
size_t load_protocol_room(const dataset *set);

#endif
