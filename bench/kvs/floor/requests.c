#include "requests.h"

#include <stdbool.h>

#include "request.h"

#define GET "*2\r\n$3\r\nGET\r\n$16\r\nkey:"
#define SET "*3\r\n$3\r\nSET\r\n$16\r\nkey:"
#define VALUE_FOLLOWS "\r\n$64\r\n"
#define LENGTH_OF(literal) (sizeof(literal) - 1)

enum {
    DIGITS = 12,
    KEY_AT = LENGTH_OF(GET),
    GET_LENGTH = KEY_AT + DIGITS + 2,
    VALUE_AT = KEY_AT + DIGITS + LENGTH_OF(VALUE_FOLLOWS),
    SET_LENGTH = VALUE_AT + FLOOR_VALUE + 2,
};

_Static_assert(LENGTH_OF(GET) == LENGTH_OF(SET), "a key stands at the same place in both");

/* The whole store. */
static struct {
    char value[FLOOR_VALUE];
    bool present;
} store[FLOOR_KEYS];

static char *put(char *to, const char *bytes, size_t length) {
    memcpy(to, bytes, length);
    return to + length;
}

#define PUT(to, literal) put(to, literal, LENGTH_OF(literal))

/* FLOOR_KEYS or more: not a key of the store. */
static size_t key_number(const char *digits) {
    size_t number = 0;
    for (int i = 0; i < DIGITS; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return FLOOR_KEYS;
        number = number * 10 + (size_t)(digits[i] - '0');
    }
    return number;
}

static bool begins(const char *in, size_t length, const char *prefix, size_t whole) {
    return length >= whole && memcmp(in, prefix, KEY_AT) == 0;
}

static char *get(size_t key, char *out) {
    if (!store[key].present)
        return PUT(out, "$-1\r\n");
    out = PUT(out, "$64\r\n");
    out = put(out, store[key].value, FLOOR_VALUE);
    return PUT(out, "\r\n");
}

static char *set(size_t key, const char *value, char *out) {
    memcpy(store[key].value, value, FLOOR_VALUE);
    store[key].present = true;
    return PUT(out, "+OK\r\n");
}

/* The two requests that the load is made of, in the only form in which it sends them. 0: it is
 * something else. */
static size_t answer_known(const char *in, size_t length, char **out) {
    size_t key;
    if (begins(in, length, GET, GET_LENGTH) && (key = key_number(in + KEY_AT)) < FLOOR_KEYS) {
        *out = get(key, *out);
        return GET_LENGTH;
    }
    if (begins(in, length, SET, SET_LENGTH) &&
        memcmp(in + KEY_AT + DIGITS, VALUE_FOLLOWS, LENGTH_OF(VALUE_FOLLOWS)) == 0 &&
        (key = key_number(in + KEY_AT)) < FLOOR_KEYS) {
        *out = set(key, in + VALUE_AT, *out);
        return SET_LENGTH;
    }
    return 0;
}

/* PING, and what redis-benchmark asks before it begins. 0: it is not complete; -1: no request. */
static ptrdiff_t answer_other(char *in, size_t length, char **out) {
    static const resp_limits limits = {
        .request = FLOOR_REQUEST_MAX, .argument = FLOOR_REQUEST_MAX, .arguments = 8};
    const char *error;
    resp_parser parser = {0};
    resp_status status = resp_parse(&parser, &limits, in, length, &error);
    if (status != RESP_REQUEST)
        return status == RESP_MORE ? 0 : -1;
    ptrdiff_t used = (ptrdiff_t)parser.position;
    kvs_slice name = parser.count > 0 ? resp_argument(&parser, in, 0) : (kvs_slice){"", 0};
    if (kvs_slice_is(name, "PING"))
        *out = PUT(*out, "+PONG\r\n");
    else if (name.length > 0)
        *out = PUT(*out, "-ERR only GET and SET of key:<12 digits>, 64 bytes each\r\n");
    resp_parser_reset(&parser);
    return used;
}

ptrdiff_t floor_answer(char *in, size_t length, char *out, size_t room, size_t *filled) {
    char *end = out;
    size_t at = 0;
    ptrdiff_t used = 1;
    while (used > 0 && at < length && room - (size_t)(end - out) >= FLOOR_REPLY_MAX) {
        used = (ptrdiff_t)answer_known(in + at, length - at, &end);
        if (used == 0)
            used = answer_other(in + at, length - at, &end);
        if (used > 0)
            at += (size_t)used;
    }
    *filled = (size_t)(end - out);
    return used < 0 ? -1 : (ptrdiff_t)at;
}
