/* section_forest(): ratios with their intervals, a chart for every workload. */
#include "forest.h"

#include <math.h>
#include <string.h>

#include "fields.h"
#include "html.h"
#include "numbers.h"
#include "page.h"

#define TITLE "Ratios, workload by workload"
#define WIDTH 380
#define LEFT 112
#define RIGHT 60
#define ROW 18
#define MOST_TICKS 6
#define FAR 8 /* as many times from the last median an interval may reach */

struct forest {
    struct chart chart;
    const struct document *document;
    double low, high;   /* of all factors, intervals included */
    double least, most; /* of the medians */
};

static void widen(struct forest *forest, const json_t *table, const json_t *row) {
    struct factor factor = row_factor(table, row);
    if (!factor_known(&factor) || !row_is_ok(row))
        return;
    forest->low = fmin(forest->low, factor.low);
    forest->high = fmax(forest->high, factor.high);
    forest->least = fmin(forest->least, factor.middle);
    forest->most = fmax(forest->most, factor.middle);
}

/* An interval that begins at zero goes on beyond the edge, and does not make the axis. */
static void keep_near(struct forest *forest) {
    forest->low = fmax(forest->low, forest->least / FAR);
    forest->high = fmin(forest->high, forest->most * FAR);
}

static int measure(struct forest *forest, const struct group *group) {
    int lines = 0;
    for (size_t i = 0; i < group->count; i++) {
        size_t k;
        json_t *row;
        json_array_foreach(field_list(group->tables[i], "rows"), k, row) {
            widen(forest, group->tables[i], row);
            lines += !row_is_reference(forest->document, row);
        }
        lines++;
    }
    return lines;
}

/* ---- one row ------------------------------------------------------------------------------- */

static const char *sign_of(const json_t *row) {
    if (field_is(row, "verdict", "equivalent"))
        return " =";
    return field_is(row, "verdict", "undecided") ? " ?" : "";
}

static void draw_interval(struct forest *forest, const struct factor *factor, struct look look,
                          double y, bool ours) {
    char from[64], to[64];
    snprintf(from, sizeof from, "%.8f, %g", log10(fmax(factor->low, forest->low)), y);
    snprintf(to, sizeof to, "%.8f, %g", log10(fmin(factor->high, forest->high)), y);
    chart_line(&forest->chart, from, to, look.ink, ours ? 1.5 : 2, false);
}

static void draw_values(struct forest *forest, const json_t *table, const json_t *row, double y) {
    struct factor factor = row_factor(table, row);
    char ratio[NUMBER_SIZE], at[64];
    struct look look =
        chart_look(forest->document, field_text(row, "contender"), field_text(row, "kind"));
    snprintf(at, sizeof at, "screen %.6f, first %g", 1 - 6.0 / WIDTH, y);
    if (!row_is_ok(row) || !factor_known(&factor)) {
        chart_label(&forest->chart, at, "right", INK_BAD, 12, "%s",
                    row_is_ok(row) ? "no data" : field_text(row, "status"));
        return;
    }
    draw_interval(forest, &factor, look, y, row_is_rival(forest->document, row));
    chart_label(&forest->chart, at, "right",
                field_is(row, "verdict", "undecided") ? INK_MUTED : INK_TEXT, 12, "%s×%s",
                number_ratio(factor.middle, ratio), sign_of(row));
}

static const char *name_of(const json_t *row) {
    return field_is(row, "kind", "aa") ? "itself (A/A)" : row_name(row);
}

static void draw_row(struct forest *forest, const json_t *table, const json_t *row, double y) {
    char at[64], name[80];
    html_cut(name_of(row), 16, name, sizeof name);
    snprintf(at, sizeof at, "screen %.6f, first %g", 12.0 / WIDTH, y);
    chart_label(&forest->chart, at, "left",
                row_is_rival(forest->document, row) ? INK_TEXT : INK_MUTED, 12, "%s", name);
    draw_values(forest, table, row, y);
}

/* ---- one table ----------------------------------------------------------------------------- */

static void draw_band(struct forest *forest, const json_t *table, double first, double last) {
    double noise = field_number(table, "noise_floor_percent");
    char from[64], to[64];
    if (isfinite(noise) && noise > 0) {
        double half = fmin(log10(1 + noise / 100), log10(forest->high));
        snprintf(from, sizeof from, "%.8f, %g", fmax(-half, log10(forest->low)), first);
        snprintf(to, sizeof to, "%.8f, %g", half, last);
        chart_box(&forest->chart, from, to, INK_BAND);
    }
}

static void draw_head(struct forest *forest, const json_t *table, double y) {
    char text[THREADS_SIZE], at[64];
    snprintf(at, sizeof at, "screen %.6f, first %g", 2.0 / WIDTH, y);
    chart_label(&forest->chart, at, "left", INK_MUTED, 11, "%s%s",
                table_threads(forest->document, table, text),
                field_true(table, "beyond_cores") ? ", more than the cores" : "");
}

static double draw_table(struct forest *forest, const json_t *table, double y) {
    size_t i;
    json_t *row;
    double first = y;
    draw_head(forest, table, y++);
    json_array_foreach(field_list(table, "rows"), i,
                       row) if (!row_is_reference(forest->document, row))
        draw_row(forest, table, row, y++);
    draw_band(forest, table, first + 0.5, y - 0.5);
    return y;
}

/* ---- points -------------------------------------------------------------------------------- */

/* After all else, so that they lie above it; returns how many. */
static void list_points(struct forest *forest, const struct group *group) {
    double y = 0;
    fputs("$points << EOD\n0 -9 7 0\n", forest->chart.script);
    for (size_t i = 0; i < group->count; i++, y++) {
        size_t k;
        json_t *row;
        json_array_foreach(field_list(group->tables[i], "rows"), k, row) {
            struct factor factor = row_factor(group->tables[i], row);
            struct look look =
                chart_look(forest->document, field_text(row, "contender"), field_text(row, "kind"));
            if (row_is_reference(forest->document, row))
                continue;
            y++;
            if (row_is_ok(row) && factor_known(&factor))
                fprintf(forest->chart.script, "%.8f %g %d %d\n", log10(factor.middle), y,
                        look.shape, chart_rgb(look.ink));
        }
    }
    fputs("EOD\nplot $points using 1:2:3:4 with points ps 0.75 pt variable lc rgb variable\n",
          forest->chart.script);
}

static void draw_axis(struct forest *forest) {
    double ticks[MOST_TICKS];
    char text[NUMBER_SIZE];
    size_t count = number_log_ticks(forest->low, forest->high, MOST_TICKS, ticks);
    for (size_t i = 0; i < count; i++)
        chart_x_tick(&forest->chart, log10(ticks[i]), number_tick(ticks[i], "", text));
    chart_line(&forest->chart, "first 0, graph 0", "first 0, graph 1", INK_REFERENCE, 1.2, false);
}

static void draw_group(struct page *page, const struct group *group) {
    struct forest forest = {
        .document = page->document, .low = 1 / 1.25, .high = 1.25, .least = 1, .most = 1};
    char finding[256], subject[512], axis[128];
    int lines = measure(&forest, group);
    keep_near(&forest);
    double room = pow(forest.high / forest.low, 0.04);
    forest.low /= room, forest.high *= room;
    chart_open(&forest.chart, WIDTH, lines * ROW, LEFT, RIGHT, 4, 44);
    chart_ranges(&forest.chart, log10(forest.low), log10(forest.high), lines - 0.5, -0.5);
    draw_axis(&forest);
    double y = 0;
    for (size_t i = 0; i < group->count; i++)
        y = draw_table(&forest, group->tables[i], y);
    snprintf(axis, sizeof axis, "← better  ·  times worse than %.40s  ·  worse →",
             page->document->reference);
    chart_x_title(&forest.chart, axis);
    list_points(&forest, group);
    table_finding(page->document, group->chosen, finding, sizeof finding);
    table_place(page->document, group->chosen, subject, sizeof subject);
    page_figure(page, &forest.chart, finding, subject);
}

void section_forest(struct page *page) {
    const struct document *document = page->document;
    if (document->group_count == 0) {
        section_empty(page, "ratios", TITLE, "Nothing was compared in this run.");
        return;
    }
    section_open(page, "ratios", TITLE);
    fputs("<p class=\"note\">Point: the median over rounds of contender against ", page->out);
    html_text(page->out, document->reference);
    html_textf(page->out,
               "; line: its %g %% interval; shaded: what two identical programs differed by in "
               "the same run (A/A). Right is always worse: where more is better, as with requests "
               "per second, the ratio is turned over. “=” equivalent, “?” undecided. The axes "
               "differ from chart to chart.",
               100 * field_number(document->run, "confidence"));
    fputs("</p>\n<div class=\"figures\">\n", page->out);
    for (size_t i = 0; i < document->group_count && !page->failed; i++)
        draw_group(page, &document->groups[i]);
    fputs("</div>\n", page->out);
    section_close(page);
}
