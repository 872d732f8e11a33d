#include "report.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

bool report_init(struct report *report) {
    *report = (struct report){.metrics = json_object(), .percentiles = json_object()};
    return report->metrics != NULL && report->percentiles != NULL;
}

void report_free(struct report *report) {
    json_decref(report->metrics);
    json_decref(report->percentiles);
}

/* Four significant digits of anything below a thousand are kept, no false precision above. */
static double rounded(double value) {
    return round(value * 1000) / 1000;
}

static void set_number(struct report *report, json_t *object, const char *name, double value) {
    if (json_object_set_new(object, name, json_real(rounded(value))) != 0)
        report_fail(report, "cannot report %s = %g", name, value);
}

void report_metric(struct report *report, const char *name, double value) {
    set_number(report, report->metrics, name, value);
}

void report_percentiles(struct report *report, const char *name, struct samples *samples) {
    static const struct {
        const char *name;
        double q;
    } wanted[] = {{"p50", .5}, {"p90", .9}, {"p99", .99}, {"p999", .999}, {"max", 1}};
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        set_number(report, object, wanted[i].name, samples_quantile(samples, wanted[i].q));
    json_object_set_new(report->percentiles, name, object);
}

void report_fail(struct report *report, const char *format, ...) {
    if (report_failed(report))
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(report->failure, sizeof report->failure, format, arguments);
    va_end(arguments);
}
