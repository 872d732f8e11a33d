#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

volatile sig_atomic_t child_stop_requested;

static void on_signal(int number) {
    (void)number;
    child_stop_requested = 1;
}

void child_stop_on_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
}

void child_pause(int milliseconds) {
    struct timespec time = {.tv_sec = milliseconds / 1000,
                            .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    nanosleep(&time, NULL);
}

/* Between fork and exec; reports a failure through the pipe, which exec closes. */
_Noreturn static void become(char *const argv[], const char *directory, const char *log,
                             int report) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int output = -1;
    if (chdir(directory) == 0)
        output = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (output >= 0 && dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0)
        execvp(argv[0], argv);
    int error = errno;
    (void)!write(report, &error, sizeof error);
    _exit(127);
}

int child_start(child *made, char *const argv[], const char *directory, const char *log) {
    int report[2], error = 0;
    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    pid_t pid = fork();
    if (pid == 0)
        become(argv, directory, log, report[1]);
    int fork_error = errno;
    close(report[1]);
    if (pid < 0)
        error = fork_error;
    else if (read(report[0], &error, sizeof error) <= 0)
        error = 0;
    close(report[0]);
    if (error != 0 && pid > 0)
        waitpid(pid, NULL, 0);
    if (error == 0)
        *made = (child){.pid = pid};
    return error;
}

bool child_ended(child *c) {
    if (c->pid != 0 && waitpid(c->pid, &c->status, WNOHANG) == c->pid)
        c->pid = 0;
    return c->pid == 0;
}

int child_wait(child *c, double seconds) {
    enum { STEP_MS = 2 };
    for (double waited = 0; !child_ended(c); waited += STEP_MS / 1000.0) {
        if (child_stop_requested)
            return ECANCELED;
        if (waited > seconds)
            return ETIMEDOUT;
        child_pause(STEP_MS);
    }
    return 0;
}

void child_kill(child *c) {
    if (c->pid == 0)
        return;
    kill(c->pid, SIGKILL);
    while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
        ;
    c->pid = 0;
}

const char *child_how_it_ended(const child *c, char text[64]) {
    if (WIFSIGNALED(c->status))
        snprintf(text, 64, "signal %d (%s)", WTERMSIG(c->status), strsignal(WTERMSIG(c->status)));
    else
        snprintf(text, 64, "exit status %d", WEXITSTATUS(c->status));
    return text;
}
