/* One directory, one engine, one server at a time. The lock is flock's: the kernel drops it when
 * the server dies in whatever way, so that no stale lock needs a human. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine.h"

static const char marker_name[] = "kvs-engine"; /* holds the engine's name and a newline */

static int fail(char *fault, int error, const char *what, const char *directory) {
    snprintf(fault, KVS_FAULT_MAX, "%s '%s': %s", what, directory, strerror(error));
    return error;
}

static int open_marker(const char *directory, bool create, int *marker) {
    int at = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return errno;
    *marker = openat(at, marker_name, (create ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0640);
    int error = *marker < 0 ? errno : 0;
    close(at);
    return error;
}

/* The name is on the disk before any data can be. */
static int write_marker(int marker, const char *name, const char *directory) {
    char line[64];
    int length = snprintf(line, sizeof line, "%s\n", name);
    if (pwrite(marker, line, (size_t)length, 0) != length || fsync(marker) != 0)
        return errno == 0 ? EIO : errno;
    int at = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = at < 0 || fsync(at) != 0 ? errno : 0;
    if (at >= 0)
        close(at);
    return error;
}

static int check_marker(int marker, const kvs_engine_type *type, const char *directory,
                        char *fault) {
    char found[64];
    ssize_t length = pread(marker, found, sizeof found - 1, 0);
    if (length < 0)
        return fail(fault, errno, "cannot read kvs-engine in", directory);
    found[length] = '\0';
    found[strcspn(found, "\n")] = '\0';
    if (found[0] == '\0' && type->persistent) {
        int error = write_marker(marker, type->name, directory);
        return error == 0 ? 0 : fail(fault, error, "cannot write kvs-engine in", directory);
    }
    if (found[0] == '\0' || strcmp(found, type->name) == 0)
        return 0;
    snprintf(fault, KVS_FAULT_MAX,
             "'%s' holds data of the engine '%s', not of '%s': use --engine %s or another --dir",
             directory, found, type->name, found);
    return EEXIST;
}

static int lock_marker(int marker, const char *directory, char *fault) {
    if (flock(marker, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno != EWOULDBLOCK)
        return fail(fault, errno, "cannot lock", directory);
    snprintf(fault, KVS_FAULT_MAX, "another kvs-server is using '%s'", directory);
    return EBUSY;
}

int kvs_directory_take(const char *directory, const kvs_engine_type *type, int *lock, char *fault) {
    int marker = -1;
    int error = open_marker(directory, type->persistent, &marker);
    if (error == ENOENT && !type->persistent) {
        *lock = -1;
        return 0;
    }
    if (error != 0)
        return fail(fault, error, "cannot keep data in", directory);
    if (type->persistent)
        error = lock_marker(marker, directory, fault);
    if (error == 0)
        error = check_marker(marker, type, directory, fault);
    if (error == 0 && type->persistent)
        *lock = marker;
    else
        close(marker);
    if (error == 0 && !type->persistent)
        *lock = -1;
    return error;
}

void kvs_directory_release(int lock) {
    if (lock >= 0)
        close(lock);
}
