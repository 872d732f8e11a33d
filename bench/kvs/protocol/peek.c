#include "peek.h"

enum { WORDS_MOST = 8, DIGITS_MOST = 9 };

typedef struct cursor {
    const char *at, *end;
} cursor;

/* A type byte, a number, CRLF. -1: nothing of the kind. */
static long peek_number(cursor *c, char type) {
    const char *at = c->at;
    long number = 0;
    if (at == c->end || *at++ != type)
        return -1;
    for (; at < c->end && *at >= '0' && *at <= '9' && at - c->at <= DIGITS_MOST; at++)
        number = number * 10 + (*at - '0');
    if (c->end - at < 2 || at == c->at + 1 || at[0] != '\r' || at[1] != '\n')
        return -1;
    c->at = at + 2;
    return number;
}

static int peek_word(cursor *c, kvs_slice *word) {
    long length = peek_number(c, '$');
    if (length < 0 || c->end - c->at < length + 2)
        return 0;
    *word = (kvs_slice){c->at, (size_t)length};
    c->at += length + 2;
    return 1;
}

static int peek_request(cursor *c, kvs_slice *key) {
    kvs_slice word;
    long words = peek_number(c, '*');
    if (words < 2 || words > WORDS_MOST)
        return 0;
    for (long i = 0; i < words; i++)
        if (!peek_word(c, i == 1 ? key : &word))
            return 0;
    return 1;
}

size_t resp_peek(const char *bytes, size_t length, kvs_slice *keys, size_t most) {
    cursor c = {bytes, bytes + length};
    size_t count = 0;
    while (count < most && peek_request(&c, &keys[count]))
        count++;
    return count;
}
