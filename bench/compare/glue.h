/* What thread_pool.h costs a Rust pool per job: the same workload through the header and, by
 * native-bench, without it. */
#ifndef COMPARE_GLUE_H
#define COMPARE_GLUE_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "contender.h"
#include "progress.h"

struct glue {
    struct contenders natives; /* what native-bench offers for the pools that take part */
    const struct contenders *contenders;
    double seconds;  /* what glue_measure() takes, roughly; 0: nothing will be measured */
    const char *why; /* nothing can be measured; NULL when it can */
};

/* Looks in the folder `bin` for what can be measured; `wanted` says which pools take part. */
void glue_find(struct glue *glue, const char *bin, const struct contenders *contenders,
               bool (*wanted)(const struct contender *, void *), void *context);

/* Nothing is to be measured, for this reason. */
void glue_refuse(struct glue *glue, const char *why);
void glue_free(struct glue *glue);

/* Measures, and returns "glue" as in RESULTS.md. Blocks for about `seconds`; orders and the
 * bootstrap follow from the seed. */
json_t *glue_measure(const struct glue *glue, struct progress *progress, uint64_t seed);

/* For people; says so when nothing was measured. */
void glue_print(FILE *stream, const json_t *glue);

#endif
