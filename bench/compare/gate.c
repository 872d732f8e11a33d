#include "gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "run_process.h"

#define GATE_LIMIT_S 300

static json_t *outcome(const char *status, int passed, int failed, const char *detail) {
    return json_pack("{s:s, s:i, s:i, s:s}", "status", status, "passed", passed, "failed", failed,
                     "detail", detail);
}

/* CTest's last line of figures: "95% tests passed, 1 tests failed out of 20". */
static bool read_counts(const char *text, int *failed, int *total) {
    const char *at = strstr(text, "% tests passed");
    return at != NULL &&
           sscanf(at, "%% tests passed, %d tests failed out of %d", failed, total) == 2;
}

/* The names below "The following tests FAILED:", on one line; free() it. */
static char *failed_names(const char *text) {
    struct words names = {0};
    char name[256];
    const char *at = strstr(text, "The following tests FAILED:");
    while (at != NULL && (at = strstr(at, " - ")) != NULL) {
        at += 3;
        if (sscanf(at, "%255s", name) == 1)
            words_add(&names, name);
    }
    char *joined = words_joined(&names, ", ");
    words_free(&names);
    return joined;
}

static json_t *read_ctest(const struct process_result *result) {
    char how[160];
    int failed = 0, total = 0;
    bool counted = read_counts(result->out, &failed, &total);
    process_how_it_ended(result, how, sizeof how);
    if (strstr(result->out, "No tests were found") != NULL ||
        strstr(result->err, "No tests were found") != NULL || (counted && total == 0))
        return outcome("missing", 0, 0, "no quick tests of it are built");
    if (process_succeeded(result) && counted && failed == 0)
        return outcome("passed", total, 0, "");
    char *names = failed_names(result->out);
    json_t *answer = outcome("failed", counted ? total - failed : 0, counted ? failed : 1,
                             names[0] == '\0' ? how : names);
    free(names);
    return answer;
}

/* A backend's name is letters, digits and "_" (a CMake target); anything else would be a pattern.
 */
static bool plain_name(const char *name) {
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
           '\0';
}

json_t *gate_run(const char *bin, const char *backend) {
    if (!plain_name(backend))
        return outcome("missing", 0, 0, "its name is no backend's name");
    char ctest[] = "ctest", test_dir[] = "--test-dir", label[] = "-L", quick[] = "^quick$",
         regex[] = "-R", no_tests[] = "--no-tests=error";
    char *build = memory_printf("%s/..", bin), *pattern = memory_printf("^%s\\.", backend);
    char *const argv[] = {ctest, test_dir, build, label, quick, regex, pattern, no_tests, NULL};
    struct process_result result;
    process_run(argv, GATE_LIMIT_S, &result);
    json_t *answer = read_ctest(&result);
    process_result_free(&result);
    free(build);
    free(pattern);
    return answer;
}

bool gate_passed(const json_t *gate) {
    const char *status = json_string_value(json_object_get(gate, "status"));
    return status != NULL && strcmp(status, "failed") != 0 && strcmp(status, "missing") != 0;
}

/* The pool and the server of one backend are proved together. */
static json_t *asked_before(const struct contenders *contenders, const struct contender *one) {
    for (const struct contender *each = contenders->items; each < one; each++)
        if (each->ours && each->gate != NULL && strcmp(each->name, one->name) == 0)
            return json_incref(each->gate);
    return NULL;
}

static void gate_one(const char *bin, const struct contenders *contenders,
                     struct contender *contender, bool skip) {
    if (!contender->ours)
        contender->gate = outcome("external", 0, 0, "");
    else if (skip)
        contender->gate = outcome("skipped", 0, 0, "--no-gate");
    else if ((contender->gate = asked_before(contenders, contender)) == NULL)
        contender->gate = gate_run(bin, contender->name);
    const char *detail = json_string_value(json_object_get(contender->gate, "detail"));
    if (!gate_passed(contender->gate))
        contender_exclude(contender, "not proved by its tests: %s", detail);
}

void gate_all(const char *bin, struct contenders *contenders, bool skip,
              bool (*wanted)(const struct contender *, void *), void *context,
              void (*tell)(const struct contender *, void *)) {
    for (size_t i = 0; i < contenders->count && !process_stopped(); i++) {
        struct contender *contender = &contenders->items[i];
        if (!contender->available || !wanted(contender, context))
            continue;
        gate_one(bin, contenders, contender, skip);
        tell(contender, context);
    }
}
