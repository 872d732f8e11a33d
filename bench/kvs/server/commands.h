/* commands.h: what a request asks for. */
#ifndef KVS_COMMANDS_H
#define KVS_COMMANDS_H

#include <stdbool.h>

#include "server.h"
#include "turn.h"

typedef struct command command;

/* One request while it is executed. */
typedef struct call {
    turn *turn;
    server *server;
    connection *client;
    reply_writer *out;
    const command *command;
    const char *request; /* its first byte */
    const resp_span *words;
    size_t count; /* of words */
} call;

enum {
    COMMAND_WRITES = 1, /* may be deferred; replies at once only when it changes nothing */
    COMMAND_READS = 2,
    COMMAND_OPEN = 4,   /* for those who have not said the password, too */
    COMMAND_SLOW = 8,   /* may keep its worker long */
    COMMAND_DEBUG = 16, /* needs --enable-debug */
};

struct command {
    const char *name; /* upper case */
    int arity;        /* words, its name included; negative: at least so many */
    unsigned flags;
    void (*run)(call *c);
    int first_key, last_key, key_step; /* as COMMAND tells them; 0: no keys */
};

extern const command commands[];
extern const unsigned command_count;
const command *command_named(kvs_slice name);

/* Executes the request at the start of the turn's input, of these words, one at least. false: not
 * yet, the deferred requests of this connection come first; nothing has happened. */
bool commands_execute(turn *t, const resp_span *words, size_t count);

/* Before any other thread exists. */
void commands_init(void);

static inline size_t call_count(const call *c) {
    return c->count;
}
static inline kvs_slice call_word(const call *c, size_t index) {
    return (kvs_slice){c->request + c->words[index].offset, c->words[index].length};
}

/* -ERR and so on, with printf's formats; cut where a line would be too long. */
__attribute__((format(printf, 2, 3))) void call_error(call *c, const char *format, ...);

/* Before what may keep the worker long: nobody else is kept waiting by it. */
void call_takes_long(call *c);

/* Some bytes of a request in an error or a log: printable, at most 128. */
enum { PRINTABLE_MAX = 128 };
const char *printable(kvs_slice slice, char text[PRINTABLE_MAX + 1]);

/* commands_keys.c */
void run_get(call *c);
void run_mget(call *c);
void run_exists(call *c);
void run_strlen(call *c);
void run_dbsize(call *c);
void run_set(call *c);
void run_setnx(call *c);
void run_getset(call *c);
void run_getdel(call *c);
void run_mset(call *c);
void run_del(call *c);
void run_incr(call *c);
void run_decr(call *c);
void run_incrby(call *c);
void run_decrby(call *c);
void run_flushall(call *c);

/* commands_server.c */
void run_ping(call *c);
void run_echo(call *c);
void run_select(call *c);
void run_quit(call *c);
void run_shutdown(call *c);
void run_auth(call *c);
void run_hello(call *c);
void run_client(call *c);
void run_command(call *c);
void run_config(call *c);
void run_not_redis(call *c);

/* info.c */
void run_info(call *c);

/* commands_debug.c */
void run_debug(call *c);
void run_work(call *c);

#endif
