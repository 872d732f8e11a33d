/* Results files: read, and the parts of them that many readers ask for. */
#ifndef COMPARE_RESULTS_H
#define COMPARE_RESULTS_H

#include <jansson.h>

#define RESULTS_FORMAT "poolbench-results"
#define RESULTS_VERSION 1

/* NULL after a message on stderr that names the mistake; json_decref() it. */
json_t *results_read(const char *path);

/* Borrowed, "" or NULL when it is not there. */
const char *results_text(const json_t *object, const char *key);
const json_t *results_table(const json_t *results, const char *workload, const char *kind,
                            int threads, const char *metric);
const json_t *results_row(const json_t *table, const char *contender);

/* NaN when it is not a number. */
double results_number(const json_t *object, const char *key);

#endif
