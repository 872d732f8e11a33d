#include "report.h"

static const double ns_per_us = 1000;

double report_cpu_us(double cpu_seconds, uint64_t requests) {
    return requests == 0 ? 0 : cpu_seconds * 1e6 / (double)requests;
}

double report_rate(uint64_t requests, double seconds) {
    return seconds <= 0 ? 0 : (double)requests / seconds;
}

static double percentile_us(const histogram *latency, double percent) {
    return (double)histogram_percentile(latency, percent) / ns_per_us;
}

json_t *report_latency(const histogram *latency) {
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "mean", histogram_mean(latency) / ns_per_us,
                     "p50", percentile_us(latency, 50), "p90", percentile_us(latency, 90), "p99",
                     percentile_us(latency, 99), "p999", percentile_us(latency, 99.9), "max",
                     (double)latency->max / ns_per_us);
}

static json_t *report_group(const load_group *group, const load_group_result *result,
                            double seconds) {
    return json_pack("{s:i, s:i, s:i, s:I, s:f, s:o}", "connections", (int)group->connections,
                     "pipeline", (int)group->pipeline, "connections_served",
                     (int)result->connections_served, "requests", (json_int_t)result->requests,
                     "requests_per_second", report_rate(result->requests, seconds), "latency_us",
                     report_latency(&result->latency));
}

static json_t *report_groups(const load_options *options, const load_result *result) {
    json_t *groups = json_array();
    for (uint32_t i = 0; i < options->group_count; i++)
        json_array_append_new(
            groups, report_group(&options->groups[i], &result->groups[i], result->seconds));
    return groups;
}

json_t *report_run(const load_options *options, const load_run *run, const load_result *result) {
    json_t *report = json_pack(
        "{s:s, s:s, s:f, s:f, s:i, s:i, s:f, s:I, s:f, s:f, s:o}", "load", "kvs-load", "protocol",
        options->protocol->name, "get_share", run->get_share, "rate_wanted", run->rate, "keys",
        (int)options->keys, "value_size", (int)options->value_size, "seconds", result->seconds,
        "requests", (json_int_t)result->requests, "requests_per_second",
        report_rate(result->requests, result->seconds), "client_cpu_us_per_request",
        report_cpu_us(result->client_cpu_seconds, result->requests), "groups",
        report_groups(options, result));
    if (report != NULL && options->has_server_clock)
        json_object_set_new(report, "server_cpu_us_per_request",
                            json_real(report_cpu_us(result->server_cpu_seconds, result->requests)));
    return report;
}
