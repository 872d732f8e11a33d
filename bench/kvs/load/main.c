/* kvs-load: puts a key/value server under load, checks every reply, prints one JSON object. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "load.h"
#include "report.h"

enum { EXIT_USAGE = 2 };
enum {
    OPTION_BESIDE = 1000,
    OPTION_RATE,
    OPTION_WARMUP,
    OPTION_REQUESTS,
    OPTION_SEED,
    OPTION_SERVER_PID,
    OPTION_NO_PRELOAD,
    OPTION_IN_ORDER,
    OPTION_WORK,
    OPTION_PROTOCOL,
};

typedef struct arguments {
    load_options options;
    load_run run;
    load_other work;
    char work_request[64];
    bool no_preload;
    uint32_t heavy_connections; /* 0: none */
    uint32_t heavy_pipeline;
} arguments;

static const struct argp_option options[] = {
    {"addr", 'a', "IP:PORT", 0, "Server to load (default " KVS_ADDRESS_DEFAULT ")", 0},
    {"protocol", OPTION_PROTOCOL, "NAME", 0, "resp (default) or memcached", 0},
    {NULL, 0, NULL, 0, "What is sent:", 1},
    {"connections", 'c', "N", 0, "Connections, 1 to 10000 (default 50)", 1},
    {"pipeline", 'P', "N", 0, "Requests in one write, 1 to 10000 (default 1)", 1},
    {"beside", OPTION_BESIDE, "N,P", 0,
     "Beside them, on a thread of its own, N connections that GET, P deep", 1},
    {"get", 'g', "PERCENT", 0, "Share of GET, the rest is SET (default 100)", 1},
    {"keys", 'k', "N", 0, "Number of keys, 1 to 100000000 (default 100000)", 1},
    {"value-size", 'd', "BYTES", 0, "Size of a value, 1 to 1048576 (default 64)", 1},
    {"in-order", OPTION_IN_ORDER, NULL, 0, "Keys one after the other instead of at random", 1},
    {"work", OPTION_WORK, "US", 0,
     "Send only 'WORK US', 1 to 1000000 µs of work each (kvs-server --enable-debug)", 1},
    {"rate", OPTION_RATE, "R", 0,
     "Requests a second, at fixed intervals, latency counted from when a request was due "
     "(default: each connection sends when its replies are there)",
     1},
    {"seed", OPTION_SEED, "N", 0, "Seed of the random choices (default 1)", 1},
    {NULL, 0, NULL, 0, "How long:", 2},
    {"seconds", 's', "S", 0, "Length of the counted window, 0.01 to 3600 (default 1)", 2},
    {"warmup", OPTION_WARMUP, "S", 0, "Before it, not counted, 0 to 3600 (default 0.1)", 2},
    {"requests", OPTION_REQUESTS, "N", 0, "Stop after so many counted requests (default: no)", 2},
    {"timeout", 't', "S", 0, "Give up when nothing is answered so long (default 10)", 2},
    {NULL, 0, NULL, 0, "Beside the load:", 3},
    {"no-preload", OPTION_NO_PRELOAD, NULL, 0,
     "The keys are there, from an earlier run with the same --value-size", 3},
    {"server-pid", OPTION_SERVER_PID, "PID", 0, "Report the CPU time of that process, too", 3},
    {0},
};

/* ---- arguments ----------------------------------------------------------------------------- */

static double number(const char *text, double least, double most, const char *what,
                     struct argp_state *state) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= least && value <= most))
        argp_error(state, "'%s' is no %s: a number from %g to %.0f", text, what, least, most);
    return value;
}

static uint64_t whole(const char *text, uint64_t least, uint64_t most, const char *what,
                      struct argp_state *state) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < least ||
        value > most)
        argp_error(state, "'%s' is no %s: a whole number from %" PRIu64 " to %" PRIu64, text, what,
                   least, most);
    return value;
}

static void parse_beside(char *text, arguments *given, struct argp_state *state) {
    char *comma = strchr(text, ',');
    if (comma == NULL)
        argp_error(state, "'%s' is not CONNECTIONS,PIPELINE, such as 3,64", text);
    *comma = '\0';
    given->heavy_connections =
        (uint32_t)whole(text, 1, LOAD_CONNECTIONS_MAX, "number of connections", state);
    given->heavy_pipeline = (uint32_t)whole(comma + 1, 1, LOAD_PIPELINE_MAX, "pipeline", state);
}

static void parse_protocol(const char *text, load_options *wanted, struct argp_state *state) {
    if (strcmp(text, load_resp.name) == 0)
        wanted->protocol = &load_resp;
    else if (strcmp(text, load_memcached.name) == 0)
        wanted->protocol = &load_memcached;
    else
        argp_error(state, "unknown protocol '%s': it is resp or memcached", text);
}

static void parse_work(const char *text, arguments *given, struct argp_state *state) {
    whole(text, 1, 1000000, "work in microseconds", state);
    snprintf(given->work_request, sizeof given->work_request, "*2\r\n$4\r\nWORK\r\n$%zu\r\n%s\r\n",
             strlen(text), text);
    given->work = (load_other){given->work_request, "+OK\r\n"};
    given->run.other = &given->work;
}

static void parse_server_pid(const char *text, load_options *wanted, struct argp_state *state) {
    pid_t pid = (pid_t)whole(text, 1, 1u << 30, "process id", state);
    int error = clock_getcpuclockid(pid, &wanted->server_clock);
    if (error != 0)
        argp_error(state, "cannot read the CPU time of process %s: %s", text, strerror(error));
    wanted->has_server_clock = true;
}

static void check_together(const arguments *given, struct argp_state *state) {
    const load_options *wanted = &given->options;
    if (given->run.other != NULL && wanted->protocol != &load_resp)
        argp_error(state, "--work needs --protocol resp");
}

static error_t parse_load(int key, char *text, struct argp_state *state) {
    arguments *given = state->input;
    load_options *wanted = &given->options;
    load_run *run = &given->run;
    switch (key) {
    case 'c':
        wanted->connections =
            (uint32_t)whole(text, 1, LOAD_CONNECTIONS_MAX, "number of connections", state);
        return 0;
    case 'P':
        wanted->pipeline = (uint32_t)whole(text, 1, LOAD_PIPELINE_MAX, "pipeline", state);
        return 0;
    case OPTION_BESIDE:
        parse_beside(text, given, state);
        return 0;
    case 'g':
        run->get_share = number(text, 0, 100, "percentage", state) / 100;
        return 0;
    case 'k':
        wanted->keys = (uint32_t)whole(text, 1, DATASET_KEYS_MAX, "number of keys", state);
        return 0;
    case 'd':
        wanted->value_size = (uint32_t)whole(text, 1, DATASET_VALUE_MAX, "value size", state);
        return 0;
    case OPTION_IN_ORDER:
        run->in_order = true;
        return 0;
    case OPTION_WORK:
        parse_work(text, given, state);
        return 0;
    case OPTION_RATE:
        run->rate = number(text, 0.1, 1e7, "rate", state);
        return 0;
    case OPTION_SEED:
        wanted->seed = whole(text, 0, UINT64_MAX, "seed", state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_option(int key, char *text, struct argp_state *state) {
    arguments *given = state->input;
    load_options *wanted = &given->options;
    load_run *run = &given->run;
    switch (key) {
    case 'a':
        if (kvs_address_parse(text, &wanted->address) != 0)
            argp_error(state, "'%s' is no address: " KVS_ADDRESS_ACCEPTED, text);
        return 0;
    case OPTION_PROTOCOL:
        parse_protocol(text, wanted, state);
        return 0;
    case 's':
        run->seconds = number(text, 0.01, 3600, "number of seconds", state);
        return 0;
    case OPTION_WARMUP:
        run->warmup_seconds = number(text, 0, 3600, "number of seconds", state);
        return 0;
    case OPTION_REQUESTS:
        run->requests = whole(text, 1, UINT64_MAX / 2, "number of requests", state);
        return 0;
    case 't':
        wanted->timeout_ms = (uint32_t)(number(text, 0.01, 3600, "timeout", state) * 1000);
        return 0;
    case OPTION_SERVER_PID:
        parse_server_pid(text, wanted, state);
        return 0;
    case OPTION_NO_PRELOAD:
        given->no_preload = run->either = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument '%s'", text);
        return 0;
    case ARGP_KEY_END:
        check_together(given, state);
        return 0;
    default:
        return parse_load(key, text, state);
    }
}

/* ---- the run ------------------------------------------------------------------------------- */

static volatile sig_atomic_t stop;

static void on_signal(int number_of_signal) {
    (void)number_of_signal;
    stop = 1;
}

static void stop_on_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* Two results of a run with heavy clients beside it; static, because histograms are large. */
static load_result result;
static load_beside beside;

static int complain(const char *message, int error) {
    fprintf(stderr, "kvs-load: %s\n", message);
    return error;
}

static int measure(load *l, const arguments *given) {
    int error = load_measure(l, &given->run, &result);
    return error == 0 ? 0 : complain(load_message(l), error);
}

static int measure_beside(load *l, const arguments *given) {
    int error = beside_start(&beside, &given->options, &given->run, given->heavy_connections,
                             given->heavy_pipeline);
    if (error == 0) {
        error = measure(l, given);
        int heavy_error = beside_join(&beside);
        error = error != 0 ? error : heavy_error;
    }
    if (error != 0 && beside_message(&beside)[0] != '\0')
        complain(beside_message(&beside), error);
    beside_end(&beside);
    return error;
}

static int run_load(load *l, const arguments *given) {
    int error = given->no_preload ? 0 : load_preload(l);
    if (error != 0)
        return complain(load_message(l), error);
    error = given->heavy_connections != 0 ? measure_beside(l, given) : measure(l, given);
    if (error != 0)
        return error;
    error = load_verify(l, given->no_preload, NULL);
    return error == 0 ? 0 : complain(load_message(l), error);
}

static int print_report(const arguments *given) {
    json_t *report = report_run(&given->options, &given->run, &result,
                                given->heavy_connections != 0 ? &beside.result : NULL,
                                given->heavy_connections, given->heavy_pipeline);
    int error = json_dumpf(report, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(report);
    putchar('\n');
    return error == 0 && fflush(stdout) == 0 ? EXIT_SUCCESS
                                             : complain("cannot write the report", EXIT_FAILURE);
}

static void print_version(FILE *stream, struct argp_state *state) {
    (void)state;
    fprintf(stream, "kvs-load %s\n", POOLBENCH_VERSION);
}

static void set_defaults(arguments *given) {
    kvs_address_parse(KVS_ADDRESS_DEFAULT, &given->options.address);
    given->options.protocol = &load_resp;
    given->options.password = getenv("KVS_PASSWORD");
    given->options.keys = 100000;
    given->options.value_size = 64;
    given->options.connections = 50;
    given->options.pipeline = 1;
    given->options.timeout_ms = 10000;
    given->options.seed = 1;
    given->options.stop = &stop;
    given->run = (load_run){.seconds = 1, .warmup_seconds = 0.1, .get_share = 1};
}

int main(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse_option,
        NULL,
        "Puts a key/value server under load from one thread, checks every reply byte for byte, "
        "and prints what it measured as one JSON object."
        "\vStores every key first and reads every key back at the end, both outside the count. "
        "The environment's KVS_PASSWORD, if set, is sent with AUTH. "
        "Exit status: 0 measured and every reply right, 1 not so, 2 wrong usage.",
        NULL,
        NULL,
        NULL};
    arguments given = {.no_preload = false};
    load *l = NULL;
    argp_program_version_hook = print_version;
    argp_err_exit_status = EXIT_USAGE;
    set_defaults(&given);
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    stop_on_signals();
    int error = load_open(&given.options, &l);
    error = error == 0 ? run_load(l, &given) : complain(load_message(l), error);
    load_close(l);
    return error == 0 ? print_report(&given) : EXIT_FAILURE;
}
