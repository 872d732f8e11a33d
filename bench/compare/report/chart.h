/* One chart: a gnuplot script under construction, and the SVG made of it.
 *
 * Nothing from a results file ever stands in a script: texts are kept here and the script says
 * [[3]] for the third of them; they are put in, escaped, when gnuplot is done. Colours are roles,
 * which the page's style sheet turns into colours for light, dark and paper. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "document.h"

enum ink {
    INK_TEXT,
    INK_MUTED,
    INK_GRID,
    INK_AXIS,
    INK_BAND,      /* what identical programs differ by */
    INK_BEYOND,    /* more threads than cores */
    INK_BAD,       /* failed */
    INK_REFERENCE, /* and the A/A arm */
    INK_FLOOR,
    INK_OTHER, /* the first of INK_OTHERS other contenders */
    INK_OTHERS = 8,
};

/* How a contender looks in every chart. */
struct look {
    int ink;
    int shape; /* gnuplot's point type */
};

struct chart {
    FILE *script;
    char *script_text; /* valid after chart_draw() closed it */
    size_t script_size;
    char **texts; /* owned, each of them too */
    size_t text_count;
    int width, height;
    int left, right, top, bottom; /* margins, pixels */
    int labels, arrows, boxes;
};

struct look chart_look(const struct document *document, const char *name, const char *kind);
const char *chart_glyph(struct look look); /* the same shape as a character */
int chart_rgb(int ink);                    /* for gnuplot's `lc rgb variable` */

/* A plot area of plot_height pixels inside the margins; all axes are linear, ranges follow. */
void chart_open(struct chart *chart, int width, int plot_height, int left, int right, int top,
                int bottom);
void chart_ranges(struct chart *chart, double x_low, double x_high, double y_low, double y_high);

/* position: gnuplot's, as "first 3, graph 0.5"; align: left, right, center. */
__attribute__((format(printf, 6, 7))) void chart_label(struct chart *chart, const char *position,
                                                       const char *align, int ink, int size,
                                                       const char *format, ...);
void chart_line(struct chart *chart, const char *from, const char *to, int ink, double width,
                bool dashed);
void chart_box(struct chart *chart, const char *from, const char *to, int ink);
void chart_bar(struct chart *chart, const char *from, const char *to, int ink); /* above the grid */

/* A tick at x (or y) with a grid line through the plot and its text outside. */
void chart_x_tick(struct chart *chart, double x, const char *text);
void chart_y_tick(struct chart *chart, double y, const char *text);
void chart_x_title(struct chart *chart, const char *text);

/* Draws and writes an <svg> with the number `id` in all its ids, releases the chart. `title` is
 * read aloud instead of it; `standalone` is written inside (metadata, style), may be NULL.
 * false after a message on stderr. */
bool chart_draw(struct chart *chart, FILE *out, int id, const char *title, const char *standalone);

#endif
