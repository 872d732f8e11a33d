#include "document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../memory.h"
#include "fields.h"

#define FORMAT "poolbench-results"
#define VERSION 1
#define LARGEST ((size_t)1 << 28) /* a quarter of a gigabyte: no run is that long */

static bool complain(const char *path, const char *what) {
    fprintf(stderr, "poolbench report: %s: %s\n", path, what);
    return false;
}

/* ---- reading ------------------------------------------------------------------------------- */

static bool read_all(struct document *document, FILE *file) {
    size_t room = 1 << 16, got;
    document->raw = memory_zeroed(1, room + 1);
    while ((got = fread(document->raw + document->raw_size, 1, room - document->raw_size, file)) >
           0) {
        document->raw_size += got;
        if (document->raw_size > LARGEST)
            return complain(document->path, "too large for a results file");
        if (document->raw_size == room)
            document->raw = memory_resized(document->raw, (room *= 2) + 1, 1);
    }
    document->raw[document->raw_size] = '\0';
    return ferror(file) ? complain(document->path, strerror(errno)) : true;
}

static bool read_file(struct document *document) {
    FILE *file = fopen(document->path, "rbe");
    if (file == NULL)
        return complain(document->path, strerror(errno));
    bool good = read_all(document, file);
    fclose(file);
    return good;
}

static bool parse(struct document *document) {
    char message[JSON_ERROR_TEXT_LENGTH + 64];
    json_error_t error;
    document->root = json_loadb(document->raw, document->raw_size, 0, &error);
    if (document->root != NULL)
        return true;
    snprintf(message, sizeof message, "not JSON: line %d, column %d: %s", error.line, error.column,
             error.text);
    return complain(document->path, message);
}

static bool check(const struct document *document) {
    char message[128];
    if (!field_is(document->root, "format", FORMAT))
        return complain(document->path, "not a results file: \"format\" is to be \"" FORMAT
                                        "\" (made by 'poolbench "
                                        "compare --json FILE')");
    double version = field_number(document->root, "version");
    if (version == VERSION)
        return json_is_object(document->run) && document->tables != NULL
                   ? true
                   : complain(document->path, "not a whole results file: \"run\" (an object) and "
                                              "\"tables\" (an array) are needed");
    snprintf(message, sizeof message,
             "format version %g; this program reads version %d: use the poolbench that made it",
             version, VERSION);
    return complain(document->path, message);
}

/* ---- order --------------------------------------------------------------------------------- */

static bool same_group(const json_t *a, const json_t *b) {
    return field_is(a, "workload", field_text(b, "workload")) &&
           field_is(a, "kind", field_text(b, "kind")) &&
           field_is(a, "metric", field_text(b, "metric"));
}

static struct group *group_for(struct document *document, const json_t *table) {
    for (size_t i = 0; i < document->group_count; i++)
        if (same_group(document->groups[i].tables[0], table))
            return &document->groups[i];
    struct group *fresh = &document->groups[document->group_count++];
    fresh->tables = memory_zeroed(json_array_size(document->tables), sizeof *fresh->tables);
    return fresh;
}

static void insert(struct group *group, const json_t *table) {
    size_t at = group->count++;
    for (;
         at > 0 && field_number(group->tables[at - 1], "threads") > field_number(table, "threads");
         at--)
        group->tables[at] = group->tables[at - 1];
    group->tables[at] = table;
}

static void choose(struct group *group) {
    group->chosen = group->tables[0];
    for (size_t i = 0; i < group->count; i++)
        if (!field_true(group->tables[i], "beyond_cores"))
            group->chosen = group->tables[i];
}

static void make_groups(struct document *document) {
    size_t i;
    json_t *table;
    document->groups = memory_zeroed(json_array_size(document->tables), sizeof *document->groups);
    json_array_foreach(document->tables, i, table) insert(group_for(document, table), table);
    for (size_t k = 0; k < document->group_count; k++)
        choose(&document->groups[k]);
}

static void add_name(struct document *document, const char *name) {
    for (size_t i = 0; i < document->name_count; i++)
        if (strcmp(document->names[i], name) == 0)
            return;
    document->names[document->name_count++] = name;
}

static void make_names(struct document *document) {
    size_t i;
    json_t *contender;
    document->names = memory_zeroed(json_array_size(document->contenders), sizeof *document->names);
    json_array_foreach(document->contenders, i,
                       contender) if (!field_is(contender, "kind", "aa") &&
                                      !field_is(contender, "kind", "floor") &&
                                      !field_is(contender, "name", document->reference))
        add_name(document, field_text(contender, "name"));
}

static int cores_of(const json_t *environment) {
    int allowed = field_count(environment, "cores_allowed");
    return allowed > 0 ? allowed : field_count(environment, "cores");
}

static void find_parts(struct document *document) {
    document->run = json_object_get(document->root, "run");
    document->environment = json_object_get(document->root, "environment");
    document->contenders = field_list(document->root, "contenders");
    document->tables = field_list(document->root, "tables");
    document->reference = field_text(document->run, "reference");
    document->cores = cores_of(document->environment);
}

bool document_read(struct document *document, const char *path) {
    *document = (struct document){.path = path};
    bool good = read_file(document) && parse(document);
    if (good) {
        find_parts(document);
        good = check(document);
    }
    if (!good) {
        document_free(document);
        return false;
    }
    make_groups(document);
    make_names(document);
    return true;
}

void document_free(struct document *document) {
    for (size_t i = 0; i < document->group_count; i++)
        free(document->groups[i].tables);
    free(document->groups);
    free(document->names);
    json_decref(document->root);
    free(document->raw);
    *document = (struct document){0};
}

/* ---- questions ----------------------------------------------------------------------------- */

bool row_is_ok(const json_t *row) {
    return field_is(row, "status", "ok");
}

bool row_is_limit(const json_t *row) {
    return field_is(row, "kind", "floor");
}

const char *row_name(const json_t *row) {
    return row_is_limit(row) ? "physical limit" : field_text(row, "contender");
}

static bool is_extra(const json_t *row) {
    return field_is(row, "kind", "aa") || row_is_limit(row);
}

bool row_is_reference(const struct document *document, const json_t *row) {
    return !is_extra(row) && field_is(row, "contender", document->reference);
}

bool row_is_rival(const struct document *document, const json_t *row) {
    return !is_extra(row) && !row_is_reference(document, row);
}

const json_t *table_row_of(const json_t *table, const char *contender) {
    size_t i;
    json_t *row;
    json_array_foreach(field_list(table, "rows"), i,
                       row) if (field_is(row, "contender", contender)) return row;
    return NULL;
}

const json_t *document_workload(const struct document *document, const json_t *table) {
    size_t i;
    json_t *workload;
    json_array_foreach(
        field_list(document->root, "workloads"), i,
        workload) if (field_is(workload, "name", field_text(table, "workload")) &&
                      field_is(workload, "kind", field_text(table, "kind"))) return workload;
    return NULL;
}

static bool has_sibling(const struct document *document, const json_t *table) {
    for (size_t i = 0; i < document->group_count; i++) {
        const json_t *other = document->groups[i].tables[0];
        if (field_is(other, "workload", field_text(table, "workload")) &&
            field_is(other, "kind", field_text(table, "kind")) && !same_group(other, table))
            return true;
    }
    return false;
}

void table_title(const struct document *document, const json_t *table, char *buffer, size_t size) {
    const char *title = field_text(table, "title");
    if (title[0] == '\0')
        title = field_text(table, "workload");
    if (has_sibling(document, table))
        snprintf(buffer, size, "%s (%s)", title, field_text(table, "metric"));
    else
        snprintf(buffer, size, "%s", title);
}

/* A server's workload that knows no --threads lists one number, and its pools have their
 * default. */
static bool has_choice(const struct document *document, const json_t *table) {
    const json_t *workload = document_workload(document, table);
    return field_is(table, "kind", "pool") || workload == NULL ||
           json_array_size(field_list(workload, "threads")) > 1;
}

const char *table_threads(const struct document *document, const json_t *table,
                          char buffer[THREADS_SIZE]) {
    int threads = field_count(table, "threads");
    if (has_choice(document, table))
        snprintf(buffer, THREADS_SIZE, "%d thread%s", threads, threads == 1 ? "" : "s");
    else
        snprintf(buffer, THREADS_SIZE, "default threads");
    return buffer;
}

void table_place(const struct document *document, const json_t *table, char *buffer, size_t size) {
    char title[400], threads[THREADS_SIZE];
    table_title(document, table, title, sizeof title);
    if (has_choice(document, table))
        snprintf(buffer, size, "%s, at %s", title, table_threads(document, table, threads));
    else
        snprintf(buffer, size, "%s", title);
}
