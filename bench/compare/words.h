/* A list of words, as in "--backends rayon,mpsc". */
#ifndef COMPARE_WORDS_H
#define COMPARE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
    char **items; /* owned, each of them too; NULL after the last */
    size_t count;
};

void words_add(struct words *words, const char *text);      /* copies */
void words_add_once(struct words *words, const char *text); /* unless it is there */
void words_split(struct words *words, const char *text, char separator);
bool words_have(const struct words *words, const char *text);
void words_sort(struct words *words);

/* "server, pools apart" as a word of such a list: "server-pools-apart"; free() it. */
char *words_plain(const char *text);
bool words_is_plain(const char *text); /* it may be a word of such a list as it is */

char *words_joined(const struct words *words, const char *separator); /* free() it */
void words_free(struct words *words);

#endif
