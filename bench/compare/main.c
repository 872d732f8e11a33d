/* poolbench: the way in. */
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "history.h"
#include "memory.h"
#include "run_process.h"
#ifdef POOLBENCH_HAVE_REPORT
#include "report/report.h"
#endif

static void on_stop(int number) {
    (void)number;
    process_stop();
}

/* The first interrupt ends the run in order, the second one at once. */
static void stop_on_signals(void) {
    struct sigaction action = {.sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Contenders lie beside this program, in build/<preset>/bin; results go to build/results. */
static void find_places(const struct options *options, struct places *places) {
    char own[PATH_MAX] = "";
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    own[length < 0 ? 0 : length] = '\0';
    const char *folder = dirname(own);
    char *given = options->bin == NULL ? NULL : realpath(options->bin, NULL);
    places->results = memory_printf("%s/../../results", folder);
    places->bin = given != NULL ? given : memory_copy_of(options->bin ? options->bin : folder);
    char *plain = memory_printf("%s/../..", folder), *parent = realpath(plain, NULL);
    if (parent != NULL) {
        free(places->results);
        places->results = memory_printf("%s/results", parent);
    }
    free(parent);
    free(plain);
}

static int report(int argc, char **argv) {
#ifdef POOLBENCH_HAVE_REPORT
    return report_command(argc, argv);
#else
    (void)argc;
    (void)argv;
    fputs("poolbench: this build has no 'report'\n", stderr);
    return EXIT_INVALID;
#endif
}

static int run(const struct options *options, const struct places *places, int argc, char **argv) {
    switch (options->command) {
    case COMMAND_LIST:
        return command_list(options, places);
    case COMMAND_CHECK:
        return command_check(options, places);
    case COMMAND_COMPARE:
        return command_compare(options, places, argc, argv);
    case COMMAND_HISTORY:
        return history_command(options, places->results);
    }
    return EXIT_INVALID;
}

int main(int argc, char **argv) {
    struct options options;
    struct places places;
    if (argc > 1 && strcmp(argv[1], "report") == 0)
        return report(argc - 1, argv + 1);
    options_parse(argc, argv, &options);
    find_places(&options, &places);
    stop_on_signals();
    int status = run(&options, &places, argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("poolbench: standard output could not be written\n", stderr);
        status = EXIT_INVALID;
    }
    free(places.bin);
    free(places.results);
    options_free(&options);
    return status;
}
