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

/* How many bytes the character here has; 0: it was cut off, or is none. */
static size_t length_here(const char *text) {
    unsigned char lead = (unsigned char)*text;
    size_t length = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

void html_cut(const char *text, size_t most, char *buffer, size_t size) {
    size_t used = 0, characters = 0, length;
    for (; *text != '\0'; text += length, characters++) {
        length = length_here(text);
        if (length == 0 || characters == most || used + length + sizeof "…" > size) {
            used += (size_t)snprintf(buffer + used, size - used, "…");
            break;
        }
        memcpy(buffer + used, text, length);
        used += length;
    }
    buffer[used] = '\0';
}

void html_text(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        size_t length = length_here(text);
        if (length > 1)
            fwrite(text, 1, length, out);
        if (length != 1) {
            text += length > 1 ? length - 1 : 0;
            continue;
        }
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
