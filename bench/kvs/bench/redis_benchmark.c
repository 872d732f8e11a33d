#include "redis_benchmark.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { OUTPUT_MAX = 4096, FIELDS = 8, LONGEST_SECONDS = 60 };
static const char output_name[] = "redis-benchmark.csv";

const char redis_benchmark_value[] =
    "poolbench:redis-benchmark:0123456789abcdefghijklmnopqrstuvwxyzAB";
_Static_assert(sizeof redis_benchmark_value - 1 == WORKLOAD_VALUE_SIZE,
               "as long as the other values");

/* About a second or two on a machine like the one of the anchors. */
static uint64_t how_many(const workload *w) {
    return w->pipeline == 1 ? 120000 : w->pipeline == 16 ? 800000 : 1200000;
}

/* Field `wanted` of a line of quoted fields, as a number; -1: it is not one. */
static double field(const char *line, int wanted) {
    for (int at = 0; at < wanted; at++) {
        line = strstr(line, "\",\"");
        if (line == NULL)
            return -1;
        line += 2;
    }
    char *end;
    double value = strtod(line + 1, &end);
    return *line == '"' && *end == '"' && end != line + 1 ? value : -1;
}

int redis_benchmark_parse(const char *csv, redis_benchmark_result *result) {
    static const char heading[] =
        "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\","
        "\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"\n";
    const char *start = strstr(csv, heading);
    if (start == NULL)
        return EBADMSG;
    const char *line = start + sizeof heading - 1;
    double rate = field(line, 1), p50 = field(line, 4), p99 = field(line, 6);
    if (rate <= 0 || p50 < 0 || p99 < 0 || field(line, FIELDS - 1) < 0)
        return EBADMSG;
    result->requests_per_second = rate;
    result->p50_us = p50 * 1000;
    result->p99_us = p99 * 1000;
    return 0;
}

static int read_output(const server *s, char text[OUTPUT_MAX]) {
    char path[SCRATCH_PATH_MAX + sizeof output_name + 1];
    snprintf(path, sizeof path, "%s/%s", s->directory, output_name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno;
    text[fread(text, 1, OUTPUT_MAX - 1, file)] = '\0';
    fclose(file);
    return 0;
}

static int wait_for_it(server *s, child *process) {
    char how[64];
    int error = child_wait(process, LONGEST_SECONDS);
    child_kill(process);
    if (error != 0)
        snprintf(s->problem, sizeof s->problem, "redis-benchmark: %s", strerror(error));
    else if (!WIFEXITED(process->status) || WEXITSTATUS(process->status) != 0) {
        error = EPROTO;
        snprintf(s->problem, sizeof s->problem, "redis-benchmark ended with %s",
                 child_how_it_ended(process, how));
    }
    return error;
}

/* Its own GET and SET tests send the same commands; given in words, the value is known. */
static void build_command(const server *s, const workload *w, command_line *line) {
    command_line_begin(line, "redis-benchmark");
    command_line_option(line, "-h", s->address.host);
    command_line_number(line, "-p", s->address.port);
    command_line_number(line, "-c", w->connections);
    command_line_number(line, "-P", w->pipeline);
    command_line_number(line, "-n", how_many(w));
    command_line_number(line, "-r", WORKLOAD_KEYS);
    command_line_add(line, "--csv");
    command_line_option(line, w->set ? "SET" : "GET", "key:__rand_int__");
    if (w->set)
        command_line_add(line, "%s", redis_benchmark_value);
}

int redis_benchmark_run(server *s, const workload *w, redis_benchmark_result *result) {
    char output[OUTPUT_MAX];
    command_line line;
    child process = {0};
    build_command(s, w, &line);
    int error = child_start(&process, line.argv, s->directory, output_name);
    if (error != 0) {
        snprintf(s->problem, sizeof s->problem,
                 "cannot start redis-benchmark (Debian package redis-tools): %s", strerror(error));
        return error;
    }
    error = wait_for_it(s, &process);
    if (error != 0)
        return error;
    redis_benchmark_result parsed = {.requests = how_many(w)};
    error = read_output(s, output);
    if (error == 0)
        error = redis_benchmark_parse(output, &parsed);
    if (error != 0)
        snprintf(s->problem, sizeof s->problem,
                 "redis-benchmark printed no CSV of version 7: %.200s",
                 error == EBADMSG ? output : strerror(error));
    else
        *result = parsed;
    return error;
}
