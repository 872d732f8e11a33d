/* section_scaling(): what more threads bring. Beyond the cores of the machine the chart is marked
 * and there is no verdict. */
#include <math.h>
#include <string.h>

#include "fields.h"
#include "forest.h"
#include "html.h"
#include "lines.h"
#include "numbers.h"
#include "page.h"

static const json_t *scaling_of(const struct document *document) {
    return field_list(document->root, "scaling");
}

static bool belongs(const json_t *entry, const json_t *table) {
    const char *kind = field_text(entry, "kind");
    return field_is(entry, "workload", field_text(table, "workload")) &&
           field_is(entry, "metric", field_text(table, "metric")) &&
           (kind[0] == '\0' || strcmp(kind, field_text(table, "kind")) == 0);
}

/* Whatever the file says: beyond the cores there is no verdict. */
static bool is_refused(const struct document *document, const json_t *entry) {
    return field_is(entry, "verdict", "refused") ||
           (document->cores > 0 && field_count(entry, "to") > document->cores);
}

/* ---- the chart ----------------------------------------------------------------------------- */

static struct line *line_of(struct lines *lines, const struct document *document,
                            const json_t *row) {
    const char *name = field_text(row, "contender");
    for (size_t i = 0; i < lines->count; i++)
        if (strcmp(lines->items[i].name, name) == 0)
            return &lines->items[i];
    return lines_add(lines, name, chart_look(document, name, field_text(row, "kind")));
}

static void take_table(struct lines *lines, const struct document *document, const json_t *table,
                       size_t step) {
    size_t i;
    json_t *row;
    json_array_foreach(field_list(table, "rows"), i,
                       row) if (row_is_ok(row) && !field_is(row, "kind", "aa") &&
                                !row_is_limit(row)) line_of(lines, document, row)
        ->y[step] = field_number(row, "median");
    snprintf(lines->step_text[step], sizeof lines->step_text[step], "%d",
             field_count(table, "threads"));
    if (field_true(table, "beyond_cores") && lines->beyond > step)
        lines->beyond = step;
}

static void finding(const struct document *document, const struct group *group, char *buffer,
                    size_t size) {
    char speedup[NUMBER_SIZE];
    size_t i;
    json_t *entry;
    const json_t *found = NULL;
    json_array_foreach(scaling_of(document), i,
                       entry) if (belongs(entry, group->tables[0]) &&
                                  !is_refused(document, entry) &&
                                  field_is(entry, "contender", document->reference)) found = entry;
    if (found == NULL)
        snprintf(buffer, size, "No verdict on scaling");
    else
        snprintf(buffer, size, "%.60s %s from %d to %d threads (%s× the speed)",
                 document->reference,
                 field_is(found, "verdict", "flat")        ? "stays the same"
                 : field_is(found, "verdict", "undecided") ? "is undecided"
                                                           : field_text(found, "verdict"),
                 field_count(found, "from"), field_count(found, "to"),
                 number_ratio(field_number(found, "speedup"), speedup));
}

static void draw_group(struct page *page, const struct group *group) {
    struct lines lines = {.steps =
                              group->count < LINES_MOST_STEPS ? group->count : LINES_MOST_STEPS,
                          .beyond = LINES_MOST_STEPS,
                          .unit = field_text(group->tables[0], "unit"),
                          .x_title = "threads"};
    struct chart chart;
    char text[256], title[400], subject[512];
    for (size_t i = 0; i < lines.steps; i++)
        take_table(&lines, page->document, group->tables[i], i);
    snprintf(lines.beyond_text, sizeof lines.beyond_text, "beyond %d core%s: no verdict",
             page->document->cores, page->document->cores == 1 ? "" : "s");
    if (lines_draw(&lines, &chart)) {
        finding(page->document, group, text, sizeof text);
        table_title(page->document, group->tables[0], title, sizeof title);
        snprintf(subject, sizeof subject, "%s; %.60s, %s is better", title,
                 field_text(group->tables[0], "metric"),
                 field_is(group->tables[0], "better", "higher") ? "more" : "less");
        page_figure(page, &chart, text, subject);
    }
    lines_free(&lines);
}

/* ---- the verdicts -------------------------------------------------------------------------- */

static void write_speedup(struct page *page, const json_t *entry) {
    char speedup[NUMBER_SIZE], low[NUMBER_SIZE], high[NUMBER_SIZE];
    bool refused = is_refused(page->document, entry);
    fprintf(page->out, "<td class=\"n\">%s×</td><td class=\"n\">%s to %s</td><td class=\"%s\">",
            number_ratio(field_number(entry, "speedup"), speedup),
            number_ratio(field_number(entry, "speedup_low"), low),
            number_ratio(field_number(entry, "speedup_high"), high), refused ? "undecided" : "");
    html_text(page->out,
              refused ? "refused: more threads than cores" : field_text(entry, "verdict"));
    fputs("</td></tr>\n", page->out);
}

static void write_entry(struct page *page, const json_t *entry) {
    fputs("<tr><td>", page->out);
    html_text(page->out, field_text(entry, "workload"));
    fputs("</td><td>", page->out);
    page_name(page, field_text(entry, "contender"), "");
    fprintf(page->out, "</td><td class=\"n\">%d → %d</td>", field_count(entry, "from"),
            field_count(entry, "to"));
    write_speedup(page, entry);
}

static void write_table(struct page *page) {
    size_t i;
    json_t *entry;
    fputs("<details><summary>Speed-ups and their intervals</summary><div class=\"wide\">"
          "<table id=\"t-scaling\"><thead><tr><th>workload</th><th>contender</th>"
          "<th class=\"n\">threads</th><th class=\"n\">speed-up</th><th class=\"n\">interval</th>"
          "<th>verdict</th></tr></thead><tbody>\n",
          page->out);
    json_array_foreach(scaling_of(page->document), i, entry) write_entry(page, entry);
    fputs("</tbody></table></div></details>\n", page->out);
}

static void write_note(struct page *page) {
    fputs("<p class=\"note\">", page->out);
    if (page->document->cores > 0)
        html_textf(page->out,
                   "This machine gave %d core%s to the run. What happens beyond is shown and "
                   "shaded, for it matters on busy machines, but it says nothing about scaling, "
                   "and no verdict is given on it. ",
                   page->document->cores, page->document->cores == 1 ? "" : "s");
    else
        fputs("The results do not say how many cores the run had. ", page->out);
    fputs("Each point is a median; the axis is logarithmic.</p>\n", page->out);
}

static bool has_steps(const struct document *document) {
    for (size_t i = 0; i < document->group_count; i++)
        if (document->groups[i].count > 1)
            return true;
    return false;
}

void section_scaling(struct page *page) {
    section_open(page, "scaling", "More threads");
    if (!has_steps(page->document)) {
        fputs("<p class=\"note\">Every workload was measured with one number of threads only: "
              "there is nothing to say about scaling.</p>\n",
              page->out);
        section_close(page);
        return;
    }
    write_note(page);
    fputs("<div class=\"figures\">\n", page->out);
    for (size_t i = 0; i < page->document->group_count && !page->failed; i++)
        if (page->document->groups[i].count > 1)
            draw_group(page, &page->document->groups[i]);
    fputs("</div>\n", page->out);
    if (json_array_size(scaling_of(page->document)) > 0)
        write_table(page);
    section_close(page);
}
