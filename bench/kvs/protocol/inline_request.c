/* Inline commands: a line of words, for people and for health checks. Double quotes take the
 * escapes of C (\n \r \t \b \a \xHH), single quotes take only \'. */
#include "request.h"

#include <stdbool.h>

typedef struct cursor {
    const char *from; /* what is read */
    const char *end;
    char *to; /* where the resolved word goes; never ahead of `from` */
} cursor;

static bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char escaped(char c) {
    static const char names[] = "nrtba", values[] = "\n\r\t\b\a";
    const char *at = c == '\0' ? NULL : strchr(names, c);
    return at == NULL ? c : values[at - names];
}

/* After a backslash in double quotes. */
static void take_escape(cursor *c) {
    if (c->end - c->from >= 3 && c->from[0] == 'x' && hex_digit(c->from[1]) >= 0 &&
        hex_digit(c->from[2]) >= 0) {
        *c->to++ = (char)(hex_digit(c->from[1]) * 16 + hex_digit(c->from[2]));
        c->from += 3;
        return;
    }
    *c->to++ = escaped(*c->from++);
}

/* From behind the opening quote to behind the closing one, which must end the word. */
static bool take_quoted(cursor *c, char quote) {
    while (c->from < c->end && *c->from != quote) {
        bool escape = *c->from == '\\' && c->end - c->from > 1;
        if (escape && quote == '"') {
            c->from++;
            take_escape(c);
        } else {
            c->from += escape && c->from[1] == '\'';
            *c->to++ = *c->from++;
        }
    }
    if (c->from == c->end)
        return false;
    c->from++;
    return c->from == c->end || blank(*c->from);
}

static bool take_word(cursor *c) {
    while (c->from < c->end && !blank(*c->from)) {
        char next = *c->from++;
        if (next == '"' || next == '\'')
            return take_quoted(c, next);
        *c->to++ = next;
    }
    return true;
}

resp_status resp_parse_inline(resp_parser *parser, char *line, size_t length, const char **error) {
    cursor c = {line, line + length, line};
    for (;;) {
        while (c.from < c.end && blank(*c.from))
            c.from++;
        if (c.from == c.end)
            break;
        char *start = c.to;
        if (!take_word(&c)) {
            *error = "Protocol error: unbalanced quotes in request";
            return RESP_INVALID;
        }
        if (resp_add_argument(parser, (size_t)(start - line), (size_t)(c.to - start)) != 0) {
            *error = "OOM out of memory";
            return RESP_INVALID;
        }
    }
    parser->position = length + 1;
    return RESP_REQUEST;
}
