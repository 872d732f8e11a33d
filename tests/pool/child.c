#include "child.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT_MS = 20000 };

extern char **environ;

static const struct {
    const char *name;
    int (*run)(int argument);
} children[] = {
#define CHILD(name) {#name, child_##name},
#include "children.def"
#undef CHILD
};

int child_main(const char *name, int argument) {
    prctl(PR_SET_DUMPABLE, 0); /* death is expected: no core, and no time spent on one */
    for (size_t i = 0; i < sizeof children / sizeof *children; i++)
        if (strcmp(children[i].name, name) == 0)
            return children[i].run(argument);
    fprintf(stderr, "no such child: %s\n", name);
    return 2;
}

static bool start(const char *mode, const char *name, int argument, int output, pid_t *pid) {
    char self[4096], number[16];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return false;
    self[length] = '\0';
    snprintf(number, sizeof number, "%d", argument);
    char *arguments[] = {self, (char *)(uintptr_t)mode, (char *)(uintptr_t)name, number, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    int error = posix_spawn(pid, self, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0;
}

/* Reads to the end of the output; false: the child was silent for too long. */
static bool collect(int input, struct child *child) {
    size_t used = 0;
    char scrap[512];
    for (;;) {
        struct pollfd ready = {input, POLLIN, 0};
        if (poll(&ready, 1, LIMIT_MS) <= 0)
            return false;
        bool full = used == sizeof child->output - 1;
        ssize_t n = read(input, full ? scrap : child->output + used,
                         full ? sizeof scrap : sizeof child->output - 1 - used);
        if (n <= 0)
            return true;
        used += full ? 0 : (size_t)n;
    }
}

struct child run_child(const char *mode, const char *name, int argument) {
    struct child child = {.status = -1};
    int ends[2];
    pid_t pid;
    if (pipe(ends) != 0)
        return child;
    bool started = start(mode, name, argument, ends[1], &pid);
    close(ends[1]);
    if (started) {
        child.hung = !collect(ends[0], &child);
        if (child.hung)
            kill(pid, SIGKILL);
        waitpid(pid, &child.status, 0);
    }
    close(ends[0]);
    return child;
}

bool child_aborted(const struct child *child) {
    return !child->hung && WIFSIGNALED(child->status) && WTERMSIG(child->status) == SIGABRT;
}

bool child_exited(const struct child *child, int status) {
    return !child->hung && WIFEXITED(child->status) && WEXITSTATUS(child->status) == status;
}
