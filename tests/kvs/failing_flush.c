/* Preloaded into a kvs-server: fdatasync and fsync fail with EIO while the file exists that the
 * environment names in KVS_FLUSH_FAILS_WHILE. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int flush(const char *name, int fd) {
    int (*real)(int);
    const char *path = getenv("KVS_FLUSH_FAILS_WHILE");
    if (path != NULL && access(path, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    *(void **)&real = dlsym(RTLD_NEXT, name);
    return real(fd);
}

int fdatasync(int fd) {
    return flush("fdatasync", fd);
}

int fsync(int fd) {
    return flush("fsync", fd);
}
