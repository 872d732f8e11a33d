/* kvs-bench: measures one server in one cell, or lists the cells it can be measured in. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "list.h"
#include "run.h"

enum { EXIT_USAGE = 2, LONGEST_RUN_SECONDS = 120 };

typedef struct arguments {
    const char *command;
    const char *contender;
    const char *workload;
    uint32_t threads; /* 0: not given */
    uint64_t seed;
} arguments;

static const struct argp_option options[] = {
    {"contender", 'c', "NAME", 0, "A backend, redis, redis-always or memcached", 0},
    {"workload", 'w', "NAME", 0, "run: the cell, one of those that 'list' prints", 0},
    {"threads", 't', "N", 0, "run: threads of the server's pool, one of those that 'list' prints",
     0},
    {"seed", 's', "N", 0, "run: seed of the random choices (default 1)", 0},
    {0},
};

static uint64_t whole(const char *text, uint64_t most, const char *what, struct argp_state *state) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value > most)
        argp_error(state, "'%s' is no %s: a whole number up to %" PRIu64, text, what, most);
    return value;
}

static void check_arguments(const arguments *given, struct argp_state *state) {
    bool run = given->command != NULL && strcmp(given->command, "run") == 0;
    if (!run && (given->command == NULL || strcmp(given->command, "list") != 0))
        argp_error(state, "%s%s%s: it is list or run",
                   given->command == NULL ? "a command is missing" : "unknown command '",
                   given->command == NULL ? "" : given->command, given->command == NULL ? "" : "'");
    if (given->contender == NULL)
        argp_error(state, "--contender is missing");
    if (run && given->workload == NULL)
        argp_error(state, "--workload is missing");
}

static error_t parse_option(int key, char *text, struct argp_state *state) {
    arguments *given = state->input;
    switch (key) {
    case 'c':
        given->contender = text;
        return 0;
    case 'w':
        given->workload = text;
        return 0;
    case 't':
        given->threads = (uint32_t)whole(text, 1024, "number of threads", state);
        return 0;
    case 's':
        given->seed = whole(text, UINT64_MAX, "seed", state);
        return 0;
    case ARGP_KEY_ARG:
        if (given->command != NULL)
            argp_error(state, "unexpected argument '%s'", text);
        given->command = text;
        return 0;
    case ARGP_KEY_END:
        check_arguments(given, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_version(FILE *stream, struct argp_state *state) {
    (void)state;
    fprintf(stream, "kvs-bench %s\n", POOLBENCH_VERSION);
}

static int print_json(json_t *object) {
    int error = json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(object);
    putchar('\n');
    if (error == 0 && fflush(stdout) == 0)
        return EXIT_SUCCESS;
    fputs("kvs-bench: cannot write the result\n", stderr);
    return EXIT_FAILURE;
}

static int no_such_workload(const contender *c, const char *name) {
    size_t count;
    const workload *all = workload_all(&count);
    fprintf(stderr, "kvs-bench: %s has no workload '%s'; it has", c->name, name);
    for (size_t i = 0; i < count; i++)
        if (workload_fits(&all[i], c))
            fprintf(stderr, " %s", all[i].name);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static bool has_threads(const workload *w, uint32_t wanted) {
    uint32_t threads[32], count = workload_threads(w, threads);
    for (uint32_t i = 0; i < count; i++)
        if (threads[i] == wanted)
            return true;
    return false;
}

static int no_such_threads(const workload *w, uint32_t wanted) {
    uint32_t threads[32], count = workload_threads(w, threads);
    fprintf(stderr, "kvs-bench: %s is not measured with %u threads; --threads is", w->name,
            (unsigned)wanted);
    for (uint32_t i = 0; i < count; i++)
        fprintf(stderr, " %u", (unsigned)threads[i]);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static int run(const contender *c, const arguments *given) {
    const workload *w = workload_find(given->workload);
    uint32_t listed[32];
    if (w == NULL || !workload_fits(w, c))
        return no_such_workload(c, given->workload);
    workload_threads(w, listed);
    uint32_t threads = given->threads == 0 ? listed[0] : given->threads;
    if (!has_threads(w, threads))
        return no_such_threads(w, threads);
    if (!c->available) {
        fprintf(stderr, "kvs-bench: %s\n", c->why);
        return EXIT_FAILURE;
    }
    child_stop_on_signals();
    alarm(LONGEST_RUN_SECONDS);
    json_t *report = run_workload(c, w, threads, given->seed);
    return report == NULL ? EXIT_FAILURE : print_json(report);
}

static int no_such_contender(const char *name) {
    char names[1024];
    contender_names(names, sizeof names);
    fprintf(stderr, "kvs-bench: no contender '%s'; there are: %s\n", name, names);
    return EXIT_USAGE;
}

int main(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse_option,
        "list\nrun",
        "Measures one key/value server in one cell."
        "\vOne process is one measurement: it starts the server on a free port of 127.0.0.1, "
        "stores the keys, loads it, checks every reply, and stops it. "
        "Prints one JSON object. Exit status: 0 measured and verified, 1 not so, 2 wrong usage.",
        NULL,
        NULL,
        NULL};
    arguments given = {.seed = 1};
    contender found;
    argp_program_version_hook = print_version;
    argp_err_exit_status = EXIT_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    signal(SIGPIPE, SIG_IGN);
    unsetenv("KVS_PASSWORD"); /* the servers here are private and have no password */
    if (contender_find(given.contender, &found) != 0)
        return no_such_contender(given.contender);
    if (strcmp(given.command, "list") == 0)
        return print_json(list_contender(&found));
    return run(&found, &given);
}
