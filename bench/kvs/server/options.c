#include "options.h"

#include <argp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "thread_pool.h"

enum { EXIT_USAGE = 2 };
enum {
    OPTION_BUDGET = 1000,
    OPTION_GROUP,
    OPTION_MAX_CONNECTIONS,
    OPTION_MAX_REQUEST,
    OPTION_MAX_OUTPUT,
    OPTION_MAX_DATA,
    OPTION_REQUEST_TIMEOUT,
    OPTION_IDLE_TIMEOUT,
    OPTION_STOP_TIMEOUT,
    OPTION_PASSWORD_FILE,
    OPTION_LOG_LEVEL,
    OPTION_DEBUG,
};

static const struct argp_option known[] = {
    {"addr", 'a', "IP:PORT", 0,
     "Address to listen on, up to 8 of them (default " KVS_ADDRESS_DEFAULT
     "); one that others can reach needs a password",
     0},
    {"engine", 'e', "NAME", 0, "Where data are kept: lmdb (default) or memory", 0},
    {"dir", 'd', "DIR", 0, "Directory of the data (default: the current one)", 0},
    {"threads", 't', "N", 0, "Threads of the pool, 1 to 1024 (default: one per usable CPU)", 0},
    {"mode", 'm', "MODE", 0,
     "request (default): a job serves what connections have sent; connection: a job owns a "
     "connection until it closes",
     0},
    {NULL, 0, NULL, 0, "Limits (sizes take K, M, G, T):", 1},
    {"budget", OPTION_BUDGET, "N", 0,
     "Requests of one connection before others get their turn, 1 to 1000000 (default 128)", 1},
    {"group", OPTION_GROUP, "N", 0,
     "Connections that a job serves when many are ready at once, at most, 1 to 8 (default 8; "
     "engine lmdb: always 1)",
     1},
    {"max-connections", OPTION_MAX_CONNECTIONS, "N", 0, "1 to 1000000 (default 10000)", 1},
    {"max-request", OPTION_MAX_REQUEST, "SIZE", 0,
     "Longest request, its key and value included, 1K to 1G (default 16M)", 1},
    {"max-output", OPTION_MAX_OUTPUT, "SIZE", 0,
     "Replies that a client does not read before it is dropped, 1K to 16G (default 64M)", 1},
    {"max-data", OPTION_MAX_DATA, "SIZE", 0,
     "lmdb: size the data may grow to, 64K to 64T (default: what the disk holds)", 1},
    {"request-timeout", OPTION_REQUEST_TIMEOUT, "S", 0,
     "Seconds for a request to arrive whole and for a reply to be taken, 1 to 86400 (default 30)",
     1},
    {"idle-timeout", OPTION_IDLE_TIMEOUT, "S", 0,
     "Seconds after which an idle client is dropped, 0 to 86400 (default 0: never)", 1},
    {"stop-timeout", OPTION_STOP_TIMEOUT, "S", 0,
     "Seconds to finish in after SIGTERM or SIGINT, 1 to 86400 (default 10)", 1},
    {NULL, 0, NULL, 0, "More:", 2},
    {"password-file", OPTION_PASSWORD_FILE, "FILE", 0,
     "The first line of FILE is the password (default: the environment's KVS_PASSWORD, if set)", 2},
    {"log-level", OPTION_LOG_LEVEL, "LEVEL", 0, "error, warning, notice (default) or debug", 2},
    {"enable-debug", OPTION_DEBUG, NULL, 0,
     "Allow the commands DEBUG PANIC and WORK, for tests and measurements", 2},
    {0},
};

/* ---- values --------------------------------------------------------------------------------- */

static uint64_t number(const char *text, uint64_t least, uint64_t most, const char *what,
                       struct argp_state *state) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < least ||
        value > most)
        argp_error(state, "%s '%s': a whole number from %llu to %llu is accepted", what, text,
                   (unsigned long long)least, (unsigned long long)most);
    return value;
}

static uint64_t size(const char *text, uint64_t least, uint64_t most, const char *accepted,
                     struct argp_state *state) {
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    const char *unit = *end == '\0' ? NULL : strchr(units, *end & ~0x20);
    unsigned shift = unit == NULL ? 0 : 10 * (unsigned)(unit - units + 1);
    bool valid = text[0] >= '0' && text[0] <= '9' && errno == 0 &&
                 (*end == '\0' || (unit != NULL && end[1] == '\0')) && value <= most >> shift &&
                 value << shift >= least;
    if (!valid)
        argp_error(state, "size '%s': %s, in bytes or with K, M, G or T, is accepted", text,
                   accepted);
    return value << shift;
}

static void add_address(const char *text, server_options *given, struct argp_state *state) {
    if (given->address_count == ADDRESSES_MAX)
        argp_error(state, "more than %d addresses", ADDRESSES_MAX);
    if (kvs_address_parse(text, &given->addresses[given->address_count]) != 0)
        argp_error(state, "address '%s': %s, is accepted", text, KVS_ADDRESS_ACCEPTED);
    given->address_count++;
}

static void set_engine(const char *text, server_options *given, struct argp_state *state) {
    given->engine = kvs_engine_named(text);
    if (given->engine == NULL) { /* hazard of old: exit status 1, like other faults of the start */
        fprintf(stderr, "kvs-server: unknown engine '%s': lmdb and memory are accepted\n", text);
        exit(EXIT_FAILURE);
    }
    (void)state;
}

static void set_mode(const char *text, server_options *given, struct argp_state *state) {
    given->connection_mode = strcmp(text, "connection") == 0;
    if (!given->connection_mode && strcmp(text, "request") != 0)
        argp_error(state, "mode '%s': request and connection are accepted", text);
}

static void set_password(server_options *given, const char *text, struct argp_state *state) {
    size_t length = strcspn(text, "\r\n");
    if (length == 0 || length > PASSWORD_MAX)
        argp_error(state, "a password has 1 to %d bytes", PASSWORD_MAX);
    memcpy(given->password, text, length);
    given->password[length] = '\0';
    given->has_password = true;
}

static void read_password(const char *path, server_options *given, struct argp_state *state) {
    char line[PASSWORD_MAX + 3] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL || (fgets(line, sizeof line, file) == NULL && ferror(file)))
        argp_failure(state, EXIT_FAILURE, errno, "cannot read the password from '%s'", path);
    fclose(file);
    set_password(given, line, state);
}

/* ---- options -------------------------------------------------------------------------------- */

static error_t parse_limit(int key, char *text, server_options *given, struct argp_state *state) {
    switch (key) {
    case OPTION_BUDGET:
        given->budget = (uint32_t)number(text, 1, 1000000, "budget", state);
        return 0;
    case OPTION_GROUP:
        given->group = (uint32_t)number(text, 1, JOB_GROUP_MAX, "group", state);
        return 0;
    case OPTION_MAX_CONNECTIONS:
        given->max_connections = (uint32_t)number(text, 1, 1000000, "connections", state);
        return 0;
    case OPTION_MAX_REQUEST:
        given->max_request = size(text, 1 << 10, UINT64_C(1) << 30, "1K to 1G", state);
        return 0;
    case OPTION_MAX_OUTPUT:
        given->max_output = size(text, 1 << 10, UINT64_C(1) << 34, "1K to 16G", state);
        return 0;
    case OPTION_MAX_DATA:
        given->max_data = size(text, 1 << 16, UINT64_C(1) << 46, "64K to 64T", state);
        return 0;
    case OPTION_REQUEST_TIMEOUT:
        given->request_timeout = (uint32_t)number(text, 1, 86400, "timeout", state);
        return 0;
    case OPTION_IDLE_TIMEOUT:
        given->idle_timeout = (uint32_t)number(text, 0, 86400, "timeout", state);
        return 0;
    case OPTION_STOP_TIMEOUT:
        given->stop_timeout = (uint32_t)number(text, 1, 86400, "timeout", state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_one(int key, char *text, struct argp_state *state) {
    server_options *given = state->input;
    switch (key) {
    case 'a':
        add_address(text, given, state);
        return 0;
    case 'e':
        set_engine(text, given, state);
        return 0;
    case 'd':
        given->directory = text;
        return 0;
    case 't':
        given->threads =
            (uint32_t)number(text, 1, THREAD_POOL_MAX_THREADS, "number of threads", state);
        return 0;
    case 'm':
        set_mode(text, given, state);
        return 0;
    case OPTION_PASSWORD_FILE:
        read_password(text, given, state);
        return 0;
    case OPTION_LOG_LEVEL:
        if (!log_level_named(text, &given->level))
            argp_error(state, "log level '%s': error, warning, notice and debug are accepted",
                       text);
        return 0;
    case OPTION_DEBUG:
        given->debug_commands = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument '%s'", text);
        return EINVAL;
    default:
        return parse_limit(key, text, given, state);
    }
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool only_local(const kvs_address *address) {
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address->host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, address->host, &v6) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

static void check_protection(const server_options *given) {
    for (unsigned i = 0; i < given->address_count && !given->has_password; i++) {
        if (only_local(&given->addresses[i]))
            continue;
        fprintf(stderr,
                "kvs-server: others can reach %s: set a password (--password-file or the "
                "environment's KVS_PASSWORD), or listen on 127.0.0.1 or [::1]\n",
                given->addresses[i].host);
        exit(EXIT_USAGE);
    }
}

static void set_defaults(server_options *options) {
    *options = (server_options){
        .engine = kvs_engines[0],
        .directory = ".",
        .threads = thread_pool_default_threads(),
        .budget = 128,
        .group = 8,
        .max_connections = 10000,
        .max_request = 16 << 20,
        .max_output = 64 << 20,
        .request_timeout = 30,
        .stop_timeout = 10,
        .level = LOG_NOTICES,
    };
}

static void print_version(FILE *stream, struct argp_state *state) {
    (void)state;
    fprintf(stream, "kvs-server %s (thread pool: %s)\n", POOLBENCH_VERSION, thread_pool_backend());
}

void options_parse(int argc, char **argv, server_options *options) {
    static const struct argp parser = {
        known,
        parse_one,
        NULL,
        "A key/value server that speaks the Redis protocol (RESP2) and executes every request in a "
        "job of the thread pool it is linked with.",
        NULL,
        NULL,
        NULL};
    argp_program_version_hook = print_version;
    argp_err_exit_status = EXIT_USAGE;
    set_defaults(options);
    if (argp_parse(&parser, argc, argv, 0, NULL, options) != 0)
        exit(EXIT_USAGE);
    if (options->address_count == 0 &&
        kvs_address_parse(KVS_ADDRESS_DEFAULT, &options->addresses[0]) == 0)
        options->address_count = 1;
    const char *password = getenv("KVS_PASSWORD");
    if (!options->has_password && password != NULL && password[0] != '\0')
        set_password(options, password, NULL);
    check_protection(options);
}
