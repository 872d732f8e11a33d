/* reply.h: writes replies one after the other into memory, in RESP2 or, where a client has asked
 * for it with HELLO 3, in RESP3; they differ in what nothing and a map look like.
 *
 * A writer starts on memory of the caller's and moves to memory of its own when that is full; a
 * failed allocation sets `failed`, and everything later is dropped. One thread at a time, never
 * blocks. */
#ifndef KVS_REPLY_H
#define KVS_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

typedef struct reply_writer {
    char *bytes;
    size_t used;
    size_t size;
    bool owned; /* `bytes` came from malloc: reply_release gives it back */
    bool failed;
    bool resp3;
} reply_writer;

static inline reply_writer reply_on(char *memory, size_t size) {
    return (reply_writer){.bytes = memory, .size = size};
}

void reply_release(reply_writer *writer);

/* Memory for `length` more bytes, at the end; NULL when there is none. The caller fills it and adds
 * what it filled to `used`. */
char *reply_reserve(reply_writer *writer, size_t length);

void reply_raw(reply_writer *writer, const char *bytes, size_t length); /* as it is */
void reply_ok(reply_writer *writer);                                    /* +OK */
void reply_simple(reply_writer *writer, const char *text);              /* +text */
void reply_error(reply_writer *writer, const char *text); /* -text, code included; one line */
void reply_integer(reply_writer *writer, int64_t number); /* :number */
void reply_bulk(reply_writer *writer, kvs_slice value);   /* $length value */
void reply_text(reply_writer *writer, const char *text);  /* the same, of a C string */
void reply_null(reply_writer *writer);                    /* $-1 or _ */
void reply_map(reply_writer *writer, size_t pairs); /* *2×pairs or %pairs; key, value, … follow */
void reply_array(reply_writer *writer, size_t count); /* *count; the elements follow */

#endif
