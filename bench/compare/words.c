#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void take(struct words *words, char *text) {
    words->items = memory_resized(words->items, words->count + 2, sizeof *words->items);
    words->items[words->count++] = text;
    words->items[words->count] = NULL;
}

void words_add(struct words *words, const char *text) {
    take(words, memory_copy_of(text));
}

void words_add_once(struct words *words, const char *text) {
    if (!words_have(words, text))
        words_add(words, text);
}

void words_split(struct words *words, const char *text, char separator) {
    const char *end;
    for (; (end = strchr(text, separator)) != NULL; text = end + 1)
        take(words, memory_printf("%.*s", (int)(end - text), text));
    words_add(words, text);
}

bool words_have(const struct words *words, const char *text) {
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->items[i], text) == 0)
            return true;
    return false;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void words_sort(struct words *words) {
    if (words->count > 1)
        qsort(words->items, words->count, sizeof *words->items, by_text);
}

char *words_joined(const struct words *words, const char *separator) {
    size_t size = 1;
    for (size_t i = 0; i < words->count; i++)
        size += strlen(words->items[i]) + strlen(separator);
    char *text = memory_zeroed(size, 1), *end = text;
    for (size_t i = 0; i < words->count; i++) {
        end = stpcpy(end, i == 0 ? "" : separator);
        end = stpcpy(end, words->items[i]);
    }
    return text;
}

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-";

bool words_is_plain(const char *text) {
    return text[0] != '\0' && text[strspn(text, plain)] == '\0';
}

char *words_plain(const char *text) {
    char *word = memory_zeroed(strlen(text) + 1, 1), *end = word;
    for (; *text != '\0'; text++)
        if (strchr(plain, *text) != NULL)
            *end++ = *text;
        else if (end > word && end[-1] != '-' && text[1] != '\0')
            *end++ = '-';
    return word;
}

void words_free(struct words *words) {
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
    *words = (struct words){0};
}
