/* requests.h: the answers of kvs-floor. One thread. */
#ifndef KVS_FLOOR_REQUESTS_H
#define KVS_FLOOR_REQUESTS_H

#include <stddef.h>

enum {
    FLOOR_KEYS = 100000,     /* key:000000000000 … key:000000099999 */
    FLOOR_VALUE = 64,        /* bytes of every value */
    FLOOR_REPLY_MAX = 128,   /* no reply is longer */
    FLOOR_REQUEST_MAX = 512, /* no request is */
};

/* Answers complete requests at the start of `in`, as long as `out` has room for FLOOR_REPLY_MAX
 * bytes. Returns how many bytes of `in` are dealt with, and writes how many of `out` are filled;
 * -1: no request begins like this. */
ptrdiff_t floor_answer(char *in, size_t length, char *out, size_t room, size_t *filled);

#endif
