/* report_command(): the command line. */
#include "report.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "document.h"
#include "render.h"
#include "replace.h"

typedef bool renderer(const struct document *document, FILE *out);

struct request {
    const char *input, *output;
    renderer *render;
    bool help;
};

static void print_help(void) {
    fputs("usage: poolbench report RESULTS.json [--output FILE]\n"
          "       poolbench report --markdown RESULTS.json [--output FILE]\n"
          "       poolbench report --svg RESULTS.json [--output FILE]\n"
          "\n"
          "Turns a results file of 'poolbench compare' into one HTML page that needs no network\n"
          "and no script, in light and dark, and fit for paper.\n"
          "\n"
          "  -o, --output FILE  where to; '-' is standard output. Default: for the page, beside\n"
          "                     the results with the ending .html; else standard output\n"
          "      --markdown     the README's table instead\n"
          "      --svg          the README's picture instead\n"
          "  -h, --help         this text\n"
          "\n"
          "examples:\n"
          "  poolbench report results.json\n"
          "  poolbench report --svg docs/results.json --output docs/results.svg\n"
          "\n"
          "Exit status: 0, or 2 after a message; then no file was changed.\n",
          stdout);
}

static bool usage(const char *message, const char *word) {
    fprintf(stderr, "poolbench report: %s%s%s%s\n", message, word == NULL ? "" : " '",
            word == NULL ? "" : word, word == NULL ? "" : "'");
    fputs("Try 'poolbench report --help'.\n", stderr);
    return false;
}

static bool choose(struct request *request, renderer *render) {
    if (request->render != NULL && request->render != render)
        return usage("--markdown and --svg exclude each other", NULL);
    request->render = render;
    return true;
}

static bool take_option(struct request *request, int option) {
    switch (option) {
    case 'h':
        return request->help = true;
    case 'o':
        request->output = optarg;
        return optarg[0] != '\0' ? true : usage("--output needs the name of a file", NULL);
    case 'm':
        return choose(request, render_markdown);
    case 's':
        return choose(request, render_picture);
    default: /* getopt has said what is wrong */
        fputs("Try 'poolbench report --help'.\n", stderr);
        return false;
    }
}

static bool take_words(struct request *request, int argc, char **argv) {
    if (request->help)
        return true;
    if (optind == argc)
        return usage("the name of a results file is missing", NULL);
    if (optind + 1 < argc)
        return usage("one results file at a time; not understood:", argv[optind + 1]);
    request->input = argv[optind];
    return true;
}

static bool parse(struct request *request, int argc, char **argv) {
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {"markdown", no_argument, NULL, 'm'},
                                            {"svg", no_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static char name[] = "poolbench report";
    int option;
    bool good = true;
    argv[0] = name;
    optind = 0; /* start anew: the program's own options were read before */
    while (good && (option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        good = take_option(request, option);
    return good && take_words(request, argc, argv);
}

/* "results.json" gives "results.html", "results" gives "results.html". */
static char *page_beside(const char *input) {
    size_t length = strlen(input), ending = strlen(".json");
    if (length > ending && strcmp(input + length - ending, ".json") == 0)
        length -= ending;
    return memory_printf("%.*s.html", (int)length, input);
}

static bool render(const struct request *request, const struct document *document,
                   const char *output) {
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    if (out == NULL)
        return usage("out of memory", NULL);
    bool good = request->render(document, out);
    good = fclose(out) == 0 && good;
    good = good && replace_file(output, bytes, size);
    free(bytes);
    return good;
}

static bool run(struct request *request) {
    struct document document;
    bool page = request->render == NULL;
    char *beside = page && request->output == NULL ? page_beside(request->input) : NULL;
    const char *output = request->output != NULL ? request->output : page ? beside : "-";
    request->render = page ? render_page : request->render;
    bool good = replace_same(request->input, output)
                    ? usage("the output would overwrite the results:", output)
                    : document_read(&document, request->input);
    if (good) {
        good = render(request, &document, output);
        document_free(&document);
    }
    if (good && strcmp(output, "-") != 0)
        fprintf(stderr, "poolbench report: wrote %s\n", output);
    free(beside);
    return good;
}

int report_command(int argc, char **argv) {
    struct request request = {0};
    if (!parse(&request, argc, argv))
        return 2;
    if (request.help) {
        print_help();
        return fflush(stdout) == 0 ? 0 : 2;
    }
    return run(&request) ? 0 : 2;
}
