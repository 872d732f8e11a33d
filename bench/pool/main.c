/* The driver of every contender of bench/pool: list what it can measure, or measure once. */
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "placement.h"
#include "workload.h"

#define MOST_THREADS 1024
#define LONGEST_SECONDS 60

enum { EXIT_WRONG = 1, EXIT_USAGE = 2 };

struct arguments {
    const char *command, *workload;
    struct request request;
};

static const struct workload *find_workload(const char *name) {
    const struct workload *workload = contender.workloads;
    while (workload->name != NULL && strcmp(workload->name, name) != 0)
        workload++;
    return workload->name == NULL ? NULL : workload;
}

static bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *value) {
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < least ||
        number > most)
        return false;
    *value = number;
    return true;
}

static uint64_t number_option(const struct argp_state *state, const char *option, const char *text,
                              uint64_t least, uint64_t most) {
    uint64_t value = least;
    if (!parse_number(text, least, most, &value))
        argp_error(state, "%s %s: a whole number from %llu to %llu is accepted", option, text,
                   (unsigned long long)least, (unsigned long long)most);
    return value;
}

static void command_argument(struct arguments *arguments, const struct argp_state *state,
                             const char *text) {
    if (arguments->command != NULL)
        argp_error(state, "one command at a time: '%s' after '%s'", text, arguments->command);
    if (strcmp(text, "list") != 0 && strcmp(text, "run") != 0)
        argp_error(state, "unknown command '%s': 'list' and 'run' are accepted", text);
    arguments->command = text;
}

static error_t parse(int key, char *text, struct argp_state *state) {
    struct arguments *arguments = state->input;
    switch (key) {
    case 'w':
        arguments->workload = text;
        return 0;
    case 't':
        arguments->request.threads =
            (unsigned)number_option(state, "--threads", text, 1, MOST_THREADS);
        return 0;
    case 's':
        arguments->request.seed = number_option(state, "--seed", text, 0, UINT64_MAX);
        return 0;
    case ARGP_KEY_ARG:
        command_argument(arguments, state, text);
        return 0;
    case ARGP_KEY_END:
        if (arguments->command == NULL)
            argp_error(state, "a command is missing: 'list' or 'run'");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"workload", 'w', "NAME", 0, "What to measure (run); 'list' names the workloads", 0},
    {"threads", 't', "N", 0, "Workers of the pool, 1 to 1024 (default 1)", 0},
    {"seed", 's', "NUMBER", 0, "Of the jobs' arguments (default 1)", 0},
    {0}};

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "list\nrun --workload NAME [--threads N] [--seed NUMBER]",
    .doc = "Measures one thread pool, or the machine without one.\v"
           "One process is one measurement; the result is a JSON object on standard output. "
           "Exit status: 0 measured and verified, 1 ran but wrong or failed, 2 usage."};

static json_t *metrics_of(const struct workload *workload) {
    json_t *list = json_array();
    for (const struct metric *metric = workload->metrics; metric->name != NULL; metric++) {
        json_t *object = json_pack("{s:s, s:s, s:s}", "name", metric->name, "unit", metric->unit,
                                   "better", metric->better);
        if (metric->primary)
            json_object_set_new(object, "primary", json_true());
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *describe(const struct workload *workload) {
    json_t *threads = json_array();
    for (const unsigned *count = workload->threads; *count != 0; count++)
        json_array_append_new(threads, json_integer(*count));
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:o, s:b, s:f, s:o}", "name", workload->name, "title",
                  workload->title, "group", workload->group, "threads", threads, "default", 1,
                  "seconds", workload->seconds, "metrics", metrics_of(workload));
    if (workload->floor != NULL)
        json_object_set_new(object, "floor", json_string(workload->floor));
    return object;
}

static int print_json(json_t *object) {
    int status = object == NULL || json_dumpf(object, stdout, JSON_REAL_PRECISION(12)) != 0 ||
                         putchar('\n') == EOF || fflush(stdout) != 0
                     ? EXIT_WRONG
                     : EXIT_SUCCESS;
    if (status != EXIT_SUCCESS)
        fprintf(stderr, "%s: cannot write the result\n", program_invocation_short_name);
    json_decref(object);
    return status;
}

static int list(void) {
    json_t *workloads = json_array();
    for (const struct workload *w = contender.workloads; w->name != NULL; w++)
        json_array_append_new(workloads, describe(w));
    return print_json(json_pack("{s:s, s:b, s:o, s:o}", "contender", contender.name(), "available",
                                1, "versions", json_loads(contender.versions, 0, NULL), "workloads",
                                workloads));
}

static int bad_workload(const char *name) {
    if (name == NULL)
        fprintf(stderr, "%s: --workload is missing", program_invocation_short_name);
    else
        fprintf(stderr, "%s: unknown workload '%s'", program_invocation_short_name, name);
    fprintf(stderr, "; accepted:");
    for (const struct workload *w = contender.workloads; w->name != NULL; w++)
        fprintf(stderr, " %s", w->name);
    fprintf(stderr, "\n");
    return EXIT_USAGE;
}

static bool threads_fit(const struct workload *workload, unsigned threads) {
    const unsigned *count = workload->threads;
    while (*count != 0 && *count != threads)
        count++;
    return *count == threads || workload->any_threads;
}

static int bad_threads(const struct workload *workload, unsigned threads) {
    fprintf(stderr, "%s: %s takes no --threads %u; accepted:", program_invocation_short_name,
            workload->name, threads);
    for (const unsigned *count = workload->threads; *count != 0; count++)
        fprintf(stderr, " %u", *count);
    fprintf(stderr, "\n");
    return EXIT_USAGE;
}

static void too_long(int signal) {
    static const char message[] = "the measurement did not end within 60 seconds\n";
    (void)signal;
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        _exit(EXIT_WRONG);
    _exit(EXIT_WRONG);
}

/* Sleeps end when they are due, not up to 50 µs later; no measurement lasts for ever; no process
 * has its data where the others have it. */
static void prepare_process(void) {
    placement_move_heap();
    prctl(PR_SET_TIMERSLACK, 1UL);
    signal(SIGALRM, too_long);
    alarm(LONGEST_SECONDS);
}

static bool is_listed(const struct workload *workload, const char *name) {
    const struct metric *metric = workload->metrics;
    while (metric->name != NULL && strcmp(metric->name, name) != 0)
        metric++;
    return metric->name != NULL;
}

/* What `list` announces is what `run` prints, no more and no less. */
static void check_metrics(const struct workload *workload, struct report *report) {
    const char *name;
    json_t *value;
    for (const struct metric *metric = workload->metrics; metric->name != NULL; metric++)
        if (json_object_get(report->metrics, metric->name) == NULL)
            report_fail(report, "the metric %s was not measured", metric->name);
    json_object_foreach(report->metrics, name, value) if (!is_listed(workload, name))
        report_fail(report, "the metric %s is not in the list", name);
}

static int measure(const struct workload *workload, struct request request) {
    struct report report;
    if (!report_init(&report))
        return EXIT_WRONG;
    request.parameter = workload->parameter;
    prepare_process();
    workload->run(&request, &report);
    if (!report_failed(&report))
        check_metrics(workload, &report);
    int status = EXIT_WRONG;
    if (report_failed(&report))
        fprintf(stderr, "%s: %s with %u threads: %s\n", program_invocation_short_name,
                workload->name, request.threads, report.failure);
    else
        status = print_json(json_pack("{s:s, s:s, s:i, s:b, s:O, s:O}", "contender",
                                      contender.name(), "workload", workload->name, "threads",
                                      (int)request.threads, "verified", 1, "metrics",
                                      report.metrics, "percentiles", report.percentiles));
    report_free(&report);
    return status;
}

static int run(const struct arguments *arguments) {
    const char *name = arguments->workload;
    const struct workload *workload = name == NULL ? NULL : find_workload(name);
    if (workload == NULL)
        return bad_workload(name);
    if (!threads_fit(workload, arguments->request.threads))
        return bad_threads(workload, arguments->request.threads);
    return measure(workload, arguments->request);
}

int main(int argc, char **argv) {
    struct arguments arguments = {.request = {.threads = 1, .seed = 1}};
    argp_err_exit_status = EXIT_USAGE;
    argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    return strcmp(arguments.command, "list") == 0 ? list() : run(&arguments);
}
