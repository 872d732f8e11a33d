/* section_percentiles(): how bad the slow ones are. */
#include <math.h>
#include <string.h>

#include "fields.h"
#include "html.h"
#include "lines.h"
#include "numbers.h"
#include "page.h"

#define TITLE "Latency, from the median to the worst"

static const char *const keys[] = {"p50", "p90", "p99", "p999", "max"};
static const char *const texts[] = {"median", "90 %", "99 %", "99.9 %", "worst"};

#define STEPS (sizeof keys / sizeof *keys)

static const json_t *series_of(const json_t *row, const char *series) {
    return json_object_get(json_object_get(row, "percentiles"), series);
}

/* "start_ns": ns. */
static const char *unit_of(const char *series) {
    const char *end = strrchr(series, '_');
    return end == NULL ? "" : end + 1;
}

static void take_row(struct lines *lines, const struct document *document, const json_t *row,
                     const char *series) {
    const json_t *values = series_of(row, series);
    if (!json_is_object(values) || !row_is_ok(row) || field_is(row, "kind", "aa"))
        return;
    struct line *line =
        lines_add(lines, row_name(row),
                  chart_look(document, field_text(row, "contender"), field_text(row, "kind")));
    for (size_t i = 0; i < STEPS; i++)
        line->y[i] = field_number(values, keys[i]);
}

/* Who has the lowest 99 %, and where the reference stands. */
static void finding(const struct lines *lines, char *buffer, size_t size) {
    const struct line *best = NULL, *ours = NULL;
    char value[NUMBER_SIZE], other[NUMBER_SIZE];
    for (size_t i = 0; i < lines->count; i++) {
        const struct line *line = &lines->items[i];
        if (line->look.ink != INK_FLOOR && line->y[2] > 0 &&
            (best == NULL || line->y[2] < best->y[2]))
            best = line;
        ours = line->look.ink == INK_REFERENCE && line->y[2] > 0 ? line : ours;
    }
    if (best == NULL)
        snprintf(buffer, size, "Latency");
    else if (ours == NULL || ours == best)
        snprintf(buffer, size, "Lowest 99th percentile: %.60s, %s", best->name,
                 number_with_unit(best->y[2], lines->unit, value));
    else
        snprintf(buffer, size, "Lowest 99th percentile: %.60s, %s (%.60s: %s)", best->name,
                 number_with_unit(best->y[2], lines->unit, value), ours->name,
                 number_with_unit(ours->y[2], lines->unit, other));
}

static void draw_series(struct page *page, const json_t *table, const char *series) {
    struct lines lines = {.steps = STEPS,
                          .beyond = STEPS,
                          .unit = unit_of(series),
                          .x_title = "share of the samples that were at most this"};
    struct chart chart;
    char title[400], subject[512], text[256];
    size_t i;
    json_t *row;
    json_array_foreach(field_list(table, "rows"), i, row)
        take_row(&lines, page->document, row, series);
    for (size_t k = 0; k < STEPS; k++)
        snprintf(lines.step_text[k], sizeof lines.step_text[k], "%s", texts[k]);
    if (lines_draw(&lines, &chart)) {
        finding(&lines, text, sizeof text);
        table_place(page->document, table, title, sizeof title);
        snprintf(subject, sizeof subject, "%s; %.60s", title, series);
        page_figure(page, &chart, text, subject);
    }
    lines_free(&lines);
}

/* All series that any row of the table has, each once. */
static const json_t *first_with(const json_t *table, const char *series) {
    size_t i;
    json_t *row;
    json_array_foreach(field_list(table, "rows"), i,
                       row) if (json_is_object(series_of(row, series))) return row;
    return NULL;
}

static void draw_table(struct page *page, const json_t *table) {
    size_t i;
    json_t *row, *values;
    const char *series;
    json_array_foreach(field_list(table, "rows"), i, row)
        json_object_foreach(json_object_get(row, "percentiles"), series,
                            values) if (first_with(table, series) == row && !page->failed)
            draw_series(page, table, series);
}

static bool first_of_workload(const struct document *document, size_t index) {
    const json_t *table = document->groups[index].chosen;
    for (size_t i = 0; i < index; i++)
        if (field_is(document->groups[i].chosen, "workload", field_text(table, "workload")) &&
            field_is(document->groups[i].chosen, "kind", field_text(table, "kind")))
            return false;
    return true;
}

static bool has_percentiles(const struct document *document) {
    size_t i;
    json_t *row;
    for (size_t k = 0; k < document->group_count; k++)
        json_array_foreach(field_list(document->groups[k].chosen, "rows"), i,
                           row) if (json_object_size(json_object_get(row, "percentiles")) >
                                    0) return true;
    return false;
}

void section_percentiles(struct page *page) {
    const struct document *document = page->document;
    if (!has_percentiles(document)) {
        section_empty(page, "latency", TITLE, "No workload of this run measured latency.");
        return;
    }
    section_open(page, "latency", TITLE);
    fputs("<p class=\"note\">Shown, not judged. Medians over processes of each process's own "
          "percentiles; the axis "
          "is logarithmic. The worst sample of a process is the most fickle figure here.</p>\n"
          "<div class=\"figures\">\n",
          page->out);
    for (size_t i = 0; i < document->group_count && !page->failed; i++)
        if (first_of_workload(document, i))
            draw_table(page, document->groups[i].chosen);
    fputs("</div>\n", page->out);
    section_close(page);
}
