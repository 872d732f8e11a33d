#include "chart.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "gnuplot.h"
#include "svg.h"

/* ---- looks --------------------------------------------------------------------------------- */

/* Filled shapes first, then the open ones. */
static const struct {
    int type;
    const char *glyph;
} shapes[] = {{5, "■"}, {9, "▲"}, {13, "◆"}, {11, "▼"}, {15, "⬟"}, {4, "□"}, {8, "△"}, {10, "▽"}};

#define SHAPES (sizeof shapes / sizeof *shapes)

struct look chart_look(const struct document *document, const char *name, const char *kind) {
    if (strcmp(kind, "aa") == 0)
        return (struct look){INK_REFERENCE, 6};
    if (strcmp(kind, "floor") == 0)
        return (struct look){INK_FLOOR, 12};
    for (size_t i = 0; i < document->name_count; i++)
        if (strcmp(document->names[i], name) == 0)
            return (struct look){INK_OTHER + (int)(i % INK_OTHERS),
                                 shapes[(i + i / SHAPES) % SHAPES].type};
    return (struct look){INK_REFERENCE, 7};
}

const char *chart_glyph(struct look look) {
    for (size_t i = 0; i < SHAPES; i++)
        if (shapes[i].type == look.shape)
            return shapes[i].glyph;
    return look.shape == 6 ? "○" : look.shape == 12 ? "◇" : "●";
}

int chart_rgb(int ink) {
    return SVG_INK_CODE + ink;
}

/* ---- building ------------------------------------------------------------------------------ */

void chart_open(struct chart *chart, int width, int plot_height, int left, int right, int top,
                int bottom) {
    *chart = (struct chart){.width = width,
                            .height = plot_height + top + bottom,
                            .left = left,
                            .right = right,
                            .top = top,
                            .bottom = bottom};
    chart->script = open_memstream(&chart->script_text, &chart->script_size);
    if (chart->script == NULL)
        memory_zeroed((size_t)-1, 1); /* says so and stops */
    fprintf(chart->script,
            "set terminal svg size %d,%d dynamic noenhanced font 'sans-serif,12' linewidth 1\n"
            "set encoding utf8\nunset key\nunset xtics\nunset ytics\nset border 0\n"
            "set lmargin at screen %.6f\nset rmargin at screen %.6f\n"
            "set tmargin at screen %.6f\nset bmargin at screen %.6f\n",
            width, chart->height, (double)left / width, 1 - (double)right / width,
            1 - (double)top / chart->height, (double)bottom / chart->height);
}

void chart_ranges(struct chart *chart, double x_low, double x_high, double y_low, double y_high) {
    fprintf(chart->script, "set xrange [%.12g:%.12g]\nset yrange [%.12g:%.12g]\n", x_low, x_high,
            y_low, y_high);
}

static size_t keep_text(struct chart *chart, char *text) {
    chart->texts = memory_resized(chart->texts, chart->text_count + 1, sizeof *chart->texts);
    chart->texts[chart->text_count] = text;
    return chart->text_count++;
}

void chart_label(struct chart *chart, const char *position, const char *align, int ink, int size,
                 const char *format, ...) {
    char *text = memory_zeroed(1, 512);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, 512, format, arguments);
    va_end(arguments);
    fprintf(chart->script, "set label %d '[[%zu]]' at %s %s tc rgb %d font ',%d' front\n",
            ++chart->labels, keep_text(chart, text), position, align, chart_rgb(ink), size);
}

void chart_line(struct chart *chart, const char *from, const char *to, int ink, double width,
                bool dashed) {
    fprintf(chart->script, "set arrow %d from %s to %s nohead lc rgb %d lw %.2f%s back\n",
            ++chart->arrows, from, to, chart_rgb(ink), width, dashed ? " dt (6,4)" : "");
}

static void rectangle(struct chart *chart, const char *from, const char *to, int ink,
                      const char *layer) {
    fprintf(chart->script, "set object %d rect from %s to %s fc rgb %d fs solid noborder %s\n",
            ++chart->boxes, from, to, chart_rgb(ink), layer);
}

void chart_box(struct chart *chart, const char *from, const char *to, int ink) {
    rectangle(chart, from, to, ink, "behind");
}

void chart_bar(struct chart *chart, const char *from, const char *to, int ink) {
    rectangle(chart, from, to, ink, "front");
}

void chart_x_tick(struct chart *chart, double x, const char *text) {
    char from[64], to[64], at[96];
    snprintf(from, sizeof from, "first %.12g, graph 0", x);
    snprintf(to, sizeof to, "first %.12g, graph 1", x);
    snprintf(at, sizeof at, "first %.12g, screen %.6f", x,
             (double)(chart->bottom - 13) / chart->height);
    chart_line(chart, from, to, INK_GRID, 1, false);
    chart_label(chart, at, "center", INK_MUTED, 11, "%s", text);
}

void chart_y_tick(struct chart *chart, double y, const char *text) {
    char from[64], to[64], at[96];
    snprintf(from, sizeof from, "graph 0, first %.12g", y);
    snprintf(to, sizeof to, "graph 1, first %.12g", y);
    snprintf(at, sizeof at, "screen %.6f, first %.12g", (double)(chart->left - 8) / chart->width,
             y);
    chart_line(chart, from, to, INK_GRID, 1, false);
    chart_label(chart, at, "right", INK_MUTED, 11, "%s", text);
}

void chart_x_title(struct chart *chart, const char *text) {
    char at[64];
    snprintf(at, sizeof at, "graph 0.5, screen %.6f", 9.0 / chart->height);
    chart_label(chart, at, "center", INK_MUTED, 11, "%s", text);
}

/* ---- drawing ------------------------------------------------------------------------------- */

static void release(struct chart *chart) {
    for (size_t i = 0; i < chart->text_count; i++)
        free(chart->texts[i]);
    free(chart->texts);
    free(chart->script_text);
    *chart = (struct chart){0};
}

bool chart_draw(struct chart *chart, FILE *out, int id, const char *title, const char *standalone) {
    fclose(chart->script);
    char *drawn = gnuplot_run(chart->script_text, chart->script_size);
    if (drawn != NULL)
        svg_write(out, drawn,
                  &(struct svg_dress){.id = id,
                                      .title = title,
                                      .standalone = standalone,
                                      .texts = chart->texts,
                                      .text_count = chart->text_count,
                                      .width = chart->width,
                                      .height = chart->height});
    bool good = drawn != NULL;
    free(drawn);
    release(chart);
    return good;
}
