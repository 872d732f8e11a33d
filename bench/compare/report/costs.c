/* section_cpu() and section_memory(): what the speed costs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "bars.h"
#include "fields.h"

typedef bool metric_filter(const json_t *metric);

static bool is_cpu(const json_t *metric) {
    const char *name = field_text(metric, "name");
    return strstr(name, "cpu") != NULL || strstr(name, "cores") != NULL ||
           strstr(name, "wakeups") != NULL;
}

static bool is_memory(const json_t *metric) {
    return strstr(field_text(metric, "name"), "bytes") != NULL || field_is(metric, "unit", "B");
}

static bool first_of_workload(const struct document *document, size_t index) {
    const json_t *workload = document_workload(document, document->groups[index].chosen);
    for (size_t i = 0; i < index; i++)
        if (document_workload(document, document->groups[i].chosen) == workload)
            return false;
    return workload != NULL;
}

/* Draws them, or with page NULL only tells whether there are any. */
static bool metrics_of(const struct document *document, struct page *page, metric_filter *wanted) {
    bool any = false;
    for (size_t i = 0; i < document->group_count; i++) {
        const json_t *table = document->groups[i].chosen;
        size_t k;
        json_t *metric;
        if (!first_of_workload(document, i))
            continue;
        json_array_foreach(field_list(document_workload(document, table), "metrics"), k,
                           metric) if (wanted(metric)) {
            any = true;
            if (page != NULL && !page->failed)
                bars_of_metric(page, table, field_text(metric, "name"), field_text(metric, "unit"),
                               field_text(metric, "better"));
        }
    }
    return any;
}

/* ---- from the raw data: how many cores each process kept busy ------------------------------- */

static bool is_of(const json_t *run, const json_t *table, const char *contender, const char *kind) {
    const json_t *cell = json_object_get(run, "cell");
    return field_true(run, "counted") && field_is(run, "contender", contender) &&
           field_is(run, "kind", kind) &&
           field_is(cell, "workload", field_text(table, "workload")) &&
           field_number(cell, "threads") == field_number(table, "threads");
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double cores_busy(const struct document *document, const json_t *table, const json_t *row) {
    const json_t *runs = field_list(document->root, "runs");
    double *values = memory_zeroed(json_array_size(runs), sizeof *values), median = NAN;
    size_t i, count = 0;
    json_t *run;
    json_array_foreach(runs, i, run) {
        double busy = field_number(run, "cpu_s") / field_number(run, "duration_s");
        if (isfinite(busy) &&
            is_of(run, table, field_text(row, "contender"), field_text(row, "kind")))
            values[count++] = busy;
    }
    qsort(values, count, sizeof *values, by_value);
    if (count > 0)
        median = (values[(count - 1) / 2] + values[count / 2]) / 2;
    free(values);
    return median;
}

static void busy_of(struct page *page, const json_t *table) {
    const json_t *rows = field_list(table, "rows");
    struct bar *bars = memory_zeroed(json_array_size(rows), sizeof *bars);
    char subject[512];
    size_t i, count = 0;
    json_t *row;
    json_array_foreach(rows, i, row) {
        double busy = row_is_ok(row) ? cores_busy(page->document, table, row) : NAN;
        if (busy >= 0 && !field_is(row, "kind", "aa") && !row_is_limit(row))
            bars[count++] = (struct bar){
                field_text(row, "contender"),
                chart_look(page->document, field_text(row, "contender"), field_text(row, "kind")),
                busy};
    }
    table_place(page->document, table, subject, sizeof subject);
    bars_figure(page, bars, count, "Cores kept busy by the whole process", "cores", subject,
                "none");
    free(bars);
}

void section_cpu(struct page *page) {
    const struct document *document = page->document;
    bool measured = metrics_of(document, NULL, is_cpu);
    bool runs = json_array_size(field_list(document->root, "runs")) > 0;
    if (!measured && !runs) {
        section_empty(page, "cpu", "CPU burnt", "No CPU time is in these results.");
        return;
    }
    section_open(page, "cpu", "CPU burnt");
    fputs("<p class=\"note\">Speed can be bought with spinning. “Cores kept busy” is CPU time "
          "over its duration, start and warm-up included; the other figures are "
          "measured by the workload itself.</p>\n<div class=\"figures\">\n",
          page->out);
    metrics_of(document, page, is_cpu);
    for (size_t i = 0; runs && i < document->group_count && !page->failed; i++)
        if (first_of_workload(document, i) &&
            !field_is(document->groups[i].chosen, "kind", "server"))
            busy_of(page, document->groups[i].chosen);
    fputs("</div>\n", page->out);
    section_close(page);
}

void section_memory(struct page *page) {
    if (!metrics_of(page->document, NULL, is_memory)) {
        section_empty(page, "memory", "Memory", "No workload of this run measured memory.");
        return;
    }
    section_open(page, "memory", "Memory");
    fputs("<div class=\"figures\">\n", page->out);
    metrics_of(page->document, page, is_memory);
    fputs("</div>\n", page->out);
    section_close(page);
}
