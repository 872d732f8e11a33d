#include "run_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"

#define MOST_OUTPUT ((size_t)1 << 20) /* a result is a few kilobytes */
#define GRACE_S 0.5                   /* between SIGTERM and SIGKILL */
#define LONGEST_POLL_MS 50            /* how late a stop is noticed */

static volatile sig_atomic_t stop_requested;

void process_stop(void) {
    stop_requested = 1;
}

bool process_stopped(void) {
    return stop_requested != 0;
}

double process_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* ---- output -------------------------------------------------------------------------------- */

struct stream {
    int fd; /* does not block; -1: at its end */
    char *text;
    size_t used;
};

/* Keeps a piece; false when it is more than is kept. */
static bool stream_keep(struct stream *stream, const char *piece, size_t size) {
    size_t room = MOST_OUTPUT - stream->used;
    size_t kept = size < room ? size : room;
    stream->text = memory_resized(stream->text, stream->used + kept + 1, 1);
    memcpy(stream->text + stream->used, piece, kept);
    stream->used += kept;
    stream->text[stream->used] = '\0';
    return kept == size;
}

static void stream_close(struct stream *stream) {
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}

/* Takes what is there; false when more came than is kept. */
static bool stream_read(struct stream *stream) {
    char piece[4096];
    while (stream->fd >= 0) {
        ssize_t got = read(stream->fd, piece, sizeof piece);
        if (got > 0 && !stream_keep(stream, piece, (size_t)got))
            return false;
        if (got < 0 && errno != EINTR)
            return true;
        if (got == 0)
            stream_close(stream);
    }
    return true;
}

/* ---- start --------------------------------------------------------------------------------- */

struct pipes {
    int out[2], err[2], report[2];
};

/* Between fork and exec. A failure goes through `report`, which a successful exec closes. */
_Noreturn static void become(char *const *argv, const struct pipes *pipes) {
    static const struct rlimit no_core = {0, 0};
    int nothing = open("/dev/null", O_RDONLY);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGPIPE, SIG_DFL);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
        dup2(pipes->out[1], STDOUT_FILENO) >= 0 && dup2(pipes->err[1], STDERR_FILENO) >= 0)
        execvp(argv[0], argv);
    int error = errno;
    (void)!write(pipes->report[1], &error, sizeof error);
    _exit(127);
}

/* The child's end blocks, ours does not. */
static int make_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
}

static int make_pipes(struct pipes *pipes) {
    int error = make_pipe(pipes->out);
    if (error == 0)
        error = make_pipe(pipes->err);
    if (error == 0 && pipe2(pipes->report, O_CLOEXEC) != 0)
        error = errno;
    return error;
}

static void close_end(int *end) {
    if (*end >= 0)
        close(*end);
    *end = -1;
}

static void close_pipes(struct pipes *pipes) {
    int *ends[] = {pipes->out, pipes->err, pipes->report};
    for (size_t i = 0; i < 3; i++) {
        close_end(&ends[i][0]);
        close_end(&ends[i][1]);
    }
}

/* The error number of a failed exec, or 0. */
static int exec_error(struct pipes *pipes, pid_t pid) {
    int error = 0;
    ssize_t got;
    close_end(&pipes->report[1]);
    while ((got = read(pipes->report[0], &error, sizeof error)) < 0 && errno == EINTR)
        ;
    if (got != (ssize_t)sizeof error)
        return 0;
    waitpid(pid, NULL, 0);
    return error;
}

static void take_stream(struct stream *stream, int *end) {
    *stream = (struct stream){.fd = *end, .text = memory_zeroed(1, 1)};
    *end = -1;
}

static int start(char *const *argv, pid_t *pid, struct stream *out, struct stream *err) {
    struct pipes pipes = {{-1, -1}, {-1, -1}, {-1, -1}};
    int error = make_pipes(&pipes);
    if (error == 0 && (*pid = fork()) < 0)
        error = errno;
    if (error == 0 && *pid == 0)
        become(argv, &pipes);
    if (error == 0) {
        setpgid(*pid, *pid); /* the child does it too: whoever is first */
        error = exec_error(&pipes, *pid);
    }
    take_stream(out, error == 0 ? &pipes.out[0] : &(int){-1});
    take_stream(err, error == 0 ? &pipes.err[0] : &(int){-1});
    close_pipes(&pipes);
    return error;
}

/* ---- watching ------------------------------------------------------------------------------ */

struct watch {
    pid_t pid;
    int ended; /* a pidfd: wakes poll() when it ended; -1: the kernel gives none */
    struct stream out, err;
    struct process_result *result;
};

static int milliseconds_until(double deadline) {
    double left = (deadline - process_clock()) * 1000;
    return left < 1 ? 1 : left > LONGEST_POLL_MS ? LONGEST_POLL_MS : (int)left;
}

/* Without taking its status away from reap(). */
static bool has_ended(pid_t pid) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* Waits for output or the end, a moment; true when it ended. Where there is no pidfd (an old
 * kernel, a strict sandbox) the end is noticed at the next poll. */
static bool wait_a_moment(struct watch *watch, double deadline) {
    struct pollfd fds[] = {
        {watch->ended, POLLIN, 0}, {watch->out.fd, POLLIN, 0}, {watch->err.fd, POLLIN, 0}};
    poll(fds, 3, milliseconds_until(deadline));
    if (!stream_read(&watch->out) || !stream_read(&watch->err))
        watch->result->too_talkative = true;
    return has_ended(watch->pid);
}

/* True when the process ended by itself within the time. */
static bool wait_until(struct watch *watch, double deadline) {
    while (process_clock() < deadline && !process_stopped() && !watch->result->too_talkative)
        if (wait_a_moment(watch, deadline))
            return true;
    return false;
}

/* Asks it to end, which lets a server bench stop its server, then insists. */
static void end_early(struct watch *watch) {
    struct process_result *result = watch->result;
    double deadline = process_clock() + GRACE_S;
    result->interrupted = process_stopped();
    result->hung = !result->interrupted && !result->too_talkative;
    kill(-watch->pid, SIGTERM);
    while (process_clock() < deadline && !wait_a_moment(watch, deadline))
        ;
    kill(-watch->pid, SIGKILL);
}

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

/* Ends whatever it left behind in its group; being the subreaper, we are told of each. */
static void sweep(pid_t group) {
    kill(-group, SIGKILL);
    while (waitpid(-group, NULL, 0) > 0 || errno == EINTR)
        ;
}

static void reap(struct watch *watch, double started) {
    struct process_result *result = watch->result;
    struct rusage used = {0};
    while (wait4(watch->pid, &result->status, 0, &used) < 0 && errno == EINTR)
        ;
    result->duration_s = process_clock() - started;
    result->cpu_s = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    sweep(watch->pid);
    stream_read(&watch->out);
    stream_read(&watch->err);
}

void process_run(char *const *argv, double limit_s, struct process_result *result) {
    struct watch watch = {.result = result};
    double started = process_clock();
    *result = (struct process_result){0};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    result->error = start(argv, &watch.pid, &watch.out, &watch.err);
    if (result->error == 0) {
        watch.ended = pidfd_open(watch.pid, 0);
        if (!wait_until(&watch, started + limit_s))
            end_early(&watch);
        reap(&watch, started);
        close_end(&watch.ended);
    }
    stream_close(&watch.out);
    stream_close(&watch.err);
    result->out = watch.out.text;
    result->err = watch.err.text;
}

void process_result_free(struct process_result *result) {
    free(result->out);
    free(result->err);
    *result = (struct process_result){0};
}

bool process_succeeded(const struct process_result *result) {
    return result->error == 0 && !result->hung && !result->interrupted && !result->too_talkative &&
           WIFEXITED(result->status) && WEXITSTATUS(result->status) == 0;
}

void process_how_it_ended(const struct process_result *result, char *text, size_t size) {
    if (result->error != 0)
        snprintf(text, size, "could not be started: %s", strerror(result->error));
    else if (result->too_talkative)
        snprintf(text, size, "printed more than %zu bytes", MOST_OUTPUT);
    else if (result->hung)
        snprintf(text, size, "did not end within %.1f seconds", result->duration_s);
    else if (WIFSIGNALED(result->status))
        snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(result->status),
                 strsignal(WTERMSIG(result->status)));
    else
        snprintf(text, size, "exit status %d", WEXITSTATUS(result->status));
}
