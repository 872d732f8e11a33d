#include "poller.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "blocking.h"
#include "job.h"
#include "server.h"

enum {
    BATCH_MAX = 256,
    EVENTS_MAX = BATCH_MAX / 2,
    ACCEPTS_MAX = 64, /* in a row: those who are connected want to be served, too */
    ACCEPT_PAUSE_MS = 100,
    SCAN_MS = 500,
    RETRY_MS = 1,
    BRIEF_NS = 100000, /* a sleep that a wake-up is a large part of */
    REAPS_AT_ONCE = 1024,
};

typedef struct batch {
    connection *members[BATCH_MAX];
    uint32_t count;
} batch;

/* ---- news from other threads ---------------------------------------------------------------- */

static void push(_Atomic(connection *) *stack, connection *c) {
    connection *head = atomic_load_explicit(stack, memory_order_relaxed);
    /* relaxed: only a guess for the exchange, which is sequentially consistent; see poller_ready */
    do
        c->handed = head;
    while (!atomic_compare_exchange_weak(stack, &head, c));
}

void poller_kick_always(server *s) {
    uint64_t one = 1;
    while (write(s->poller.kick, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void kick(server *s) {
    if (atomic_load(&s->poller.waiting) && atomic_exchange(&s->poller.waiting, false))
        poller_kick_always(s);
}

/* Sequentially consistent on both sides, here and in `sleep_for`: either the poller sees the
 * connection on its list, or this thread sees that the poller waits. */
void poller_ready(server *s, connection *c) {
    push(&s->poller.ready, c);
    kick(s);
}

void poller_closed(server *s, connection *c) {
    shutdown(c->fd, SHUT_RDWR); /* the client sees the end now, whenever the poller comes by */
    atomic_store(&c->state, CLOSED);
    push(&s->poller.closed, c);
    kick(s);
}

void poller_watch(server *s, connection *c, int64_t now) {
    atomic_store(&c->waiting_since, now);
    if (atomic_fetch_add(&s->poller.watched, 1) == 0)
        kick(s); /* it may sleep without a limit */
}

void poller_unwatch(server *s, connection *c) {
    atomic_store(&c->waiting_since, 0);
    atomic_fetch_sub(&s->poller.watched, 1);
}

/* ---- connections come and go ---------------------------------------------------------------- */

static void link_connection(poller *p, connection *c) {
    c->next = p->connections;
    c->back = &p->connections;
    if (c->next != NULL)
        c->next->back = &c->next;
    p->connections = c;
}

static void unlink_connection(connection *c) {
    *c->back = c->next;
    if (c->next != NULL)
        c->next->back = c->back;
}

static void carry(poller *p, connection *c) {
    c->handed = NULL;
    *p->carried_last = c;
    p->carried_last = &c->handed;
}

/* Before epoll is asked again: what it has reported so far is dealt with, so nothing points to
 * these connections any more. */
static void reap(server *s) {
    connection *c = atomic_exchange(&s->poller.closed, NULL);
    while (c != NULL) {
        connection *next = c->handed;
        if (atomic_load(&c->waiting_since) != 0)
            poller_unwatch(s, c);
        unlink_connection(c);
        connection_free(c);
        atomic_fetch_sub(&s->connected, 1);
        c = next;
    }
}

static void refuse(server *s, int fd, const char *why) {
    atomic_fetch_add(&s->refused, 1);
    if (send(fd, why, strlen(why), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_line(LOG_DETAILS, "a refused client was gone: %s", strerror(errno));
    close(fd);
}

static int add_to_epoll(const poller *p, int fd, uint32_t events, void *pointer) {
    struct epoll_event event = {.events = events, .data.ptr = pointer};
    return epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

static int begin_to_serve(server *s, connection *c) {
    if (!s->options.connection_mode)
        return add_to_epoll(&s->poller, c->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, c);
    atomic_store(&c->state, RUNNING);
    return blocking_start(s, c);
}

static void welcome(server *s, int fd) {
    poller *p = &s->poller;
    if (atomic_load(&s->connected) >= s->options.max_connections) {
        refuse(s, fd, "-ERR max number of clients reached\r\n");
        log_line(LOG_WARNINGS, "a client was refused: %u are connected (--max-connections)",
                 s->options.max_connections);
        return;
    }
    connection *c = connection_new(s, fd, ++p->next_id, !s->options.has_password);
    if (c == NULL) {
        refuse(s, fd, "-ERR out of memory\r\n");
        log_line(LOG_WARNINGS, "a client was refused: out of memory");
        return;
    }
    atomic_store(&c->last_active, clock_ms());
    link_connection(p, c);
    atomic_fetch_add(&s->connected, 1);
    atomic_fetch_add(&s->accepted, 1);
    int error = begin_to_serve(s, c);
    if (error == 0)
        return;
    log_line(LOG_WARNINGS, "a client was refused: %s", strerror(error));
    poller_closed(s, c);
}

static void set_accepting(poller *p, bool on) {
    for (unsigned i = 0; i < p->listener_count; i++) {
        if (on)
            add_to_epoll(p, p->listeners[i].fd, EPOLLIN, &p->listeners[i]);
        else
            epoll_ctl(p->epoll, EPOLL_CTL_DEL, p->listeners[i].fd, NULL);
    }
    p->accept_paused = !on;
}

/* No descriptor is left. The spare one lets us tell the client; and then we do not ask again for a
 * while, because the waiting clients would be reported over and over. */
static void out_of_descriptors(server *s, const listener *l, int error) {
    poller *p = &s->poller;
    if (p->spare >= 0) {
        close(p->spare);
        int fd = listener_accept(l, false);
        if (fd >= 0)
            refuse(s, fd, "-ERR max number of clients reached\r\n");
        p->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    log_line(LOG_WARNINGS, "cannot accept: %s; trying again in %d ms", strerror(error),
             ACCEPT_PAUSE_MS);
    set_accepting(p, false);
    p->accept_again = clock_ms() + ACCEPT_PAUSE_MS;
}

static void accept_some(server *s, const listener *l) {
    for (int i = 0; i < ACCEPTS_MAX; i++) {
        int fd = listener_accept(l, s->options.connection_mode);
        if (fd >= 0) {
            welcome(s, fd);
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            out_of_descriptors(s, l, errno);
        return;
    }
}

/* ---- news from epoll ------------------------------------------------------------------------ */

/* Whether the caller has the connection now. */
static bool take(connection *c) {
    connection_state state = IDLE;
    while (!atomic_compare_exchange_weak(&c->state, &state, state == IDLE ? RUNNING : DIRTY))
        if (state == DIRTY || state == CLOSED)
            return false;
    return state == IDLE;
}

static void on_event(server *s, const struct epoll_event *event, batch *b) {
    source *what = event->data.ptr;
    if (*what == SOURCE_KICK)
        return;
    if (*what == SOURCE_LISTENER) {
        if (!s->poller.accept_paused && !s->poller.stop_seen)
            accept_some(s, (listener *)what);
        return;
    }
    connection *c = (connection *)what;
    if (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        atomic_store(&c->peer_closed, true);
    if (take(c))
        b->members[b->count++] = c;
}

/* ---- time ----------------------------------------------------------------------------------- */

static void condemn(server *s, connection *c, verdict why) {
    if (atomic_load(&c->verdict) != STAY)
        return;
    atomic_store(&c->verdict, why);
    if (s->options.connection_mode)
        shutdown(c->fd, SHUT_RDWR); /* its job sits in recv or send */
    else if (take(c))
        carry(&s->poller, c);
}

static void scan(server *s, int64_t now) {
    int64_t limit = (int64_t)s->options.request_timeout * 1000;
    int64_t idle = (int64_t)s->options.idle_timeout * 1000;
    for (connection *c = s->poller.connections; c != NULL; c = c->next) {
        int64_t since = atomic_load(&c->waiting_since);
        if (since != 0 && now - since >= limit)
            condemn(s, c, TOO_SLOW);
        else if (idle != 0 && now - atomic_load(&c->last_active) >= idle)
            condemn(s, c, TOO_IDLE);
    }
    s->poller.next_scan = now + SCAN_MS;
}

static void begin_stop(server *s, int64_t now) {
    poller *p = &s->poller;
    p->stop_seen = true;
    p->stop_deadline = now + (int64_t)s->options.stop_timeout * 1000;
    if (!p->accept_paused)
        set_accepting(p, false);
    for (unsigned i = 0; i < p->listener_count; i++)
        listener_close(&p->listeners[i]);
    for (connection *c = p->connections; c != NULL; c = c->next) {
        if (s->options.connection_mode)
            shutdown(c->fd, SHUT_RD);
        else if (take(c))
            carry(p, c);
    }
}

static void check_stop_deadline(server *s, int64_t now) {
    if (now < s->poller.stop_deadline)
        return;
    for (connection *c = s->poller.connections; c != NULL; c = c->next)
        condemn(s, c, STOPPED);
}

static void check_times(server *s) {
    poller *p = &s->poller;
    int64_t now = clock_ms();
    bool limits = s->options.idle_timeout != 0 || atomic_load(&p->watched) != 0;
    if (p->accept_paused && !p->stop_seen && now >= p->accept_again)
        set_accepting(p, true);
    if (limits && now >= p->next_scan)
        scan(s, now);
    if (!p->stop_seen && atomic_load(&s->stopping))
        begin_stop(s, now);
    if (p->stop_seen)
        check_stop_deadline(s, now);
}

/* How long epoll may sleep, -1: until something happens. */
static int patience(server *s) {
    poller *p = &s->poller;
    if (p->retry)
        return RETRY_MS;
    if (p->carried != NULL)
        return 0;
    if (p->stop_seen || p->accept_paused)
        return ACCEPT_PAUSE_MS / 2;
    bool limits = s->options.idle_timeout != 0 || atomic_load(&p->watched) != 0;
    return limits && p->connections != NULL ? SCAN_MS : -1;
}

/* ---- a round -------------------------------------------------------------------------------- */

static void collect_ready(poller *p) {
    connection *reversed = NULL, *c = atomic_exchange(&p->ready, NULL);
    while (c != NULL) { /* the stack has the newest first */
        connection *next = c->handed;
        c->handed = reversed;
        reversed = c;
        c = next;
    }
    while (reversed != NULL) {
        connection *next = reversed->handed;
        carry(p, reversed);
        reversed = next;
    }
}

static void take_carried(poller *p, batch *b) {
    while (p->carried != NULL && b->count < BATCH_MAX) {
        connection *c = p->carried;
        p->carried = c->handed;
        b->members[b->count++] = c;
    }
    if (p->carried == NULL)
        p->carried_last = &p->carried;
}

/* Where the last sleep was brief, the next one is likely to be, too. A client that wants this
 * processor gets it here instead, and what it sends meanwhile needs no wake-up. */
static int look_and_yield(const poller *p, struct epoll_event *events) {
    int count = epoll_wait(p->epoll, events, EVENTS_MAX, 0);
    if (count == 0)
        sched_yield();
    return count;
}

static int sleep_for(poller *p, int milliseconds, struct epoll_event *events) {
    atomic_store(&p->waiting, true); /* partner: poller_ready, poller_closed, poller_watch */
    if (atomic_load(&p->ready) != NULL || atomic_load(&p->closed) != NULL)
        milliseconds = 0;
    else if (milliseconds < 0 && atomic_load(&p->watched) != 0)
        milliseconds = SCAN_MS;
    int64_t began = clock_ns();
    int count = epoll_wait(p->epoll, events, EVENTS_MAX, milliseconds);
    p->slept_briefly = clock_ns() - began < BRIEF_NS;
    if (atomic_load_explicit(&p->waiting, memory_order_relaxed)) /* relaxed: only to save a store */
        atomic_store(&p->waiting, false);
    return count;
}

/* Asks epoll for news, for so long. Below 0: EINTR; the others are bugs that a test would see. */
static int wait_for_news(poller *p, int milliseconds, struct epoll_event *events) {
    if (milliseconds == 0)
        return epoll_wait(p->epoll, events, EVENTS_MAX, 0);
    int count = p->slept_briefly ? look_and_yield(p, events) : 0;
    return count != 0 ? count : sleep_for(p, milliseconds, events);
}

static void gather(server *s, batch *b) {
    struct epoll_event events[EVENTS_MAX];
    poller *p = &s->poller;
    if (atomic_load(&p->closed) != NULL)
        reap(s);
    check_times(s);
    if (atomic_load(&p->ready) != NULL)
        collect_ready(p);
    int count = wait_for_news(p, patience(s), events);
    p->retry = false;
    for (int i = 0; i < count; i++)
        on_event(s, &events[i], b);
    take_carried(p, b);
}

/* How many connections a job gets. Several save time (job.h), but a thread must not wait while
 * another one has some, and who waits for a disk must not keep others waiting. */
static uint32_t group_size(const server *s, uint32_t count) {
    uint32_t most = s->options.group, share = count / s->options.threads;
    if (server_engine_type(s)->expect == NULL || share <= 1)
        return 1;
    return share < most ? share : most;
}

/* members[0 … count) are linked by `handed`. */
static void link_group(connection *const *members, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        members[i]->handed = i + 1 < count ? members[i + 1] : NULL;
}

/* Spawns a job for each group; those that the pool refuses are tried again in the next round. true:
 * the role is still held, because all that were spawned had started when the last was refused. */
static bool spawn_batch(server *s, const batch *b) {
    uint32_t refused = 0, size = group_size(s, b->count);
    poller *p = &s->poller;
    /* relaxed: the jobs see it through their spawn */
    atomic_store_explicit(&p->to_start, (b->count + size - 1) / size, memory_order_relaxed);
    for (uint32_t i = 0; i < b->count; i += size) {
        uint32_t count = b->count - i < size ? b->count - i : size;
        link_group(&b->members[i], count);
        if (thread_pool_spawn(s->pool, job_run, b->members[i]) == 0)
            continue;
        /* The role cannot be gone yet: this one counts as not started. */
        for (uint32_t k = 0; k < count; k++)
            carry(p, b->members[i + k]);
        p->retry = true;
        refused++;
    }
    /* Without a refusal the role may be somebody else's by now, and nothing of it is touched. */
    return refused != 0 && atomic_fetch_sub(&p->to_start, refused) == refused;
}

static bool ended(server *s) {
    uint64_t one = 1;
    if (!s->poller.stop_seen || s->poller.connections != NULL)
        return false;
    while (write(s->ended_event, &one, sizeof one) < 0 && errno == EINTR)
        ;
    return true;
}

bool poller_round(server *s) {
    batch b = {.count = 0};
    while (b.count == 0) {
        gather(s, &b);
        if (b.count == 0 && ended(s))
            return false;
    }
    return spawn_batch(s, &b);
}

/* ---- the role ------------------------------------------------------------------------------- */

static void poller_job(void *arg) {
    server *s = arg;
    while (poller_round(s))
        ;
}

static void *poller_thread(void *arg) {
    poller_job(arg);
    return NULL;
}

bool poller_job_started(server *s) {
    return atomic_fetch_sub(&s->poller.to_start, 1) == 1;
}

/* The caller's job counts as not started, so 0 is out of reach, and the role is nobody's. */
bool poller_spawn_another(connection *c) {
    server *s = c->server;
    c->handed = NULL;
    atomic_fetch_add(&s->poller.to_start, 1);
    if (thread_pool_spawn(s->pool, job_run, c) == 0)
        return true;
    atomic_fetch_sub(&s->poller.to_start, 1);
    return false;
}

bool poller_hand_over(server *s) {
    return thread_pool_spawn(s->pool, poller_job, s) == 0;
}

/* In connection mode jobs keep their workers, so the one who accepts is a thread of its own, as in
 * the original. */
int poller_start(server *s) {
    if (s->options.connection_mode)
        return pthread_create(&s->poller.thread, NULL, poller_thread, s);
    return thread_pool_spawn(s->pool, poller_job, s);
}

/* ---- opening and closing -------------------------------------------------------------------- */

static int open_listeners(server *s) {
    poller *p = &s->poller;
    for (unsigned i = 0; i < s->options.address_count; i++) {
        int error = listener_open(&p->listeners[i], &s->options.addresses[i]);
        if (error != 0)
            return error;
        p->listener_count++;
    }
    set_accepting(p, true);
    return 0;
}

int poller_open(server *s) {
    poller *p = &s->poller;
    p->carried_last = &p->carried;
    p->kick_source = SOURCE_KICK;
    p->epoll = epoll_create1(EPOLL_CLOEXEC);
    p->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    p->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int error = p->epoll < 0 || p->kick < 0 ? errno : 0;
    if (error == 0)
        error = add_to_epoll(p, p->kick, EPOLLIN | EPOLLET, &p->kick_source);
    if (error != 0)
        log_line(LOG_ERRORS, "cannot set up epoll: %s", strerror(error));
    if (error == 0)
        error = open_listeners(s);
    if (error != 0)
        poller_close(s);
    return error;
}

static void close_if_open(int *fd) {
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void poller_close(server *s) {
    poller *p = &s->poller;
    for (unsigned i = 0; i < p->listener_count; i++)
        listener_close(&p->listeners[i]);
    reap(s);
    close_if_open(&p->epoll);
    close_if_open(&p->kick);
    close_if_open(&p->spare);
}
