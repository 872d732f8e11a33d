/* kvs-server: start, wait for a signal, stop. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "commands.h"
#include "log.h"
#include "options.h"
#include "server.h"

static server the_server; /* zero: too large for a stack that a user may have limited */

/* Signals come through a descriptor, to this thread only. A write to a client that is gone, or
 * beyond a limit on file sizes, is an error of the call and no signal. */
static int block_signals(void) {
    sigset_t stop;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    return signalfd(-1, &stop, SFD_CLOEXEC);
}

static const char *next_signal(int signals) {
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof info) != (ssize_t)sizeof info)
        return "a signal";
    return info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM";
}

/* Until one of the two is readable; its index. */
static int wait_for(int first, int second) {
    struct pollfd both[2] = {{first, POLLIN, 0}, {second, POLLIN, 0}};
    while (poll(both, 2, -1) < 0)
        ;
    return both[0].revents != 0 ? 0 : 1;
}

static void serve_until_told(server *s, int signals) {
    if (wait_for(signals, s->stop_event) == 0)
        log_line(LOG_NOTICES, "%s: stopping; another one forces it", next_signal(signals));
    else
        log_line(LOG_NOTICES, "SHUTDOWN: stopping");
    server_begin_stop(s);
    if (wait_for(s->ended_event, signals) == 0)
        return;
    log_line(LOG_WARNINGS, "%s again: forced to stop; what is acknowledged is kept",
             next_signal(signals));
    _exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
    server_options options;
    options_parse(argc, argv, &options);
    log_set_level(options.level);
    commands_init();
    int signals = block_signals();
    if (signals < 0) {
        log_line(LOG_ERRORS, "cannot wait for signals: %s", strerror(errno));
        return EXIT_FAILURE;
    }
    if (server_start(&the_server, &options) != 0)
        return EXIT_FAILURE;
    serve_until_told(&the_server, signals);
    server_finish(&the_server);
    log_line(LOG_NOTICES, "stopped");
    return EXIT_SUCCESS;
}
