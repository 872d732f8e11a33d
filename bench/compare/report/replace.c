#include "replace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../memory.h"

static bool complain(const char *path) {
    fprintf(stderr, "poolbench report: %s: %s\n", path, strerror(errno));
    return false;
}

static bool write_all(FILE *file, const char *bytes, size_t size) {
    return fwrite(bytes, 1, size, file) == size && fflush(file) == 0;
}

static bool write_direct(const char *path, const char *bytes, size_t size) {
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return complain(path);
    bool good = write_all(file, bytes, size);
    good = fclose(file) == 0 && good;
    return good ? true : complain(path);
}

/* mkstemp makes files that only their owner can read; give what open() would have given. */
static int usual_mode(void) {
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~(int)mask;
}

static bool fill(int fd, const char *bytes, size_t size) {
    FILE *file = fdopen(fd, "w");
    if (file == NULL) {
        close(fd);
        return false;
    }
    bool good =
        write_all(file, bytes, size) && fchmod(fd, (mode_t)usual_mode()) == 0 && fsync(fd) == 0;
    return fclose(file) == 0 && good;
}

static bool write_beside(const char *path, const char *bytes, size_t size) {
    char *beside = memory_printf("%s.XXXXXX", path);
    int fd = mkstemp(beside);
    bool good = fd >= 0;
    if (!good)
        complain(path);
    else if (!fill(fd, bytes, size) || rename(beside, path) != 0) {
        good = complain(path);
        unlink(beside);
    }
    free(beside);
    return good;
}

bool replace_file(const char *path, const char *bytes, size_t size) {
    struct stat status;
    if (strcmp(path, "-") == 0)
        return write_all(stdout, bytes, size) ? true : complain("standard output");
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return complain(path);
    }
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return write_direct(path, bytes, size);
    return write_beside(path, bytes, size);
}

bool replace_same(const char *path, const char *other) {
    struct stat a, b;
    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}
