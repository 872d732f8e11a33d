/* options.h: the command line of kvs-server. */
#ifndef KVS_OPTIONS_H
#define KVS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"
#include "kvs_address.h"
#include "log.h"

enum { ADDRESSES_MAX = 8, PASSWORD_MAX = 512 };

typedef struct server_options {
    kvs_address addresses[ADDRESSES_MAX];
    unsigned address_count;
    const kvs_engine_type *engine;
    const char *directory;
    uint64_t max_data; /* bytes of storage; 0: no limit but the disk's */
    uint32_t threads;
    bool connection_mode;
    uint32_t budget; /* requests of one connection in one turn */
    uint32_t group;  /* connections in one job, at most */
    uint32_t max_connections;
    uint64_t max_request;     /* bytes */
    uint64_t max_output;      /* bytes of replies that wait for their client */
    uint32_t request_timeout; /* seconds for a request to be complete and a reply to be taken */
    uint32_t idle_timeout;    /* seconds without a request; 0: no limit */
    uint32_t stop_timeout;    /* seconds to finish in after a signal */
    char password[PASSWORD_MAX + 1];
    bool has_password;
    log_level level;
    bool debug_commands;
} server_options;

/* Reads the command line, or ends the process: 0 after --help or --version, 2 with a message on
 * stderr when something in it is wrong. */
void options_parse(int argc, char **argv, server_options *options);

#endif
