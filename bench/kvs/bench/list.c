#include "list.h"

#include "workload.h"

static json_t *list_metrics(const workload *w) {
    json_t *list = json_array();
    for (const metric *m = workload_metrics(w->kind); m->name != NULL; m++) {
        json_t *entry =
            json_pack("{s:s, s:s, s:s}", "name", m->name, "unit", m->unit, "better", m->better);
        if (m->primary)
            json_object_set_new(entry, "primary", json_true());
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *list_threads(const workload *w) {
    uint32_t threads[32], count = workload_threads(w, threads);
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, json_integer(threads[i]));
    return list;
}

static json_t *list_workload(const workload *w) {
    json_t *entry =
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:b, s:f, s:o}", "name", w->name, "title", w->title,
                  "group", workload_group(w), "load", workload_load(w), "threads", list_threads(w),
                  "default", (int)w->by_default, "seconds", w->seconds, "metrics", list_metrics(w));
    if (workload_has_floor(w)) /* the same cell of the contender 'floor' */
        json_object_set_new(entry, "floor", json_string(w->name));
    return entry;
}

static json_t *list_workloads(const contender *c) {
    size_t count;
    const workload *all = workload_all(&count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (workload_fits(&all[i], c))
            json_array_append_new(list, list_workload(&all[i]));
    return list;
}

json_t *list_contender(const contender *c) {
    json_t *list = json_pack("{s:s, s:b}", "contender", c->name, "available", (int)c->available);
    if (!c->available)
        json_object_set_new(list, "why", json_string(c->why));
    if (c->version[0] != '\0')
        json_object_set_new(list, "versions", json_pack("{s:s}", c->program, c->version));
    json_object_set_new(list, "workloads", list_workloads(c));
    return list;
}
