/* overview_draw() and section_overview(). */
#include "overview.h"

#include <math.h>
#include <string.h>

#include "fields.h"
#include "forest.h"
#include "html.h"
#include "numbers.h"
#include "page.h"

#define MOST_TICKS 8
#define DODGE 5.0     /* pixels between two contenders of one workload */
#define PAD 9.0       /* pixels between workloads */
#define TITLE_LINE 13 /* pixels of a line of a title */
#define LEGEND_ROW 18
#define LEAST .09 /* factors beyond these are drawn at the edge, with their number */
#define MOST 110.0
#define BEYOND 58 /* pixels for those numbers on the right */

#define TITLE_LINES 3
#define LONGEST_LINE 55 /* characters */

/* A title on as many lines as it takes. */
struct title {
    char lines[TITLE_LINES][4 * LONGEST_LINE + 8];
    int count;
};

struct overview {
    struct chart *chart;
    const struct document *document;
    bool wide;
    double low, high; /* factors */
    double y;         /* pixels from the top of the plot */
};

static bool is_shown(const struct document *document, const json_t *table, const json_t *row) {
    struct factor factor = row_factor(table, row);
    return row_is_rival(document, row) && row_is_ok(row) && factor_known(&factor);
}

static size_t count_shown(const struct document *document, const json_t *table) {
    size_t i, count = 0;
    json_t *row;
    json_array_foreach(field_list(table, "rows"), i, row) count += is_shown(document, table, row);
    return count;
}

/* Bytes of the first words of a text that fit a line. */
static size_t line_length(const char *text) {
    size_t length = 0, characters = 0, fitting = 0;
    for (; text[length] != '\0' && characters <= LONGEST_LINE; length++) {
        characters += ((unsigned char)text[length] & 0xc0) != 0x80;
        if (text[length] == ' ')
            fitting = length;
    }
    if (text[length] == '\0' && characters <= LONGEST_LINE)
        return length;
    return fitting > 0 ? fitting : length - 1;
}

static struct title title_of(const struct overview *overview, const json_t *table) {
    struct title title = {.count = 0};
    char text[400], line[400];
    const char *rest = text;
    table_title(overview->document, table, text, sizeof text);
    while (*rest != '\0' && title.count < TITLE_LINES) {
        size_t length = title.count + 1 < TITLE_LINES ? line_length(rest) : strlen(rest);
        snprintf(line, sizeof line, "%.*s", (int)length, rest);
        html_cut(line, LONGEST_LINE, title.lines[title.count], sizeof title.lines[0]);
        rest += length + strspn(rest + length, " ");
        title.count++;
    }
    return title;
}

/* Pixels of the title above its lines. */
static double above(const struct overview *overview, const json_t *table) {
    return overview->wide ? 0 : 4 + TITLE_LINE * title_of(overview, table).count;
}

static double height_of(const struct overview *overview, const json_t *table) {
    size_t shown = count_shown(overview->document, table);
    double lines = DODGE * (double)(shown > 2 ? shown : 2) + PAD;
    if (shown == 0)
        return 0;
    return overview->wide ? fmax(lines, 7 + TITLE_LINE * title_of(overview, table).count)
                          : lines + above(overview, table);
}

/* A few rows beyond everything, or an interval from zero, would press all others together. */
static double within(double factor) {
    return fmin(fmax(factor, LEAST), MOST);
}

static double measure(struct overview *overview) {
    double height = 0;
    for (size_t i = 0; i < overview->document->group_count; i++) {
        const json_t *table = overview->document->groups[i].chosen;
        size_t k;
        json_t *row;
        height += height_of(overview, table);
        json_array_foreach(field_list(table, "rows"), k, row) {
            struct factor factor = row_factor(table, row);
            if (!is_shown(overview->document, table, row))
                continue;
            overview->low = fmin(overview->low, within(factor.low));
            overview->high = fmax(overview->high, within(factor.high));
        }
    }
    return height;
}

/* ---- one workload -------------------------------------------------------------------------- */

static void draw_title(struct overview *overview, const json_t *table, double height) {
    struct title title = title_of(overview, table);
    char at[64];
    double y = overview->wide ? overview->y + height / 2 - TITLE_LINE * (title.count - 1) / 2.0
                              : overview->y + 10;
    for (int i = 0; i < title.count; i++, y += TITLE_LINE) {
        snprintf(at, sizeof at, "screen %.6f, first %.2f",
                 overview->wide ? (double)(overview->chart->left - 14) / overview->chart->width
                                : 0.006,
                 y);
        chart_label(overview->chart, at, overview->wide ? "right" : "left", INK_TEXT, 11, "%s",
                    title.lines[i]);
    }
}

static void draw_band(struct overview *overview, const json_t *table, double height) {
    double noise = field_number(table, "noise_floor_percent");
    double half = noise > 0 ? fmin(log10(1 + noise / 100), log10(overview->high)) : NAN;
    double top = overview->y + above(overview, table);
    char from[64], to[64];
    if (!isfinite(half))
        return;
    snprintf(from, sizeof from, "%.8f, %.2f", fmax(-half, log10(overview->low)), top + 1);
    snprintf(to, sizeof to, "%.8f, %.2f", half, overview->y + height - 1);
    chart_box(overview->chart, from, to, INK_BAND);
}

/* Below the title, not through it. */
static void draw_reference(struct overview *overview, const json_t *table, double height) {
    char from[64], to[64];
    snprintf(from, sizeof from, "0, %.2f", overview->y + above(overview, table));
    snprintf(to, sizeof to, "0, %.2f", overview->y + height);
    chart_line(overview->chart, from, to, INK_REFERENCE, 1.6, false);
}

static void draw_intervals(struct overview *overview, const json_t *table, double y) {
    size_t i;
    json_t *row;
    char from[64], to[64];
    json_array_foreach(field_list(table, "rows"), i, row) {
        struct factor factor = row_factor(table, row);
        struct look look =
            chart_look(overview->document, field_text(row, "contender"), field_text(row, "kind"));
        if (!is_shown(overview->document, table, row))
            continue;
        snprintf(from, sizeof from, "%.8f, %.2f", log10(within(factor.low)), y);
        snprintf(to, sizeof to, "%.8f, %.2f", log10(within(factor.high)), y);
        chart_line(overview->chart, from, to, look.ink, 1.4, false);
        y += DODGE;
    }
}

static double first_line(const struct overview *overview, const json_t *table, double top) {
    double lines = DODGE * ((double)count_shown(overview->document, table) - 1);
    double height = height_of(overview, table);
    return overview->wide
               ? top + (height - lines) / 2
               : top + above(overview, table) + (height - above(overview, table) - lines) / 2;
}

/* Who is beyond one end of the axis, how far, and where the lines are. */
struct beyond {
    size_t count;
    double nearest, y; /* factor; pixels, the mean of them */
    int ink;           /* of the last one */
};

static struct beyond beyond_of(const struct overview *overview, const json_t *table, bool high) {
    struct beyond beyond = {.count = 0};
    double y = first_line(overview, table, overview->y);
    size_t i;
    json_t *row;
    json_array_foreach(field_list(table, "rows"), i, row) {
        double middle = row_factor(table, row).middle, size = high ? middle : 1 / middle;
        if (!is_shown(overview->document, table, row))
            continue;
        if (high ? middle > MOST : middle < LEAST) {
            beyond.nearest = beyond.count == 0 ? size : fmin(beyond.nearest, size);
            beyond.y = (beyond.y * (double)beyond.count + y) / (double)(beyond.count + 1);
            beyond.ink = chart_look(overview->document, field_text(row, "contender"), "").ink;
            beyond.count++;
        }
        y += DODGE;
    }
    return beyond;
}

/* "1804", "30k": there is room for five characters. */
static const char *short_factor(double factor, char buffer[NUMBER_SIZE]) {
    if (factor < 9999.5)
        return number_ratio(factor, buffer);
    snprintf(buffer, NUMBER_SIZE, "%.0fk", factor / 1000);
    return buffer;
}

/* The number, beside the points at the edge: "1804× ▸"; of several the least. */
static void draw_beyond(struct overview *overview, const json_t *table, bool high) {
    struct beyond beyond = beyond_of(overview, table, high);
    char number[NUMBER_SIZE], at[96];
    double edge = log10(high ? overview->high : within(0));
    bool several = beyond.count > 1;
    if (beyond.count == 0)
        return;
    snprintf(at, sizeof at, "first %.8f, first %.2f", edge, beyond.y);
    chart_label(overview->chart, at, "left", several ? INK_MUTED : beyond.ink, 10, "%s%s%s%s%s",
                high ? "\u00a0" : "\u00a0\u00a0◂ ", several ? (high ? "≥" : "≤") : "",
                high ? "" : "1/", short_factor(beyond.nearest, number), high ? "× ▸" : "");
}

static void draw_table(struct overview *overview, const json_t *table) {
    double height = height_of(overview, table);
    char from[64], to[64];
    if (height <= 0)
        return;
    draw_title(overview, table, height);
    draw_band(overview, table, height);
    if (!overview->wide)
        draw_reference(overview, table, height);
    draw_intervals(overview, table, first_line(overview, table, overview->y));
    draw_beyond(overview, table, true);
    draw_beyond(overview, table, false);
    overview->y += height;
    snprintf(from, sizeof from, "screen %.4f, first %.2f", overview->wide ? 0.01 : 0.0,
             overview->y);
    snprintf(to, sizeof to, "graph 1, first %.2f", overview->y);
    chart_line(overview->chart, from, to, INK_GRID, 1, false);
}

static void list_points(struct overview *overview) {
    const struct document *document = overview->document;
    double top = 0;
    fputs("$points << EOD\n", overview->chart->script);
    for (size_t i = 0; i < document->group_count; i++) {
        const json_t *table = document->groups[i].chosen;
        double y = first_line(overview, table, top);
        size_t k;
        json_t *row;
        json_array_foreach(field_list(table, "rows"), k, row) {
            struct factor factor = row_factor(table, row);
            struct look look =
                chart_look(document, field_text(row, "contender"), field_text(row, "kind"));
            if (!is_shown(document, table, row))
                continue;
            fprintf(overview->chart->script, "%.8f %.2f %d %d\n", log10(within(factor.middle)), y,
                    look.shape, chart_rgb(look.ink));
            y += DODGE;
        }
        top += height_of(overview, table);
    }
    fputs("EOD\nplot $points using 1:2:3:4 with points ps 0.62 pt variable lc rgb variable\n",
          overview->chart->script);
}

/* ---- axis and legend ----------------------------------------------------------------------- */

static void draw_axis(struct overview *overview) {
    double ticks[MOST_TICKS];
    char text[NUMBER_SIZE], title[128];
    size_t count = number_log_ticks(overview->low, overview->high,
                                    overview->wide ? MOST_TICKS : MOST_TICKS - 2, ticks);
    for (size_t i = 0; i < count; i++)
        chart_x_tick(overview->chart, log10(ticks[i]), number_tick(ticks[i], "", text));
    if (overview->wide)
        chart_line(overview->chart, "first 0, graph 0", "first 0, graph 1", INK_REFERENCE, 1.6,
                   false);
    snprintf(title, sizeof title, "← better  ·  times worse than %.40s  ·  worse →",
             overview->document->reference);
    chart_x_title(overview->chart, title);
}

struct legend {
    struct overview *overview;
    double x, y, width;
    int rows;
    bool draws; /* else it is only measured */
};

static void legend_entry(struct legend *legend, int ink, const char *glyph, const char *name) {
    struct chart *chart = legend->overview->chart;
    char at[64], shown[96];
    html_cut(name, 20, shown, sizeof shown);
    double width = 7.0 * (double)strlen(shown) + 30;
    if (legend->x > 0 && legend->x + width > legend->width) {
        legend->x = 0;
        legend->y += LEGEND_ROW;
        legend->rows++;
    }
    if (legend->draws) {
        snprintf(at, sizeof at, "screen %.6f, screen %.6f", (legend->x + 4) / chart->width,
                 1 - legend->y / chart->height);
        chart_label(chart, at, "left", ink, 12, "%s %s", glyph, shown);
    }
    legend->x += width;
}

/* Draws it, or only tells how many rows it takes. */
static int legend_put(struct overview *overview, int width, bool draws) {
    const struct document *document = overview->document;
    struct legend legend = {overview, 0, 12, width, 1, draws};
    char ours[128];
    snprintf(ours, sizeof ours, "%.60s = 1", document->reference);
    legend_entry(&legend, INK_REFERENCE, "┃", ours);
    for (size_t i = 0; i < document->name_count; i++) {
        struct look look = chart_look(document, document->names[i], "");
        legend_entry(&legend, look.ink, chart_glyph(look), document->names[i]);
    }
    return legend.rows;
}

bool overview_draw(const struct document *document, struct chart *chart, bool wide) {
    struct overview overview = {
        .chart = chart, .document = document, .wide = wide, .low = 1 / 1.25, .high = 1.25};
    int width = wide ? 840 : 400;
    double height = measure(&overview);
    if (height <= 0)
        return false;
    double room = pow(overview.high / overview.low, 0.03);
    overview.low /= room, overview.high *= room;
    chart_open(chart, width, (int)height, wide ? 350 : 8, BEYOND,
               8 + LEGEND_ROW * legend_put(&overview, width - 8, false), 44);
    chart_ranges(chart, log10(overview.low), log10(overview.high), height, 0);
    legend_put(&overview, width - 8, true);
    draw_axis(&overview);
    for (size_t i = 0; i < document->group_count; i++)
        draw_table(&overview, document->groups[i].chosen);
    list_points(&overview);
    return true;
}

void section_overview(struct page *page) {
    struct chart chart;
    char text[160];
    if (!overview_draw(page->document, &chart, false))
        return;
    snprintf(text, sizeof text, "All workloads against %.60s", page->document->reference);
    fputs("<div class=\"overview\">\n", page->out);
    page_figure(
        page, &chart, text,
        "points: medians; lines: intervals; shaded: what identical programs differed by; at "
        "the most threads that the cores carry; ▸ and ◂: beyond the axis, with the factor");
    fputs("</div>\n", page->out);
}
