#include "server.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "job.h"

/* Descriptors beside those of clients: standard ones, listeners, epoll, eventfds, the data. */
enum { OWN_DESCRIPTORS = 40 };

int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

statistics *server_statistics(server *s) {
    int32_t worker = thread_pool_worker_index();
    return &s->statistics[worker < 0 ? 0 : worker % STATISTICS_SLOTS];
}

server_totals server_count(server *s) {
    server_totals totals = {0};
    for (int i = 0; i < STATISTICS_SLOTS; i++) {
        /* relaxed: numbers for INFO */
        totals.requests += atomic_load_explicit(&s->statistics[i].requests, memory_order_relaxed);
        totals.turns += atomic_load_explicit(&s->statistics[i].turns, memory_order_relaxed);
        totals.jobs += atomic_load_explicit(&s->statistics[i].jobs, memory_order_relaxed);
    }
    return totals;
}

/* ---- start ---------------------------------------------------------------------------------- */

/* As many descriptors as the clients need; fewer clients when the system does not give them. */
static void adapt_to_descriptors(server_options *options) {
    struct rlimit limit;
    rlim_t wanted = (rlim_t)options->max_connections + OWN_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    log_line(LOG_WARNINGS, "the system gives %llu descriptors, not the %llu that %u clients need",
             (unsigned long long)limit.rlim_cur, (unsigned long long)wanted,
             options->max_connections);
}

static void on_engine_fault(bool grave, const char *message) {
    log_line(grave ? LOG_ERRORS : LOG_WARNINGS, "%s", message);
}

static void on_panic(void *context, const char *message) {
    (void)context;
    log_line(LOG_ERRORS, "a job panicked: %s", message);
}

static int open_engine(server *s) {
    char fault[KVS_FAULT_MAX] = "";
    int lock = -1;
    kvs_engine_options options = {.directory = s->options.directory,
                                  .threads = s->options.threads,
                                  .max_bytes = s->options.max_data,
                                  .on_fault = on_engine_fault};
    int error = 0;
    if (!s->options.engine->persistent) /* the persistent ones do this themselves */
        error = kvs_directory_take(options.directory, s->options.engine, &lock, fault);
    if (error == 0)
        error = s->options.engine->open(&options, &s->engine, fault);
    if (error != 0)
        log_line(LOG_ERRORS, "%s", fault);
    return error;
}

static int make_pool(server *s) {
    thread_pool_options options = {.threads = s->options.threads,
                                   .stack_size = JOB_STACK,
                                   .name = "kvs",
                                   .on_panic = on_panic};
    int error = thread_pool_new_with(&options, &s->pool);
    if (error != 0)
        log_line(LOG_ERRORS, "cannot make a pool of %u threads: %s", s->options.threads,
                 strerror(error));
    return error;
}

static int open_events(server *s) {
    s->stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->ended_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->stop_event >= 0 && s->ended_event >= 0)
        return 0;
    log_line(LOG_ERRORS, "cannot make an eventfd: %s", strerror(errno));
    return errno;
}

static void announce(const server *s) {
    for (unsigned i = 0; i < s->options.address_count; i++)
        log_line(LOG_NOTICES, "ready on %s port %u: backend %s, %u threads, engine %s, mode %s",
                 s->options.addresses[i].host, (unsigned)s->options.addresses[i].port,
                 thread_pool_backend(), s->options.threads, s->options.engine->name,
                 s->options.connection_mode ? "connection" : "request");
}

static void release(server *s) {
    if (s->pool != NULL)
        thread_pool_destroy(s->pool);
    if (s->engine != NULL) /* before the poller: its thread may still be about to kick */
        s->options.engine->close(s->engine);
    poller_close(s);
    if (s->stop_event >= 0)
        close(s->stop_event);
    if (s->ended_event >= 0)
        close(s->ended_event);
}

int server_start(server *s, const server_options *options) {
    s->options = *options;
    s->started_ms = clock_ms();
    s->poller.epoll = s->poller.kick = s->poller.spare = -1;
    adapt_to_descriptors(&s->options);
    int error = open_events(s);
    if (error == 0)
        error = open_engine(s);
    if (error == 0)
        error = poller_open(s);
    if (error == 0)
        error = make_pool(s);
    if (error == 0)
        error = poller_start(s);
    if (error == 0)
        announce(s);
    else
        release(s);
    return error;
}

/* ---- stop ----------------------------------------------------------------------------------- */

void server_begin_stop(server *s) {
    atomic_store(&s->stopping, true);
    poller_kick_always(s);
}

void server_finish(server *s) {
    if (s->options.connection_mode)
        pthread_join(s->poller.thread, NULL);
    release(s);
}
