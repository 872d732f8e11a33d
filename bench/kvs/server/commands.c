#include "commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "job.h"

enum { TABLE_SIZE = 256, NAME_MAX_BYTES = 16, ERROR_MAX = 640 };

const command commands[] = {
    {"GET", 2, COMMAND_READS, run_get, 1, 1, 1},
    {"SET", -3, COMMAND_WRITES, run_set, 1, 1, 1},
    {"DEL", -2, COMMAND_WRITES, run_del, 1, -1, 1},
    {"UNLINK", -2, COMMAND_WRITES, run_del, 1, -1, 1},
    {"EXISTS", -2, COMMAND_READS, run_exists, 1, -1, 1},
    {"STRLEN", 2, COMMAND_READS, run_strlen, 1, 1, 1},
    {"MGET", -2, COMMAND_READS, run_mget, 1, -1, 1},
    {"MSET", -3, COMMAND_WRITES, run_mset, 1, -1, 2},
    {"SETNX", 3, COMMAND_WRITES, run_setnx, 1, 1, 1},
    {"GETSET", 3, COMMAND_WRITES, run_getset, 1, 1, 1},
    {"GETDEL", 2, COMMAND_WRITES, run_getdel, 1, 1, 1},
    {"INCR", 2, COMMAND_WRITES, run_incr, 1, 1, 1},
    {"DECR", 2, COMMAND_WRITES, run_decr, 1, 1, 1},
    {"INCRBY", 3, COMMAND_WRITES, run_incrby, 1, 1, 1},
    {"DECRBY", 3, COMMAND_WRITES, run_decrby, 1, 1, 1},
    {"DBSIZE", 1, COMMAND_READS, run_dbsize, 0, 0, 0},
    {"FLUSHALL", -1, COMMAND_WRITES | COMMAND_SLOW, run_flushall, 0, 0, 0},
    {"FLUSHDB", -1, COMMAND_WRITES | COMMAND_SLOW, run_flushall, 0, 0, 0},
    {"PING", -1, 0, run_ping, 0, 0, 0},
    {"ECHO", 2, 0, run_echo, 0, 0, 0},
    {"SELECT", 2, 0, run_select, 0, 0, 0},
    {"INFO", -1, COMMAND_READS, run_info, 0, 0, 0},
    {"CONFIG", -2, 0, run_config, 0, 0, 0},
    {"COMMAND", -1, 0, run_command, 0, 0, 0},
    {"CLIENT", -2, 0, run_client, 0, 0, 0},
    {"AUTH", -2, COMMAND_OPEN, run_auth, 0, 0, 0},
    {"HELLO", -1, COMMAND_OPEN, run_hello, 0, 0, 0},
    {"QUIT", -1, COMMAND_OPEN, run_quit, 0, 0, 0},
    {"SHUTDOWN", -1, 0, run_shutdown, 0, 0, 0},
    {"DEBUG", -2, COMMAND_DEBUG, run_debug, 0, 0, 0},
    {"WORK", 2, COMMAND_DEBUG, run_work, 0, 0, 0},
    {"POST", -1, COMMAND_OPEN, run_not_redis, 0, 0, 0},
    {"HOST:", -1, COMMAND_OPEN, run_not_redis, 0, 0, 0},
};
const unsigned command_count = sizeof commands / sizeof commands[0];

/* ---- names ---------------------------------------------------------------------------------- */

static const command *table[TABLE_SIZE]; /* open addressing; immutable after commands_init */

/* Letters in either case; what else collides does not matter. */
static unsigned slot_of(kvs_slice name) {
    uint32_t hash = (uint32_t)name.length;
    for (size_t i = 0; i < name.length; i++)
        hash = hash * 31 + (unsigned char)(name.bytes[i] | 0x20);
    return (hash ^ hash >> 8) % TABLE_SIZE;
}

void commands_init(void) {
    for (unsigned i = 0; i < command_count; i++) {
        unsigned slot = slot_of((kvs_slice){commands[i].name, strlen(commands[i].name)});
        while (table[slot] != NULL)
            slot = (slot + 1) % TABLE_SIZE;
        table[slot] = &commands[i];
    }
}

const command *command_named(kvs_slice name) {
    if (name.length > NAME_MAX_BYTES)
        return NULL;
    for (unsigned slot = slot_of(name); table[slot] != NULL; slot = (slot + 1) % TABLE_SIZE)
        if (kvs_slice_is(name, table[slot]->name))
            return table[slot];
    return NULL;
}

/* ---- errors --------------------------------------------------------------------------------- */

void call_error(call *c, const char *format, ...) {
    char text[ERROR_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    reply_error(c->out, text);
}

const char *printable(kvs_slice slice, char text[PRINTABLE_MAX + 1]) {
    size_t length = slice.length < PRINTABLE_MAX ? slice.length : PRINTABLE_MAX;
    for (size_t i = 0; i < length; i++)
        text[i] = slice.bytes[i] >= ' ' && slice.bytes[i] <= '~' ? slice.bytes[i] : '?';
    text[length] = '\0';
    return text;
}

static void unknown_command(call *c) {
    char text[PRINTABLE_MAX + 1], arguments[PRINTABLE_MAX + 1] = "";
    size_t used = 0;
    for (size_t i = 1; i < call_count(c) && used < PRINTABLE_MAX; i++) {
        int length = snprintf(arguments + used, sizeof arguments - used, "'%s' ",
                              printable(call_word(c, i), text));
        used += (size_t)length;
    }
    call_error(c, "ERR unknown command '%s', with args beginning with: %s",
               printable(call_word(c, 0), text), arguments);
}

static void wrong_arity(call *c) {
    char name[NAME_MAX_BYTES + 1] = "";
    for (size_t i = 0; c->command->name[i] != '\0'; i++)
        name[i] = (char)(c->command->name[i] | 0x20);
    call_error(c, "ERR wrong number of arguments for '%s' command", name);
}

/* ---- execution ------------------------------------------------------------------------------ */

void call_takes_long(call *c) {
    if (c->turn->job != NULL)
        job_hand_over(c->turn->job);
}

static void run(call *c) {
    const command *what = c->command;
    long words = (long)call_count(c);
    if (what == NULL || ((what->flags & COMMAND_DEBUG) && !c->server->options.debug_commands))
        unknown_command(c);
    else if (what->arity > 0 ? words != what->arity : words < -what->arity)
        wrong_arity(c);
    else if (!c->client->authenticated && !(what->flags & COMMAND_OPEN))
        reply_error(c->out, "NOAUTH Authentication required.");
    else {
        if (what->flags & COMMAND_SLOW)
            call_takes_long(c);
        what->run(c);
    }
}

bool commands_execute(turn *t, const resp_span *words, size_t count) {
    connection *client = t->connection;
    call c = {.turn = t,
              .server = t->server,
              .client = client,
              .out = &t->out,
              .request = t->in + t->in_start,
              .words = words,
              .count = count};
    c.command = command_named(call_word(&c, 0));
    if (client->deferred == NULL) {
        run(&c);
        return true;
    }
    if (c.command == NULL || !(c.command->flags & COMMAND_WRITES))
        return false;
    size_t before = t->out.used;
    run(&c);
    bool silent = t->out.used == before;
    t->out.used = before; /* it replied, so it changed nothing; it will do so again, in its turn */
    return silent;
}
