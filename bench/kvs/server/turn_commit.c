/* Requests whose replies come after a commit. */
#include <stddef.h>
#include <stdlib.h>

#include "server.h"
#include "turn.h"

_Static_assert(offsetof(deferred, set) == 0, "a deferred request is found through its set");

static size_t bytes_of(const kvs_write_set *set) {
    size_t bytes = 0;
    for (size_t i = 0; i < set->count; i++)
        bytes += set->writes[i].key.length + set->writes[i].value.length;
    return bytes;
}

static kvs_slice copy(char **to, kvs_slice slice) {
    kvs_slice copied = {*to, slice.length};
    if (slice.length > 0)
        memcpy(*to, slice.bytes, slice.length);
    *to += slice.length;
    return copied;
}

/* One piece of memory: the request, its writes, their keys and values. */
bool turn_defer(turn *t, const kvs_write_set *set,
                void (*reply)(reply_writer *out, const kvs_write_set *set)) {
    connection *c = t->connection;
    size_t writes = set->count * sizeof(kvs_write);
    size_t size = sizeof(deferred) + writes + bytes_of(set);
    deferred *d = malloc(size);
    if (d == NULL)
        return false;
    t->deferred_bytes += size;
    *d = (deferred){.set = {.writes = (kvs_write *)(d + 1), .count = set->count}, .reply = reply};
    char *to = (char *)(d + 1) + writes;
    for (size_t i = 0; i < set->count; i++) {
        d->set.writes[i] = set->writes[i];
        d->set.writes[i].key = copy(&to, set->writes[i].key);
        d->set.writes[i].value = copy(&to, set->writes[i].value);
    }
    *c->deferred_last = &d->set;
    c->deferred_last = &d->set.next;
    return true;
}

void turn_finish_deferred(turn *t) {
    connection *c = t->connection;
    if (!c->committed)
        return;
    c->committed = false;
    for (kvs_write_set *set = c->deferred; set != NULL; set = set->next)
        ((deferred *)set)->reply(&t->out, set);
    deferred_free_all(c);
}

static void on_commit(kvs_commit *commit) {
    connection *c = commit->owner;
    c->committed = true;
    poller_ready(c->server, c);
}

static void on_awaited_commit(kvs_commit *commit) {
    connection *c = commit->owner;
    c->committed = true;
    sem_post(&c->committed_event);
}

static void submit(connection *c, void (*done)(kvs_commit *)) {
    c->commit = (kvs_commit){.first = c->deferred, .done = done, .owner = c};
    server_engine_type(c->server)->submit(c->server->engine, &c->commit);
}

void turn_submit(connection *c) {
    submit(c, on_commit);
}

void turn_submit_and_wait(connection *c) {
    submit(c, on_awaited_commit);
    while (sem_wait(&c->committed_event) != 0)
        ;
}
