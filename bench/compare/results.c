#include "results.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *results_text(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

double results_number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* What is wrong with it, or NULL. */
static const char *fault_of(const json_t *results) {
    static const char *const arrays[] = {"contenders", "workloads", "tables", "runs"};
    if (strcmp(results_text(results, "format"), RESULTS_FORMAT) != 0)
        return "it is no results file of 'poolbench compare'";
    if (json_integer_value(json_object_get(results, "version")) != RESULTS_VERSION)
        return "its version is another one than 1, the one that is known here";
    if (!json_is_object(json_object_get(results, "run")) ||
        !json_is_object(json_object_get(results, "environment")))
        return "'run' or 'environment' is missing";
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!json_is_array(json_object_get(results, arrays[i])))
            return "'contenders', 'workloads', 'tables' or 'runs' is missing";
    return NULL;
}

json_t *results_read(const char *path) {
    json_error_t error;
    json_t *results = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    const char *fault = results == NULL ? error.text : fault_of(results);
    if (fault == NULL)
        return results;
    fprintf(stderr,
            "poolbench: cannot use '%s': %s; accepted: a file written by 'poolbench compare'\n",
            path, fault);
    json_decref(results);
    return NULL;
}

const json_t *results_table(const json_t *results, const char *workload, const char *kind,
                            int threads, const char *metric) {
    size_t i;
    json_t *table;
    json_array_foreach(json_object_get(results, "tables"), i, table) {
        if (strcmp(results_text(table, "workload"), workload) == 0 &&
            strcmp(results_text(table, "kind"), kind) == 0 &&
            strcmp(results_text(table, "metric"), metric) == 0 &&
            json_integer_value(json_object_get(table, "threads")) == threads)
            return table;
    }
    return NULL;
}

const json_t *results_row(const json_t *table, const char *contender) {
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(table, "rows"), i, row) {
        if (strcmp(results_text(row, "contender"), contender) == 0)
            return row;
    }
    return NULL;
}
