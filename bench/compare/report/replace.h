/* A file replaced as a whole or not at all. */
#ifndef REPORT_REPLACE_H
#define REPORT_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

/* Writes beside the target, then renames over it; a target that is no regular file (a terminal, a
 * pipe, /dev/null) is written to directly, "-" is standard output. false after a message on
 * stderr, and then a regular target is as it was. */
bool replace_file(const char *path, const char *bytes, size_t size);

/* Whether both name the same existing file. */
bool replace_same(const char *path, const char *other);

#endif
