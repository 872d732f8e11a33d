/* render_markdown() and render_picture(): what the README shows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "forest.h"
#include "html.h"
#include "inks.h"
#include "numbers.h"
#include "overview.h"
#include "page.h"
#include "render.h"

/* ---- the table ----------------------------------------------------------------------------- */

/* Neither a column nor markup of its own. */
static void plain(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (strchr("|\\`*_<>[]", *text) != NULL)
            fputc('\\', out);
        fputc(*text == '\n' || *text == '\r' ? ' ' : *text, out);
    }
}

static bool takes_part(const struct document *document, const char *name, const char *kind) {
    for (size_t i = 0; i < document->group_count; i++) {
        const json_t *row = table_row_of(document->groups[i].chosen, name);
        if (row != NULL && field_is(row, "kind", kind))
            return true;
    }
    return false;
}

static void write_rival(FILE *out, const json_t *table, const json_t *row) {
    struct factor factor;
    char number[NUMBER_SIZE], other[NUMBER_SIZE];
    if (row == NULL) {
        fputs(" – |", out);
        return;
    }
    factor = row_factor(table, row);
    if (!row_is_ok(row) || !factor_known(&factor))
        fprintf(out, " %.20s |", row_is_ok(row) ? "no data" : field_text(row, "status"));
    else if (field_is(row, "verdict", "slower"))
        fprintf(out, " %s× slower |", number_ratio(factor.middle, number));
    else if (field_is(row, "verdict", "faster"))
        fprintf(out, " **%s× faster** |", number_ratio(1 / factor.middle, number));
    else if (field_is(row, "verdict", "equivalent"))
        fputs(" the same |", out);
    else if (factor.low <= 1 / FACTOR_FURTHEST || factor.high >= FACTOR_FURTHEST)
        fputs(" undecided |", out);
    else
        fprintf(out, " %s – %s× ? |", number_ratio(factor.low, number),
                number_ratio(factor.high, other));
}

static void write_line(const struct document *document, FILE *out, const json_t *table) {
    char title[400], number[NUMBER_SIZE];
    const char *kind = field_text(table, "kind");
    const json_t *ours = table_row_of(table, document->reference);
    table_title(document, table, title, sizeof title);
    fputs("| ", out);
    plain(out, title);
    fprintf(out, " | %s |",
            ours != NULL && row_is_ok(ours)
                ? number_with_unit(field_number(ours, "median"), field_text(table, "unit"), number)
                : "–");
    for (size_t i = 0; i < document->name_count; i++)
        if (takes_part(document, document->names[i], kind))
            write_rival(out, table, table_row_of(table, document->names[i]));
    fputs("\n", out);
}

static void write_heads(const struct document *document, FILE *out, const char *kind) {
    fprintf(out, "| %s | ", strcmp(kind, "server") == 0 ? "kvs-server" : "pool");
    plain(out, document->reference);
    fputs(" |", out);
    for (size_t i = 0; i < document->name_count; i++)
        if (takes_part(document, document->names[i], kind)) {
            fputs(" ", out);
            plain(out, document->names[i]);
            fputs(" |", out);
        }
    fputs("\n|---|--:|", out);
    for (size_t i = 0; i < document->name_count; i++)
        if (takes_part(document, document->names[i], kind))
            fputs("--:|", out);
    fputs("\n", out);
}

static void write_kind(const struct document *document, FILE *out, const char *kind) {
    bool any = false;
    for (size_t i = 0; i < document->group_count; i++) {
        if (!field_is(document->groups[i].chosen, "kind", kind))
            continue;
        if (!any)
            write_heads(document, out, kind);
        any = true;
        write_line(document, out, document->groups[i].chosen);
    }
    if (any)
        fputs("\n", out);
}

static void write_origin(const struct document *document, FILE *out) {
    const json_t *environment = document->environment, *run = document->run;
    fputs("Measured ", out);
    fprintf(out, "%.10s on ", field_text(run, "started"));
    plain(out, field_text(environment, "cpu_model"));
    fprintf(out, ", %d core%s, ", document->cores, document->cores == 1 ? "" : "s");
    plain(out, field_text(environment, "distribution"));
    fputs(", with as many threads as cores where there is a choice. The first column is a median, "
          "the others say how many times slower (more time, memory or CPU, or fewer requests) or "
          "faster a contender was than ",
          out);
    plain(out, document->reference);
    fprintf(
        out,
        "; “the same”: within %g %%; “a – b× ?”: undecided, between a and b times slower, below "
        "1 faster.%s\n\n",
        field_number(run, "threshold_percent"),
        field_true(run, "complete") ? "" : " **The run was interrupted.**");
}

bool render_markdown(const struct document *document, FILE *out) {
    write_kind(document, out, "pool");
    write_kind(document, out, "server");
    markdown_glue(document, out);
    write_origin(document, out);
    return true;
}

/* ---- the picture --------------------------------------------------------------------------- */

/* The plotted figures, so that a picture can be held to its results whatever gnuplot drew it. */
static void write_metadata(const struct document *document, FILE *out) {
    fputs("<metadata>\n", out);
    for (size_t i = 0; i < document->group_count; i++) {
        const json_t *table = document->groups[i].chosen;
        size_t k;
        json_t *row;
        json_array_foreach(field_list(table, "rows"), k, row) {
            struct factor factor = row_factor(table, row);
            if (row_is_rival(document, row) && row_is_ok(row) && factor_known(&factor))
                html_textf(out, "%s %d %s %s %.6g %.6g %.6g\n", field_text(table, "workload"),
                           field_count(table, "threads"), field_text(table, "metric"),
                           field_text(row, "contender"), factor.low, factor.middle, factor.high);
        }
    }
    fputs("</metadata>\n", out);
}

bool render_picture(const struct document *document, FILE *out) {
    struct chart chart;
    char *inside = NULL, title[160], paper[INK_VALUE_SIZE];
    size_t size = 0;
    if (!overview_draw(document, &chart, true)) {
        fprintf(stderr, "poolbench report: %s: no ratios to draw\n", document->path);
        return false;
    }
    FILE *extra = open_memstream(&inside, &size);
    if (extra == NULL)
        return false;
    write_metadata(document, extra);
    ink_write_style(extra);
    ink_value("paper", false, paper);
    fprintf(extra, "<rect width=\"100%%\" height=\"100%%\" fill=\"%s\"/>\n", paper);
    fclose(extra);
    snprintf(title, sizeof title, "Every contender against %.60s, workload by workload",
             document->reference);
    bool good = chart_draw(&chart, out, 0, title, inside);
    free(inside);
    return good;
}
