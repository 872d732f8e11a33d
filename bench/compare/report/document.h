/* One results file, read and checked, and how its tables belong together. */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The tables of one workload and metric, one per thread count, fewest threads first. */
struct group {
    const json_t **tables; /* owned array, borrowed tables */
    size_t count;          /* 1 or more */
    const json_t *chosen;  /* most threads that the cores carry; else the fewest */
};

struct document {
    json_t *root; /* owned */
    char *raw;    /* owned: the file's bytes, NUL after the last */
    size_t raw_size;
    const char *path;
    const char *reference;
    const json_t *run, *environment, *contenders, *tables; /* parts of root; may be NULL */
    struct group *groups;                                  /* owned */
    size_t group_count;
    const char **names; /* owned array: the other contenders, each once, in the file's order */
    size_t name_count;
    int cores; /* that the run could use; 0: not told */
};

/* false after a message on stderr that names the mistake; then there is nothing to free. */
bool document_read(struct document *document, const char *path);
void document_free(struct document *document);

/* Kinds of rows. */
bool row_is_reference(const struct document *document, const json_t *row);
bool row_is_ok(const json_t *row);
bool row_is_limit(const json_t *row);    /* what the machine needs, no contender */
const char *row_name(const json_t *row); /* as charts show it */
bool row_is_rival(const struct document *document, const json_t *row); /* gets a verdict */

const json_t *table_row_of(const json_t *table, const char *contender);

/* The entry of workloads[] that a table belongs to, or NULL. */
const json_t *document_workload(const struct document *document, const json_t *table);

/* Title of a table; its workload's name without one. With another metric of the same workload in
 * the file, the metric is named too. */
void table_title(const struct document *document, const json_t *table, char *buffer, size_t size);

#define THREADS_SIZE 32

/* "2 threads"; "default threads" where the workload leaves no choice. */
const char *table_threads(const struct document *document, const json_t *table,
                          char buffer[THREADS_SIZE]);

/* The title and the threads: "nested, at 2 threads". */
void table_place(const struct document *document, const json_t *table, char *buffer, size_t size);

#endif
