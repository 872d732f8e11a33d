/* section_run_order(): every process in the order of start, so that drift is seen. */
#include <math.h>
#include <string.h>

#include "fields.h"
#include "html.h"
#include "numbers.h"
#include "page.h"

#define TITLE "Run order: is there drift?"
#define WIDTH 380
#define LEFT 52
#define RIGHT 14
#define PLOT_HEIGHT 170
#define MOST_TICKS 6
#define MOST_POINTS 4000 /* of one chart; beyond, every second or third process is drawn */
#define EDGE 0.301       /* log10(2): what lies further is drawn at the edge */

struct drift {
    struct chart chart;
    const struct document *document;
    const json_t *table;  /* the processes of this table */
    double first, length; /* seconds: start of its first process, from there to that of its last */
    size_t points, outside, uncounted;
};

static bool is_of(const json_t *run, const json_t *table) {
    const json_t *cell = json_object_get(run, "cell");
    return field_is(cell, "workload", field_text(table, "workload")) &&
           field_number(cell, "threads") == field_number(table, "threads");
}

/* Against the contender's own median, so that all lie around 1. */
static double relative(const json_t *run, const json_t *table) {
    size_t i;
    json_t *row;
    double value = field_number(json_object_get(run, "metrics"), field_text(table, "metric"));
    json_array_foreach(
        field_list(table, "rows"), i,
        row) if (field_is(row, "contender", field_text(run, "contender")) &&
                 field_is(row, "kind",
                          field_text(run, "kind"))) return log10(value /
                                                                 field_number(row, "median"));
    return NAN;
}

static void put_point(struct drift *drift, const json_t *run) {
    double at = relative(run, drift->table), start = field_number(run, "start_s");
    bool counted = field_true(run, "counted");
    struct look look =
        chart_look(drift->document, field_text(run, "contender"), field_text(run, "kind"));
    if (!isfinite(at) || !isfinite(start))
        return;
    drift->outside += fabs(at) > EDGE;
    drift->uncounted += !counted;
    drift->first = drift->points == 0 ? start : drift->first;
    drift->length = fmax(drift->length, start - drift->first);
    fprintf(drift->chart.script, "%.6g %.6f %d %d\n", start - drift->first,
            fmin(fmax(at, -EDGE), EDGE), counted ? look.shape : 2,
            chart_rgb(counted ? look.ink : INK_MUTED));
    drift->points++;
}

static size_t stride_of(const json_t *runs, const json_t *table) {
    size_t i, count = 0;
    json_t *run;
    json_array_foreach(runs, i, run) count += is_of(run, table);
    return count / MOST_POINTS + 1;
}

static void list_points(struct drift *drift) {
    const json_t *runs = field_list(drift->document->root, "runs");
    size_t i, seen = 0, stride = stride_of(runs, drift->table);
    json_t *run;
    fputs("$points << EOD\n", drift->chart.script);
    json_array_foreach(runs, i, run) if (is_of(run, drift->table) && seen++ % stride == 0)
        put_point(drift, run);
    fputs("EOD\n", drift->chart.script);
}

static void draw_axes(struct drift *drift) {
    static const struct {
        double at;
        const char *text;
    } y[] = {
        {-0.30103, "×½"}, {-0.09691, "−20 %"}, {0, "median"}, {0.07918, "+20 %"}, {0.30103, "×2"}};
    double ticks[MOST_TICKS];
    char text[NUMBER_SIZE], title[96];
    size_t count = number_linear_ticks(drift->length, MOST_TICKS, ticks);
    for (size_t i = 0; i < count; i++)
        chart_x_tick(&drift->chart, ticks[i], number_tick(ticks[i], "", text));
    for (size_t i = 0; i < sizeof y / sizeof *y; i++)
        chart_y_tick(&drift->chart, y[i].at, y[i].text);
    snprintf(title, sizeof title, "start of the process, seconds after %.0f s into the run",
             drift->first);
    chart_x_title(&drift->chart, title);
}

static void finding(const struct drift *drift, char *buffer, size_t size) {
    int length = snprintf(buffer, size, "%zu process%s in the order of start", drift->points,
                          drift->points == 1 ? "" : "es");
    if (drift->uncounted > 0)
        length +=
            snprintf(buffer + length, size - (size_t)length, ", %zu not counted", drift->uncounted);
    if (drift->outside > 0)
        snprintf(buffer + length, size - (size_t)length, ", %zu beyond the edge", drift->outside);
}

static void draw_table(struct page *page, const json_t *table) {
    struct drift drift = {.document = page->document, .table = table};
    char text[256], title[400], subject[512];
    chart_open(&drift.chart, WIDTH, PLOT_HEIGHT, LEFT, RIGHT, 8, 44);
    list_points(&drift);
    double length = fmax(drift.length, 0.1);
    chart_ranges(&drift.chart, -0.02 * length, 1.02 * length, -0.33, 0.33);
    draw_axes(&drift);
    fprintf(drift.chart.script, drift.points == 0 ? "plot NaN\n"
                                                  : "plot $points using 1:2:3:4 with points ps "
                                                    "0.55 pt variable lc rgb variable\n");
    finding(&drift, text, sizeof text);
    table_title(page->document, table, title, sizeof title);
    snprintf(subject, sizeof subject, "%s, at %d thread%s; %.60s against each contender's median",
             title, field_count(table, "threads"), field_count(table, "threads") == 1 ? "" : "s",
             field_text(table, "metric"));
    page_figure(page, &drift.chart, text, subject);
}

/* ---- foreign load -------------------------------------------------------------------------- */

static double most_foreign(const json_t *runs, double *last) {
    double most = 0;
    size_t i;
    json_t *run;
    json_array_foreach(runs, i, run) {
        double foreign = field_number(run, "foreign_cores"), start = field_number(run, "start_s");
        most = isfinite(foreign) ? fmax(most, foreign) : most;
        *last = isfinite(start) ? fmax(*last, start) : *last;
    }
    return most;
}

static void list_foreign(struct chart *chart, const json_t *runs) {
    size_t i, stride = json_array_size(runs) / MOST_POINTS + 1;
    json_t *run;
    fputs("$points << EOD\n0 0\n", chart->script);
    json_array_foreach(runs, i, run) {
        double foreign = field_number(run, "foreign_cores"), start = field_number(run, "start_s");
        if (isfinite(foreign) && isfinite(start) && i % stride == 0)
            fprintf(chart->script, "%.6g %.6g\n", start, foreign);
    }
    fprintf(chart->script, "EOD\nplot $points using 1:2 with impulses lc rgb %d lw 1\n",
            chart_rgb(INK_MUTED));
}

static void draw_foreign(struct page *page, const json_t *runs) {
    struct chart chart;
    double ticks[MOST_TICKS], last = 1, most = most_foreign(runs, &last), top = fmax(most, 0.1);
    char text[256], number[NUMBER_SIZE];
    chart_open(&chart, WIDTH, PLOT_HEIGHT, LEFT, RIGHT, 8, 44);
    chart_ranges(&chart, -0.02 * last, 1.02 * last, 0, top * 1.05);
    size_t count = number_linear_ticks(last, MOST_TICKS, ticks);
    for (size_t i = 0; i < count; i++)
        chart_x_tick(&chart, ticks[i], number_tick(ticks[i], "", number));
    count = number_linear_ticks(top, MOST_TICKS, ticks);
    for (size_t i = 0; i < count; i++)
        chart_y_tick(&chart, ticks[i], number_tick(ticks[i], "", number));
    chart_x_title(&chart, "start of the process, seconds into the run");
    list_foreign(&chart, runs);
    snprintf(text, sizeof text, "Others kept at most %s cores busy", number_plain(most, number));
    page_figure(page, &chart, text,
                "foreign load while each process ran, in cores; time stolen by the host included");
}

static bool has_runs(const json_t *runs, const json_t *table) {
    size_t i;
    json_t *run;
    json_array_foreach(runs, i, run) if (is_of(run, table)) return true;
    return false;
}

void section_run_order(struct page *page) {
    const struct document *document = page->document;
    const json_t *runs = field_list(document->root, "runs");
    if (json_array_size(runs) == 0) {
        section_empty(page, "order", TITLE, "The results carry no single processes.");
        return;
    }
    section_open(page, "order", TITLE);
    fputs(
        "<p class=\"note\">Each point is one process, against the median of its own contender: "
        "a trend, a step or a cluster would show a machine that changed under the run. Contenders "
        "take turns within each round, so that what remains falls on all alike. Crosses: not "
        "counted (a disturbed round that was repeated, or a failure).</p>\n"
        "<div class=\"figures\">\n",
        page->out);
    draw_foreign(page, runs);
    for (size_t i = 0; i < document->group_count && !page->failed; i++)
        if (has_runs(runs, document->groups[i].chosen))
            draw_table(page, document->groups[i].chosen);
    fputs("</div>\n", page->out);
    section_close(page);
}
