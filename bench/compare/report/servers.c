/* section_servers(): requests per second against the CPU that a request costs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "fields.h"
#include "html.h"
#include "lines.h"
#include "numbers.h"
#include "page.h"

#define WIDTH 380
#define LEFT 58
#define RIGHT 102
#define PLOT_HEIGHT 230
#define MOST_TICKS 5
#define MOST_POINTS 64

struct point {
    const char *name;
    struct look look;
    bool is_limit; /* and no server */
    double cpu, rate;
};

struct cloud {
    struct point points[MOST_POINTS];
    size_t count;
    const char *rate_name, *cpu_name, *cpu_unit;
    double most_cpu, most_rate;
};

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static void find_metrics(struct cloud *cloud, const json_t *workload) {
    size_t i;
    json_t *metric;
    json_array_foreach(field_list(workload, "metrics"), i, metric) {
        const char *name = field_text(metric, "name");
        if (field_is(metric, "unit", "1/s") && cloud->rate_name == NULL)
            cloud->rate_name = name;
        if (ends_with(name, "cpu_us_per_request") && strstr(name, "client") == NULL &&
            cloud->cpu_name == NULL)
            cloud->cpu_name = name, cloud->cpu_unit = field_text(metric, "unit");
    }
}

static double median_of(const json_t *row, const char *metric) {
    return field_number(json_object_get(json_object_get(row, "metrics"), metric), "median");
}

static void take_rows(struct cloud *cloud, const struct document *document, const json_t *table) {
    size_t i;
    json_t *row;
    json_array_foreach(field_list(table, "rows"), i, row) {
        struct point point = {
            row_name(row),
            chart_look(document, field_text(row, "contender"), field_text(row, "kind")),
            row_is_limit(row), median_of(row, cloud->cpu_name), median_of(row, cloud->rate_name)};
        if (!row_is_ok(row) || field_is(row, "kind", "aa") || !(point.cpu >= 0) ||
            !(point.rate >= 0) || cloud->count == MOST_POINTS)
            continue;
        cloud->most_cpu = fmax(cloud->most_cpu, point.cpu);
        cloud->most_rate = fmax(cloud->most_rate, point.rate);
        cloud->points[cloud->count++] = point;
    }
}

static bool gather(struct cloud *cloud, const struct document *document, const json_t *table) {
    find_metrics(cloud, document_workload(document, table));
    if (cloud->rate_name == NULL || cloud->cpu_name == NULL)
        return false;
    take_rows(cloud, document, table);
    return cloud->count > 0 && cloud->most_cpu > 0 && cloud->most_rate > 0;
}

/* ---- drawing ------------------------------------------------------------------------------- */

static void draw_axes(const struct cloud *cloud, struct chart *chart) {
    double ticks[MOST_TICKS];
    char text[NUMBER_SIZE];
    size_t count = number_linear_ticks(cloud->most_rate, MOST_TICKS, ticks);
    for (size_t i = 0; i < count; i++)
        chart_y_tick(chart, ticks[i], number_tick(ticks[i], "1/s", text));
    count = number_linear_ticks(cloud->most_cpu, MOST_TICKS, ticks);
    for (size_t i = 0; i < count; i++)
        chart_x_tick(chart, ticks[i], number_tick(ticks[i], "", text));
    chart_x_title(chart, "server CPU per request, µs  (left and up is better)");
}

static void draw_names(const struct cloud *cloud, struct chart *chart) {
    double at[MOST_POINTS];
    char from[64], to[64], name[80];
    for (size_t i = 0; i < cloud->count; i++)
        at[i] = cloud->points[i].rate / (cloud->most_rate * 1.08);
    lines_spread(at, cloud->count, 14.0 / PLOT_HEIGHT);
    for (size_t i = 0; i < cloud->count; i++) {
        const struct point *point = &cloud->points[i];
        html_cut(point->name, 15, name, sizeof name);
        snprintf(from, sizeof from, "%.10g, %.10g", point->cpu, point->rate);
        snprintf(to, sizeof to, "graph 1.02, graph %.5f", at[i]);
        chart_line(chart, from, to, INK_GRID, 1, false);
        snprintf(to, sizeof to, "graph 1.035, graph %.5f", at[i]);
        chart_label(chart, to, "left", point->look.ink, 11, "%s", name);
    }
}

static void list_points(const struct cloud *cloud, struct chart *chart) {
    fputs("$points << EOD\n", chart->script);
    for (size_t i = 0; i < cloud->count; i++)
        fprintf(chart->script, "%.10g %.10g %d %d\n", cloud->points[i].cpu, cloud->points[i].rate,
                cloud->points[i].look.shape, chart_rgb(cloud->points[i].look.ink));
    fputs("EOD\nplot $points using 1:2:3:4 with points ps 1 pt variable lc rgb variable\n",
          chart->script);
}

static void finding(const struct cloud *cloud, char *buffer, size_t size) {
    const struct point *cheap = NULL, *quick = NULL;
    for (size_t i = 0; i < cloud->count; i++) {
        const struct point *point = &cloud->points[i];
        if (!point->is_limit && (cheap == NULL || point->cpu < cheap->cpu))
            cheap = point;
        if (!point->is_limit && (quick == NULL || point->rate > quick->rate))
            quick = point;
    }
    if (cheap == NULL)
        snprintf(buffer, size, "No server was measured, only the limit");
    else if (cheap == quick)
        snprintf(buffer, size, "%.60s has the highest rate and the least CPU per request",
                 quick->name);
    else
        snprintf(buffer, size, "Highest rate: %.60s; least CPU per request: %.60s", quick->name,
                 cheap->name);
}

static void draw_cloud(struct page *page, const struct cloud *cloud, const json_t *table) {
    struct chart chart;
    char title[400], text[256], subject[512];
    chart_open(&chart, WIDTH, PLOT_HEIGHT, LEFT, RIGHT, 10, 44);
    chart_ranges(&chart, 0, cloud->most_cpu * 1.08, 0, cloud->most_rate * 1.08);
    draw_axes(cloud, &chart);
    draw_names(cloud, &chart);
    list_points(cloud, &chart);
    finding(cloud, text, sizeof text);
    table_title(page->document, table, title, sizeof title);
    snprintf(subject, sizeof subject, "%s; requests per second (upwards)", title);
    page_figure(page, &chart, text, subject);
}

static bool first_of_workload(const struct document *document, size_t index) {
    const json_t *workload = document_workload(document, document->groups[index].chosen);
    for (size_t i = 0; i < index; i++)
        if (document_workload(document, document->groups[i].chosen) == workload)
            return false;
    return workload != NULL;
}

static bool has_servers(const struct document *document) {
    for (size_t i = 0; i < document->group_count; i++)
        if (field_is(document->groups[i].chosen, "kind", "server"))
            return true;
    return false;
}

static void draw_all(struct page *page) {
    const struct document *document = page->document;
    for (size_t i = 0; i < document->group_count && !page->failed; i++) {
        struct cloud cloud = {0};
        if (field_is(document->groups[i].chosen, "kind", "server") &&
            first_of_workload(document, i) && gather(&cloud, document, document->groups[i].chosen))
            draw_cloud(page, &cloud, document->groups[i].chosen);
    }
}

void section_servers(struct page *page) {
    section_open(page, "servers", "Servers: throughput against CPU per request");
    if (!has_servers(page->document))
        fputs("<p class=\"note\">No server was measured in this run.</p>\n", page->out);
    else {
        fputs("<p class=\"note\">Client and server share the machine: a client at its limit makes "
              "every good server look alike in requests per second, and the CPU that a request "
              "costs the server tells them apart.</p>\n<div class=\"figures\">\n",
              page->out);
        draw_all(page);
        fputs("</div>\n", page->out);
    }
    section_close(page);
}
