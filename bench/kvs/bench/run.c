#include "run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "beside.h"
#include "kvs_client.h"
#include "load.h"
#include "redis_benchmark.h"
#include "report.h"
#include "server.h"

static const double window_seconds = 0.4, warmup_seconds = 0.1;
enum { PATIENCE_MS = 10000 };

/* Everything of one measurement. */
typedef struct bench {
    const contender *contender;
    const workload *workload;
    uint32_t threads;
    server server;
    load_options options;
    load *load;
    json_t *metrics;
    json_t *percentiles;
    json_t *answers;
} bench;

static load_result result; /* static: histograms are large */
static load_beside beside;

static int complain(const bench *b, const char *what) {
    fprintf(stderr, "kvs-bench: %s, %s: %s\n", b->contender->name, b->workload->name, what);
    return EPROTO;
}

static int load_failed(const bench *b) {
    return complain(b, load_message(b->load));
}

static void set_metric(bench *b, const char *name, double value) {
    json_object_set_new(b->metrics, name, json_real(value));
}

static void set_answer(bench *b, const char *name, const char *text) {
    json_object_set_new(b->answers, name, json_string(text));
}

static void set_latency(bench *b, const char *name, const histogram *latency) {
    json_object_set_new(b->percentiles, name, report_latency(latency));
}

static double percentile_us(const histogram *latency, double percent) {
    return (double)histogram_percentile(latency, percent) / 1000;
}

/* ---- what every cell of kvs-load reports ---------------------------------------------------- */

static void set_usual(bench *b) {
    set_metric(b, "requests_per_second", report_rate(&result));
    set_metric(b, "p50_us", percentile_us(&result.latency, 50));
    set_metric(b, "p99_us", percentile_us(&result.latency, 99));
    set_metric(b, "server_cpu_us_per_request",
               report_cpu_us(result.server_cpu_seconds, result.requests));
    set_metric(b, "client_cpu_us_per_request",
               report_cpu_us(result.client_cpu_seconds, result.requests));
    set_latency(b, "latency_us", &result.latency);
}

static int measure(bench *b, const load_run *run) {
    if (load_measure(b->load, run, &result) != 0)
        return load_failed(b);
    return result.requests > 0 ? 0 : complain(b, "not one reply in the counted time");
}

static load_run usual_run(const bench *b) {
    return (load_run){.seconds = window_seconds,
                      .warmup_seconds = warmup_seconds,
                      .get_share = b->workload->set ? 0 : 1};
}

static int verify(bench *b) {
    return load_verify(b->load, false, NULL) == 0 ? 0 : load_failed(b);
}

/* ---- the kinds ------------------------------------------------------------------------------ */

static int run_lean(bench *b) {
    load_run run = usual_run(b);
    int error = measure(b, &run);
    if (error != 0)
        return error;
    set_usual(b);
    return verify(b);
}

static int measure_beside(bench *b, const load_run *run) {
    const workload *w = b->workload;
    int error = beside_start(&beside, &b->options, run, w->heavy_connections, w->heavy_pipeline);
    if (error == 0) {
        error = measure(b, run);
        int heavy_error = beside_join(&beside);
        error = error != 0 ? error : heavy_error;
    }
    if (error != 0 && beside_message(&beside)[0] != '\0')
        complain(b, beside_message(&beside));
    beside_end(&beside);
    return error;
}

static int run_light_beside_heavy(bench *b) {
    load_run run = usual_run(b);
    int error = measure_beside(b, &run);
    if (error != 0)
        return error;
    set_usual(b);
    set_metric(b, "server_cpu_us_per_request",
               report_cpu_us(result.server_cpu_seconds, result.requests + beside.result.requests));
    set_metric(b, "heavy_requests_per_second", report_rate(&beside.result));
    set_latency(b, "heavy_latency_us", &beside.result.latency);
    return verify(b);
}

/* Redis has no command that works for a given time; a function in its own Lua, which has no clock
 * but TIME, does it. What calling Lua costs, a microsecond or two, is in its figure. */
static int teach_redis_to_work(bench *b) {
    static const char script[] = "#!lua name=poolbench\n"
                                 "local function now()\n"
                                 "  local t = redis.call('TIME')\n"
                                 "  return t[1] * 1000000 + t[2]\n"
                                 "end\n"
                                 "redis.register_function('work', function(keys, args)\n"
                                 "  local stop = now() + tonumber(args[1])\n"
                                 "  for turn = 1, 100000 do\n"
                                 "    if now() >= stop then return redis.status_reply('OK') end\n"
                                 "  end\n"
                                 "  return redis.error_reply('ERR TIME stands still')\n"
                                 "end)\n";
    const char *words[] = {"FUNCTION", "LOAD", "REPLACE", script};
    const size_t lengths[] = {8, 4, 7, sizeof script - 1};
    char why[KVS_CLIENT_MESSAGE_MAX] = "out of memory";
    kvs_client_options options = {.host = b->server.address.host, .port = b->server.address.port};
    kvs_client *client = NULL;
    int error = kvs_client_connect(&options, &client, why);
    if (error != 0)
        return complain(b, why);
    error = kvs_client_command(client, 4, words, lengths, NULL, NULL);
    if (error != 0)
        complain(b, kvs_client_message(client));
    kvs_client_close(client);
    return error;
}

static int run_work(bench *b) {
    static const load_other ours = {"*2\r\n$4\r\nWORK\r\n$2\r\n16\r\n", "+OK\r\n"};
    static const load_other redis = {"*4\r\n$5\r\nFCALL\r\n$4\r\nwork\r\n$1\r\n0\r\n$2\r\n16\r\n",
                                     "+OK\r\n"};
    _Static_assert(WORKLOAD_WORK_US == 16, "what both requests say");
    load_run run = usual_run(b);
    run.other = b->contender->kind == CONTENDER_BACKEND ? &ours : &redis;
    int error = b->contender->kind == CONTENDER_BACKEND ? 0 : teach_redis_to_work(b);
    if (error == 0)
        error = measure(b, &run);
    if (error == 0)
        set_usual(b);
    return error;
}

static int run_pool_scaling(bench *b) {
    load_run run = {.seconds = window_seconds / 2, .in_order = true, .get_share = 0};
    int error = measure(b, &run);
    if (error != 0)
        return error;
    double cpu = result.server_cpu_seconds;
    uint64_t requests = result.requests;
    set_metric(b, "writes_per_second", report_rate(&result));
    set_metric(b, "write_p99_us", percentile_us(&result.latency, 99));
    set_latency(b, "write_us", &result.latency);
    run.get_share = 1;
    error = measure(b, &run);
    if (error != 0)
        return error;
    set_metric(b, "reads_per_second", report_rate(&result));
    set_metric(b, "read_p99_us", percentile_us(&result.latency, 99));
    set_metric(b, "server_cpu_us_per_request",
               report_cpu_us(cpu + result.server_cpu_seconds, requests + result.requests));
    set_latency(b, "read_us", &result.latency);
    return verify(b);
}

static int run_connection_mode(bench *b) {
    char served[64];
    load_run run = usual_run(b);
    run.abandon = true;
    int error = measure(b, &run);
    if (error != 0)
        return error;
    set_usual(b);
    json_object_del(b->metrics, "client_cpu_us_per_request");
    set_metric(b, "clients_served", result.connections_served);
    snprintf(served, sizeof served, "%u of %u", (unsigned)result.connections_served,
             (unsigned)b->workload->connections);
    set_answer(b, "clients_served", served);
    return 0;
}

/* How many different keys so many random draws hit, on average. */
static double expected_keys(uint64_t draws, double keys) {
    return keys * (1 - pow(1 - 1 / keys, (double)draws));
}

static int check_redis_benchmark(bench *b, uint64_t requests) {
    uint64_t touched = 0;
    double expected = b->workload->set ? expected_keys(requests, WORKLOAD_KEYS) : 0;
    if (load_verify(b->load, b->workload->set, &touched) != 0)
        return load_failed(b);
    if ((double)touched < expected * 0.98)
        return complain(b, "keys that redis-benchmark has set hold their old value");
    return 0;
}

static double process_seconds(const server *s) {
    struct timespec time = {0};
    clock_gettime(s->clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int run_redis_benchmark(bench *b) {
    redis_benchmark_result got;
    double before = process_seconds(&b->server);
    if (redis_benchmark_run(&b->server, b->workload, &got) != 0)
        return complain(b, b->server.problem);
    double used = process_seconds(&b->server) - before;
    set_metric(b, "requests_per_second", got.requests_per_second);
    set_metric(b, "p50_us", got.p50_us);
    set_metric(b, "p99_us", got.p99_us);
    set_metric(b, "server_cpu_us_per_request", report_cpu_us(used, got.requests));
    return check_redis_benchmark(b, got.requests);
}

static int (*const runs[WORKLOAD_KINDS])(bench *b) = {
    [WORKLOAD_LEAN] = run_lean,
    [WORKLOAD_JOB_EACH] = run_lean,
    [WORKLOAD_DURABLE] = run_lean,
    [WORKLOAD_REDIS_BENCHMARK] = run_redis_benchmark,
    [WORKLOAD_WORK] = run_work,
    [WORKLOAD_WORK_ONE_THREAD] = run_work,
    [WORKLOAD_LIGHT_BESIDE_HEAVY] = run_light_beside_heavy,
    [WORKLOAD_POOL_SCALING] = run_pool_scaling,
    [WORKLOAD_CONNECTION_MODE] = run_connection_mode,
};

/* ---- from start to stop --------------------------------------------------------------------- */

static uint32_t keys_of(const workload *w) {
    switch (w->kind) {
    case WORKLOAD_DURABLE:
        return WORKLOAD_DURABLE_KEYS;
    case WORKLOAD_POOL_SCALING:
        return WORKLOAD_SCALING_KEYS;
    default:
        return WORKLOAD_KEYS;
    }
}

static void set_options(bench *b, uint64_t seed) {
    const workload *w = b->workload;
    b->options = (load_options){.address = b->server.address,
                                .protocol = b->contender->protocol,
                                .keys = keys_of(w),
                                .value_size = WORKLOAD_VALUE_SIZE,
                                .connections = w->connections,
                                .pipeline = w->pipeline,
                                .timeout_ms = PATIENCE_MS,
                                .seed = seed,
                                .has_server_clock = true,
                                .server_clock = b->server.clock,
                                .stop = &child_stop_requested};
    if (w->kind == WORKLOAD_REDIS_BENCHMARK)
        b->options.literal = redis_benchmark_value;
}

/* With a job per connection, connections beyond the number of threads wait for the others to
 * hang up: the keys go through one, which then does. */
static int preload_alone(bench *b) {
    load_options alone = b->options;
    alone.connections = 1;
    int error = load_open(&alone, &b->load);
    if (error == 0)
        error = load_preload(b->load);
    if (error != 0)
        load_failed(b);
    load_close(b->load);
    b->load = NULL;
    return error;
}

static int open_load(bench *b) {
    bool alone = b->workload->kind == WORKLOAD_CONNECTION_MODE;
    int error = alone ? preload_alone(b) : 0;
    if (error != 0)
        return error;
    error = load_open(&b->options, &b->load);
    if (error == 0 && !alone)
        error = load_preload(b->load);
    return error == 0 ? 0 : load_failed(b);
}

static server_needs needs_of(const bench *b) {
    workload_kind kind = b->workload->kind;
    return (server_needs){.durable = kind == WORKLOAD_DURABLE,
                          .work = kind == WORKLOAD_WORK || kind == WORKLOAD_WORK_ONE_THREAD,
                          .job_each = kind == WORKLOAD_JOB_EACH,
                          .connection_mode = kind == WORKLOAD_CONNECTION_MODE,
                          .threads = kind == WORKLOAD_POOL_SCALING ? b->threads
                                                                   : b->workload->pool_threads};
}

static int measure_server(bench *b, uint64_t seed) {
    server_needs needs = needs_of(b);
    int error = server_start(&b->server, b->contender, &needs);
    if (error != 0)
        complain(b, b->server.problem);
    if (error == 0) {
        set_options(b, seed);
        error = open_load(b);
    }
    if (error == 0)
        error = runs[b->workload->kind](b);
    load_close(b->load);
    int stop_error = server_stop(&b->server);
    if (stop_error != 0)
        complain(b, b->server.problem);
    return error != 0 ? error : stop_error;
}

json_t *run_workload(const contender *c, const workload *w, uint32_t threads, uint64_t seed) {
    bench b = {.contender = c, .workload = w, .threads = threads};
    b.metrics = json_object();
    b.percentiles = json_object();
    b.answers = json_object();
    set_answer(&b, "load", workload_load(w));
    int error = measure_server(&b, seed);
    json_t *report = NULL;
    if (error == 0)
        report =
            json_pack("{s:s, s:s, s:i, s:s, s:b, s:O, s:O, s:O}", "contender", c->name, "workload",
                      w->name, "threads", (int)threads, "load", workload_load(w), "verified", 1,
                      "metrics", b.metrics, "answers", b.answers, "percentiles", b.percentiles);
    json_decref(b.metrics);
    json_decref(b.percentiles);
    json_decref(b.answers);
    return report;
}
