/* Contenders: found beside this program, asked what they can measure. */
#ifndef COMPARE_CONTENDER_H
#define COMPARE_CONTENDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "words.h"

#define CONTENDER_REFERENCE "shared_queue"
#define CONTENDER_AA CONTENDER_REFERENCE " (A/A)"

enum contender_kind { KIND_POOL, KIND_SERVER, KIND_AA, KIND_FLOOR };

struct contender {
    char *name;
    enum contender_kind kind; /* never KIND_AA: that arm is a second use of the reference */
    struct words prefix;      /* how to start it, from the path of the program */
    char *program;            /* the file that is measured, or NULL: found through PATH */
    bool ours;                /* a backend of this repository, to be proved by its suite */
    bool available;
    char *why;      /* why it takes no part; NULL when it does */
    char *answered; /* what its program says it runs on, where that is not in the list; or NULL */
    json_t *list;   /* what it answered to "list", or NULL */
    json_t *gate;   /* what the gate found: {status, passed, failed, detail}; NULL: not asked */
};

struct contenders {
    struct contender *items;
    size_t count;
};

/* Looks into the folder `bin` for pool-bench-* and kvs-bench with its kvs-server-*, and asks each
 * for its list. The reference comes first within its kind, the others in order of name. A
 * contender that cannot answer is kept, with `why`. */
void contenders_find(const char *bin, struct contenders *found);

/* What native-bench in that folder offers for the pools that are available and wanted:
 * "native-<pool>", those that it does not know not available. False: there is no native-bench. */
bool contenders_find_natives(const char *bin, const struct contenders *pools,
                             bool (*wanted)(const struct contender *, void *), void *context,
                             struct contenders *found);
void contenders_free(struct contenders *contenders);

struct contender *contenders_named(const struct contenders *contenders, enum contender_kind kind,
                                   const char *name);

/* A contender that takes no part, and why; the first reason stays. */
__attribute__((format(printf, 2, 3))) void contender_exclude(struct contender *contender,
                                                             const char *format, ...);

/* The description of one of its workloads, or NULL. Borrowed. */
const json_t *contender_workload(const struct contender *contender, const char *workload);

/* "rayon 1.12.0, rustc 1.95.0": what is inside, as far as it says; free() it. */
char *contender_versions(const struct contender *contender);

/* The workload's metric that decides when there are enough rounds, or NULL. Borrowed. */
const json_t *contender_primary_metric(const json_t *workload);

const char *contender_kind_name(enum contender_kind kind);

#endif
