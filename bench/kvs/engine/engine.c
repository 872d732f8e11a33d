#include "engine.h"

#include <stddef.h>

const kvs_engine_type *const kvs_engines[] = {&kvs_engine_lmdb, &kvs_engine_memory, NULL};

const kvs_engine_type *kvs_engine_named(const char *name) {
    for (size_t i = 0; kvs_engines[i] != NULL; i++)
        if (strcmp(kvs_engines[i]->name, name) == 0)
            return kvs_engines[i];
    return NULL;
}

void kvs_write_set_fail(kvs_write_set *set, int status) {
    for (size_t i = 0; i < set->count; i++)
        set->writes[i].status = status;
}
