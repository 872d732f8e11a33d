/* peek.h: what the requests that follow are about, before their turn comes. */
#ifndef KVS_PEEK_H
#define KVS_PEEK_H

#include "slice.h"

/* The second words, which are keys in most commands, of the requests that begin at bytes[0]: of at
 * most `most` of them, up to the first that is incomplete, has no second word or more than a few,
 * or is no array of bulk strings. Returns how many; keys point into `bytes`. Changes nothing and
 * reports nothing: what is wrong with a request, resp_parse says when it gets there. */
size_t resp_peek(const char *bytes, size_t length, kvs_slice *keys, size_t most);

#endif
