/* The commands about the server and the connection. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "write.h"

void run_ping(call *c) {
    if (call_count(c) > 2)
        reply_error(c->out, "ERR wrong number of arguments for 'ping' command");
    else if (call_count(c) == 2)
        reply_bulk(c->out, call_word(c, 1));
    else
        reply_simple(c->out, "PONG");
}

void run_echo(call *c) {
    reply_bulk(c->out, call_word(c, 1));
}

void run_select(call *c) {
    int64_t index;
    if (!kvs_parse_integer(call_word(c, 1), &index))
        reply_error(c->out, "ERR value is not an integer or out of range");
    else if (index != 0)
        reply_error(c->out, "ERR DB index is out of range");
    else
        reply_ok(c->out);
}

void run_quit(call *c) {
    reply_ok(c->out);
    c->client->closing = true;
}

static bool shutdown_word(kvs_slice word) {
    return kvs_slice_is(word, "SAVE") || kvs_slice_is(word, "NOSAVE") ||
           kvs_slice_is(word, "NOW") || kvs_slice_is(word, "FORCE");
}

/* No reply but the end of the connection, as in Redis. */
void run_shutdown(call *c) {
    uint64_t one = 1;
    for (size_t i = 1; i < call_count(c); i++)
        if (!shutdown_word(call_word(c, i))) {
            reply_error(c->out, "ERR syntax error");
            return;
        }
    log_line(LOG_NOTICES, "client %llu asks for shutdown", (unsigned long long)c->client->id);
    if (write(c->server->stop_event, &one, sizeof one) != (ssize_t)sizeof one) {
        reply_error(c->out, "ERR Errors trying to SHUTDOWN. Check logs.");
        return;
    }
    c->client->closing = true;
}

/* A browser that is made to talk to us must not get far (cross-protocol scripting). */
void run_not_redis(call *c) {
    log_line(LOG_WARNINGS, "client %llu dropped: it speaks HTTP",
             (unsigned long long)c->client->id);
    reply_error(c->out, "ERR this is no HTTP server");
    c->client->closing = true;
}

/* ---- passwords ------------------------------------------------------------------------------ */

/* Takes the same time for every password of a length. */
static bool password_matches(const server *s, kvs_slice given) {
    const char *wanted = s->options.password;
    size_t length = strlen(wanted);
    unsigned char difference = given.length != length;
    for (size_t i = 0; i < given.length; i++)
        difference |= (unsigned char)(given.bytes[i] ^ wanted[length == 0 ? 0 : i % length]);
    return difference == 0;
}

static bool authenticate(call *c, kvs_slice user, kvs_slice password) {
    bool known = kvs_slice_is(user, "DEFAULT") && user.bytes[0] == 'd';
    bool right = password_matches(c->server, password);
    if (known && (!c->server->options.has_password || right)) {
        c->client->authenticated = true;
        return true;
    }
    log_line(LOG_WARNINGS, "client %llu gave a wrong password", (unsigned long long)c->client->id);
    reply_error(c->out, "WRONGPASS invalid username-password pair or user is disabled.");
    return false;
}

void run_auth(call *c) {
    kvs_slice user = {"default", 7};
    if (call_count(c) > 3) {
        reply_error(c->out, "ERR syntax error");
        return;
    }
    if (call_count(c) == 2 && !c->server->options.has_password) {
        reply_error(c->out, "ERR AUTH <password> called without any password configured for the "
                            "default user. Are you sure your configuration is correct?");
        return;
    }
    if (call_count(c) == 3)
        user = call_word(c, 1);
    if (authenticate(c, user, call_word(c, call_count(c) - 1)))
        reply_ok(c->out);
}

/* ---- HELLO and CLIENT ----------------------------------------------------------------------- */

static bool set_name(call *c, kvs_slice name) {
    for (size_t i = 0; i < name.length; i++)
        if (name.bytes[i] < '!' || name.bytes[i] > '~') {
            reply_error(c->out, "ERR Client names cannot contain spaces, newlines or special "
                                "characters.");
            return false;
        }
    if (name.length >= CLIENT_NAME_MAX) {
        call_error(c, "ERR a client name has at most %d bytes", CLIENT_NAME_MAX - 1);
        return false;
    }
    memcpy(c->client->name, name.bytes, name.length);
    c->client->name[name.length] = '\0';
    return true;
}

static bool hello_options(call *c) {
    for (size_t i = 2; i < call_count(c); i++) {
        size_t left = call_count(c) - i - 1;
        if (kvs_slice_is(call_word(c, i), "AUTH") && left >= 2) {
            if (!authenticate(c, call_word(c, i + 1), call_word(c, i + 2)))
                return false;
            i += 2;
        } else if (kvs_slice_is(call_word(c, i), "SETNAME") && left >= 1) {
            if (!set_name(c, call_word(c, ++i)))
                return false;
        } else {
            char text[PRINTABLE_MAX + 1];
            call_error(c, "ERR Syntax error in HELLO option '%s'",
                       printable(call_word(c, i), text));
            return false;
        }
    }
    if (c->client->authenticated)
        return true;
    reply_error(c->out, "NOAUTH HELLO must be called with the client already authenticated, "
                        "otherwise the HELLO <proto> AUTH <user> <pass> option can be used to "
                        "authenticate the client and select the RESP protocol version at the same "
                        "time");
    return false;
}

void run_hello(call *c) {
    int64_t version = c->client->resp3 ? 3 : 2;
    if (call_count(c) > 1 && !kvs_parse_integer(call_word(c, 1), &version)) {
        reply_error(c->out, "ERR Protocol version is not an integer or out of range");
        return;
    }
    if (version != 2 && version != 3) {
        reply_error(c->out, "NOPROTO unsupported protocol version");
        return;
    }
    if (!hello_options(c))
        return;
    c->client->resp3 = c->out->resp3 = version == 3;
    reply_map(c->out, 7);
    reply_text(c->out, "server");
    reply_text(c->out, "poolbench");
    reply_text(c->out, "version");
    reply_text(c->out, POOLBENCH_VERSION);
    reply_text(c->out, "proto");
    reply_integer(c->out, version);
    reply_text(c->out, "id");
    reply_integer(c->out, (int64_t)c->client->id);
    reply_text(c->out, "mode");
    reply_text(c->out, "standalone");
    reply_text(c->out, "role");
    reply_text(c->out, "master");
    reply_text(c->out, "modules");
    reply_array(c->out, 0);
}

static void client_info(call *c) {
    char text[192];
    snprintf(text, sizeof text, "id=%llu name=%s db=0 resp=%d\n", (unsigned long long)c->client->id,
             c->client->name, c->client->resp3 ? 3 : 2);
    reply_text(c->out, text);
}

void run_client(call *c) {
    kvs_slice what = call_word(c, 1);
    size_t words = call_count(c);
    if (words == 2 && kvs_slice_is(what, "ID"))
        reply_integer(c->out, (int64_t)c->client->id);
    else if (words == 2 && kvs_slice_is(what, "INFO"))
        client_info(c);
    else if (words == 2 && kvs_slice_is(what, "GETNAME") && c->client->name[0] == '\0')
        reply_null(c->out);
    else if (words == 2 && kvs_slice_is(what, "GETNAME"))
        reply_text(c->out, c->client->name);
    else if (words == 3 && kvs_slice_is(what, "SETNAME")) {
        if (set_name(c, call_word(c, 2)))
            reply_ok(c->out);
    } else if ((words == 4 && kvs_slice_is(what, "SETINFO")) ||
               (words == 3 && (kvs_slice_is(what, "NO-EVICT") || kvs_slice_is(what, "NO-TOUCH"))))
        reply_ok(c->out); /* taken note of, without consequences */
    else {
        char text[PRINTABLE_MAX + 1];
        call_error(c,
                   "ERR unknown subcommand or wrong number of arguments for '%s'. Try CLIENT "
                   "ID, INFO, GETNAME, SETNAME or SETINFO.",
                   printable(what, text));
    }
}

/* ---- COMMAND -------------------------------------------------------------------------------- */

static void lower(const char *name, char *text) {
    size_t i = 0;
    for (; name[i] != '\0'; i++)
        text[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
    text[i] = '\0';
}

static void describe(call *c, const command *what) {
    char name[32];
    lower(what->name, name);
    reply_array(c->out, 6);
    reply_text(c->out, name);
    reply_integer(c->out, what->arity);
    if (what->flags & (COMMAND_WRITES | COMMAND_READS)) {
        reply_array(c->out, 1);
        reply_simple(c->out, what->flags & COMMAND_WRITES ? "write" : "readonly");
    } else {
        reply_array(c->out, 0);
    }
    reply_integer(c->out, what->first_key);
    reply_integer(c->out, what->last_key);
    reply_integer(c->out, what->key_step);
}

static void describe_named(call *c) {
    reply_array(c->out, call_count(c) - 2);
    for (size_t i = 2; i < call_count(c); i++) {
        const command *what = command_named(call_word(c, i));
        if (what == NULL)
            c->out->resp3 ? reply_null(c->out) : reply_raw(c->out, "*-1\r\n", 5);
        else
            describe(c, what);
    }
}

static void list_names(call *c) {
    char name[32];
    reply_array(c->out, command_count);
    for (unsigned i = 0; i < command_count; i++) {
        lower(commands[i].name, name);
        reply_text(c->out, name);
    }
}

static void describe_all(call *c) {
    reply_array(c->out, command_count);
    for (unsigned i = 0; i < command_count; i++)
        describe(c, &commands[i]);
}

void run_command(call *c) {
    kvs_slice what = call_count(c) > 1 ? call_word(c, 1) : (kvs_slice){"", 0};
    if (call_count(c) == 1 || (call_count(c) == 2 && kvs_slice_is(what, "INFO")))
        describe_all(c);
    else if (kvs_slice_is(what, "INFO"))
        describe_named(c);
    else if (kvs_slice_is(what, "COUNT"))
        reply_integer(c->out, command_count);
    else if (kvs_slice_is(what, "LIST"))
        list_names(c);
    else if (kvs_slice_is(what, "DOCS"))
        reply_map(c->out, 0); /* redis-cli then knows the names, without their documentation */
    else
        reply_error(c->out, "ERR unknown subcommand. Try COMMAND INFO, COUNT, LIST or DOCS.");
}

/* ---- CONFIG --------------------------------------------------------------------------------- */

enum { SETTINGS = 6, SETTING_MAX = 32 };

typedef struct setting {
    const char *name;
    char value[SETTING_MAX];
} setting;

/* What clients ask for, under Redis' names. */
static void settings_of(const server *s, setting all[SETTINGS]) {
    for (int i = 0; i < SETTINGS; i++)
        all[i].value[0] = '\0';
    all[0].name = "save";
    all[1].name = "appendonly";
    strcpy(all[1].value, s->options.engine->persistent ? "yes" : "no");
    all[2].name = "appendfsync";
    strcpy(all[2].value, s->options.engine->persistent ? "always" : "no");
    all[3].name = "databases";
    strcpy(all[3].value, "1");
    all[4].name = "maxclients";
    snprintf(all[4].value, SETTING_MAX, "%u", s->options.max_connections);
    all[5].name = "timeout";
    snprintf(all[5].value, SETTING_MAX, "%u", s->options.idle_timeout);
}

static bool asked_for(call *c, const char *name) {
    char pattern[PRINTABLE_MAX + 1];
    for (size_t i = 2; i < call_count(c); i++)
        if (fnmatch(printable(call_word(c, i), pattern), name, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

void run_config(call *c) {
    setting all[SETTINGS];
    size_t found = 0;
    if (!kvs_slice_is(call_word(c, 1), "GET") || call_count(c) < 3) {
        reply_error(c->out, "ERR only CONFIG GET is supported: settings are options of the command "
                            "line");
        return;
    }
    settings_of(c->server, all);
    for (int i = 0; i < SETTINGS; i++)
        found += asked_for(c, all[i].name);
    reply_map(c->out, found);
    for (int i = 0; i < SETTINGS; i++)
        if (asked_for(c, all[i].name)) {
            reply_text(c->out, all[i].name);
            reply_text(c->out, all[i].value);
        }
}
