#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kvs_client.h"

enum { READY_SECONDS = 20, STOP_SECONDS = 20, STEP_MS = 2, PORTS_TRIED = 3, LOG_TAIL = 600 };
static const char log_name[] = "server.log";

static void read_log_tail(const server *s, char tail[LOG_TAIL + 1]) {
    char path[SCRATCH_PATH_MAX + sizeof log_name + 1];
    snprintf(path, sizeof path, "%s/%s", s->directory, log_name);
    FILE *log = fopen(path, "re");
    size_t length = 0;
    if (log != NULL) {
        if (fseek(log, -LOG_TAIL, SEEK_END) != 0)
            rewind(log);
        length = fread(tail, 1, LOG_TAIL, log);
        fclose(log);
    }
    tail[length] = '\0';
}

__attribute__((format(printf, 3, 4))) static int fail(server *s, int error, const char *format,
                                                      ...) {
    char tail[LOG_TAIL + 1], what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    read_log_tail(s, tail);
    snprintf(s->problem, sizeof s->problem, "%s%s%s", what,
             tail[0] == '\0' ? "" : "; the end of its log:\n", tail);
    return error;
}

/* A port that was free a moment ago. */
static int free_port(uint16_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int error = 0;
    if (fd < 0)
        return errno;
    if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        error = errno;
    close(fd);
    *port = ntohs(address.sin_port);
    return error;
}

/* Redis and kvs-server answer PING; of memcached an accepted connection is enough. */
static bool answers(const server *s) {
    kvs_client *client = NULL;
    kvs_client_options options = {
        .host = s->address.host, .port = s->address.port, .timeout_ms = 2000};
    bool ready = kvs_client_connect(&options, &client, NULL) == 0;
    if (ready && s->contender->protocol == &load_resp)
        ready = kvs_client_ping(client) == 0;
    kvs_client_close(client);
    return ready;
}

static int wait_until_ready(server *s) {
    char how[64];
    for (int waited = 0; waited < READY_SECONDS * 1000; waited += STEP_MS) {
        if (child_stop_requested)
            return fail(s, ECANCELED, "interrupted");
        if (child_ended(&s->process))
            return fail(s, ESRCH, "the server ended at start, with %s",
                        child_how_it_ended(&s->process, how));
        if (answers(s))
            return 0;
        child_pause(STEP_MS);
    }
    return fail(s, ETIMEDOUT, "the server did not answer within %d s", READY_SECONDS);
}

static int start_on_a_port(server *s, const server_needs *needs) {
    command_line line;
    s->address = (kvs_address){.host = "127.0.0.1"};
    int error = free_port(&s->address.port);
    if (error != 0)
        return fail(s, error, "no free port: %s", strerror(error));
    contender_command(s->contender, needs, s->address.port, &line);
    error = child_start(&s->process, line.argv, s->directory, log_name);
    if (error != 0)
        return fail(s, error, "cannot start %s: %s", s->contender->program, strerror(error));
    error = wait_until_ready(s);
    if (error != 0)
        return error;
    error = clock_getcpuclockid(s->process.pid, &s->clock);
    return error == 0 ? 0 : fail(s, error, "no CPU clock: %s", strerror(error));
}

int server_start(server *s, const contender *c, const server_needs *needs) {
    *s = (server){.contender = c};
    int error = scratch_make(s->directory);
    if (error != 0)
        return fail(s, error, "cannot make a directory for the data: %s", strerror(error));
    for (int attempt = 0; attempt < PORTS_TRIED; attempt++) {
        error = start_on_a_port(s, needs);
        if (error != ESRCH || strstr(s->problem, "in use") == NULL)
            break;
    }
    return error;
}

static int end_process(server *s) {
    char how[64];
    bool asked = !child_ended(&s->process) && kill(s->process.pid, SIGTERM) == 0;
    if (!asked)
        return fail(s, EPROTO, "the server ended by itself, with %s",
                    child_how_it_ended(&s->process, how));
    int error = child_wait(&s->process, STOP_SECONDS);
    if (error != 0) {
        child_kill(&s->process);
        return error == ECANCELED
                   ? fail(s, error, "interrupted")
                   : fail(s, EPROTO, "the server was still there %d s after SIGTERM", STOP_SECONDS);
    }
    if (!WIFEXITED(s->process.status) || WEXITSTATUS(s->process.status) != 0)
        return fail(s, EPROTO, "the server ended with %s", child_how_it_ended(&s->process, how));
    return 0;
}

int server_stop(server *s) {
    bool started = s->process.pid != 0;
    int error = started ? end_process(s) : 0;
    scratch_remove(s->directory);
    return error;
}
