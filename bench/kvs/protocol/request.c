#include "request.h"

#include <stdbool.h>
#include <stdlib.h>

enum { NUMBER_LINE_MAX = 32 }; /* a count or a length with its type byte and CRLF is shorter */

static resp_status invalid(const char **error, const char *what) {
    *error = what;
    return RESP_INVALID;
}

void resp_parser_reset(resp_parser *parser) {
    free(parser->spans);
    parser->spans = NULL;
    parser->position = 0;
    parser->searched = 0;
    parser->count = 0;
}

static resp_span *grow(resp_parser *parser) {
    size_t capacity = parser->spans == NULL ? 4 * RESP_ARGUMENTS_INSIDE : parser->capacity * 2;
    resp_span *larger = realloc(parser->spans, capacity * sizeof *larger);
    if (larger == NULL)
        return NULL;
    if (parser->spans == NULL)
        memcpy(larger, parser->inside, sizeof parser->inside);
    parser->spans = larger;
    parser->capacity = capacity;
    return larger;
}

int resp_add_argument(resp_parser *parser, size_t offset, size_t length) {
    resp_span *spans = parser->spans == NULL ? parser->inside : parser->spans;
    size_t capacity = parser->spans == NULL ? RESP_ARGUMENTS_INSIDE : parser->capacity;
    if (parser->count == capacity)
        spans = grow(parser);
    if (spans == NULL)
        return -1;
    spans[parser->count++] = (resp_span){offset, length};
    return 0;
}

/* The decimal number between a type byte and CRLF. *end is where the next line begins. */
static resp_status read_number(const char *line, size_t length, int64_t *number, size_t *end) {
    size_t i = 1;
    bool negative = i < length && line[i] == '-';
    int64_t value = 0;
    size_t digits = i += negative;
    for (; i < length && line[i] >= '0' && line[i] <= '9'; i++) {
        if (i - digits >= 18)
            return RESP_INVALID;
        value = value * 10 + (line[i] - '0');
    }
    if (i + 1 >= length && (i == length || line[i] == '\r'))
        return length > NUMBER_LINE_MAX ? RESP_INVALID : RESP_MORE;
    if (i == digits || line[i] != '\r' || line[i + 1] != '\n')
        return RESP_INVALID;
    *number = negative ? -value : value;
    *end = i + 2;
    return RESP_REQUEST;
}

static resp_status read_count(resp_parser *parser, const resp_limits *limits, const char *bytes,
                              size_t length, const char **error) {
    resp_status status = read_number(bytes, length, &parser->expected, &parser->position);
    if (status == RESP_INVALID || (status == RESP_REQUEST && parser->expected > RESP_ARGUMENTS_MAX))
        return invalid(error, "Protocol error: invalid multibulk length");
    if (status == RESP_REQUEST && parser->expected > (int64_t)limits->arguments)
        return invalid(error, limits->arguments < RESP_ARGUMENTS_MAX
                                  ? "Protocol error: unauthenticated multibulk length"
                                  : "Protocol error: invalid multibulk length");
    return status;
}

static resp_status wrong_type(resp_parser *parser, char found, const char **error) {
    static const char text[] = "Protocol error: expected '$', got '?'";
    _Static_assert(sizeof text <= sizeof parser->message, "the message fits");
    memcpy(parser->message, text, sizeof text);
    if (found > ' ' && found <= '~')
        parser->message[sizeof text - 3] = found;
    return invalid(error, parser->message);
}

static resp_status read_argument(resp_parser *parser, const resp_limits *limits, const char *bytes,
                                 size_t length, const char **error) {
    int64_t size = 0;
    size_t header = 0, at = parser->position;
    if (at == length)
        return RESP_MORE;
    if (bytes[at] != '$')
        return wrong_type(parser, bytes[at], error);
    resp_status status = read_number(bytes + at, length - at, &size, &header);
    if (status == RESP_INVALID || (status == RESP_REQUEST && size < 0))
        return invalid(error, "Protocol error: invalid bulk length");
    if (status == RESP_MORE)
        return RESP_MORE;
    if (size > (int64_t)limits->argument)
        return invalid(error, "Protocol error: invalid bulk length");
    size_t start = at + header, end = start + (size_t)size;
    if (end + 2 > limits->request)
        return invalid(error, "Protocol error: too big request");
    if (length < end + 2)
        return RESP_MORE;
    if (bytes[end] != '\r' || bytes[end + 1] != '\n')
        return invalid(error, "Protocol error: expected CRLF after a bulk string");
    if (resp_add_argument(parser, start, (size_t)size) != 0)
        return invalid(error, "OOM out of memory");
    parser->position = end + 2;
    return RESP_REQUEST;
}

static resp_status read_line(resp_parser *parser, char *bytes, size_t length, const char **error) {
    size_t look = length < RESP_INLINE_MAX ? length : RESP_INLINE_MAX;
    const char *end = memchr(bytes + parser->searched, '\n', look - parser->searched);
    if (end == NULL) {
        parser->searched = look;
        if (length >= RESP_INLINE_MAX)
            return invalid(error, "Protocol error: too big inline request");
        return RESP_MORE;
    }
    return resp_parse_inline(parser, bytes, (size_t)(end - bytes), error);
}

resp_status resp_parse(resp_parser *parser, const resp_limits *limits, char *bytes, size_t length,
                       const char **error) {
    resp_status status = RESP_REQUEST;
    if (length == 0)
        return RESP_MORE;
    if (bytes[0] != '*')
        return read_line(parser, bytes, length, error);
    if (parser->position == 0)
        status = read_count(parser, limits, bytes, length, error);
    while (status == RESP_REQUEST && (int64_t)parser->count < parser->expected)
        status = read_argument(parser, limits, bytes, length, error);
    return status;
}
