#include "lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "html.h"
#include "numbers.h"

#define LEFT 66
#define RIGHT 106
#define PLOT_HEIGHT 210
#define LABEL_GAP (14.0 / PLOT_HEIGHT)
#define MOST_TICKS 6

struct line *lines_add(struct lines *lines, const char *name, struct look look) {
    lines->items = memory_resized(lines->items, lines->count + 1, sizeof *lines->items);
    struct line *line = &lines->items[lines->count++];
    *line = (struct line){.name = name, .look = look};
    for (size_t i = 0; i < LINES_MOST_STEPS; i++)
        line->y[i] = NAN;
    return line;
}

void lines_free(struct lines *lines) {
    free(lines->items);
    *lines = (struct lines){0};
}

/* ---- range --------------------------------------------------------------------------------- */

struct range {
    double low, high; /* logarithms */
};

static struct range range_of(const struct lines *lines) {
    struct range range = {INFINITY, -INFINITY};
    for (size_t i = 0; i < lines->count; i++)
        for (size_t k = 0; k < lines->steps; k++)
            if (lines->items[i].y[k] > 0 && isfinite(lines->items[i].y[k])) {
                range.low = fmin(range.low, log10(lines->items[i].y[k]));
                range.high = fmax(range.high, log10(lines->items[i].y[k]));
            }
    if (range.low > range.high)
        return range;
    double least = log10(1.25), room = fmax(0, least - (range.high - range.low)) / 2;
    room += 0.06 * (range.high - range.low);
    return (struct range){range.low - room, range.high + room};
}

static double in_graph(struct range range, double y) {
    return (log10(y) - range.low) / (range.high - range.low);
}

/* ---- labels at the ends -------------------------------------------------------------------- */

static int by_position(const void *left, const void *right) {
    double a = **(double *const *)left, b = **(double *const *)right;
    return (a > b) - (a < b);
}

/* Pushes those beyond the top down and those beyond the bottom up, neighbours with them. */
static void keep_within(double **order, size_t count, double gap) {
    double most = 1, least = 0;
    for (size_t i = count; i-- > 0; most = *order[i] - gap)
        *order[i] = fmin(*order[i], most);
    for (size_t i = 0; i < count; least = *order[i++] + gap)
        *order[i] = fmax(*order[i], least);
}

void lines_spread(double *at, size_t count, double gap) {
    double **order = memory_zeroed(count, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = &at[i];
    qsort(order, count, sizeof *order, by_position);
    for (int pass = 0; pass < 200; pass++)
        for (size_t i = 1; i < count; i++) {
            double overlap = gap - (*order[i] - *order[i - 1]);
            if (overlap > 1e-6) {
                *order[i] += overlap / 2;
                *order[i - 1] -= overlap / 2;
            }
        }
    keep_within(order, count, gap);
    free(order);
}

static size_t last_step(const struct lines *lines, const struct line *line) {
    for (size_t k = lines->steps; k > 0; k--)
        if (line->y[k - 1] > 0)
            return k;
    return 0;
}

static void draw_label(const struct lines *lines, struct chart *chart, const struct line *line,
                       struct range range, double at) {
    char from[64], to[64], name[80];
    html_cut(line->name, 16, name, sizeof name);
    size_t last = last_step(lines, line);
    double y = line->y[last - 1];
    snprintf(from, sizeof from, "first %zu, graph %.5f", last - 1, in_graph(range, y));
    snprintf(to, sizeof to, "graph 1.045, graph %.5f", at);
    chart_line(chart, from, to, INK_GRID, 1, false);
    snprintf(to, sizeof to, "graph 1.06, graph %.5f", at);
    chart_label(chart, to, "left", line->look.ink, 11, "%s", name);
}

static void draw_labels(const struct lines *lines, struct chart *chart, struct range range) {
    double *at = memory_zeroed(lines->count, sizeof *at);
    struct line **shown = memory_zeroed(lines->count, sizeof *shown);
    size_t count = 0;
    for (size_t i = 0; i < lines->count; i++) {
        struct line *line = &lines->items[i];
        size_t last = last_step(lines, line);
        if (last == 0)
            continue;
        shown[count] = line;
        at[count++] = in_graph(range, line->y[last - 1]);
    }
    lines_spread(at, count, LABEL_GAP);
    for (size_t i = 0; i < count; i++)
        draw_label(lines, chart, shown[i], range, at[i]);
    free(shown);
    free(at);
}

/* ---- the chart ----------------------------------------------------------------------------- */

static void draw_axes(const struct lines *lines, struct chart *chart, struct range range) {
    double ticks[MOST_TICKS];
    char text[NUMBER_SIZE];
    size_t count = number_log_ticks(pow(10, range.low), pow(10, range.high), MOST_TICKS, ticks);
    for (size_t i = 0; i < count; i++)
        chart_y_tick(chart, log10(ticks[i]), number_tick(ticks[i], lines->unit, text));
    for (size_t i = 0; i < lines->steps; i++)
        chart_x_tick(chart, (double)i, lines->step_text[i]);
    chart_x_title(chart, lines->x_title);
}

static void draw_beyond(const struct lines *lines, struct chart *chart) {
    char from[64], at[64];
    if (lines->beyond >= lines->steps)
        return;
    double x = (double)lines->beyond - (lines->beyond == 0 ? 0.25 : 0.5);
    snprintf(from, sizeof from, "first %g, graph 0", x);
    chart_box(chart, from, "graph 1, graph 1", INK_BEYOND);
    snprintf(at, sizeof at, "first %g, graph 1.05", x);
    chart_label(chart, at, "left", INK_MUTED, 10, "%s", lines->beyond_text);
}

static void list_data(const struct lines *lines, struct chart *chart) {
    for (size_t i = 0; i < lines->count; i++) {
        fprintf(chart->script, "$line%zu << EOD\n", i);
        for (size_t k = 0; k < lines->steps; k++)
            if (lines->items[i].y[k] > 0 && isfinite(lines->items[i].y[k]))
                fprintf(chart->script, "%zu %.8f\n", k, log10(lines->items[i].y[k]));
        fputs("EOD\n", chart->script);
    }
    fputs("plot NaN", chart->script);
    for (size_t i = 0; i < lines->count; i++)
        if (last_step(lines, &lines->items[i]) > 0)
            fprintf(chart->script, ", $line%zu with linespoints lc rgb %d lw %s pt %d ps 0.75", i,
                    chart_rgb(lines->items[i].look.ink),
                    lines->items[i].look.shape == 7 ? "2.5" : "1.3", lines->items[i].look.shape);
    fputs("\n", chart->script);
}

bool lines_draw(struct lines *lines, struct chart *chart) {
    struct range range = range_of(lines);
    if (lines->steps < 2 || range.low > range.high)
        return false;
    chart_open(chart, LINES_WIDTH, PLOT_HEIGHT, LEFT, RIGHT, 26, 44);
    chart_ranges(chart, -0.25, (double)lines->steps - 0.75, range.low, range.high);
    draw_beyond(lines, chart);
    draw_axes(lines, chart, range);
    draw_labels(lines, chart, range);
    list_data(lines, chart);
    return true;
}
