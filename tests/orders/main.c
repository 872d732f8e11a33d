/* orders: explores the pool under C11's memory model. README.md. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "scenarios.h"
#include "system.h"

static void usage(FILE *to) {
    fputs(
        "usage: orders [OPTION...] SCENARIO RUNS\n"
        "  --weaken FUNCTION/KIND[/N]  the atomic accesses of that KIND (load, store, change,\n"
        "                              swap) in that function of the pool are relaxed; of several\n"
        "                              lines that have one the Nth\n"
        "  --omit-heavy-fence          membarrier does nothing\n"
        "  --sites                     lists the atomic accesses that were made\n"
        "scenarios:",
        to);
    for (const struct scenario *scenario = scenarios; scenario->name != NULL; scenario++)
        fprintf(to, " %s", scenario->name);
    fputs("\nExit: 0 no run has failed; 1 one has, and its steps are printed; 2 usage.\n", to);
}

static _Noreturn void refuse(const char *what, const char *which) {
    fprintf(stderr, "orders: %s: '%s'\n", what, which);
    usage(stderr);
    exit(2);
}

static void weaken(const char *what) {
    char function[200], kind[20];
    unsigned number = 1;
    int fields = sscanf(what, "%199[^/]/%19[^/]/%u", function, kind, &number);
    if (fields < 2 || number == 0 || !machine_weaken(function, kind, number))
        refuse("no such access", what);
}

static void read_sites(const char *program) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s.sites", program) >= (int)sizeof path ||
        !machine_read_sites(path))
        refuse("the table of the program's accesses cannot be read", path);
}

static const struct scenario *find(const char *name) {
    const struct scenario *scenario = scenarios;
    while (scenario->name != NULL && strcmp(scenario->name, name) != 0)
        scenario++;
    if (scenario->name == NULL)
        refuse("no such scenario", name);
    return scenario;
}

static unsigned long number_of_runs(const char *text) {
    char *end;
    unsigned long runs = strtoul(text, &end, 10);
    if (runs == 0 || *end != '\0' || text[0] == '-')
        refuse("not a number of runs", text);
    return runs;
}

/* What the first pool of a process does once is done before anything is explored. */
static void warm_up(void) {
    if (!machine_explore(scenarios[0].run, orders_begin_thread, 1))
        exit(1);
}

int main(int argc, char **argv) {
    static const struct option options[] = {{"weaken", required_argument, NULL, 'w'},
                                            {"omit-heavy-fence", no_argument, NULL, 'o'},
                                            {"sites", no_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    bool list = false;
    read_sites(argv[0]);
    warm_up();
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (option) {
        case 'w':
            weaken(optarg);
            break;
        case 'o':
            machine_omit_heavy_fence();
            break;
        case 's':
            list = true;
            break;
        case 'h':
            usage(stdout);
            return 0;
        default:
            usage(stderr);
            return 2;
        }
    if (argc - optind != 2)
        refuse("expected a scenario and a number of runs", argc > optind ? argv[optind] : "");
    const struct scenario *scenario = find(argv[optind]);
    unsigned long runs = number_of_runs(argv[optind + 1]);
    bool clean = machine_explore(scenario->run, orders_begin_thread, runs);
    if (list)
        machine_list_sites();
    if (clean)
        printf("%s: %lu runs, none failed\n", scenario->name, runs);
    return clean ? 0 : 1;
}
