/* report.h: what a run measured, as JSON. */
#ifndef KVS_LOAD_REPORT_H
#define KVS_LOAD_REPORT_H

#include <jansson.h>

#include "load.h"

/* {"mean":…,"p50":…,"p90":…,"p99":…,"p999":…,"max":…} in microseconds. The caller owns it; NULL
 * without memory. */
json_t *report_latency(const histogram *latency);

/* The result of a run with these options; `beside` (may be NULL) is that of `heavy_connections`
 * heavy ones beside it, `heavy_pipeline` deep. As above. */
json_t *report_run(const load_options *options, const load_run *run, const load_result *result,
                   const load_result *beside, uint32_t heavy_connections, uint32_t heavy_pipeline);

/* Microseconds of CPU per request; 0 when there was no request. */
double report_cpu_us(double cpu_seconds, uint64_t requests);

/* Requests per second of the window; 0 when it was empty. */
double report_rate(const load_result *result);

#endif
