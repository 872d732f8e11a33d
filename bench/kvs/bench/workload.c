#include "workload.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

enum { WORKLOADS_MAX = 64 };

static workload table[WORKLOADS_MAX];
static size_t table_count;

/* What a workload needs of a contender, its group in the report, and its load generator. */
static const struct {
    unsigned needs;
    const char *group;
    const char *load;
} kinds[WORKLOAD_KINDS] = {
    [WORKLOAD_LEAN] = {CAN_MEMORY, "server", "kvs-load"},
    [WORKLOAD_JOB_EACH] = {CAN_MEMORY | CAN_THREADS, "server, pools apart", "kvs-load"},
    [WORKLOAD_DURABLE] = {CAN_DURABLE, "server, durable", "kvs-load"},
    [WORKLOAD_REDIS_BENCHMARK] = {CAN_MEMORY | CAN_REDIS_BENCHMARK, "server", "redis-benchmark"},
    [WORKLOAD_WORK] = {CAN_WORK, "server, pools apart", "kvs-load"},
    [WORKLOAD_WORK_ONE_THREAD] = {CAN_WORK | CAN_THREADS, "server, pools apart", "kvs-load"},
    [WORKLOAD_LIGHT_BESIDE_HEAVY] = {CAN_MEMORY, "server, pools apart", "kvs-load"},
    [WORKLOAD_POOL_SCALING] = {CAN_THREADS, "server, talent plan", "kvs-load"},
    [WORKLOAD_CONNECTION_MODE] = {CAN_CONNECTION_MODE, "server, talent plan", "kvs-load"},
};

#define RATE                                                                                       \
    { "requests_per_second", "1/s", "higher", true }
#define P50                                                                                        \
    { "p50_us", "us", "lower", false }
#define P99                                                                                        \
    { "p99_us", "us", "lower", false }
#define SERVER_CPU                                                                                 \
    { "server_cpu_us_per_request", "us", "lower", false }
#define CLIENT_CPU                                                                                 \
    { "client_cpu_us_per_request", "us", "none", false }
#define END                                                                                        \
    { NULL, NULL, NULL, false }

static const metric usual[] = {RATE, P50, P99, SERVER_CPU, CLIENT_CPU, END};
static const metric of_redis_benchmark[] = {RATE, P50, P99, SERVER_CPU, END};
static const metric of_light[] = {{"p99_us", "us", "lower", true},
                                  P50,
                                  {"requests_per_second", "1/s", "higher", false},
                                  {"heavy_requests_per_second", "1/s", "higher", false},
                                  SERVER_CPU,
                                  CLIENT_CPU,
                                  END};
static const metric of_scaling[] = {{"reads_per_second", "1/s", "higher", true},
                                    {"writes_per_second", "1/s", "higher", false},
                                    {"read_p99_us", "us", "lower", false},
                                    {"write_p99_us", "us", "lower", false},
                                    SERVER_CPU,
                                    END};
static const metric of_connection_mode[] = {{"clients_served", "count", "higher", true},
                                            {"requests_per_second", "1/s", "higher", false},
                                            P50,
                                            P99,
                                            SERVER_CPU,
                                            END};

const metric *workload_metrics(workload_kind kind) {
    switch (kind) {
    case WORKLOAD_REDIS_BENCHMARK:
        return of_redis_benchmark;
    case WORKLOAD_LIGHT_BESIDE_HEAVY:
        return of_light;
    case WORKLOAD_POOL_SCALING:
        return of_scaling;
    case WORKLOAD_CONNECTION_MODE:
        return of_connection_mode;
    default:
        return usual;
    }
}

/* ---- the table ----------------------------------------------------------------------------- */

static workload *add(workload_kind kind, double seconds) {
    workload *w = &table[table_count++];
    *w = (workload){.kind = kind, .seconds = seconds, .pipeline = 1, .connections = 50};
    return w;
}

static const char *command_of(const workload *w) {
    return w->set ? "SET" : "GET";
}

static void add_lean(bool set, uint32_t pipeline, uint32_t connections) {
    workload *w = add(WORKLOAD_LEAN, 0.75);
    w->set = set;
    w->pipeline = pipeline;
    w->connections = connections;
    snprintf(w->name, sizeof w->name, "kvs_%s_p%u_c%u", set ? "set" : "get", pipeline, connections);
    snprintf(w->title, sizeof w->title, "%s, %u connections, pipeline %u", command_of(w),
             connections, pipeline);
    w->by_default = connections == 50 && pipeline == (set ? 64 : 1);
}

static void add_redis_benchmark(bool set, uint32_t pipeline) {
    workload *w = add(WORKLOAD_REDIS_BENCHMARK, 1.5);
    w->set = set;
    w->pipeline = pipeline;
    w->by_default = !set && pipeline == 16;
    snprintf(w->name, sizeof w->name, "rb_%s_p%u_c50", set ? "set" : "get", pipeline);
    snprintf(w->title, sizeof w->title,
             "%s, 50 connections, pipeline %u, load from redis-benchmark (checks no reply: every "
             "key is read back and checked after it)",
             command_of(w), pipeline);
}

static void add_durable(uint32_t connections) {
    workload *w = add(WORKLOAD_DURABLE, 0.7);
    w->set = true;
    w->connections = connections;
    w->by_default = connections == 50;
    snprintf(w->name, sizeof w->name, "kvs_durable_set_c%u", connections);
    snprintf(w->title, sizeof w->title,
             "SET acknowledged when it is on disk, %u connection%s, pipeline 1", connections,
             connections == 1 ? "" : "s");
}

static workload *add_special(workload_kind kind, double seconds, bool by_default, const char *name,
                             const char *title) {
    workload *w = add(kind, seconds);
    w->by_default = by_default;
    snprintf(w->name, sizeof w->name, "%s", name);
    snprintf(w->title, sizeof w->title, "%s", title);
    return w;
}

static void add_light(const char *name, uint32_t heavy, uint32_t pipeline) {
    workload *w = add(WORKLOAD_LIGHT_BESIDE_HEAVY, 0.8);
    w->by_default = heavy == 3;
    w->connections = 16;
    w->heavy_connections = heavy;
    w->heavy_pipeline = pipeline;
    snprintf(w->name, sizeof w->name, "%s", name);
    snprintf(w->title, sizeof w->title,
             "GET, 16 clients with pipeline 1 beside %u that pipeline %u deep; latency of the 16",
             heavy, pipeline);
}

static void add_lean_all(void) {
    static const uint32_t pipelines[] = {1, 16, 64}, connections[] = {16, 50, 200, 1000};
    for (size_t p = 0; p < 3; p++)
        for (size_t c = 0; c < 4; c++) {
            add_lean(false, pipelines[p], connections[c]);
            add_lean(true, pipelines[p], connections[c]);
        }
}

static void add_redis_benchmark_all(void) {
    static const uint32_t pipelines[] = {1, 16, 64};
    for (size_t p = 0; p < 3; p++) {
        add_redis_benchmark(false, pipelines[p]);
        add_redis_benchmark(true, pipelines[p]);
    }
}

static void add_special_all(void) {
    static const uint32_t connections[] = {1, 16, 50, 200};
    add_special(WORKLOAD_JOB_EACH, 0.75, true, "kvs_get_p1_c50_job_each",
                "GET, 50 connections, pipeline 1, a job for each connection (--group 1): the pool "
                "has the most to do");
    add_special(WORKLOAD_WORK, 0.7, true, "kvs_work16us",
                "requests with 16 us of work each, 50 connections, pipeline 1 (Redis: a Lua "
                "function that asks for TIME until 16 us have passed)");
    add_special(WORKLOAD_WORK_ONE_THREAD, 0.7, true, "kvs_work16us_one_thread",
                "the same on a pool of one thread: the single-threaded server to compare with")
        ->pool_threads = 1;
    add_light("kvs_light_beside_heavy", 3, 64);
    add_light("kvs_light_beside_flood", 16, 256);
    for (size_t c = 0; c < 4; c++)
        add_durable(connections[c]);
    add_special(WORKLOAD_POOL_SCALING, 0.6, true, "kvs_pool_scaling",
                "talent plan: 1000 keys of one length written, then read, round after round, 50 "
                "connections, over pools of this many threads");
    add_special(WORKLOAD_CONNECTION_MODE, 0.6, false, "kvs_connection_mode",
                "GET, 50 clients, each owned by a job until it hangs up (--mode connection): how "
                "many are served at all");
}

const workload *workload_all(size_t *count) {
    if (table_count == 0) {
        add_lean_all();
        add_redis_benchmark_all();
        add_special_all();
    }
    *count = table_count;
    return table;
}

const workload *workload_find(const char *name) {
    size_t count;
    const workload *all = workload_all(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    return NULL;
}

const char *workload_group(const workload *w) {
    return kinds[w->kind].group;
}

const char *workload_load(const workload *w) {
    return kinds[w->kind].load;
}

bool workload_has_floor(const workload *w) {
    return w->kind == WORKLOAD_LEAN || w->kind == WORKLOAD_REDIS_BENCHMARK;
}

bool workload_fits(const workload *w, const contender *c) {
    bool measurable = c->kind != CONTENDER_FLOOR || workload_has_floor(w);
    return measurable && (kinds[w->kind].needs & ~c->can) == 0;
}

static uint32_t usable_cpus(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return (uint32_t)CPU_COUNT(&set);
}

uint32_t workload_threads(const workload *w, uint32_t threads[32]) {
    uint32_t most = w->pool_threads != 0 ? w->pool_threads : usable_cpus(), count = 0;
    if (w->kind == WORKLOAD_POOL_SCALING) {
        most *= 2;
        for (uint32_t n = 1; n < most; n *= 2)
            threads[count++] = n;
    }
    threads[count++] = most;
    return count;
}
