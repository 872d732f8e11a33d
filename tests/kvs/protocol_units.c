/* The parser of requests: every way of cutting a stream into pieces gives the same requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ahead.h"
#include "reply.h"
#include "request.h"

static const resp_limits limits = {.request = 1 << 20, .argument = 1 << 20, .arguments = 1 << 20};

static const char stream[] =
    "*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
    "SET \"x y\" 'z'\r\n"
    "*0\r\n"
    "\r\n"
    "*12\r\n$1\r\n0\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n$1\r\n5"
    "\r\n$1\r\n6\r\n$1\r\n7\r\n$1\r\n8\r\n$1\r\n9\r\n$0\r\n\r\n$2\r\n\r\n\r\n";
static const char expected[] = "[GET][a]\n[SET][x y][z]\n\n\n"
                               "[0][1][2][3][4][5][6][7][8][9][][\r\n]\n";

static void describe(const resp_parser *parser, const char *bytes, reply_writer *found) {
    for (size_t i = 0; i < parser->count; i++) {
        kvs_slice word = resp_argument(parser, bytes, i);
        reply_raw(found, "[", 1);
        reply_raw(found, word.bytes, word.length);
        reply_raw(found, "]", 1);
    }
    reply_raw(found, "\n", 1);
}

/* Parses what is there of a request each time another `step` bytes have come, in memory that ends
 * where they end, so that a sanitizer sees a byte read too many. */
static void parse_in_steps(size_t step, reply_writer *found) {
    resp_parser parser = {0};
    size_t start = 0, length = sizeof stream - 1;
    for (size_t end = step; start < length; end = end + step < length ? end + step : length) {
        resp_status status = RESP_REQUEST;
        while (status == RESP_REQUEST && start < end) {
            const char *error = NULL;
            char *bytes = malloc(end - start);
            assert_non_null(bytes);
            memcpy(bytes, stream + start, end - start);
            status = resp_parse(&parser, &limits, bytes, end - start, &error);
            assert_int_not_equal(status, RESP_INVALID);
            if (status == RESP_REQUEST) {
                describe(&parser, bytes, found);
                start += parser.position;
                resp_parser_reset(&parser);
            }
            free(bytes);
        }
    }
    resp_parser_reset(&parser);
}

static void cut_anywhere(void **state) {
    (void)state;
    for (size_t step = 1; step < sizeof stream; step++) {
        reply_writer found = {0};
        parse_in_steps(step, &found);
        assert_int_equal(found.used, sizeof expected - 1);
        assert_memory_equal(found.bytes, expected, sizeof expected - 1);
        reply_release(&found);
    }
}

static void strangers_are_limited(void **state) {
    (void)state;
    static const resp_limits strangers = {.request = 65536, .argument = 16384, .arguments = 10};
    char many[] = "*11\r\n", large[] = "*1\r\n$16385\r\n";
    const char *error = NULL;
    resp_parser parser = {0};
    assert_int_equal(resp_parse(&parser, &strangers, many, sizeof many - 1, &error), RESP_INVALID);
    assert_string_equal(error, "Protocol error: unauthenticated multibulk length");
    resp_parser_reset(&parser);
    assert_int_equal(resp_parse(&parser, &strangers, large, sizeof large - 1, &error),
                     RESP_INVALID);
    assert_string_equal(error, "Protocol error: invalid bulk length");
}

/* Whatever comes, the parser neither reads beyond it nor goes round in circles. */
static void noise(void **state) {
    (void)state;
    static const char letters[] = "*$-01239\r\n\"'\\x a:";
    uint64_t random = 88172645463325252u;
    for (int round = 0; round < 20000; round++) {
        size_t length = 1 + round % 40, start = 0;
        char *bytes = malloc(length);
        assert_non_null(bytes);
        for (size_t i = 0; i < length; i++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            bytes[i] = letters[random % (sizeof letters - 1)];
        }
        resp_parser parser = {0};
        const char *error;
        while (start < length && resp_parse(&parser, &limits, bytes + start, length - start,
                                            &error) == RESP_REQUEST) {
            assert_true(parser.position > 0 && parser.position <= length - start);
            start += parser.position;
            resp_parser_reset(&parser);
        }
        resp_parser_reset(&parser);
        free(bytes);
    }
}

/* ---- looking ahead -------------------------------------------------------------------------- */

enum { AHEAD = 3 };

/* In memory that ends with the bytes, so that a sanitizer sees a byte read too many. Whatever is
 * found, resp_parse must find. */
static size_t ahead_of(const char *bytes, size_t length, const resp_limits *most) {
    resp_ahead found[AHEAD];
    char *copy = malloc(length + 1), *at = copy + 1;
    assert_non_null(copy);
    memcpy(at, bytes, length);
    size_t count = resp_look_ahead(at, length, most, found, AHEAD);
    for (size_t i = 0; i < count; i++) {
        const char *error = NULL;
        resp_parser parser = {0};
        size_t left = length - (size_t)(at - copy - 1);
        assert_int_equal(resp_parse(&parser, most, at, left, &error), RESP_REQUEST);
        assert_int_equal(parser.position, found[i].length);
        assert_int_equal(parser.count, found[i].count);
        assert_memory_equal(resp_spans(&parser), found[i].words,
                            found[i].count * sizeof *found[i].words);
        at += found[i].length;
        resp_parser_reset(&parser);
    }
    free(copy);
    return count;
}

static const char plain[] = "*2\r\n$3\r\nGET\r\n$2\r\nab\r\n*1\r\n$4\r\nPING\r\n"
                            "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$1\r\nv\r\n";

/* For every length of what has arrived all that is complete is found; nothing else is. */
static void looks_ahead(void **state) {
    static const char *const others[] = {
        "PING\r\n",        "*0\r\n",           "*-1\r\n",
        "*2\r\n$-1\r\n",   "*2\r\n:3\r\n",     "*5\r\n$1\r\na\r\n",
        "*2\r\n$\r\n\r\n", "*2x\r\n",          "*1\r\n$9999999999\r\n",
        "*\r\n",           "*1\r\n$1\rab\r\n", "*1\r\n$1\r\nab\r\n"};
    (void)state;
    for (size_t length = 0; length < sizeof plain; length++)
        assert_int_equal(ahead_of(plain, length, &limits), length < 21                 ? 0
                                                           : length < 35               ? 1
                                                           : length < sizeof plain - 1 ? 2
                                                                                       : 3);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(ahead_of(others[i], strlen(others[i]), &limits), 0);
}

/* Plain requests with a few wrong bytes, cut anywhere, against limits that some of them exceed. */
static void looks_ahead_as_it_parses(void **state) {
    static const char letters[] = "*$-012349\r\nx";
    static const resp_limits narrow = {.request = 24, .argument = 3, .arguments = 1 << 20};
    uint64_t random = 88172645463325252u;
    size_t found = 0;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char bytes[sizeof plain];
        memcpy(bytes, plain, sizeof plain);
        for (int i = 0; i < round % 4; i++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            bytes[random % (sizeof plain - 1)] = letters[(random >> 32) % (sizeof letters - 1)];
        }
        found += ahead_of(bytes, sizeof plain - 1 - random % 20, &limits);
        found += ahead_of(bytes, sizeof plain - 1, &narrow);
    }
    assert_true(found > 20000);
}

static void replies(void **state) {
    (void)state;
    static const char wanted[] = "+OK\r\n-ERR a  b\r\n:-9223372036854775808\r\n:0\r\n$-1\r\n"
                                 "*2\r\n$0\r\n\r\n$3\r\nabc\r\n";
    char memory[4]; /* moves to memory of its own */
    reply_writer out = reply_on(memory, sizeof memory);
    reply_simple(&out, "OK");
    reply_error(&out, "ERR a\r\nb"); /* one line, whatever the text */
    reply_integer(&out, INT64_MIN);
    reply_integer(&out, 0);
    reply_null(&out);
    reply_array(&out, 2);
    reply_bulk(&out, (kvs_slice){NULL, 0});
    reply_text(&out, "abc");
    assert_false(out.failed);
    assert_int_equal(out.used, sizeof wanted - 1);
    assert_memory_equal(out.bytes, wanted, sizeof wanted - 1);
    reply_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(strangers_are_limited),
        cmocka_unit_test(noise),
        cmocka_unit_test(looks_ahead),
        cmocka_unit_test(looks_ahead_as_it_parses),
        cmocka_unit_test(replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
