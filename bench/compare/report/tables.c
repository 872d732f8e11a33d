/* section_tables(): every figure of every table. */
#include <math.h>
#include <string.h>

#include "fields.h"
#include "html.h"
#include "numbers.h"
#include "page.h"

static void cell(FILE *out, const char *text) {
    fputs("<td class=\"n\">", out);
    html_text(out, text);
    fputs("</td>", out);
}

static void write_ratio(FILE *out, const json_t *row, const char *key, bool clipped) {
    char text[NUMBER_SIZE];
    cell(out, clipped ? "–" : number_ratio(field_number(row, key), text));
}

static void write_numbers(struct page *page, const json_t *table, const json_t *row) {
    const char *unit = field_text(table, "unit");
    char text[NUMBER_SIZE];
    bool clipped = field_true(row, "ratio_clipped"), ours = row_is_reference(page->document, row);
    double mad = field_number(row, "mad") / field_number(row, "median");
    cell(page->out, number_with_unit(field_number(row, "median"), unit, text));
    snprintf(text, sizeof text, isfinite(mad) ? "%.1f\u00a0%%" : "–", 100 * mad);
    cell(page->out, text);
    if (ours) {
        fputs("<td class=\"n\">1</td><td></td><td></td>", page->out);
        return;
    }
    write_ratio(page->out, row, "ratio", clipped);
    write_ratio(page->out, row, "ratio_low", clipped);
    write_ratio(page->out, row, "ratio_high", clipped);
}

static const char *remark_of(const struct document *document, const json_t *row) {
    if (row_is_reference(document, row))
        return "reference";
    if (field_is(row, "kind", "aa"))
        return "itself";
    return row_is_limit(row) ? "limit" : field_text(row, "verdict");
}

static void write_row(struct page *page, const json_t *table, const json_t *row) {
    fputs(row_is_reference(page->document, row) ? "<tr class=\"us\"><td>" : "<tr><td>", page->out);
    page_name(page, field_text(row, "contender"), field_text(row, "kind"));
    fputs("</td>", page->out);
    if (row_is_ok(row)) {
        const char *remark = remark_of(page->document, row);
        write_numbers(page, table, row);
        fprintf(page->out, "<td class=\"n\">%d</td><td class=\"v ", field_count(row, "n"));
        html_text(page->out, remark);
        fputs("\">", page->out);
        html_text(page->out, remark);
        fputs("</td></tr>\n", page->out);
        return;
    }
    fputs("<td colspan=\"7\" class=\"slower\">", page->out);
    html_textf(page->out, "%s: %s", field_text(row, "status"), field_text(row, "reason"));
    fputs("</td></tr>\n", page->out);
}

static void write_doubts(FILE *out, const json_t *table) {
    char text[NUMBER_SIZE];
    double noise = field_number(table, "noise_floor_percent");
    html_textf(out, "%d rounds", field_count(table, "rounds"));
    if (field_count(table, "rounds_noisy") > 0)
        html_textf(out, ", %d of them disturbed by others", field_count(table, "rounds_noisy"));
    if (isfinite(noise))
        html_textf(out, "; identical programs differed by up to %s %%",
                   number_tick(noise, "", text));
    if (field_is(table, "stopped", "interrupted"))
        fputs("; interrupted", out);
    if (field_true(table, "beyond_cores"))
        fputs("; more threads than cores: says nothing about scaling", out);
    if (isfinite(field_number(table, "needs_s")))
        html_textf(out, "; to decide the undecided takes about %.0f s",
                   field_number(table, "needs_s"));
}

static void write_table(struct page *page, const json_t *table, size_t index) {
    char threads[THREADS_SIZE];
    size_t i;
    json_t *row;
    fprintf(page->out, "<div class=\"wide\"><table id=\"t-%zu\" class=\"results\"><caption>",
            index);
    html_text(page->out, table_threads(page->document, table, threads));
    fputs(" <small>", page->out);
    write_doubts(page->out, table);
    fputs("</small></caption><thead><tr><th></th><th class=\"n\">median</th><th class=\"n\">spread"
          "</th><th class=\"n\">ratio</th><th class=\"n\">from</th><th class=\"n\">to</th>"
          "<th class=\"n\">n</th><th>verdict</th></tr></thead><tbody>\n",
          page->out);
    json_array_foreach(field_list(table, "rows"), i, row) write_row(page, table, row);
    fputs("</tbody></table></div>\n", page->out);
}

/* ---- the other metrics --------------------------------------------------------------------- */

static void write_other_cell(struct page *page, const json_t *row, const json_t *metric) {
    const json_t *values =
        json_object_get(json_object_get(row, "metrics"), field_text(metric, "name"));
    char text[NUMBER_SIZE];
    cell(page->out, row_is_ok(row) ? number_with_unit(field_number(values, "median"),
                                                      field_text(metric, "unit"), text)
                                   : field_text(row, "status"));
}

static void write_other_row(struct page *page, const json_t *metrics, const json_t *row) {
    size_t i;
    json_t *metric;
    fputs("<tr><td>", page->out);
    page_name(page, field_text(row, "contender"), field_text(row, "kind"));
    fputs("</td>", page->out);
    json_array_foreach(metrics, i, metric) write_other_cell(page, row, metric);
    fputs("</tr>\n", page->out);
}

static void write_others(struct page *page, const json_t *table) {
    const json_t *metrics = field_list(document_workload(page->document, table), "metrics");
    char threads[THREADS_SIZE];
    size_t i;
    json_t *metric, *row;
    if (json_array_size(metrics) < 2)
        return;
    fputs("<div class=\"wide\"><table class=\"others\"><caption>", page->out);
    html_textf(page->out, "%s, all figures", table_threads(page->document, table, threads));
    fputs("</caption><thead><tr><th></th>", page->out);
    json_array_foreach(metrics, i, metric) {
        fputs("<th class=\"n\">", page->out);
        html_text(page->out, field_text(metric, "name"));
        fputs("</th>", page->out);
    }
    fputs("</tr></thead><tbody>\n", page->out);
    json_array_foreach(field_list(table, "rows"), i, row) write_other_row(page, metrics, row);
    fputs("</tbody></table></div>\n", page->out);
}

static void write_group(struct page *page, const struct group *group, size_t *index) {
    char title[400];
    table_title(page->document, group->tables[0], title, sizeof title);
    fputs("<h3>", page->out);
    html_text(page->out, title);
    fputs("</h3>\n<p class=\"note\">", page->out);
    html_textf(page->out, "%s; %s is better", field_text(group->tables[0], "metric"),
               field_is(group->tables[0], "better", "higher") ? "more" : "less");
    fputs("</p>\n", page->out);
    fputs("<div class=\"tables\">\n", page->out);
    for (size_t i = 0; i < group->count; i++)
        write_table(page, group->tables[i], (*index)++);
    fputs("</div>\n", page->out);
    if (json_array_size(
            field_list(document_workload(page->document, group->tables[0]), "metrics")) < 2)
        return;
    fputs("<details><summary>Other figures of this workload</summary>\n", page->out);
    for (size_t i = 0; i < group->count; i++)
        write_others(page, group->tables[i]);
    fputs("</details>\n", page->out);
}

void section_tables(struct page *page) {
    size_t index = 0;
    const char *floor_note = field_text(page->document->run, "floor_note");
    section_open(page, "tables", "All tables");
    fputs("<p class=\"note\">Median over processes; spread: median absolute deviation in per cent "
          "of it; ratio against ",
          page->out);
    html_text(page->out, page->document->reference);
    fputs(" with the ends of its interval; n: processes counted.", page->out);
    if (floor_note[0] != '\0')
        html_textf(page->out, " Limit: %s.", floor_note);
    fputs("</p>\n", page->out);
    for (size_t i = 0; i < page->document->group_count; i++)
        write_group(page, &page->document->groups[i], &index);
    section_close(page);
}
