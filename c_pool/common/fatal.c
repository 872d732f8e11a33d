#include "fatal.h"

#include <stdio.h>
#include <stdlib.h>

noreturn void thread_pool_fatal(const char *what, const char *detail) {
    fprintf(stderr, "thread_pool: %s%s%s\n", what, detail == NULL ? "" : ": ",
            detail == NULL ? "" : detail);
    abort();
}
