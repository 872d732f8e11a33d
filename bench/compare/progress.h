/* The line that says how far it is; on a terminal only, on stderr. */
#ifndef COMPARE_PROGRESS_H
#define COMPARE_PROGRESS_H

#include <stdbool.h>

struct progress {
    bool line; /* stderr is a terminal, and not --quiet */
    bool quiet, verbose;
    bool shown; /* the line is there and must be wiped before anything else is printed */
};

void progress_init(struct progress *progress, bool quiet, bool verbose);

/* Shows `text` and at most how many seconds are left; `fraction` is of the time, 0 to 1. */
void progress_show(struct progress *progress, double fraction, double seconds_left,
                   const char *text);
void progress_clear(struct progress *progress);

/* A line on stderr that stays; note: unless --quiet, detail: with --verbose only. */
__attribute__((format(printf, 2, 3))) void progress_note(struct progress *progress,
                                                         const char *format, ...);
__attribute__((format(printf, 2, 3))) void progress_detail(struct progress *progress,
                                                           const char *format, ...);

#endif
