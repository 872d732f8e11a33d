/* Stops a program at start when the backend it runs on is not the one it was built for.
 *
 * Two archives that export the same names link silently and the first one wins; a preloaded
 * library is silently ignored by a statically linked program. Both would give one backend's
 * figures another backend's name. A program that is linked dynamically, and so built for no
 * backend, is told the name in POOLBENCH_EXPECTED_BACKEND.
 *
 * With POOLBENCH_TELL_BACKEND in the environment a program does nothing but tell what it runs on
 * and what is inside it: any program, whatever its own command line is, as a program tells its
 * libraries when LD_TRACE_LOADED_OBJECTS is set. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "thread_pool.h"

/* Defined by the build, one per program; empty: the environment names the backend. */
extern const char *const poolbench_expected_backend;

/* Libraries and their versions, a JSON object. A program that was built for no backend has none. */
extern const char poolbench_backend_versions[] __attribute__((weak));

static void tell(const char *linked) {
    const char *versions = poolbench_backend_versions;
    int printed = printf("{\"backend\": \"%s\", \"versions\": %s}\n", linked,
                         versions == NULL ? "{}" : versions);
    _exit(printed < 0 || fflush(stdout) != 0 ? 1 : 0);
}

__attribute__((constructor)) static void check_backend(void) {
    const char *expected = poolbench_expected_backend;
    if (expected[0] == '\0')
        expected = getenv("POOLBENCH_EXPECTED_BACKEND");
    const char *linked = thread_pool_backend();
    if (expected != NULL && strcmp(expected, linked) == 0) {
        if (getenv("POOLBENCH_TELL_BACKEND") != NULL)
            tell(linked);
        return;
    }
    fprintf(stderr, "poolbench: built to run on the backend '%s' but linked with '%s'\n",
            expected == NULL ? "(set POOLBENCH_EXPECTED_BACKEND)" : expected, linked);
    _exit(2);
}
