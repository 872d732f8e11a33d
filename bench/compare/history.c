#include "history.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "results.h"
#include "table.h"

#define MOST_COLUMNS 5

struct history {
    const struct options *options;
    json_t *results[MOST_COLUMNS]; /* the oldest first */
    size_t count;
};

/* ---- files --------------------------------------------------------------------------------- */

/* Names of default results files begin with the time, so that their order is that of the runs. */
static void files_in(const char *folder, struct words *paths) {
    DIR *open = opendir(folder);
    const struct dirent *entry;
    while (open != NULL && (entry = readdir(open)) != NULL) {
        size_t length = strlen(entry->d_name);
        if (length <= 5 || strcmp(entry->d_name + length - 5, ".json") != 0)
            continue;
        char *path = memory_printf("%s/%s", folder, entry->d_name);
        words_add(paths, path);
        free(path);
    }
    if (open != NULL)
        closedir(open);
    words_sort(paths);
}

static int by_start(const void *a, const void *b) {
    return strcmp(results_text(json_object_get(*(json_t *const *)a, "run"), "started"),
                  results_text(json_object_get(*(json_t *const *)b, "run"), "started"));
}

/* The newest MOST_COLUMNS of them. False after a message. */
static bool read_files(struct history *history, const struct words *paths) {
    size_t first = paths->count > MOST_COLUMNS ? paths->count - MOST_COLUMNS : 0;
    for (size_t i = first; i < paths->count; i++) {
        json_t *results = results_read(paths->items[i]);
        if (results == NULL)
            return false;
        history->results[history->count++] = results;
    }
    qsort(history->results, history->count, sizeof *history->results, by_start);
    return true;
}

/* ---- tables -------------------------------------------------------------------------------- */

static const json_t *same_table(const json_t *results, const json_t *table) {
    return results_table(results, results_text(table, "workload"), results_text(table, "kind"),
                         (int)json_integer_value(json_object_get(table, "threads")),
                         results_text(table, "metric"));
}

static void print_heads(const struct history *history) {
    printf("  %-20s", "");
    for (size_t i = 0; i < history->count; i++) {
        const char *started = results_text(json_object_get(history->results[i], "run"), "started");
        printf("  %5.5s %2.2s:%2.2s", strlen(started) < 16 ? "" : started + 5,
               strlen(started) < 16 ? "" : started + 11, strlen(started) < 16 ? "" : started + 14);
    }
    putchar('\n');
}

static void print_contender(const struct history *history, const json_t *table,
                            const char *contender, bool reference) {
    printf("  %-20s", contender);
    for (size_t i = 0; i < history->count; i++) {
        char number[TABLE_NUMBER_SIZE];
        const json_t *row = results_row(same_table(history->results[i], table), contender);
        table_number(results_number(row, reference ? "median" : "ratio"), number);
        printf("%13s", number);
    }
    putchar('\n');
}

static bool wanted(const struct history *history, const json_t *table) {
    const struct options *options = history->options;
    unsigned threads = (unsigned)json_integer_value(json_object_get(table, "threads"));
    bool listed = options->thread_count == 0;
    for (size_t i = 0; i < options->thread_count; i++)
        listed = listed || options->threads[i] == threads;
    const struct words *workloads = &options->workloads;
    char *group = words_plain(results_text(table, "group")); /* older files have any text */
    bool chosen = workloads->count == 0 || words_have(workloads, group) ||
                  words_have(workloads, results_text(table, "workload"));
    free(group);
    return listed && chosen &&
           options_filter_takes(options, results_text(table, "workload"), threads);
}

static void print_table(const struct history *history, const json_t *table) {
    const struct words *backends = &history->options->backends;
    size_t i;
    json_t *row;
    printf("\n%s, %d threads: %s\n", results_text(table, "workload"),
           (int)json_integer_value(json_object_get(table, "threads")),
           results_text(table, "title"));
    print_heads(history);
    json_array_foreach(json_object_get(table, "rows"), i, row) {
        const char *name = results_text(row, "contender");
        if (i == 0 || backends->count == 0 || words_have(backends, name))
            print_contender(history, table, name, i == 0);
    }
}

/* Tables of the newest results, then those that only older ones have. */
static size_t print_tables(const struct history *history) {
    size_t printed = 0;
    for (size_t age = history->count; age-- > 0;) {
        size_t i;
        json_t *table;
        json_array_foreach(json_object_get(history->results[age], "tables"), i, table) {
            bool newer = false;
            for (size_t k = age + 1; k < history->count; k++)
                newer = newer || same_table(history->results[k], table) != NULL;
            if (newer || !wanted(history, table))
                continue;
            print_table(history, table);
            printed++;
        }
    }
    return printed;
}

int history_command(const struct options *options, const char *folder) {
    struct history history = {.options = options};
    struct words paths = {0};
    int status = EXIT_INVALID;
    for (size_t i = 0; i < options->operands.count; i++)
        words_add(&paths, options->operands.items[i]);
    if (paths.count == 0)
        files_in(folder, &paths);
    if (paths.count == 0)
        fprintf(stderr,
                "poolbench: no results in '%s'; accepted: names of results files, or run "
                "'poolbench compare' first\n",
                folder);
    else if (read_files(&history, &paths)) {
        puts("Median of the reference, and ratios to it");
        if (print_tables(&history) > 0)
            status = EXIT_DONE;
        else
            fputs("poolbench: no table is left by the options\n", stderr);
    }
    for (size_t i = 0; i < history.count; i++)
        json_decref(history.results[i]);
    words_free(&paths);
    return status;
}
