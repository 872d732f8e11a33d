/* slice.h: bytes that belong to somebody else. */
#ifndef KVS_SLICE_H
#define KVS_SLICE_H

#include <stddef.h>
#include <string.h>

typedef struct kvs_slice {
    const char *bytes;
    size_t length;
} kvs_slice;

/* ASCII letters match in either case, as in all of the Redis protocol. */
static inline int kvs_slice_is(kvs_slice slice, const char *upper_case_word) {
    size_t i = 0;
    for (; i < slice.length && upper_case_word[i] != '\0'; i++) {
        char c = slice.bytes[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c != upper_case_word[i])
            return 0;
    }
    return i == slice.length && upper_case_word[i] == '\0';
}

static inline int kvs_slice_equal(kvs_slice a, kvs_slice b) {
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

#endif
