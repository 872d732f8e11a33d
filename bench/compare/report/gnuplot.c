#include "gnuplot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../memory.h"
#include "../run_process.h"

#define LIMIT_S 60.0

static const char *temporary_folder(void) {
    const char *folder = getenv("TMPDIR");
    return folder == NULL || folder[0] == '\0' ? "/tmp" : folder;
}

static bool store(const char *path, int fd, const char *script, size_t size) {
    FILE *file = fdopen(fd, "w");
    bool good = file != NULL && fwrite(script, 1, size, file) == size;
    good = file != NULL && fclose(file) == 0 && good;
    if (!good)
        fprintf(stderr, "poolbench report: %s: %s\n", path, strerror(errno));
    return good;
}

static void explain(const struct process_result *result) {
    char how[128];
    if (result->error == ENOENT) {
        fputs("poolbench report: gnuplot is needed for the charts and was not found; on Debian: "
              "apt-get install gnuplot-nox\n",
              stderr);
        return;
    }
    if (result->error != 0)
        snprintf(how, sizeof how, "%s", strerror(result->error));
    else
        process_how_it_ended(result, how, sizeof how);
    fprintf(stderr, "poolbench report: gnuplot: %s\n%s", how,
            result->error == 0 ? result->err : "");
}

static char *draw(char *path) {
    char program[] = "gnuplot", defaults[] = "-d";
    char *argv[] = {program, defaults, path, NULL}, *drawn = NULL;
    struct process_result result = {0};
    process_run(argv, LIMIT_S, &result);
    if (result.error == 0 && process_succeeded(&result) && strstr(result.out, "</svg>") != NULL)
        drawn = memory_copy_of(result.out);
    else
        explain(&result);
    process_result_free(&result);
    return drawn;
}

char *gnuplot_run(const char *script, size_t size) {
    char *path = memory_printf("%s/poolbench-chart-XXXXXX", temporary_folder()), *drawn = NULL;
    int fd = mkstemp(path);
    if (fd < 0)
        fprintf(stderr, "poolbench report: %s: %s\n", path, strerror(errno));
    else {
        if (store(path, fd, script, size))
            drawn = draw(path);
        unlink(path);
    }
    free(path);
    return drawn;
}
