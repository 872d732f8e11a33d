#include "answers.h"

#include <stdlib.h>
#include <string.h>

#include "results.h"
#include "table.h"
#include "words.h"

static bool same(const json_t *a, const json_t *b, const char *key) {
    return strcmp(results_text(a, key), results_text(b, key)) == 0;
}

/* The first entry at or after `from` that asks the same question as entry `like`; the number of
 * entries when there is none. */
static size_t next_of_question(const json_t *semantics, size_t from, size_t like) {
    size_t count = json_array_size(semantics);
    while (from < count &&
           !same(json_array_get(semantics, from), json_array_get(semantics, like), "question"))
        from++;
    return from;
}

static bool differs(const json_t *semantics, size_t first) {
    const json_t *entry = json_array_get(semantics, first);
    for (size_t i = first; i < json_array_size(semantics);
         i = next_of_question(semantics, i + 1, first))
        if (!same(json_array_get(semantics, i), entry, "answer"))
            return true;
    return false;
}

/* Has this answer to this question come before entry `at`? */
static bool told(const json_t *semantics, size_t first, size_t at) {
    for (size_t i = first; i < at; i = next_of_question(semantics, i + 1, first))
        if (same(json_array_get(semantics, i), json_array_get(semantics, at), "answer"))
            return true;
    return false;
}

static void print_answer(FILE *stream, const json_t *semantics, size_t first, size_t at) {
    const json_t *entry = json_array_get(semantics, at);
    struct words who = {0};
    for (size_t i = at; i < json_array_size(semantics);
         i = next_of_question(semantics, i + 1, first))
        if (same(json_array_get(semantics, i), entry, "answer"))
            words_add(&who, results_text(json_array_get(semantics, i), "contender"));
    char *names = words_joined(&who, ", ");
    fprintf(stream, "    %s:", results_text(entry, "answer"));
    table_wrap(stream, names, 5 + (int)strlen(results_text(entry, "answer")), 6);
    free(names);
    words_free(&who);
}

static void print_question(FILE *stream, const json_t *semantics, size_t first) {
    fprintf(stream, "  %s\n", results_text(json_array_get(semantics, first), "title"));
    for (size_t i = first; i < json_array_size(semantics);
         i = next_of_question(semantics, i + 1, first))
        if (!told(semantics, first, i))
            print_answer(stream, semantics, first, i);
}

void answers_print(FILE *stream, const json_t *semantics) {
    bool headed = false;
    for (size_t i = 0; i < json_array_size(semantics); i++) {
        if (next_of_question(semantics, 0, i) < i || !differs(semantics, i))
            continue;
        if (!headed)
            fputs("\nWhere the pools differ in what they do\n", stream);
        headed = true;
        print_question(stream, semantics, i);
    }
}
