#include "report.h"

static const double ns_per_us = 1000;

double report_cpu_us(double cpu_seconds, uint64_t requests) {
    return requests == 0 ? 0 : cpu_seconds * 1e6 / (double)requests;
}

double report_rate(const load_result *result) {
    return result->seconds <= 0 ? 0 : (double)result->requests / result->seconds;
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

static json_t *report_clients(const load_result *result, uint32_t connections, uint32_t pipeline) {
    return json_pack("{s:i, s:i, s:i, s:I, s:f, s:o}", "connections", (int)connections, "pipeline",
                     (int)pipeline, "connections_served", (int)result->connections_served,
                     "requests", (json_int_t)result->requests, "requests_per_second",
                     report_rate(result), "latency_us", report_latency(&result->latency));
}

json_t *report_run(const load_options *options, const load_run *run, const load_result *result,
                   const load_result *beside, uint32_t heavy_connections, uint32_t heavy_pipeline) {
    uint64_t served = result->requests + (beside == NULL ? 0 : beside->requests);
    json_t *report = json_pack(
        "{s:s, s:s, s:f, s:f, s:i, s:i, s:f, s:f}", "load", "kvs-load", "protocol",
        options->protocol->name, "get_share", run->get_share, "rate_wanted", run->rate, "keys",
        (int)options->keys, "value_size", (int)options->value_size, "seconds", result->seconds,
        "client_cpu_us_per_request", report_cpu_us(result->client_cpu_seconds, result->requests));
    json_t *clients = report_clients(result, options->connections, options->pipeline);
    json_object_update(report, clients);
    json_decref(clients);
    if (options->has_server_clock)
        json_object_set_new(report, "server_cpu_us_per_request",
                            json_real(report_cpu_us(result->server_cpu_seconds, served)));
    if (beside != NULL)
        json_object_set_new(report, "beside",
                            report_clients(beside, heavy_connections, heavy_pipeline));
    return report;
}
