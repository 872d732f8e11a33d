#include "output.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

static int complain(const char *path, int error) {
    fprintf(stderr,
            "poolbench: cannot write '%s': %s; accepted: a file in a folder that may be written\n",
            path, strerror(error));
    return error;
}

/* What a symbolic link points to is replaced, not the link. */
static char *target_of(const char *path) {
    char *target = realpath(path, NULL);
    return target == NULL ? memory_copy_of(path) : target;
}

/* The rights that open() would have given; mkstemp gives them to the owner alone. */
static void set_usual_rights(int fd) {
    mode_t mask = umask(0);
    umask(mask);
    (void)!fchmod(fd, 0666 & ~mask);
}

static int open_beside(struct output *output) {
    output->temporary = memory_printf("%s.XXXXXX", output->path);
    int fd = mkstemp(output->temporary);
    if (fd < 0) {
        int error = errno;
        free(output->temporary);
        output->temporary = NULL;
        return error;
    }
    set_usual_rights(fd);
    output->file = fdopen(fd, "w");
    return output->file == NULL ? errno : 0;
}

static int open_directly(struct output *output) {
    output->file = fopen(output->path, "we");
    return output->file == NULL ? errno : 0;
}

static int open_target(struct output *output) {
    struct stat there;
    if (stat(output->path, &there) != 0)
        return errno == ENOENT ? open_beside(output) : errno;
    if (S_ISDIR(there.st_mode))
        return EISDIR;
    if (access(output->path, W_OK) != 0)
        return errno;
    return S_ISREG(there.st_mode) ? open_beside(output) : open_directly(output);
}

int output_open(struct output *output, const char *path) {
    *output = (struct output){.path = target_of(path)};
    int error = open_target(output);
    if (error != 0) {
        complain(path, error);
        output_discard(output);
    }
    return error;
}

static int finish(struct output *output) {
    int error = 0;
    if (fflush(output->file) != 0 || ferror(output->file))
        error = errno == 0 ? EIO : errno;
    if (error == 0 && output->temporary != NULL && fsync(fileno(output->file)) != 0)
        error = errno;
    if (fclose(output->file) != 0 && error == 0)
        error = errno;
    output->file = NULL;
    if (error == 0 && output->temporary != NULL && rename(output->temporary, output->path) != 0)
        error = errno;
    return error;
}

int output_commit(struct output *output) {
    int error = finish(output);
    if (error != 0)
        complain(output->path, error);
    else {
        free(output->temporary);
        output->temporary = NULL;
    }
    output_discard(output);
    return error;
}

void output_discard(struct output *output) {
    if (output->file != NULL)
        fclose(output->file);
    if (output->temporary != NULL)
        unlink(output->temporary);
    free(output->temporary);
    free(output->path);
    *output = (struct output){0};
}
