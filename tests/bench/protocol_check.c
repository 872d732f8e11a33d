/* protocol_check PROGRAM: what PROGRAM lists is what the comparison expects, and one measurement
 * of each group's cheapest workload prints the metrics that it lists. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static int failures;

static void check(bool holds, const char *what, const char *where) {
    if (holds)
        return;
    failures++;
    fprintf(stderr, "FAILED: %s: %s\n", where, what);
}

static const char *text(const json_t *object, const char *key, const char *where) {
    const char *value = json_string_value(json_object_get(object, key));
    check(value != NULL && value[0] != '\0', key, where);
    return value == NULL ? "" : value;
}

static json_t *output_of(const char *program, const char *arguments) {
    char command[4096];
    json_error_t error = {.text = "cannot be started"};
    snprintf(command, sizeof command, "'%s' %s", program, arguments);
    FILE *pipe = popen(command, "r");
    json_t *object = pipe == NULL ? NULL : json_loadf(pipe, 0, &error);
    int status = pipe == NULL ? -1 : pclose(pipe);
    check(object != NULL, error.text, command);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "does not exit with 0", command);
    return object;
}

static void check_metric(const json_t *metric, int *primaries) {
    const char *name = text(metric, "name", "a metric");
    const char *better = text(metric, "better", name);
    check(name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0', "snake_case", name);
    check(strcmp(better, "lower") == 0 || strcmp(better, "higher") == 0 ||
              strcmp(better, "none") == 0,
          "better is lower, higher or none", name);
    text(metric, "unit", name);
    *primaries += json_is_true(json_object_get(metric, "primary"));
}

static void check_workload(const json_t *workload) {
    const char *name = text(workload, "name", "a workload");
    size_t index;
    json_t *item;
    int primaries = 0;
    text(workload, "title", name);
    text(workload, "group", name);
    check(json_number_value(json_object_get(workload, "seconds")) > 0, "seconds", name);
    check(json_is_boolean(json_object_get(workload, "default")), "default", name);
    check(json_array_size(json_object_get(workload, "threads")) > 0, "threads", name);
    json_array_foreach(json_object_get(workload, "metrics"), index, item) {
        check_metric(item, &primaries);
    }
    check(primaries > 0, "has no primary metric", name);
}

/* Every metric listed is measured, with a number that is not negative. */
static void check_result(const char *program, const json_t *workload) {
    char arguments[256];
    const char *name = text(workload, "name", program);
    json_t *threads = json_array_get(json_object_get(workload, "threads"), 0);
    snprintf(arguments, sizeof arguments, "run --workload %s --threads %d", name,
             (int)json_integer_value(threads));
    json_t *result = output_of(program, arguments), *metrics = json_object_get(result, "metrics");
    size_t index;
    json_t *metric;
    json_array_foreach(json_object_get(workload, "metrics"), index, metric) {
        json_t *value = json_object_get(metrics, text(metric, "name", name));
        check(json_is_number(value) && json_number_value(value) >= 0, "metric is missing", name);
    }
    check(json_is_true(json_object_get(result, "verified")), "is not verified", name);
    check(strcmp(text(result, "workload", name), name) == 0, "another workload's result", name);
    json_decref(result);
}

static void check_versions(const json_t *list, const char *where) {
    json_t *versions = json_object_get(list, "versions"), *version;
    const char *library;
    check(json_object_size(versions) > 0, "names no versions", where);
    json_object_foreach(versions, library, version) text(versions, library, where);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: protocol_check PROGRAM\n");
        return 2;
    }
    json_t *list = output_of(argv[1], "list"), *workload;
    size_t index;
    text(list, "contender", argv[1]);
    check(json_is_true(json_object_get(list, "available")), "available", argv[1]);
    check(json_array_size(json_object_get(list, "workloads")) > 0, "lists nothing", argv[1]);
    check_versions(list, argv[1]);
    json_array_foreach(json_object_get(list, "workloads"), index, workload) {
        check_workload(workload);
        check_result(argv[1], workload);
    }
    json_decref(list);
    return failures == 0 ? 0 : 1;
}
