#include "ahead.h"

enum { DIGITS_MOST = 9 };

/* Behind the line of a type byte, a number and CRLF; NULL: this is none, or not all of it. */
static const char *read_line(const char *at, const char *end, char type, size_t *number) {
    const char *digits = at + 1;
    size_t value = 0;
    if (at == end || *at != type)
        return NULL;
    for (at++; at < end && (unsigned char)(*at - '0') < 10 && at - digits < DIGITS_MOST; at++)
        value = value * 10 + (size_t)(*at - '0');
    if (end - at < 2 || at == digits || at[0] != '\r' || at[1] != '\n')
        return NULL;
    *number = value;
    return at + 2;
}

/* Behind a bulk string. */
static const char *read_word(const char *at, const char *end, size_t most, const char **word,
                             size_t *length) {
    at = read_line(at, end, '$', length);
    if (at == NULL || *length > most || (size_t)(end - at) < *length + 2)
        return NULL;
    *word = at;
    at += *length;
    return at[0] == '\r' && at[1] == '\n' ? at + 2 : NULL;
}

static bool read_request(const char *start, const char *end, const resp_limits *limits,
                         resp_ahead *found) {
    const char *word, *at = read_line(start, end, '*', &found->count);
    if (at == NULL || found->count == 0 || found->count > RESP_AHEAD_WORDS)
        return false;
    for (size_t i = 0; i < found->count; i++) {
        at = read_word(at, end, limits->argument, &word, &found->words[i].length);
        if (at == NULL)
            return false;
        found->words[i].offset = (size_t)(word - start);
    }
    found->length = (size_t)(at - start);
    return found->length <= limits->request;
}

size_t resp_look_ahead(const char *bytes, size_t length, const resp_limits *limits,
                       resp_ahead *found, size_t most) {
    const char *end = bytes + length;
    size_t count = 0;
    while (count < most && read_request(bytes, end, limits, &found[count]))
        bytes += found[count++].length;
    return count;
}
