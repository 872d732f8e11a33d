#include "write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

bool kvs_parse_integer(kvs_slice text, int64_t *number) {
    size_t i = text.length > 0 && text.bytes[0] == '-';
    bool negative = i == 1;
    uint64_t value = 0, limit = (uint64_t)INT64_MAX + negative;
    if (text.length - i == 0 || text.length - i > 19)
        return false;
    if (text.bytes[i] == '0' && text.length > 1)
        return false;
    for (; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text.bytes[i] - '0');
    }
    if (value > limit)
        return false;
    *number = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

static bool keep_old(kvs_write *write, kvs_slice present) {
    if (!(write->flags & KVS_WANT_OLD) || present.bytes == NULL)
        return true;
    write->old = malloc(present.length + 1);
    if (write->old == NULL)
        return false;
    memcpy(write->old, present.bytes, present.length);
    write->old_length = present.length;
    return true;
}

static int put(const kvs_write *write, kvs_slice present) {
    if ((write->flags & KVS_IF_ABSENT) && present.bytes != NULL)
        return EEXIST;
    if ((write->flags & KVS_IF_PRESENT) && present.bytes == NULL)
        return ENOENT;
    return 0;
}

static int add(kvs_write *write, kvs_slice present, char text[KVS_NUMBER_MAX + 1],
               kvs_slice *value) {
    int64_t number = 0;
    if (present.bytes != NULL && !kvs_parse_integer(present, &number))
        return EINVAL;
    if (__builtin_add_overflow(number, write->number, &write->sum))
        return ERANGE;
    int length = snprintf(text, KVS_NUMBER_MAX + 1, "%" PRId64, write->sum);
    *value = (kvs_slice){text, (size_t)length};
    return 0;
}

bool kvs_write_decide(kvs_write *write, kvs_slice present, char text[KVS_NUMBER_MAX + 1],
                      kvs_slice *value) {
    *value = write->value;
    if (write->kind == KVS_ADD)
        write->status = add(write, present, text, value);
    else if (write->kind == KVS_DELETE)
        write->status = present.bytes == NULL ? ENOENT : 0;
    else
        write->status = put(write, present);
    if (!keep_old(write, present))
        write->status = ENOMEM;
    return write->status == 0 && write->kind != KVS_DELETE;
}
