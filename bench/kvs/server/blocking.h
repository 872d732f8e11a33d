/* blocking.h: --mode connection, the talent plan's original model: a job owns its connection until
 * it closes, and sits in recv meanwhile. With more clients than threads the others starve. */
#ifndef KVS_BLOCKING_H
#define KVS_BLOCKING_H

struct server;
struct connection;

/* Spawns the job. 0 or an error number. */
int blocking_start(struct server *s, struct connection *c);

#endif
