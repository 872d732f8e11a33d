#include "semantics.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "run_process.h"

#define ANSWERS_LIMIT_S 120

/* "order_of_nested_jobs" is a name; people read "order of nested jobs". */
static char *title_of(const char *question) {
    char *title = memory_copy_of(question);
    for (char *c = title; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    return title;
}

void semantics_add(json_t *semantics, const char *contender, const char *question, json_t *answer) {
    char *title = title_of(question);
    json_array_append_new(semantics,
                          json_pack("{s:s, s:s, s:s, s:O}", "contender", contender, "question",
                                    question, "title", title, "answer", answer));
    free(title);
}

static void add_all(const char *contender, const char *text, json_t *semantics) {
    json_t *answers = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *answer;
    const char *question, *backend = json_string_value(json_object_get(answers, "backend"));
    bool of_this = backend != NULL && strcmp(backend, contender) == 0;
    json_object_foreach(answers, question, answer) {
        if (of_this && strcmp(question, "backend") != 0 && json_is_string(answer))
            semantics_add(semantics, contender, question, answer);
    }
    json_decref(answers);
}

void semantics_ask(const char *bin, const struct contender *contender, json_t *semantics) {
    char *program = memory_printf("%s/pool-suite-%s", bin, contender->name);
    char option[] = "--answers";
    char *const argv[] = {program, option, NULL};
    struct process_result result;
    if (access(program, X_OK) == 0) {
        process_run(argv, ANSWERS_LIMIT_S, &result);
        if (process_succeeded(&result))
            add_all(contender->name, result.out, semantics);
        process_result_free(&result);
    }
    free(program);
}
