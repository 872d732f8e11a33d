/* Ratios of earlier results, side by side. */
#ifndef COMPARE_HISTORY_H
#define COMPARE_HISTORY_H

#include "options.h"

/* Reads the files named as operands, or all of `folder`; prints; returns the exit code. */
int history_command(const struct options *options, const char *folder);

#endif
