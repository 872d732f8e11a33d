#include "protocol.h"

#include <string.h>

enum { FRAME_ROOM = 128 };

size_t load_protocol_room(const dataset *set) {
    return FRAME_ROOM + set->value_size;
}

static char *put(char *to, const void *bytes, size_t length) {
    memcpy(to, bytes, length);
    return to + length;
}

#define PUT(to, literal) put(to, literal, sizeof(literal) - 1)

static char *put_key(char *to, uint32_t key) {
    dataset_key(key, to);
    return to + DATASET_KEY_LENGTH;
}

static char *put_number(char *to, size_t number) {
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    return put(to, digits + at, sizeof digits - at);
}

/* $<size> CRLF <value> CRLF */
static char *put_resp_value(char *to, const dataset *set, uint32_t key, unsigned generation) {
    to = PUT(to, "$");
    to = put_number(to, set->value_size);
    to = PUT(to, "\r\n");
    to = put(to, dataset_value(set, key, generation), set->value_size);
    return PUT(to, "\r\n");
}

static size_t resp_request(const dataset *set, const load_request *request, char *start) {
    char *to = start;
    if (request->command == LOAD_GET) {
        to = PUT(to, "*2\r\n$3\r\nGET\r\n$16\r\n");
        to = put_key(to, request->key);
        to = PUT(to, "\r\n");
    } else {
        to = PUT(to, "*3\r\n$3\r\nSET\r\n$16\r\n");
        to = put_key(to, request->key);
        to = PUT(to, "\r\n");
        to = put_resp_value(to, set, request->key, load_generation(request));
    }
    return (size_t)(to - start);
}

static size_t resp_reply(const dataset *set, const load_request *request, unsigned generation,
                         char *start) {
    char *to = start;
    if (request->command == LOAD_GET)
        to = put_resp_value(to, set, request->key, generation);
    else
        to = PUT(to, "+OK\r\n");
    return (size_t)(to - start);
}

static size_t memcached_request(const dataset *set, const load_request *request, char *start) {
    char *to = start;
    if (request->command == LOAD_GET) {
        to = PUT(to, "get ");
        to = put_key(to, request->key);
        to = PUT(to, "\r\n");
    } else {
        to = PUT(to, "set ");
        to = put_key(to, request->key);
        to = PUT(to, " 0 0 ");
        to = put_number(to, set->value_size);
        to = PUT(to, "\r\n");
        to = put(to, dataset_value(set, request->key, load_generation(request)), set->value_size);
        to = PUT(to, "\r\n");
    }
    return (size_t)(to - start);
}

static size_t memcached_reply(const dataset *set, const load_request *request, unsigned generation,
                              char *start) {
    char *to = start;
    if (request->command == LOAD_GET) {
        to = PUT(to, "VALUE ");
        to = put_key(to, request->key);
        to = PUT(to, " 0 ");
        to = put_number(to, set->value_size);
        to = PUT(to, "\r\n");
        to = put(to, dataset_value(set, request->key, generation), set->value_size);
        to = PUT(to, "\r\nEND\r\n");
    } else {
        to = PUT(to, "STORED\r\n");
    }
    return (size_t)(to - start);
}

const load_protocol load_resp = {"resp", resp_request, resp_reply};
const load_protocol load_memcached = {"memcached", memcached_request, memcached_reply};
