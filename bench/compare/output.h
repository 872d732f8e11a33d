/* A file that appears whole or not at all. */
#ifndef COMPARE_OUTPUT_H
#define COMPARE_OUTPUT_H

#include <stdio.h>

struct output {
    char *path;
    char *temporary; /* what is written, beside `path`; NULL: a device, written directly */
    FILE *file;      /* NULL: not open */
};

/* Finds out whether `path` can be written, without touching what is there. 0, or an error number
 * after a message on stderr. */
int output_open(struct output *output, const char *path);

/* What was written takes the place of the old file. 0, or an error number after a message; then
 * the old file is as it was. Closes in any case. */
int output_commit(struct output *output);

/* Nothing happened. Also after commit, and on one that is all zero. */
void output_discard(struct output *output);

#endif
