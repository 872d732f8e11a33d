/* ahead.h: the next requests of a stream at once, as long as they are plain: what nearly all are.
 */
#ifndef KVS_AHEAD_H
#define KVS_AHEAD_H

#include <stdbool.h>

#include "request.h"

enum { RESP_AHEAD_WORDS = 4 };

/* A whole request. */
typedef struct resp_ahead {
    size_t length;                     /* bytes */
    size_t count;                      /* words */
    resp_span words[RESP_AHEAD_WORDS]; /* from the start of the request */
} resp_ahead;

/* Finds the requests that begin at bytes[0], at most `most` of them, up to the first that is
 * incomplete, no array of bulk strings, has more than RESP_AHEAD_WORDS words or more bytes than the
 * limits allow. Returns how many. Finds what resp_parse would find, in half the time, and changes
 * and reports nothing: what is to be said about a request that it stops at, resp_parse says. */
size_t resp_look_ahead(const char *bytes, size_t length, const resp_limits *limits,
                       resp_ahead *found, size_t most);

#endif
