#include "options.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_info.h"
#include "memory.h"

enum {
    KEY_JSON = 256,
    KEY_CSV,
    KEY_BASELINE,
    KEY_THRESHOLD,
    KEY_BIN,
    KEY_NO_GATE,
    KEY_ROUNDS,
    KEY_SEED,
};

#define IN(COMMAND) (1U << (COMMAND))
#define LONGEST_TIME_S (24 * 3600.0)

static const char *const commands[] = {[COMMAND_LIST] = "list",
                                       [COMMAND_CHECK] = "check",
                                       [COMMAND_COMPARE] = "compare",
                                       [COMMAND_HISTORY] = "history"};

static const struct argp_option option_table[] = {
    {NULL, 0, NULL, 0, "What is compared:", 1},
    {"backends", 'b', "NAMES", 0,
     "Only these pools and servers, separated by commas; shared_queue, the reference, is added", 1},
    {"workloads", 'w', "NAMES", 0,
     "Only these workloads or groups of workloads; 'all' takes those too that are not in the "
     "default",
     1},
    {"threads", 't', "NUMBERS", 0, "Only these numbers of threads, 1 to 1024, such as 1,2,4", 1},
    {"filter", 'f', "REGEX", 0, "Only where WORKLOAD/THREADS matches, such as 'producer.*/2$'", 1},
    {NULL, 0, NULL, 0, "How:", 2},
    {"time", 'T', "TIME", 0,
     "Stop after this long: 90, 90s, 10m, 1h (default: ten minutes in all, the tests before them "
     "included)",
     2},
    {"rounds", KEY_ROUNDS, "N", 0, "Stop each table after N rounds, 1 to 10000", 2},
    {"seed", KEY_SEED, "NUMBER", 0, "Repeat the orders of an earlier run; it is printed", 2},
    {"threshold", KEY_THRESHOLD, "PCT", 0,
     "A smaller difference is of no interest, 0.1 to 100 (default 5)", 2},
    {"no-gate", KEY_NO_GATE, NULL, 0,
     "Do not run the suite first; the results say that nothing was proved", 2},
    {"bin", KEY_BIN, "DIR", 0, "Where the contenders are (default: beside this program)", 2},
    {NULL, 0, NULL, 0, "Results:", 3},
    {"json", 'j', "FILE", 0, "Raw results go here (default: build/results/TIME.json)", 3},
    {"csv", KEY_CSV, "FILE", 0, "The rows of the tables go here too", 3},
    {"baseline", KEY_BASELINE, "FILE", 0,
     "Compare with these earlier results; a regression beyond the threshold gives exit status 1",
     3},
    {"quiet", 'q', NULL, 0, "Tables only", 3},
    {"verbose", 'v', NULL, 0, "A line for every process", 3},
    {0}};

/* Where an option that not every command takes is accepted. */
static const struct {
    int key;
    unsigned commands;
} accepted_in[] = {
    {'b', IN(COMMAND_LIST) | IN(COMMAND_COMPARE) | IN(COMMAND_HISTORY)},
    {'w', IN(COMMAND_LIST) | IN(COMMAND_COMPARE) | IN(COMMAND_HISTORY)},
    {'t', IN(COMMAND_COMPARE) | IN(COMMAND_HISTORY)},
    {'f', IN(COMMAND_COMPARE) | IN(COMMAND_HISTORY)},
    {'T', IN(COMMAND_COMPARE)},
    {KEY_ROUNDS, IN(COMMAND_COMPARE)},
    {KEY_SEED, IN(COMMAND_COMPARE)},
    {KEY_THRESHOLD, IN(COMMAND_COMPARE)},
    {KEY_NO_GATE, IN(COMMAND_COMPARE)},
    {'j', IN(COMMAND_COMPARE)},
    {KEY_CSV, IN(COMMAND_COMPARE)},
    {KEY_BASELINE, IN(COMMAND_COMPARE)},
};

/* What is parsed, and which options came, for the check at the end. */
struct parse {
    struct options *options;
    bool has_command;
    int keys[64];
    size_t key_count;
};

/* ---- values -------------------------------------------------------------------------------- */

static bool whole_number(const char *text, uint64_t least, uint64_t most, uint64_t *value) {
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < least ||
        number > most)
        return false;
    *value = number;
    return true;
}

static void split_names(struct argp_state *state, const char *option, const char *text,
                        struct words *names) {
    words_free(names);
    words_split(names, text, ',');
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i][0] == '\0')
            argp_error(state, "%s '%s': an empty name; accepted: names separated by commas", option,
                       text);
}

static int by_number(const void *a, const void *b) {
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return left < right ? -1 : left > right;
}

static void parse_threads(struct argp_state *state, const char *text, struct options *options) {
    struct words numbers = {0};
    uint64_t value = 0;
    words_split(&numbers, text, ',');
    options->threads = memory_resized(options->threads, numbers.count, sizeof(unsigned));
    options->thread_count = 0;
    for (size_t i = 0; i < numbers.count; i++) {
        if (!whole_number(numbers.items[i], 1, OPTIONS_MOST_THREADS, &value))
            argp_error(state,
                       "--threads %s: '%s' is no number of threads; accepted: whole numbers from 1 "
                       "to %d, separated by commas",
                       text, numbers.items[i], OPTIONS_MOST_THREADS);
        options->threads[options->thread_count++] = (unsigned)value;
    }
    qsort(options->threads, options->thread_count, sizeof(unsigned), by_number);
    words_free(&numbers);
}

static double seconds_of_unit(const char *unit) {
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].unit, unit) == 0)
            return units[i].seconds;
    return NAN;
}

static bool starts_like_a_number(const char *text) {
    return (text[0] >= '0' && text[0] <= '9') || text[0] == '.';
}

static double parse_time(struct argp_state *state, const char *text) {
    char *end;
    double seconds = strtod(text, &end);
    seconds *= seconds_of_unit(end);
    if (!starts_like_a_number(text) || !(seconds >= 1 && seconds <= LONGEST_TIME_S))
        argp_error(state, "--time %s: accepted: 1s to 24h, such as 90, 90s, 10m, 1h", text);
    return seconds;
}

static double parse_threshold(struct argp_state *state, const char *text) {
    char *end;
    double percent = strtod(text, &end);
    if (*end == '%')
        end++;
    if (!starts_like_a_number(text) || *end != '\0' || !(percent >= .1 && percent <= 100))
        argp_error(state, "--threshold %s: accepted: a percentage from 0.1 to 100", text);
    return percent;
}

static uint64_t parse_number(struct argp_state *state, const char *option, const char *text,
                             uint64_t least, uint64_t most) {
    uint64_t value = least;
    if (!whole_number(text, least, most, &value))
        argp_error(state, "%s %s: accepted: a whole number from %llu to %llu", option, text,
                   (unsigned long long)least, (unsigned long long)most);
    return value;
}

static void parse_filter(struct argp_state *state, const char *text, struct options *options) {
    char message[128];
    if (options->has_filter)
        regfree(&options->filter);
    int error = regcomp(&options->filter, text, REG_EXTENDED | REG_NOSUB);
    if (error != 0) {
        regerror(error, &options->filter, message, sizeof message);
        argp_error(state,
                   "--filter '%s': %s; accepted: an extended regular expression, matched against "
                   "WORKLOAD/THREADS",
                   text, message);
    }
    options->has_filter = true;
    options->filter_text = text;
}

static const char *file_name(struct argp_state *state, const char *option, const char *text) {
    if (text[0] == '\0')
        argp_error(state, "%s: an empty name; accepted: the name of a file", option);
    return text;
}

/* ---- the parser ---------------------------------------------------------------------------- */

static void parse_operand(struct parse *parse, const char *text, struct argp_state *state) {
    for (size_t i = 0; !parse->has_command && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i], text) == 0) {
            parse->options->command = (enum command)i;
            parse->has_command = true;
            return;
        }
    if (!parse->has_command && strcmp(text, "report") == 0)
        argp_error(state, "'report' comes first: poolbench report RESULTS.json [-o FILE.html]");
    if (!parse->has_command)
        argp_error(state, "unknown command '%s'; accepted: list, check, compare, report, history",
                   text);
    words_add(&parse->options->operands, text);
}

static const char *option_name(int key) {
    const struct argp_option *option = option_table;
    while (option->key != key)
        option++;
    return option->name;
}

static void check_key(const struct parse *parse, int key, struct argp_state *state) {
    enum command command = parse->options->command;
    for (size_t i = 0; i < sizeof accepted_in / sizeof *accepted_in; i++)
        if (accepted_in[i].key == key && (accepted_in[i].commands & IN(command)) == 0)
            argp_error(state, "--%s has no meaning for '%s'", option_name(key), commands[command]);
}

static void check_all(const struct parse *parse, struct argp_state *state) {
    const struct options *options = parse->options;
    if (!parse->has_command)
        argp_error(state, "a command is missing; accepted: list, check, compare, report, history");
    for (size_t i = 0; i < parse->key_count; i++)
        check_key(parse, parse->keys[i], state);
    if (options->operands.count > 0 &&
        (options->command == COMMAND_LIST || options->command == COMMAND_COMPARE))
        argp_error(state, "'%s' takes no argument, but '%s' was given; see --backends",
                   commands[options->command], options->operands.items[0]);
    if (options->quiet && options->verbose)
        argp_error(state, "--quiet and --verbose exclude each other");
}

static error_t parse_key(int key, char *text, struct argp_state *state) {
    struct parse *parse = state->input;
    struct options *options = parse->options;
    if (key > 0 && key < 512 && parse->key_count < sizeof parse->keys / sizeof *parse->keys)
        parse->keys[parse->key_count++] = key;
    switch (key) {
    case 'b':
        split_names(state, "--backends", text, &options->backends);
        return 0;
    case 'w':
        split_names(state, "--workloads", text, &options->workloads);
        return 0;
    case 't':
        parse_threads(state, text, options);
        return 0;
    case 'f':
        parse_filter(state, text, options);
        return 0;
    case 'T':
        options->time_s = parse_time(state, text);
        return 0;
    case KEY_ROUNDS:
        options->rounds = (unsigned)parse_number(state, "--rounds", text, 1, 10000);
        return 0;
    case KEY_SEED:
        options->seed = parse_number(state, "--seed", text, 0, UINT64_MAX);
        options->has_seed = true;
        return 0;
    case KEY_THRESHOLD:
        options->threshold_percent = parse_threshold(state, text);
        return 0;
    case KEY_NO_GATE:
        options->no_gate = true;
        return 0;
    case KEY_BIN:
        options->bin = file_name(state, "--bin", text);
        return 0;
    case 'j':
        options->json = file_name(state, "--json", text);
        return 0;
    case KEY_CSV:
        options->csv = file_name(state, "--csv", text);
        return 0;
    case KEY_BASELINE:
        options->baseline = file_name(state, "--baseline", text);
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case 'v':
        options->verbose = true;
        return 0;
    case ARGP_KEY_ARG:
        parse_operand(parse, text, state);
        return 0;
    case ARGP_KEY_END:
        check_all(parse, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char arguments_doc[] = "list\ncheck [BACKEND...]\ncompare\nreport RESULTS.json "
                                    "[-o FILE.html]\nhistory [RESULTS.json...]";

static const char doc[] =
    "Compares thread pools, and key/value servers on them, so that a sceptic can believe it.\v"
    "Commands:\n"
    "  list      what can be measured here, its versions, and what cannot and why\n"
    "  check     run the quick tests of every backend, or of those named\n"
    "  compare   check, measure, print a table for each workload, keep the raw results\n"
    "  report    make one HTML file of a results file (poolbench report --help)\n"
    "  history   the ratios of earlier results, side by side\n"
    "\n"
    "Examples:\n"
    "  poolbench compare\n"
    "  poolbench compare --backends rayon,mpsc --workloads nested --threads 1,2\n"
    "  poolbench compare --filter 'producer.*/2$' --time 10m --json mine.json\n"
    "  poolbench compare --baseline before.json --threshold 3\n"
    "  poolbench report mine.json -o mine.html\n"
    "\n"
    "Exit status: 0 done; 1 a regression against the baseline; 2 wrong usage or an invalid run; "
    "3 undecided: interrupted, or no verdict at all, or the baseline cannot be judged.\n"
    "\n"
    "Environment: NO_COLOR, when set, keeps colours out.";

static void print_version(FILE *stream, struct argp_state *state) {
    (void)state;
    fprintf(stream, "poolbench %s\n", BUILD_VERSION);
}

void options_parse(int argc, char **argv, struct options *options) {
    static const struct argp argp = {
        .options = option_table, .parser = parse_key, .args_doc = arguments_doc, .doc = doc};
    struct parse parse = {.options = options};
    *options = (struct options){.threshold_percent = 5};
    argp_program_version_hook = print_version;
    argp_err_exit_status = EXIT_INVALID;
    argp_parse(&argp, argc, argv, 0, NULL, &parse);
}

void options_free(struct options *options) {
    words_free(&options->operands);
    words_free(&options->backends);
    words_free(&options->workloads);
    free(options->threads);
    if (options->has_filter)
        regfree(&options->filter);
}

bool options_filter_takes(const struct options *options, const char *workload, unsigned threads) {
    if (!options->has_filter)
        return true;
    char *name = memory_printf("%s/%u", workload, threads);
    bool takes = regexec(&options->filter, name, 0, NULL, 0) == 0;
    free(name);
    return takes;
}
