/* The command line. */
#ifndef COMPARE_OPTIONS_H
#define COMPARE_OPTIONS_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "words.h"

enum exit_code { EXIT_DONE = 0, EXIT_REGRESSION = 1, EXIT_INVALID = 2, EXIT_UNDECIDED = 3 };

enum command { COMMAND_LIST, COMMAND_CHECK, COMMAND_COMPARE, COMMAND_HISTORY };

#define OPTIONS_MOST_THREADS 1024

struct options {
    enum command command;
    struct words operands;
    struct words backends, workloads; /* empty: not given */
    unsigned *threads;                /* thread_count of them; 0: not given */
    size_t thread_count;
    bool has_filter;
    regex_t filter;
    const char *filter_text;
    double time_s;   /* 0: not given */
    unsigned rounds; /* 0: as many as it takes */
    bool has_seed;
    uint64_t seed;
    const char *json, *csv, *baseline, *bin;
    double threshold_percent;
    bool quiet, verbose, no_gate;
};

/* Fills `options` from the command line; on a mistake a message that names it and what is
 * accepted, and exit 2. --help and --version print and exit 0. */
void options_parse(int argc, char **argv, struct options *options);
void options_free(struct options *options);

/* The name that the filter is matched against: "one_producer/2". */
bool options_filter_takes(const struct options *options, const char *workload, unsigned threads);

#endif
