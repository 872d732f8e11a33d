/* The commands; each returns the exit code. */
#ifndef COMPARE_COMMANDS_H
#define COMPARE_COMMANDS_H

#include "options.h"

/* Where the programs are, and where results go when no file is named. */
struct places {
    char *bin;
    char *results;
};

int command_list(const struct options *options, const struct places *places);
int command_check(const struct options *options, const struct places *places);
int command_compare(const struct options *options, const struct places *places, int argc,
                    char **argv);

#endif
