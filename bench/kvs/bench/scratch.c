#include "scratch.h"

#include <errno.h>
#include <ftw.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/vfs.h>

enum { OPEN_DIRECTORIES = 8 };

static void warn_of_memory(const char *path) {
    struct statfs where;
    if (statfs(path, &where) == 0 && where.f_type == TMPFS_MAGIC)
        fprintf(stderr,
                "kvs-bench: %s is in memory: durable writes cost nothing there; set TMPDIR\n",
                path);
}

int scratch_make(char path[SCRATCH_PATH_MAX]) {
    const char *parent = getenv("TMPDIR");
    int length = snprintf(path, SCRATCH_PATH_MAX, "%s/kvs-bench-XXXXXX",
                          parent == NULL || parent[0] == '\0' ? "/var/tmp" : parent);
    if (length >= SCRATCH_PATH_MAX || mkdtemp(path) == NULL) {
        int error = length >= SCRATCH_PATH_MAX ? ENAMETOOLONG : errno;
        path[0] = '\0';
        return error;
    }
    warn_of_memory(path);
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type,
                        struct FTW *position) {
    (void)status;
    (void)type;
    (void)position;
    remove(path);
    return 0;
}

void scratch_remove(const char *path) {
    if (path[0] != '\0')
        nftw(path, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
}
