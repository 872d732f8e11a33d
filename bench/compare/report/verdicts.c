/* section_verdicts(): what was found, in words, before any number. */
#include <math.h>
#include <string.h>

#include "fields.h"
#include "forest.h"
#include "html.h"
#include "numbers.h"
#include "page.h"

static const char *const words[] = {"faster", "equivalent", "slower", "undecided"};

#define WORDS (sizeof words / sizeof *words)

/* What one contender's rows say. */
struct record {
    size_t counts[WORDS], failed;
    double low[WORDS], high[WORDS]; /* factors */
};

static void note_row(struct record *record, const json_t *table, const json_t *row) {
    struct factor factor = row_factor(table, row);
    if (!row_is_ok(row)) {
        record->failed++;
        return;
    }
    for (size_t i = 0; i < WORDS; i++)
        if (field_is(row, "verdict", words[i])) {
            bool first = record->counts[i]++ == 0;
            record->low[i] = first ? factor.middle : fmin(record->low[i], factor.middle);
            record->high[i] = first ? factor.middle : fmax(record->high[i], factor.middle);
        }
}

static struct record record_of(const struct document *document, const json_t *contender) {
    struct record record = {0};
    size_t i, k;
    json_t *table, *row;
    json_array_foreach(document->tables, i, table)
        json_array_foreach(field_list(table, "rows"), k,
                           row) if (field_is(row, "contender", field_text(contender, "name")) &&
                                    field_is(row, "kind", field_text(contender, "kind")))
            note_row(&record, table, row);
    return record;
}

/* ---- the table of verdicts ----------------------------------------------------------------- */

static void write_span(FILE *out, double low, double high) {
    char a[NUMBER_SIZE], b[NUMBER_SIZE];
    if (high / low < 1.01)
        fprintf(out, "<small>%s×</small>", number_ratio(low, a));
    else
        fprintf(out, "<small>%s to %s×</small>", number_ratio(low, a), number_ratio(high, b));
}

static void write_count(FILE *out, const struct record *record, size_t word) {
    fprintf(out, "<td class=\"n %s\">", record->counts[word] > 0 ? words[word] : "none");
    fprintf(out, "%zu", record->counts[word]);
    if (record->counts[word] > 0 && strcmp(words[word], "slower") == 0)
        write_span(out, record->low[word], record->high[word]);
    if (record->counts[word] > 0 && strcmp(words[word], "faster") == 0)
        write_span(out, 1 / record->high[word], 1 / record->low[word]);
    fputs("</td>", out);
}

static void write_record(struct page *page, const json_t *contender) {
    struct record record = record_of(page->document, contender);
    fputs("<tr><td>", page->out);
    page_name(page, field_text(contender, "name"), field_text(contender, "kind"));
    if (field_is(contender, "kind", "server"))
        fputs(" <small>server</small>", page->out);
    fputs("</td>", page->out);
    for (size_t i = 0; i < WORDS; i++)
        write_count(page->out, &record, i);
    fprintf(page->out, "<td class=\"n %s\">%zu</td></tr>\n", record.failed > 0 ? "slower" : "none",
            record.failed);
}

static bool is_judged(const struct document *document, const json_t *contender) {
    return row_is_rival(document, contender) && field_true(contender, "available") &&
           !field_is(contender, "name", document->reference);
}

static void write_records(struct page *page) {
    size_t i;
    json_t *contender;
    fputs("<div class=\"wide\"><table id=\"t-verdicts\"><caption>Against ", page->out);
    html_text(page->out, page->document->reference);
    fputs(
        ", number of tables</caption><thead><tr><th>contender</th>"
        "<th class=\"n\">faster</th><th class=\"n\">equi&shy;valent</th><th class=\"n\">slower"
        "</th><th class=\"n\">un&shy;decided</th><th class=\"n\">failed</th></tr></thead><tbody>\n",
        page->out);
    json_array_foreach(page->document->contenders, i,
                       contender) if (is_judged(page->document, contender))
        write_record(page, contender);
    fputs("</tbody></table></div>\n", page->out);
}

/* ---- lists --------------------------------------------------------------------------------- */

typedef bool row_filter(const json_t *row);
typedef void row_writer(struct page *page, const json_t *table, const json_t *row);

static bool is_faster(const json_t *row) {
    return row_is_ok(row) && field_is(row, "verdict", "faster");
}

static bool is_undecided(const json_t *row) {
    return row_is_ok(row) && field_is(row, "verdict", "undecided");
}

static bool is_failed(const json_t *row) {
    return !row_is_ok(row);
}

static size_t count_rows(const struct document *document, row_filter *wanted) {
    size_t i, k, count = 0;
    json_t *table, *row;
    json_array_foreach(document->tables, i, table)
        json_array_foreach(field_list(table, "rows"), k, row) count += wanted(row);
    return count;
}

static void write_place(struct page *page, const json_t *table) {
    char title[400];
    table_title(page->document, table, title, sizeof title);
    html_textf(page->out, " %s, %d thread%s", title, field_count(table, "threads"),
               field_count(table, "threads") == 1 ? "" : "s");
}

static void write_undecided(struct page *page, const json_t *table, const json_t *row) {
    struct factor factor = row_factor(table, row);
    char low[NUMBER_SIZE], high[NUMBER_SIZE];
    fputs(":", page->out);
    write_place(page, table);
    html_textf(page->out, "; %s to %s times worse. %s", number_ratio(factor.low, low),
               number_ratio(factor.high, high), field_text(row, "verdict_reason"));
}

static void write_failed(struct page *page, const json_t *table, const json_t *row) {
    fputs(" <b class=\"slower\">", page->out);
    html_text(page->out, field_text(row, "status"));
    fputs("</b>:", page->out);
    write_place(page, table);
    html_textf(page->out, ". %s", field_text(row, "reason"));
}

static void write_list(struct page *page, row_filter *wanted, row_writer *write) {
    size_t i, k;
    json_t *table, *row;
    fputs("<ul>\n", page->out);
    json_array_foreach(page->document->tables, i, table)
        json_array_foreach(field_list(table, "rows"), k, row) if (wanted(row)) {
        fputs("<li>", page->out);
        page_name(page, field_text(row, "contender"), field_text(row, "kind"));
        write(page, table, row);
        fputs("</li>\n", page->out);
    }
    fputs("</ul>\n", page->out);
}

/* The tables of one workload in which one contender is faster. */
struct beaten {
    double least, most; /* times faster */
    char threads[96];   /* "1, 2" */
    size_t count;
};

static void add_beaten(struct beaten *beaten, const json_t *table, const json_t *row) {
    struct factor factor = row_factor(table, row);
    size_t length = strlen(beaten->threads);
    beaten->least = beaten->count == 0 ? 1 / factor.middle : fmin(beaten->least, 1 / factor.middle);
    beaten->most = fmax(beaten->most, 1 / factor.middle);
    snprintf(beaten->threads + length, sizeof beaten->threads - length, "%s%d",
             beaten->count == 0 ? "" : ", ", field_count(table, "threads"));
    beaten->count++;
}

static struct beaten beaten_by(const struct group *group, const json_t *contender) {
    struct beaten beaten = {0};
    size_t k;
    json_t *row;
    for (size_t i = 0; i < group->count; i++)
        json_array_foreach(field_list(group->tables[i], "rows"), k,
                           row) if (is_faster(row) &&
                                    field_is(row, "contender", field_text(contender, "name")) &&
                                    field_is(row, "kind", field_text(contender, "kind")))
            add_beaten(&beaten, group->tables[i], row);
    return beaten;
}

static void write_beaten_by(struct page *page, const struct group *group, const json_t *contender) {
    struct beaten beaten = beaten_by(group, contender);
    char title[400];
    if (beaten.count == 0)
        return;
    fputs("<li>", page->out);
    page_name(page, field_text(contender, "name"), field_text(contender, "kind"));
    fputs(" ", page->out);
    write_span(page->out, beaten.least, beaten.most);
    table_title(page->document, group->tables[0], title, sizeof title);
    html_textf(page->out, " %s, at %s thread%s", title, beaten.threads,
               strcmp(beaten.threads, "1") == 0 ? "" : "s");
    fputs("</li>\n", page->out);
}

static void write_beaten_list(struct page *page) {
    size_t i;
    json_t *contender;
    fputs("<ul class=\"beaten\">\n", page->out);
    for (size_t k = 0; k < page->document->group_count; k++)
        json_array_foreach(page->document->contenders, i, contender)
            write_beaten_by(page, &page->document->groups[k], contender);
    fputs("</ul>\n", page->out);
}

static void write_beaten(struct page *page) {
    fputs("<h3>Where ", page->out);
    html_text(page->out, page->document->reference);
    fputs(" is beaten</h3>\n", page->out);
    if (count_rows(page->document, is_faster) > 0)
        write_beaten_list(page);
    else
        fputs("<p>In no table of this run was another contender found faster.</p>\n", page->out);
}

static void write_open_questions(struct page *page) {
    size_t count = count_rows(page->document, is_undecided);
    if (count == 0)
        return;
    fprintf(page->out, "<details%s><summary>Undecided: %zu</summary>\n", count <= 8 ? " open" : "",
            count);
    write_list(page, is_undecided, write_undecided);
    fputs("</details>\n", page->out);
}

/* ---- what is missing ----------------------------------------------------------------------- */

static size_t kept_out(const struct document *document) {
    size_t i, count = 0;
    json_t *contender;
    json_array_foreach(document->contenders, i, contender) count +=
        !field_true(contender, "available");
    return count;
}

static void write_kept_out(struct page *page) {
    size_t i;
    json_t *contender;
    fputs("<ul>\n", page->out);
    json_array_foreach(page->document->contenders, i, contender) {
        if (field_true(contender, "available"))
            continue;
        fputs("<li>", page->out);
        page_name(page, field_text(contender, "name"), field_text(contender, "kind"));
        fputs(" <b class=\"slower\">kept out</b>: ", page->out);
        html_text(page->out, field_text(contender, "why"));
        fputs("</li>\n", page->out);
    }
    fputs("</ul>\n", page->out);
}

static void write_failures(struct page *page) {
    size_t out = kept_out(page->document), failed = count_rows(page->document, is_failed);
    if (out + failed == 0)
        return;
    fputs("<h3>What failed</h3>\n", page->out);
    if (out > 0)
        write_kept_out(page);
    if (failed > 0)
        write_list(page, is_failed, write_failed);
}

static void write_left_out(struct page *page) {
    const json_t *left = field_list(page->document->run, "left_out");
    double needed = field_number(page->document->run, "time_for_all_s");
    size_t i;
    json_t *cell;
    if (json_array_size(left) == 0)
        return;
    fprintf(page->out, "<details%s><summary>Not measured for lack of time: %zu</summary>\n<p>",
            json_array_size(left) <= 6 ? " open" : "", json_array_size(left));
    json_array_foreach(left, i, cell) html_textf(
        page->out, "%s%s at %d thread%s", i > 0 ? ", " : "", field_text(cell, "workload"),
        field_count(cell, "threads"), field_count(cell, "threads") == 1 ? "" : "s");
    fputs(".", page->out);
    if (isfinite(needed))
        fprintf(page->out, " <code>--time %.0f</code> (seconds) would be about enough for all.",
                ceil(needed));
    fputs("</p></details>\n", page->out);
}

/* ---- the rules ----------------------------------------------------------------------------- */

static void write_rules(struct page *page) {
    const json_t *run = page->document->run;
    char threshold[NUMBER_SIZE];
    number_plain(field_number(run, "threshold_percent"), threshold);
    fputs("<details><summary>What the words mean</summary>\n<p>", page->out);
    html_textf(page->out,
               "The ratio is the contender's figure over that of %s in the same round; its "
               "interval (%g %%) comes from a bootstrap over rounds, each a process of its own. ",
               page->document->reference, 100 * field_number(run, "confidence"));
    fprintf(page->out,
            "<b>Faster</b> and <b>slower</b>: the interval excludes “no difference”, the "
            "difference is at least %s&nbsp;%%, and it exceeds what the A/A arm (the reference "
            "against itself) showed. <b>Equivalent</b>: the whole interval lies within "
            "%s&nbsp;%%. <b>Undecided</b>: anything else. “Faster” is always good for the "
            "contender, also where the figure is bytes or CPU.",
            threshold, threshold);
    fputs("</p></details>\n", page->out);
}

void section_verdicts(struct page *page) {
    section_open(page, "verdicts", "Verdicts");
    write_records(page);
    write_beaten(page);
    write_open_questions(page);
    write_failures(page);
    write_left_out(page);
    write_rules(page);
    section_close(page);
}
