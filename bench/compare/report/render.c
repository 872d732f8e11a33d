/* The page as a whole. */
#include "render.h"

#include <math.h>
#include <string.h>

#include "fields.h"
#include "html.h"
#include "numbers.h"
#include "page.h"
#include "style.h"

static void write_head(struct page *page) {
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<meta name=\"generator\" content=\"poolbench report\">\n<title>",
          page->out);
    html_textf(page->out, "%s, compared – poolbench", page->document->reference);
    fprintf(page->out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", report_style);
}

/* "2026-11-24T17:00:00Z" as "2026-11-24 17:00 UTC". */
static void write_time(FILE *out, const char *time) {
    if (strlen(time) >= 16 && time[10] == 'T')
        html_textf(out, "%.10s %.5s UTC", time, time + 11);
    else
        html_text(out, time);
}

static void write_byline(struct page *page) {
    const json_t *environment = page->document->environment, *run = page->document->run;
    fputs("<p class=\"byline\">", page->out);
    html_textf(page->out, "%s, %d core%s", field_text(environment, "cpu_model"),
               page->document->cores, page->document->cores == 1 ? "" : "s");
    if (field_text(environment, "hypervisor")[0] != '\0')
        html_textf(page->out, " (%s guest)", field_text(environment, "hypervisor"));
    html_textf(page->out, " · %s · ", field_text(environment, "distribution"));
    write_time(page->out, field_text(run, "started"));
    html_textf(page->out, " · %.0f s measured · seed %s", field_number(run, "elapsed_s"),
               field_text(run, "seed"));
    fputs("</p>\n", page->out);
}

static void write_warnings(struct page *page) {
    size_t i;
    json_t *warning;
    int kept = field_count(page->document->run, "noisy_rounds_kept");
    if (!field_true(page->document->run, "complete"))
        fputs("<p class=\"banner partial\" id=\"partial\"><b>Partial run.</b> It was interrupted; "
              "what was measured until then is here, and some verdicts rest on few rounds.</p>\n",
              page->out);
    json_array_foreach(field_list(page->document->environment, "warnings"), i,
                       warning) if (json_is_string(warning)) {
        fputs("<p class=\"banner\">", page->out);
        html_text(page->out, json_string_value(warning));
        fputs("</p>\n", page->out);
    }
    if (kept > 0)
        fprintf(
            page->out,
            "<p class=\"banner\">%d round%s disturbed by other programs had to be kept for lack "
            "of time</p>\n",
            kept, kept == 1 ? "" : "s");
}

static int count_of(const struct document *document, const char *verdict) {
    return field_count(json_object_get(document->run, "verdict_counts"), verdict);
}

static void write_lead(struct page *page) {
    const struct document *document = page->document;
    int faster = count_of(document, "faster"), slower = count_of(document, "slower");
    int alike = count_of(document, "equivalent"), open = count_of(document, "undecided");
    fputs("<p class=\"lead\">", page->out);
    html_textf(page->out, "In %d comparisons with %s, the other contender was ",
               faster + slower + alike + open, document->reference);
    fprintf(page->out,
            "<b class=\"slower\">slower in %d</b>, <b class=\"faster\">faster in %d</b>, "
            "<b class=\"equivalent\">equivalent in %d</b>, and <b class=\"undecided\">%d "
            "stayed undecided</b>.</p>\n",
            slower, faster, alike, open);
}

static void write_header(struct page *page) {
    const struct document *document = page->document;
    fputs("<header>\n<p class=\"kicker\">poolbench</p>\n<h1>", page->out);
    html_textf(page->out, "%s against %zu other%s", document->reference, document->name_count,
               document->name_count == 1 ? "" : "s");
    fputs("</h1>\n", page->out);
    write_byline(page);
    write_warnings(page);
    write_lead(page);
    fputs("<nav><a href=\"#verdicts\">Verdicts</a> <a href=\"#ratios\">Ratios</a> "
          "<a href=\"#scaling\">Threads</a> <a href=\"#latency\">Latency</a> "
          "<a href=\"#cpu\">CPU</a> <a href=\"#memory\">Memory</a> "
          "<a href=\"#servers\">Servers</a> <a href=\"#order\">Drift</a> "
          "<a href=\"#semantics\">Semantics</a> <a href=\"#tables\">Tables</a> "
          "<a href=\"#environment\">Environment</a> <a href=\"#repeat\">Repeat</a> "
          "<a href=\"#raw\">Raw data</a></nav>\n</header>\n<main>\n",
          page->out);
}

static void write_foot(struct page *page) {
    fputs("</main>\n<footer>poolbench ", page->out);
    html_text(page->out, field_text(page->document->run, "program_version"));
    fputs(" · one file, no network, no script</footer>\n</body>\n</html>\n", page->out);
}

bool render_page(const struct document *document, FILE *out) {
    static void (*const sections[])(struct page *) = {
        section_forest, section_scaling,    section_percentiles, section_cpu,
        section_memory, section_servers,    section_run_order,   section_semantics,
        section_tables, section_contenders, section_environment, section_repeat,
        section_raw};
    struct page page = {.out = out, .document = document};
    write_head(&page);
    write_header(&page);
    fputs("<div class=\"top\">\n", out);
    section_verdicts(&page);
    section_overview(&page);
    fputs("</div>\n", out);
    for (size_t i = 0; i < sizeof sections / sizeof *sections && !page.failed; i++)
        sections[i](&page);
    write_foot(&page);
    return !page.failed;
}
