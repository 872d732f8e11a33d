/* list.h: what a contender can run, as JSON. */
#ifndef KVS_BENCH_LIST_H
#define KVS_BENCH_LIST_H

#include <jansson.h>

#include "contender.h"

/* The object that `kvs-bench list` prints; the caller's. NULL without memory. */
json_t *list_contender(const contender *c);

#endif
