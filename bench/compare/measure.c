#include "measure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "memory.h"
#include "run_process.h"

#define LIMIT_LEAST_S 5
#define LIMIT_FACTOR 10
#define LONGEST_REASON 200

const char *run_status_name(enum run_status status) {
    static const char *const names[] = {[RUN_OK] = "ok",
                                        [RUN_CRASHED] = "crashed",
                                        [RUN_HUNG] = "hung",
                                        [RUN_RUBBISH] = "rubbish",
                                        [RUN_WRONG] = "wrong",
                                        [RUN_REFUSED] = "refused",
                                        [RUN_INTERRUPTED] = "interrupted"};
    return names[status];
}

/* ---- the question -------------------------------------------------------------------------- */

static void argv_of(const struct question *question, struct words *argv) {
    char number[32];
    for (size_t i = 0; i < question->contender->prefix.count; i++)
        words_add(argv, question->contender->prefix.items[i]);
    words_add(argv, "run");
    words_add(argv, "--workload");
    words_add(argv, question->workload);
    words_add(argv, "--threads");
    snprintf(number, sizeof number, "%u", question->threads);
    words_add(argv, number);
    words_add(argv, "--seed");
    snprintf(number, sizeof number, "%" PRIu64, question->seed);
    words_add(argv, number);
}

/* The command to repeat it by hand, without the path of this machine. */
static json_t *argv_record(const struct words *argv) {
    json_t *list = json_array();
    const char *slash = strrchr(argv->items[0], '/');
    json_array_append_new(list, json_string(slash == NULL ? argv->items[0] : slash + 1));
    for (size_t i = 1; i < argv->count; i++)
        json_array_append_new(list, json_string(argv->items[i]));
    return list;
}

/* ---- the answer ---------------------------------------------------------------------------- */

/* The first line that is no blank one, with nothing in it that could disturb a terminal. */
static char *line_of(const char *text) {
    text += strspn(text, "\r\n\t ");
    char *line = memory_printf("%.*s", (int)strcspn(text, "\r\n"), text);
    if (strlen(line) > LONGEST_REASON)
        line[LONGEST_REASON] = '\0';
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
            *c = '?';
    return line;
}

static bool numbers_only(const json_t *object, const char **which) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value) {
        *which = name;
        if (!json_is_number(value) || !isfinite(json_number_value(value)))
            return false;
    }
    return true;
}

static const char *missing_primary(const json_t *wanted, const json_t *metrics) {
    size_t i;
    json_t *metric;
    json_array_foreach(wanted, i, metric) {
        const char *name = json_string_value(json_object_get(metric, "name"));
        if (name != NULL && json_is_true(json_object_get(metric, "primary")) &&
            json_object_get(metrics, name) == NULL)
            return name;
    }
    return NULL;
}

static bool text_is(const json_t *answer, const char *key, const char *expected) {
    const char *text = json_string_value(json_object_get(answer, key));
    return text != NULL && strcmp(text, expected) == 0;
}

/* Why the answer is not one to this question; NULL when it is. free() it. */
static char *fault_of(const struct question *question, const json_t *answer) {
    const json_t *metrics = json_object_get(answer, "metrics");
    const char *which = "";
    if (!text_is(answer, "contender", question->contender->name))
        return memory_printf("the answer is not of the contender '%s'", question->contender->name);
    if (!text_is(answer, "workload", question->workload))
        return memory_printf("the answer is not about the workload '%s'", question->workload);
    if (json_integer_value(json_object_get(answer, "threads")) != question->threads)
        return memory_printf("the answer is not about %u threads", question->threads);
    if (metrics != NULL && !numbers_only(metrics, &which))
        return memory_printf("the metric '%s' is no finite number", which);
    which = missing_primary(question->metrics, metrics);
    return which == NULL ? NULL : memory_printf("the metric '%s' is missing", which);
}

static void take(struct measurement *measurement, enum run_status status, char *reason) {
    measurement->status = status;
    measurement->reason = reason;
}

static void judge_answer(const struct question *question, const char *out,
                         struct measurement *measurement) {
    json_error_t error;
    json_t *answer = json_loads(out, JSON_REJECT_DUPLICATES, &error);
    char *fault = answer == NULL ? memory_printf("no JSON object: %s", error.text)
                                 : fault_of(question, answer);
    if (fault != NULL)
        take(measurement, RUN_RUBBISH, fault);
    else if (!json_is_true(json_object_get(answer, "verified")))
        take(measurement, RUN_WRONG, memory_copy_of("its results are not verified"));
    else
        measurement->answer = json_incref(answer);
    json_decref(answer);
}

static enum run_status status_of_exit(const struct process_result *result) {
    if (result->error != 0 || !WIFEXITED(result->status))
        return RUN_CRASHED;
    int code = WEXITSTATUS(result->status);
    return code == 1 ? RUN_WRONG : code == 2 ? RUN_REFUSED : RUN_CRASHED;
}

static void judge_failure(const struct process_result *result, struct measurement *measurement) {
    char how[160];
    char *said = line_of(result->err == NULL ? "" : result->err);
    enum run_status status = status_of_exit(result);
    process_how_it_ended(result, how, sizeof how);
    if (result->interrupted)
        take(measurement, RUN_INTERRUPTED, memory_copy_of("interrupted"));
    else if (result->too_talkative)
        take(measurement, RUN_RUBBISH, memory_copy_of(how));
    else if (result->hung)
        take(measurement, RUN_HUNG, memory_copy_of(how));
    else
        take(measurement, status,
             said[0] == '\0' ? memory_copy_of(how) : memory_printf("%s: %s", how, said));
    free(said);
}

void measure(const struct question *question, struct measurement *measurement) {
    struct words argv = {0};
    struct process_result result;
    *measurement = (struct measurement){.status = RUN_OK};
    argv_of(question, &argv);
    process_run(argv.items, LIMIT_LEAST_S + LIMIT_FACTOR * question->seconds, &result);
    measurement->argv = argv_record(&argv);
    measurement->duration_s = result.duration_s;
    measurement->cpu_s = result.cpu_s;
    if (process_succeeded(&result))
        judge_answer(question, result.out, measurement);
    else
        judge_failure(&result, measurement);
    process_result_free(&result);
    words_free(&argv);
}

void measurement_free(struct measurement *measurement) {
    free(measurement->reason);
    json_decref(measurement->argv);
    json_decref(measurement->answer);
    *measurement = (struct measurement){0};
}
