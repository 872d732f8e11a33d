#include "html.h"

#include <stdarg.h>
#include <string.h>

static const char *entity(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static int is_forbidden(char c) {
    return ((unsigned char)c < 0x20 && strchr("\t\n\r", c) == NULL) || c == 0x7f;
}

void html_text(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (entity(*text) != NULL)
            fputs(entity(*text), out);
        else if (!is_forbidden(*text))
            fputc(*text, out);
    }
}

void html_textf(FILE *out, const char *format, ...) {
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    html_text(out, text);
}
