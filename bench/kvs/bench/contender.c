#include "contender.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char server_prefix[] = "kvs-server-", floor_prefix[] = "kvs-",
                  floor_name[] = "floor"; /* no server, so not named like one */

/* ---- finding ------------------------------------------------------------------------------- */

/* The directory of this program, where the servers lie too. */
static const char *own_directory(char path[CONTENDER_PATH_MAX]) {
    ssize_t length = readlink("/proc/self/exe", path, CONTENDER_PATH_MAX - 1);
    path[length < 0 ? 0 : length] = '\0';
    return dirname(path);
}

static bool on_path(const char *program) {
    char copy[4096], candidate[4096 + 64], *rest = copy, *directory;
    const char *path = getenv("PATH");
    snprintf(copy, sizeof copy, "%s", path == NULL ? "/usr/bin:/bin" : path);
    while ((directory = strsep(&rest, ":")) != NULL) {
        snprintf(candidate, sizeof candidate, "%s/%s", directory, program);
        if (access(candidate, X_OK) == 0)
            return true;
    }
    return false;
}

/* The first line that the program prints about its version. */
static void ask_version(contender *c, const char *option) {
    char command[CONTENDER_PATH_MAX + 32];
    snprintf(command, sizeof command, "%s %s 2>/dev/null", c->program, option);
    FILE *output = popen(command, "re");
    if (output == NULL)
        return;
    if (fgets(c->version, sizeof c->version, output) == NULL)
        c->version[0] = '\0';
    c->version[strcspn(c->version, "\r\n")] = '\0';
    pclose(output);
}

static void find_installed(contender *c, const char *program, const char *package,
                           const char *version_option) {
    snprintf(c->program, sizeof c->program, "%s", program);
    c->available = on_path(program);
    if (c->available)
        ask_version(c, version_option);
    else
        snprintf(c->why, sizeof c->why, "%s is not installed (Debian package %s)", program,
                 package);
}

/* A program of this repository. */
static int find_beside(contender *c, const char *prefix) {
    char directory[CONTENDER_PATH_MAX];
    if (c->name[0] == '\0' || strchr(c->name, '/') != NULL)
        return EINVAL;
    int length = snprintf(c->program, sizeof c->program, "%s/%s%s", own_directory(directory),
                          prefix, c->name);
    if (length >= (int)sizeof c->program || access(c->program, X_OK) != 0)
        return EINVAL;
    c->available = true;
    return 0;
}

static const struct {
    const char *name;
    const char *program;
    const char *package;
    const char *version_option;
    contender_kind kind;
    unsigned can;
} installed[] = {
    {"redis", "redis-server", "redis-server", "--version", CONTENDER_REDIS,
     CAN_MEMORY | CAN_REDIS_BENCHMARK | CAN_WORK},
    {"redis-always", "redis-server", "redis-server", "--version", CONTENDER_REDIS_ALWAYS,
     CAN_DURABLE},
    {"memcached", "memcached", "memcached", "-V", CONTENDER_MEMCACHED, CAN_MEMORY},
};

int contender_find(const char *name, contender *found) {
    contender c = {.name = name,
                   .kind = CONTENDER_BACKEND,
                   .protocol = &load_resp,
                   .can = CAN_MEMORY | CAN_DURABLE | CAN_REDIS_BENCHMARK | CAN_WORK | CAN_THREADS |
                          CAN_CONNECTION_MODE};
    for (size_t i = 0; i < sizeof installed / sizeof installed[0]; i++) {
        if (strcmp(installed[i].name, name) != 0)
            continue;
        c.kind = installed[i].kind;
        c.can = installed[i].can;
        find_installed(&c, installed[i].program, installed[i].package, installed[i].version_option);
    }
    if (strcmp(name, floor_name) == 0) {
        c.kind = CONTENDER_FLOOR;
        c.can = CAN_MEMORY | CAN_REDIS_BENCHMARK;
    }
    if (!on_path("redis-benchmark"))
        c.can &= ~(unsigned)CAN_REDIS_BENCHMARK;
    if (c.kind == CONTENDER_MEMCACHED)
        c.protocol = &load_memcached;
    int error = 0;
    if (c.kind == CONTENDER_BACKEND || c.kind == CONTENDER_FLOOR)
        error = find_beside(&c, c.kind == CONTENDER_FLOOR ? floor_prefix : server_prefix);
    if (error == 0)
        *found = c;
    return error;
}

void contender_names(char *text, size_t size) {
    char directory[CONTENDER_PATH_MAX];
    DIR *open = opendir(own_directory(directory));
    const struct dirent *entry;
    int used = snprintf(text, size, "redis, redis-always, memcached, %s", floor_name);
    while (open != NULL && (entry = readdir(open)) != NULL)
        if (strncmp(entry->d_name, server_prefix, sizeof server_prefix - 1) == 0 &&
            used < (int)size)
            used += snprintf(text + used, size - (size_t)used, ", %s",
                             entry->d_name + sizeof server_prefix - 1);
    if (open != NULL)
        closedir(open);
}

/* ---- command lines ------------------------------------------------------------------------- */

static void backend_command(const server_needs *needs, uint16_t port, command_line *line) {
    command_line_add(line, "--addr");
    command_line_add(line, "127.0.0.1:%u", (unsigned)port);
    command_line_option(line, "--engine", needs->durable ? "lmdb" : "memory");
    if (needs->threads != 0)
        command_line_number(line, "--threads", needs->threads);
    if (needs->connection_mode)
        command_line_option(line, "--mode", "connection");
    if (needs->work)
        command_line_add(line, "--enable-debug");
    if (needs->job_each)
        command_line_number(line, "--group", 1);
}

/* No snapshots; and the log of durable writes is not rewritten in the middle of a run. */
static void redis_command(const contender *c, uint16_t port, command_line *line) {
    bool durable = c->kind == CONTENDER_REDIS_ALWAYS;
    command_line_number(line, "--port", port);
    command_line_option(line, "--bind", "127.0.0.1");
    command_line_option(line, "--save", "");
    command_line_option(line, "--appendonly", durable ? "yes" : "no");
    if (durable) {
        command_line_option(line, "--appendfsync", "always");
        command_line_option(line, "--auto-aof-rewrite-percentage", "0");
    }
}

static void memcached_command(uint16_t port, command_line *line) {
    command_line_option(line, "-l", "127.0.0.1");
    command_line_number(line, "-p", port);
    command_line_option(line, "-U", "0");
    command_line_option(line, "-m", "1024");
    command_line_option(line, "-c", "12000");
    if (geteuid() == 0) /* it refuses to run as root unless told to */
        command_line_option(line, "-u", "root");
}

void contender_command(const contender *c, const server_needs *needs, uint16_t port,
                       command_line *line) {
    command_line_begin(line, c->program);
    if (c->kind == CONTENDER_BACKEND)
        backend_command(needs, port, line);
    else if (c->kind == CONTENDER_MEMCACHED)
        memcached_command(port, line);
    else if (c->kind == CONTENDER_FLOOR)
        command_line_add(line, "%u", (unsigned)port);
    else
        redis_command(c, port, line);
}
