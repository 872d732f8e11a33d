#include "reply.h"

#include <stdlib.h>

enum { DECIMAL_MAX = 20, HEADER_MAX = 1 + DECIMAL_MAX + 2 };

void reply_release(reply_writer *writer) {
    if (writer->owned)
        free(writer->bytes);
    *writer = (reply_writer){0};
}

static bool grow(reply_writer *writer, size_t length) {
    size_t size = writer->size < 1024 ? 1024 : writer->size;
    while (size - writer->used < length)
        size *= 2;
    char *larger = writer->owned ? realloc(writer->bytes, size) : malloc(size);
    if (larger == NULL)
        return false;
    if (!writer->owned && writer->used > 0)
        memcpy(larger, writer->bytes, writer->used);
    writer->bytes = larger;
    writer->size = size;
    writer->owned = true;
    return true;
}

char *reply_reserve(reply_writer *writer, size_t length) {
    if (writer->size - writer->used < length && !writer->failed)
        writer->failed = !grow(writer, length);
    return writer->failed ? NULL : writer->bytes + writer->used;
}

void reply_raw(reply_writer *writer, const char *bytes, size_t length) {
    char *to = reply_reserve(writer, length);
    if (to == NULL)
        return;
    memcpy(to, bytes, length);
    writer->used += length;
}

/* Digits of `number`, right-aligned before `end`; returns where they start. */
static char *decimal(char *end, uint64_t number) {
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return end;
}

static size_t header(char *to, char type, int64_t number) {
    char digits[DECIMAL_MAX], *end = digits + sizeof digits;
    size_t used = 0;
    to[used++] = type;
    if (number < 0)
        to[used++] = '-';
    char *start = decimal(end, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
    memcpy(to + used, start, (size_t)(end - start));
    used += (size_t)(end - start);
    to[used++] = '\r';
    to[used++] = '\n';
    return used;
}

static void reply_header(reply_writer *writer, char type, int64_t number) {
    char *to = reply_reserve(writer, HEADER_MAX);
    if (to != NULL)
        writer->used += header(to, type, number);
}

static void reply_line(reply_writer *writer, char type, const char *text) {
    size_t length = strlen(text);
    char *to = reply_reserve(writer, length + 3);
    if (to == NULL)
        return;
    to[0] = type;
    for (size_t i = 0; i < length; i++)
        to[1 + i] = text[i] == '\r' || text[i] == '\n' ? ' ' : text[i];
    memcpy(to + 1 + length, "\r\n", 2);
    writer->used += length + 3;
}

void reply_ok(reply_writer *writer) {
    reply_raw(writer, "+OK\r\n", 5);
}

void reply_simple(reply_writer *writer, const char *text) {
    reply_line(writer, '+', text);
}

void reply_error(reply_writer *writer, const char *text) {
    reply_line(writer, '-', text);
}

void reply_integer(reply_writer *writer, int64_t number) {
    reply_header(writer, ':', number);
}

void reply_bulk(reply_writer *writer, kvs_slice value) {
    char *to = reply_reserve(writer, HEADER_MAX + value.length + 2);
    if (to == NULL)
        return;
    size_t used = header(to, '$', (int64_t)value.length);
    if (value.length > 0)
        memcpy(to + used, value.bytes, value.length);
    memcpy(to + used + value.length, "\r\n", 2);
    writer->used += used + value.length + 2;
}

void reply_text(reply_writer *writer, const char *text) {
    reply_bulk(writer, (kvs_slice){text, strlen(text)});
}

void reply_null(reply_writer *writer) {
    if (writer->resp3)
        reply_raw(writer, "_\r\n", 3);
    else
        reply_raw(writer, "$-1\r\n", 5);
}

void reply_map(reply_writer *writer, size_t pairs) {
    reply_header(writer, writer->resp3 ? '%' : '*', (int64_t)(writer->resp3 ? pairs : 2 * pairs));
}

void reply_array(reply_writer *writer, size_t count) {
    reply_header(writer, '*', (int64_t)count);
}
