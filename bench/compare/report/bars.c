#include "bars.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "fields.h"
#include "html.h"
#include "numbers.h"

#define WIDTH 380
#define LEFT 106
#define RIGHT 76
#define ROW 21
#define MOST_TICKS 5

static double highest(const struct bar *bars, size_t count) {
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, bars[i].value);
    return most > 0 ? most : 1;
}

/* "wake-ups" after every number would leave no room for the bars; the title has it. */
static const char *short_unit(const char *unit) {
    return strlen(unit) <= 3 ? unit : "";
}

static void draw_bar(struct chart *chart, const struct bar *bar, size_t row, const char *unit) {
    char from[64], to[64], value[NUMBER_SIZE], name[80];
    html_cut(bar->name, 15, name, sizeof name);
    snprintf(from, sizeof from, "0, %g", (double)row + 0.32);
    snprintf(to, sizeof to, "%.10g, %g", bar->value, (double)row - 0.32);
    if (bar->value > 0)
        chart_bar(chart, from, to, bar->look.ink);
    snprintf(from, sizeof from, "screen %.6f, first %zu", (double)(LEFT - 8) / WIDTH, row);
    chart_label(chart, from, "right", INK_TEXT, 12, "%s", name);
    snprintf(to, sizeof to, "screen %.6f, first %zu", 1 - 4.0 / WIDTH, row);
    chart_label(chart, to, "right", INK_TEXT, 12, "%s",
                number_with_unit(bar->value, short_unit(unit), value));
}

static void finding(const struct bar *bars, size_t count, const char *what, const char *unit,
                    const char *better, char *buffer, size_t size) {
    const struct bar *best = NULL;
    char value[NUMBER_SIZE];
    bool higher = strcmp(better, "higher") == 0;
    for (size_t i = 0; i < count; i++)
        if (bars[i].look.ink != INK_FLOOR &&
            (best == NULL || (higher ? bars[i].value > best->value : bars[i].value < best->value)))
            best = &bars[i];
    if (best == NULL || strcmp(better, "none") == 0)
        snprintf(buffer, size, "%s%s%s", what, short_unit(unit)[0] == '\0' ? ", in " : "",
                 short_unit(unit)[0] == '\0' ? unit : "");
    else
        snprintf(buffer, size, "%.90s: %s is %.60s, %s", what, higher ? "highest" : "lowest",
                 best->name, number_with_unit(best->value, unit, value));
}

/* Ticks are round in the unit that they are shown in. */
static double unit_size(double most, const char *unit) {
    double size = 1;
    while (strcmp(unit, "B") == 0 && most >= size * 1024)
        size *= 1024;
    return size;
}

static void draw_axis(struct chart *chart, double most, const char *unit) {
    double ticks[MOST_TICKS], size = unit_size(most, unit);
    char text[NUMBER_SIZE];
    size_t count = number_linear_ticks(most / size, MOST_TICKS, ticks);
    for (size_t i = 0; i < count; i++)
        ticks[i] *= size;
    for (size_t i = 0; i < count; i++)
        chart_x_tick(chart, ticks[i], number_tick(ticks[i], short_unit(unit), text));
}

void bars_figure(struct page *page, const struct bar *bars, size_t count, const char *what,
                 const char *unit, const char *subject, const char *better) {
    struct chart chart;
    char text[256];
    double most = highest(bars, count);
    if (count == 0)
        return;
    chart_open(&chart, WIDTH, (int)count * ROW, LEFT, RIGHT, 4, 26);
    chart_ranges(&chart, 0, most * 1.02, (double)count - 0.5, -0.5);
    draw_axis(&chart, most, unit);
    for (size_t i = 0; i < count; i++)
        draw_bar(&chart, &bars[i], i, unit);
    fputs("plot NaN\n", chart.script);
    finding(bars, count, what, unit, better, text, sizeof text);
    page_figure(page, &chart, text, subject);
}

static double metric_of(const json_t *row, const char *metric) {
    return field_number(json_object_get(json_object_get(row, "metrics"), metric), "median");
}

void bars_of_metric(struct page *page, const json_t *table, const char *metric, const char *unit,
                    const char *better) {
    const json_t *rows = field_list(table, "rows");
    struct bar *bars = memory_zeroed(json_array_size(rows), sizeof *bars);
    char subject[512];
    size_t i, count = 0;
    json_t *row;
    json_array_foreach(rows, i, row) {
        double value = metric_of(row, metric);
        if (row_is_ok(row) && value >= 0 && !field_is(row, "kind", "aa"))
            bars[count++] = (struct bar){
                row_name(row),
                chart_look(page->document, field_text(row, "contender"), field_text(row, "kind")),
                value};
    }
    table_place(page->document, table, subject, sizeof subject);
    bars_figure(page, bars, count, metric, unit, subject, better);
    free(bars);
}
