#include "svg.h"

#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "html.h"
#include "inks.h"

const char *svg_ink_name(int ink) {
    static const char *const names[] = {
        [INK_TEXT] = "ink",          [INK_MUTED] = "muted",         [INK_GRID] = "grid",
        [INK_AXIS] = "axis",         [INK_BAND] = "band",           [INK_BEYOND] = "beyond",
        [INK_BAD] = "bad",           [INK_REFERENCE] = "reference", [INK_FLOOR] = "floor",
        [INK_OTHER] = "other-1",     [INK_OTHER + 1] = "other-2",   [INK_OTHER + 2] = "other-3",
        [INK_OTHER + 3] = "other-4", [INK_OTHER + 4] = "other-5",   [INK_OTHER + 5] = "other-6",
        [INK_OTHER + 6] = "other-7", [INK_OTHER + 7] = "other-8"};
    return ink >= 0 && (size_t)ink < sizeof names / sizeof *names ? names[ink] : "ink";
}

/* Each of these looks at `at`, and when it is theirs writes what is to stand there and returns
 * what follows; else NULL. */
typedef const char *replacement(FILE *out, const char *at, const struct svg_dress *dress);

static const char *starts(const char *at, const char *with) {
    size_t length = strlen(with);
    return strncmp(at, with, length) == 0 ? at + length : NULL;
}

static const char *after(const char *at, const char *end) {
    const char *found = strstr(at, end);
    return found == NULL ? at + strlen(at) : found + strlen(end);
}

static void write_ink(FILE *out, const char *name, const struct svg_dress *dress) {
    char value[INK_VALUE_SIZE];
    if (dress->standalone == NULL) {
        fprintf(out, "var(--%s)", name);
        return;
    }
    ink_value(name, false, value);
    fputs(value, out);
}

static const char *colour(FILE *out, const char *at, const struct svg_dress *dress) {
    int red, green, blue, length = 0;
    if (sscanf(at, "rgb(%d,%d,%d)%n", &red, &green, &blue, &length) != 3 || length == 0)
        return NULL;
    if (((red << 16) | (green << 8)) != SVG_INK_CODE)
        fputs("currentColor", out);
    else
        write_ink(out, svg_ink_name(blue), dress);
    return at + length;
}

static const char *identity(FILE *out, const char *at, const struct svg_dress *dress) {
    static const char *const openings[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (starts(at, openings[i]) != NULL) {
            fprintf(out, "%sc%d-", openings[i], dress->id);
            return at + strlen(openings[i]);
        }
    return NULL;
}

static const char *text(FILE *out, const char *at, const struct svg_dress *dress) {
    char *end;
    if (starts(at, "[[") == NULL)
        return NULL;
    size_t index = strtoul(at + 2, &end, 10);
    if (starts(end, "]]") == NULL || index >= dress->text_count)
        return NULL;
    html_text(out, dress->texts[index]);
    return end + 2;
}

/* What gnuplot adds and a page has no use for. */
static const char *clutter(FILE *out, const char *at, const struct svg_dress *dress) {
    static const char *const pairs[][2] = {{"<title>", "</title>"},
                                           {"<desc>", "</desc>"},
                                           {"<filter ", "</filter>"},
                                           {" font-family=\"", "\""},
                                           {"<!--", "-->"}};
    (void)out, (void)dress;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *inside = starts(at, pairs[i][0]);
        if (inside != NULL)
            return after(inside, pairs[i][1]);
    }
    return NULL;
}

static const char *open_tag(FILE *out, const char *drawn, const struct svg_dress *dress) {
    const char *tag = strstr(drawn, "<svg");
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" "
            "xmlns:xlink=\"http://www.w3.org/1999/xlink\" class=\"chart\" "
            "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"",
            dress->width, dress->height, dress->width, dress->height);
    html_text(out, dress->title);
    fputs("\">\n", out);
    if (dress->standalone != NULL)
        fputs(dress->standalone, out);
    return tag == NULL ? "" : after(tag, ">");
}

void svg_write(FILE *out, const char *drawn, const struct svg_dress *dress) {
    static replacement *const replacements[] = {colour, identity, text, clutter};
    const char *at = open_tag(out, drawn, dress);
    while (*at != '\0') {
        const char *next = NULL;
        for (size_t i = 0; next == NULL && i < sizeof replacements / sizeof *replacements; i++)
            next = replacements[i](out, at, dress);
        if (next == NULL)
            fputc(*at++, out);
        else
            at = next;
    }
}
