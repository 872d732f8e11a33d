/* INFO: sections of "name:value" lines. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "commands.h"

typedef struct text {
    char bytes[4096];
    size_t used;
} text;

__attribute__((format(printf, 2, 3))) static void add(text *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(t->bytes + t->used, sizeof t->bytes - t->used, format, arguments);
    va_end(arguments);
    t->used += (size_t)length;
    if (t->used >= sizeof t->bytes)
        t->used = sizeof t->bytes - 1;
}

static void about_server(call *c, text *t) {
    server *s = c->server;
    add(t, "# Server\r\nserver_name:poolbench kvs-server\r\nserver_version:%s\r\n",
        POOLBENCH_VERSION);
    add(t, "redis_mode:standalone\r\nprocess_id:%ld\r\ntcp_port:%u\r\n", (long)getpid(),
        (unsigned)s->options.addresses[0].port);
    add(t, "uptime_in_seconds:%" PRId64 "\r\nmode:%s\r\n\r\n", (clock_ms() - s->started_ms) / 1000,
        s->options.connection_mode ? "connection" : "request");
}

static void about_clients(call *c, text *t) {
    add(t, "# Clients\r\nconnected_clients:%" PRIu32 "\r\nmaxclients:%" PRIu32 "\r\n\r\n",
        atomic_load(&c->server->connected), c->server->options.max_connections);
}

static void about_pool(call *c, text *t) {
    add(t, "# Pool\r\nbackend:%s\r\nthreads:%" PRIu32 "\r\npanics:%" PRIu64 "\r\n\r\n",
        thread_pool_backend(), thread_pool_threads(c->server->pool),
        thread_pool_panics(c->server->pool));
}

static void about_statistics(call *c, text *t) {
    server *s = c->server;
    server_totals totals = server_count(s);
    add(t, "# Stats\r\ntotal_connections_received:%" PRIu64 "\r\n", atomic_load(&s->accepted));
    add(t, "total_commands_processed:%" PRIu64 "\r\n", totals.requests);
    add(t, "turns:%" PRIu64 "\r\njobs:%" PRIu64 "\r\n", totals.turns, totals.jobs);
    add(t, "rejected_connections:%" PRIu64 "\r\n", atomic_load(&s->refused));
    add(t, "dropped_connections:%" PRIu64 "\r\n\r\n", atomic_load(&s->dropped));
}

static void about_engine(call *c, text *t) {
    add(t, "# Engine\r\nengine:%s\r\npersistent:%d\r\n\r\n", c->server->options.engine->name,
        c->server->options.engine->persistent);
}

static const struct {
    const char *name;
    void (*add)(call *c, text *t);
} sections[] = {
    {"SERVER", about_server},    {"CLIENTS", about_clients}, {"POOL", about_pool},
    {"STATS", about_statistics}, {"ENGINE", about_engine},
};

static bool wanted(call *c, const char *section) {
    if (call_count(c) == 1)
        return true;
    for (size_t i = 1; i < call_count(c); i++) {
        kvs_slice word = call_word(c, i);
        if (kvs_slice_is(word, section) || kvs_slice_is(word, "ALL") ||
            kvs_slice_is(word, "DEFAULT") || kvs_slice_is(word, "EVERYTHING"))
            return true;
    }
    return false;
}

void run_info(call *c) {
    text t = {.used = 0};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (wanted(c, sections[i].name))
            sections[i].add(c, &t);
    reply_bulk(c->out, (kvs_slice){t.bytes, t.used});
}
