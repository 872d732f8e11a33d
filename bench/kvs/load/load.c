/* The loop of a phase: what to send next, when the counted window opens and closes. */
#include "load.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "connection.h"

enum { EVENTS = 1024 };
#define NS_PER_S 1000000000u
#define LONGEST_WAIT_NS 100000000u /* how late a stop or a silent server may be noticed */

static uint64_t as_ns(struct timespec t) {
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t load_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return as_ns(t);
}

int load_fail(load *l, int error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(l->message, sizeof l->message, format, arguments);
    va_end(arguments);
    return error;
}

const char *load_message(const load *l) {
    return l == NULL ? "out of memory" : l->message;
}

/* ---- what to send -------------------------------------------------------------------------- */

static uint32_t choose_key(load *l) {
    if (l->phase.purpose != LOAD_MEASURE || l->phase.run->in_order)
        return (uint32_t)(l->phase.issued % l->set.keys);
    return (uint32_t)(((dataset_random(&l->random) >> 32) * l->set.keys) >> 32);
}

static load_command choose_command(load *l) {
    if (l->phase.purpose == LOAD_PRELOAD)
        return LOAD_SET;
    if (l->phase.purpose == LOAD_VERIFY)
        return LOAD_GET;
    if (l->phase.run->other != NULL)
        return LOAD_OTHER;
    if (l->get_below == 0 || l->get_below == UINT64_MAX)
        return l->get_below == 0 ? LOAD_SET : LOAD_GET;
    return dataset_random(&l->random) < l->get_below ? LOAD_GET : LOAD_SET;
}

/* Which generations of the key's value are right in the reply to a GET sent now. In a mixed run a
 * SET of the same key may be on its way on another connection. */
static uint8_t right_generations(const load *l, uint32_t key) {
    const load_phase *phase = &l->phase;
    if (l->set.written[key] != 0)
        return 2;
    if (phase->either)
        return 3;
    return phase->purpose == LOAD_MEASURE && l->get_below != UINT64_MAX ? 3 : 1;
}

static uint8_t generations_of(const load *l, const load_request *request) {
    switch (request->command) {
    case LOAD_GET:
        return right_generations(l, request->key);
    case LOAD_SET:
        return l->phase.purpose == LOAD_PRELOAD ? 1 : 2;
    default:
        return 1;
    }
}

bool load_next_request(load *l, connection *c, uint64_t now, load_request *request) {
    load_phase *phase = &l->phase;
    if (phase->issued >= phase->limit || phase->window == WINDOW_CLOSED)
        return false;
    if (phase->gap != 0 && c->next_due > now)
        return false;
    request->since = phase->gap != 0 ? c->next_due : now;
    c->next_due += phase->gap;
    request->key = choose_key(l);
    request->command = (uint8_t)choose_command(l);
    request->generations = generations_of(l, request);
    phase->issued++;
    return true;
}

/* ---- the counted window -------------------------------------------------------------------- */

static void read_clocks(const load *l, struct timespec *client, struct timespec *server) {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, client);
    *server = (struct timespec){0};
    if (l->options.has_server_clock)
        clock_gettime(l->options.server_clock, server);
}

static void open_window(load *l, uint64_t now) {
    load_phase *phase = &l->phase;
    phase->window = WINDOW_OPEN;
    phase->opened = now;
    read_clocks(l, &phase->client_cpu, &phase->server_cpu);
    if (phase->run->requests != 0)
        phase->limit = phase->issued + phase->run->requests;
}

static double seconds_between(uint64_t from, uint64_t to) {
    return (double)(to - from) / NS_PER_S;
}

static void close_window(load *l, uint64_t now) {
    load_phase *phase = &l->phase;
    struct timespec client, server;
    read_clocks(l, &client, &server);
    phase->window = WINDOW_CLOSED;
    phase->result->seconds = seconds_between(phase->opened, now);
    phase->result->client_cpu_seconds = seconds_between(as_ns(phase->client_cpu), as_ns(client));
    phase->result->server_cpu_seconds = seconds_between(as_ns(phase->server_cpu), as_ns(server));
}

static bool count_reached(const load_phase *phase) {
    return phase->run->requests != 0 && phase->result->requests >= phase->run->requests;
}

static void move_window(load *l, uint64_t now) {
    load_phase *phase = &l->phase;
    if (phase->purpose != LOAD_MEASURE)
        return;
    if (phase->window == WINDOW_BEFORE && now >= phase->opens)
        open_window(l, now);
    bool ended = phase->run->end != NULL && atomic_load(phase->run->end);
    if (phase->window == WINDOW_OPEN && (ended || now >= phase->closes))
        close_window(l, now);
}

static void count_reply(load *l, connection *c, const load_request *request, uint64_t now) {
    load_phase *phase = &l->phase;
    if (phase->window != WINDOW_OPEN)
        return;
    histogram_record(&phase->result->latency, now - request->since);
    phase->result->requests++;
    if (!c->served) {
        c->served = true;
        phase->result->connections_served++;
    }
    if (count_reached(phase))
        close_window(l, now);
}

void load_answered(load *l, connection *c, const load_request *request, unsigned generation,
                   uint64_t now) {
    load_phase *phase = &l->phase;
    phase->outstanding--;
    phase->last_reply = now;
    if (request->command == LOAD_SET)
        l->set.written[request->key] = phase->purpose != LOAD_PRELOAD;
    if (phase->purpose == LOAD_VERIFY && generation == 1)
        phase->touched++;
    move_window(l, now);
    count_reply(l, c, request, now);
}

/* ---- pacing -------------------------------------------------------------------------------- */

static uint64_t paced_due(const load_phase *phase) {
    return phase->paced_start + (uint64_t)((double)phase->paced_turn * phase->paced_gap);
}

/* Sends what has fallen due on connections that are between two batches; a busy one sends its
 * overdue requests when its replies are there. */
static int send_due(load *l, uint64_t now) {
    load_phase *phase = &l->phase;
    if (phase->gap == 0)
        return 0;
    for (; paced_due(phase) <= now; phase->paced_turn++) {
        connection *c = &l->connections[phase->paced_turn % l->options.connections];
        int error = connection_send_batch(l, c, now);
        if (error != 0)
            return error;
    }
    return 0;
}

static void start_pacing(load *l, uint64_t now) {
    load_phase *phase = &l->phase;
    if (phase->purpose != LOAD_MEASURE || phase->run->rate <= 0)
        return;
    phase->paced_gap = NS_PER_S / phase->run->rate;
    phase->paced_start = now;
    phase->gap = (uint64_t)(phase->paced_gap * l->options.connections);
    if (phase->gap == 0)
        phase->gap = 1;
    for (uint32_t i = 0; i < l->options.connections; i++)
        l->connections[i].next_due = now + (uint64_t)(i * phase->paced_gap);
}

/* ---- the loop ------------------------------------------------------------------------------ */

static uint64_t wait_ns(const load *l, uint64_t now) {
    const load_phase *phase = &l->phase;
    uint64_t until = now + LONGEST_WAIT_NS;
    if (phase->purpose != LOAD_MEASURE)
        return LONGEST_WAIT_NS;
    if (phase->window == WINDOW_BEFORE && phase->opens < until)
        until = phase->opens;
    if (phase->window == WINDOW_OPEN && phase->closes < until)
        until = phase->closes;
    if (phase->gap != 0 && phase->window != WINDOW_CLOSED && paced_due(phase) < until)
        until = paced_due(phase);
    return until > now ? until - now : 0;
}

static bool phase_over(const load_phase *phase) {
    if (phase->window == WINDOW_CLOSED && phase->run->abandon)
        return true;
    if (phase->outstanding > 0)
        return false;
    return phase->window == WINDOW_CLOSED || phase->issued >= phase->limit;
}

static uint32_t connections_waiting(const load *l) {
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < l->options.connections; i++)
        waiting += l->connections[i].answered < l->connections[i].sent;
    return waiting;
}

static int check_patience(load *l, uint64_t now) {
    const load_phase *phase = &l->phase;
    uint64_t patience = (uint64_t)l->options.timeout_ms * 1000000u;
    if (l->options.stop != NULL && *l->options.stop != 0)
        return load_fail(l, ECANCELED, "interrupted");
    if (phase->outstanding == 0 || now < phase->last_reply + patience)
        return 0;
    return load_fail(l, ETIMEDOUT, "no reply for %.1f s on %" PRIu32 " of %" PRIu32 " connections",
                     (double)l->options.timeout_ms / 1000, connections_waiting(l),
                     l->options.connections);
}

static int handle_events(load *l, const struct epoll_event *events, int count) {
    int error = 0;
    for (int i = 0; i < count && error == 0; i++) {
        connection *c = events[i].data.ptr;
        if ((events[i].events & EPOLLOUT) != 0)
            error = connection_writable(l, c);
        if (error == 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            error = connection_readable(l, c);
    }
    return error;
}

static int one_turn(load *l) {
    struct epoll_event events[EVENTS];
    uint64_t now = load_now();
    uint64_t wait = wait_ns(l, now);
    struct timespec timeout = {.tv_sec = 0, .tv_nsec = (long)wait};
    int count = epoll_pwait2(l->epoll, events, EVENTS, &timeout, NULL);
    if (count < 0 && errno != EINTR)
        return load_fail(l, errno, "epoll_wait: %s", strerror(errno));
    int error = handle_events(l, events, count);
    now = load_now();
    move_window(l, now);
    if (error == 0)
        error = send_due(l, now);
    return error == 0 ? check_patience(l, now) : error;
}

static int first_batches(load *l, uint64_t now) {
    int error = 0;
    for (uint32_t i = 0; i < l->options.connections && error == 0; i++)
        error = connection_send_batch(l, &l->connections[i], now);
    return error;
}

static int run_phase(load *l) {
    load_phase *phase = &l->phase;
    uint64_t now = load_now();
    phase->last_reply = now;
    start_pacing(l, now);
    move_window(l, now);
    int error = first_batches(l, now);
    while (error == 0 && !phase_over(phase))
        error = one_turn(l);
    if (error == 0 && phase->window == WINDOW_OPEN)
        close_window(l, load_now());
    return error;
}

/* Preload and verification go through a few connections, deep: they are not what is measured. */
static void set_up_depths(load *l) {
    for (uint32_t i = 0; i < l->options.connections; i++)
        l->connections[i].depth = i < LOAD_SETUP_CONNECTIONS ? LOAD_SETUP_PIPELINE : 0;
}

static void measured_depths(load *l) {
    for (uint32_t i = 0; i < l->options.connections; i++) {
        l->connections[i].depth = l->options.pipeline;
        l->connections[i].served = false;
    }
}

int load_preload(load *l) {
    l->phase = (load_phase){.purpose = LOAD_PRELOAD, .limit = l->set.keys};
    set_up_depths(l);
    return run_phase(l);
}

int load_verify(load *l, bool either, uint64_t *touched) {
    l->phase = (load_phase){.purpose = LOAD_VERIFY, .limit = l->set.keys, .either = either};
    set_up_depths(l);
    int error = run_phase(l);
    if (error == 0 && touched != NULL)
        *touched = l->phase.touched;
    return error;
}

static uint64_t share_as_word(double share) {
    if (share >= 1)
        return UINT64_MAX;
    return share <= 0 ? 0 : (uint64_t)ldexp(share, 64);
}

int load_measure(load *l, const load_run *run, load_result *result) {
    uint64_t now = load_now();
    if (run->other != NULL && (strlen(run->other->request) > load_protocol_room(&l->set) ||
                               strlen(run->other->reply) > load_protocol_room(&l->set)))
        return load_fail(l, EINVAL, "the request or its reply is too long");
    l->phase = (load_phase){
        .purpose = LOAD_MEASURE, .run = run, .limit = UINT64_MAX, .either = run->either};
    l->phase.opens = now + (uint64_t)(run->warmup_seconds * NS_PER_S);
    l->phase.closes = l->phase.opens + (uint64_t)(run->seconds * NS_PER_S);
    l->phase.result = result;
    l->get_below = share_as_word(run->get_share);
    memset(result, 0, sizeof *result);
    measured_depths(l);
    return run_phase(l);
}
