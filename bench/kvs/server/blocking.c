#include "blocking.h"

#include <sys/socket.h>
#include <sys/time.h>

#include "server.h"
#include "turn.h"

static void limit_sending(server *s, connection *c) {
    struct timeval limit = {.tv_sec = (time_t)s->options.request_timeout};
    setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* Also when the job is unwound by a panic. */
static void leave(turn *t) {
    turn_flush(t);
    turn_drop(t);
    poller_closed(t->server, t->connection);
}

static void serve(turn *t) {
    turn_end how;
    do {
        turn_go_on(t);
        how = turn_pause(t, turn_serve(t));
        if (how == TURN_COMMIT)
            turn_submit_and_wait(t->connection);
        if (how == TURN_WAIT && turn_blocked(t))
            how = TURN_CLOSE; /* the time for sending is over */
        turn_count(t);
    } while (how != TURN_CLOSE && how != TURN_LINGER);
}

static void blocking_job(void *arg) {
    turn_memory memory;
    turn_output output;
    __attribute__((cleanup(leave))) turn t;
    turn_begin(&t, arg, &memory, &output);
    t.blocking = true;
    serve(&t);
}

int blocking_start(server *s, connection *c) {
    limit_sending(s, c);
    return thread_pool_spawn(s->pool, blocking_job, c);
}
