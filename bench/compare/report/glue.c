/* page_glue() and markdown_glue(): what thread_pool.h costs a Rust pool per job. */
#include <math.h>

#include "fields.h"
#include "html.h"
#include "numbers.h"
#include "page.h"

static const json_t *glue_of(const struct document *document) {
    const json_t *glue = json_object_get(document->root, "glue");
    return json_is_object(glue) ? glue : NULL;
}

static bool has_figures(const json_t *row) {
    return isfinite(field_number(row, "ratio")) && isfinite(field_number(row, "native")) &&
           isfinite(field_number(row, "header"));
}

/* ---- the page ------------------------------------------------------------------------------ */

static void write_cost(FILE *out, const json_t *row, const char *key, const char *unit) {
    char number[NUMBER_SIZE];
    fputs("<td class=\"n\">", out);
    html_text(out, number_with_unit(field_number(row, key), unit, number));
    fputs("</td>", out);
}

static void write_ratio(FILE *out, const json_t *row) {
    char ratio[NUMBER_SIZE], low[NUMBER_SIZE], high[NUMBER_SIZE];
    html_textf(out, "%s× (%s to %s)", number_ratio(field_number(row, "ratio"), ratio),
               number_ratio(field_number(row, "ratio_low"), low),
               number_ratio(field_number(row, "ratio_high"), high));
}

static void write_row(struct page *page, const json_t *row, const char *unit) {
    fputs("<tr><td>", page->out);
    page_name(page, field_text(row, "contender"), "pool");
    fputs("</td>", page->out);
    if (!has_figures(row)) {
        fputs("<td colspan=\"4\">", page->out);
        html_textf(page->out, "%s: %s", field_text(row, "status"), field_text(row, "reason"));
        fputs("</td></tr>\n", page->out);
        return;
    }
    write_cost(page->out, row, "native", unit);
    write_cost(page->out, row, "header", unit);
    fputs("<td class=\"n\">", page->out);
    write_ratio(page->out, row);
    fputs("</td><td>", page->out);
    html_text(page->out, field_text(row, "finding"));
    fputs("</td></tr>\n", page->out);
}

static void write_note(struct page *page, const json_t *glue) {
    fputs("<p class=\"note\">", page->out);
    html_textf(page->out,
               "%s on %d thread%s, the same pools called from Rust and through thread_pool.h; %d "
               "rounds, %d of them disturbed by others. Medians over processes; the ratio pair by "
               "pair, with its interval.",
               field_text(glue, "workload"), field_count(glue, "threads"),
               field_count(glue, "threads") == 1 ? "" : "s", field_count(glue, "rounds"),
               field_count(glue, "rounds_disturbed"));
    fputs("</p>\n", page->out);
}

static void write_table(struct page *page, const json_t *glue) {
    size_t i;
    json_t *row;
    write_note(page, glue);
    fputs("<div class=\"wide\"><table id=\"t-glue\"><thead><tr><th>pool</th><th class=\"n\">in "
          "Rust</th><th class=\"n\">by the header</th><th class=\"n\">ratio</th><th>finding</th>"
          "</tr></thead><tbody>\n",
          page->out);
    json_array_foreach(field_list(glue, "rows"), i, row)
        write_row(page, row, field_text(glue, "unit"));
    fputs("</tbody></table></div>\n", page->out);
}

void page_glue(struct page *page) {
    const json_t *glue = glue_of(page->document);
    const char *why = field_text(glue, "why");
    fputs("<h3>What thread_pool.h costs a Rust pool per job</h3>\n", page->out);
    if (field_true(glue, "available")) {
        write_table(page, glue);
        return;
    }
    fputs("<p class=\"note\">Not measured", page->out);
    html_textf(page->out, "%s%s.", why[0] == '\0' ? "" : ": ",
               why[0] == '\0' ? " in this run" : why);
    fputs("</p>\n", page->out);
}

/* ---- markdown ------------------------------------------------------------------------------ */

static void write_pool(FILE *out, const json_t *row, const char *unit, bool first) {
    char native[NUMBER_SIZE], header[NUMBER_SIZE], ratio[NUMBER_SIZE];
    char low[NUMBER_SIZE], high[NUMBER_SIZE];
    fprintf(out, "%s%.40s %s and %s, %s× (%s to %s)", first ? " " : "; ",
            field_text(row, "contender"),
            number_with_unit(field_number(row, "native"), unit, native),
            number_with_unit(field_number(row, "header"), unit, header),
            number_ratio(field_number(row, "ratio"), ratio),
            number_ratio(field_number(row, "ratio_low"), low),
            number_ratio(field_number(row, "ratio_high"), high));
}

void markdown_glue(const struct document *document, FILE *out) {
    const json_t *glue = glue_of(document);
    size_t i, count = 0;
    json_t *row;
    if (glue == NULL)
        return; /* an older file */
    if (!field_true(glue, "available")) {
        fprintf(out, "What `thread_pool.h` costs a Rust pool was not measured: %.100s.\n\n",
                field_text(glue, "why"));
        return;
    }
    fprintf(out, "What `thread_pool.h` costs a Rust pool per job, %.40s, in Rust and through it:",
            field_text(glue, "workload"));
    json_array_foreach(field_list(glue, "rows"), i, row) if (has_figures(row))
        write_pool(out, row, field_text(glue, "unit"), count++ == 0);
    fputs(count == 0 ? " no figures.\n\n" : ".\n\n", out);
}
