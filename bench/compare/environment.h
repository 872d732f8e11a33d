/* On what machine, by which build: the "environment" of the results. */
#ifndef COMPARE_ENVIRONMENT_H
#define COMPARE_ENVIRONMENT_H

#include <jansson.h>
#include <stdbool.h>

/* Cores this process may use (affinity). */
unsigned environment_cores(void);

/* "load_after" is yet to be set, by environment_finish(). */
json_t *environment_describe(void);
void environment_finish(json_t *environment);

/* The processor, the cores and the kind of build are the same: absolute figures can be compared. */
bool environment_same_machine(const json_t *a, const json_t *b);

/* The sha256 of a file by coreutils' sha256sum, or NULL; free() it. */
char *environment_sha256(const char *path);

/* "2026-11-24T17:04:05Z" */
#define ENVIRONMENT_TIME_SIZE 32
void environment_time(char text[ENVIRONMENT_TIME_SIZE]);

#endif
