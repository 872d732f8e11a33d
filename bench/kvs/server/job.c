#include "job.h"

#include <time.h>

#include "server.h"
#include "turn.h"

/* The job's own. */
typedef struct job {
    server *server;
    uint32_t count;  /* connections it has begun with */
    uint32_t served; /* of them, the one that is being served included */
    bool has_role;   /* the poller's */
    turn turns[JOB_GROUP_MAX];
    turn_memory memory[JOB_GROUP_MAX];
    turn_output output;
} job;

_Static_assert(sizeof(job) <= JOB_STACK / 4, "the rest is for what a request needs");

/* ---- a turn --------------------------------------------------------------------------------- */

/* Gives the connection to whoever is next. false: it has news, the turn goes on. */
static bool pass_on(turn *t, turn_end how) {
    connection *c = t->connection;
    connection_state running = RUNNING;
    t->connection = NULL; /* from here on it may be somebody else's, or gone */
    switch (how) {
    case TURN_COMMIT:
        turn_submit(c);
        return true;
    case TURN_AGAIN:
        poller_ready(t->server, c);
        return true;
    case TURN_CLOSE:
        poller_closed(t->server, c);
        return true;
    default:
        if (atomic_compare_exchange_strong(&c->state, &running, IDLE))
            return true;
        atomic_store(&c->state, RUNNING); /* it was DIRTY: look again */
        t->connection = c;
        return false;
    }
}

static void serve(turn *t) {
    if (t->server->options.idle_timeout != 0)
        atomic_store_explicit(&t->connection->last_active, clock_ms(),
                              memory_order_relaxed); /* a hint */
    while (!pass_on(t, turn_pause(t, turn_serve(t))))
        turn_go_on(t);
    turn_count(t);
}

/* ---- the group ------------------------------------------------------------------------------ */

static void begin(job *j, connection *c) {
    j->server = c->server;
    j->count = j->served = 0;
    j->has_role = false;
    while (c != NULL) {
        connection *next = c->handed;
        turn *t = &j->turns[j->count];
        turn_begin(t, c, &j->memory[j->count], &j->output);
        t->job = j;
        j->count++;
        c = next;
    }
}

/* Those that have sent several requests have told the engine themselves. */
static void expect(job *j) {
    kvs_slice keys[JOB_GROUP_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < j->count; i++)
        if (j->turns[i].ahead_count == 1)
            count += turn_keys(&j->turns[i], &keys[count]);
    if (count > 1)
        server_engine_type(j->server)->expect(j->server->engine, keys, count);
}

/* Behind a client with more than a request nobody waits: those get jobs of their own, as far as the
 * pool takes them. */
static void split(job *j, uint32_t from) {
    while (j->count > from && poller_spawn_another(j->turns[j->count - 1].connection))
        j->count--;
}

/* Before this job counts as started. */
static void prepare(job *j) {
    uint32_t i = 0;
    while (i < j->count && turn_prepare(&j->turns[i]))
        i++;
    split(j, i + 1);
    expect(j);
}

/* A connection whose turn has not come, with what it has received. */
static void put_off(turn *t) {
    connection *c = t->connection;
    bool kept = turn_keep_input(t);
    t->connection = NULL;
    if (kept)
        poller_ready(t->server, c);
    else
        poller_closed(t->server, c);
}

static void put_off_the_rest(job *j) {
    while (j->count > j->served)
        put_off(&j->turns[--j->count]);
}

void job_hand_over(job *j) {
    if (j->has_role && poller_hand_over(j->server))
        j->has_role = false;
    put_off_the_rest(j);
}

/* ---- the job -------------------------------------------------------------------------------- */

/* The turn was unwound by a panic: what it answered before is sent, the connection closes. */
static void abandon(job *j, turn *t) {
    static const struct timespec moment = {.tv_nsec = 1000000};
    log_line(LOG_WARNINGS, "client %llu dropped: its job panicked",
             (unsigned long long)t->connection->id);
    turn_flush(t);
    poller_closed(t->server, t->connection);
    while (j->has_role && !poller_hand_over(j->server))
        nanosleep(&moment, NULL);
}

static void leave(job *j) {
    for (uint32_t i = 0; i < j->served; i++) {
        if (j->turns[i].connection != NULL)
            abandon(j, &j->turns[i]);
        turn_drop(&j->turns[i]);
    }
    put_off_the_rest(j);
}

/* Whether the poller's role is held afterwards. */
static bool serve_group(connection *c) {
    __attribute__((cleanup(leave))) job j;
    begin(&j, c);
    /* relaxed: a number for INFO */
    atomic_fetch_add_explicit(&server_statistics(j.server)->jobs, 1, memory_order_relaxed);
    if (j.count > 1)
        prepare(&j);
    j.has_role = poller_job_started(j.server);
    while (j.served < j.count)
        serve(&j.turns[j.served++]);
    return j.has_role;
}

void job_run(void *arg) {
    connection *c = arg;
    server *s = c->server;
    if (serve_group(c))
        while (poller_round(s))
            ;
}
