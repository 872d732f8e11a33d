/* child.h: the part of a case that may die, in a process of its own: this program again. */
#ifndef POOL_SUITE_CHILD_H
#define POOL_SUITE_CHILD_H

#include <stdbool.h>

struct child {
    bool hung;         /* killed after 20 s */
    int status;        /* as from waitpid */
    char output[8192]; /* what it wrote on stdout and stderr, its beginning */
};

/* Runs `program mode name argument`. Main thread only. */
struct child run_child(const char *mode, const char *name, int argument);

#define CHILD(name) int child_##name(int argument);
#include "children.def"
#undef CHILD

/* Entry of such a child: the function called `name` in children.def. Its exit status. */
int child_main(const char *name, int argument);

bool child_aborted(const struct child *child);
bool child_exited(const struct child *child, int status);

#endif
