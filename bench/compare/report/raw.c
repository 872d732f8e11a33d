/* section_raw(): the results file itself, to take away, and every process as a line. */
#include <math.h>

#include "fields.h"
#include "html.h"
#include "page.h"

static void write_base64(FILE *out, const char *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t rest = size - i < 3 ? size - i : 3;
        unsigned long word = 0;
        for (size_t k = 0; k < 3; k++)
            word = word << 8 | (k < rest ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            fputc(k <= rest ? digits[word >> (18 - 6 * k) & 63] : '=', out);
    }
}

static void write_run(FILE *out, const json_t *run) {
    const json_t *cell = json_object_get(run, "cell");
    const char *metric;
    json_t *value;
    html_textf(out, "%d\t%s\t%d\t%d\t%d\t%s\t%.3f\t%.3f\t%s\t%s\t%.2f\t%.3f",
               field_count(run, "index"), field_text(cell, "workload"),
               field_count(cell, "threads"), field_count(run, "round"),
               field_count(run, "position"), field_text(run, "contender"),
               field_number(run, "start_s"), field_number(run, "duration_s"),
               field_text(run, "status"), field_true(run, "counted") ? "counted" : "not counted",
               field_number(run, "foreign_cores"), field_number(run, "cpu_s"));
    json_object_foreach(json_object_get(run, "metrics"), metric, value) if (json_is_number(value))
        html_textf(out, "\t%s=%g", metric, json_number_value(value));
    fputs("\n", out);
}

void section_raw(struct page *page) {
    const struct document *document = page->document;
    const json_t *runs = field_list(document->root, "runs");
    size_t i;
    json_t *run;
    section_open(page, "raw", "Raw data");
    fprintf(page->out, "<p>This page was made of one file, and contains it whole: <a id=\"data\" "
                       "download=\"results.json\" href=\"data:application/json;base64,");
    write_base64(page->out, document->raw, document->raw_size);
    fprintf(page->out, "\">results.json (%zu KiB)</a>.</p>\n", (document->raw_size + 1023) / 1024);
    fprintf(
        page->out,
        "<details><summary>Every process, in the order of start: %zu</summary><pre class=\"log\">"
        "index\tworkload\tthreads\tround\tposition\tcontender\tstart_s\tduration_s\tstatus\t"
        "counted\tforeign_cores\tcpu_s\tmetrics\n",
        json_array_size(runs));
    json_array_foreach(runs, i, run) write_run(page->out, run);
    fputs("</pre></details>\n", page->out);
    section_close(page);
}
