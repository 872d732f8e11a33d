#include "connection.h"

#include <stdlib.h>
#include <unistd.h>

connection *connection_new(struct server *server, int fd, uint64_t id, bool authenticated) {
    connection *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->source = SOURCE_CONNECTION;
    c->server = server;
    c->fd = fd;
    c->id = id;
    c->authenticated = authenticated;
    c->deferred_last = &c->deferred;
    sem_init(&c->committed_event, 0, 0);
    return c;
}

void deferred_free_all(connection *c) {
    while (c->deferred != NULL) {
        kvs_write_set *set = c->deferred;
        c->deferred = set->next;
        for (size_t i = 0; i < set->count; i++)
            free(set->writes[i].old);
        free(set);
    }
    c->deferred_last = &c->deferred;
}

void connection_free(connection *c) {
    close(c->fd);
    deferred_free_all(c);
    resp_parser_reset(&c->parser);
    free(c->input);
    free(c->output);
    sem_destroy(&c->committed_event);
    free(c);
}
