/* request.h: finds the requests in a stream of bytes.
 *
 *     resp_parser parser = {0};
 *     switch (resp_parse(&parser, &limits, bytes, length, &error)) {
 *     case RESP_REQUEST: … resp_argument(&parser, bytes, i) for i < parser.count …
 *                        skip parser.position bytes, resp_parser_reset(&parser)
 *     case RESP_MORE:    append what comes next to the same bytes, and call again
 *     case RESP_INVALID: reply `error`, close
 *     }
 *
 * A parser is used by one thread at a time and never blocks. It remembers how far it came in an
 * incomplete request, so that a long one that trickles in is not read again from its start; the
 * bytes may move in memory between two calls, but must not change. Nothing is ever allocated from
 * a length that was only announced: arguments are recorded as they arrive.
 *
 * Protocol: https://redis.io/docs/reference/protocol-spec/, both forms, arrays of bulk strings and
 * inline commands. */
#ifndef KVS_REQUEST_H
#define KVS_REQUEST_H

#include <stdint.h>

#include "slice.h"

enum {
    RESP_INLINE_MAX = 64 * 1024,  /* bytes of a line, as in Redis */
    RESP_ARGUMENTS_MAX = 1 << 20, /* arguments of a request, as in Redis */
    RESP_ARGUMENTS_INSIDE = 8,    /* more than these need memory of their own */
};

typedef struct resp_limits {
    size_t request;   /* bytes of a whole request */
    size_t argument;  /* bytes of one argument */
    size_t arguments; /* their number */
} resp_limits;

typedef struct resp_span {
    size_t offset; /* from the start of the request */
    size_t length;
} resp_span;

typedef struct resp_parser {
    size_t position;  /* bytes of the current request that are dealt with */
    size_t searched;  /* bytes in which there is no end of the current line */
    int64_t expected; /* arguments announced; meaningless while position is 0 */
    size_t count;     /* arguments found */
    size_t capacity;  /* of `spans`, when it is not `inside` */
    resp_span *spans; /* NULL: `inside` */
    resp_span inside[RESP_ARGUMENTS_INSIDE];
    char message[40]; /* room for an error that quotes the request */
} resp_parser;

typedef enum resp_status {
    RESP_REQUEST, /* complete, `position` bytes long; no arguments: to be ignored */
    RESP_MORE,    /* incomplete so far */
    RESP_INVALID, /* *error says what is wrong with it; the stream cannot be read any further */
} resp_status;

/* Looks at the request that begins at bytes[0]. Of an inline command the bytes are changed in
 * place: quotes and escapes are resolved. */
resp_status resp_parse(resp_parser *parser, const resp_limits *limits, char *bytes, size_t length,
                       const char **error);

/* Ready for the next request; keeps nothing of the last one. */
void resp_parser_reset(resp_parser *parser);

static inline const resp_span *resp_spans(const resp_parser *parser) {
    return parser->spans == NULL ? parser->inside : parser->spans;
}

static inline kvs_slice resp_argument(const resp_parser *parser, const char *bytes, size_t index) {
    const resp_span *span = &resp_spans(parser)[index];
    return (kvs_slice){bytes + span->offset, span->length};
}

/* Between the files of this folder. */
int resp_add_argument(resp_parser *parser, size_t offset, size_t length);
resp_status resp_parse_inline(resp_parser *parser, char *line, size_t length, const char **error);

#endif
