/* write.h: what a write means, the same for every engine. */
#ifndef KVS_WRITE_H
#define KVS_WRITE_H

#include "engine.h"

enum { KVS_NUMBER_MAX = 20 }; /* characters of a 64-bit integer */

/* Given the present value (bytes NULL: none), decides whether `write` takes place: sets its status,
 * `old` and, for ADD, the sum. Returns whether to store *value (true with status 0). For ADD
 * *value lies in `text`. */
bool kvs_write_decide(kvs_write *write, kvs_slice present, char text[KVS_NUMBER_MAX + 1],
                      kvs_slice *value);

/* A decimal 64-bit integer and nothing else, as Redis takes it. */
bool kvs_parse_integer(kvs_slice text, int64_t *number);

#endif
