/* scratch.h: a directory for one server's data, removed with all that is in it.
 *
 * In $TMPDIR or /var/tmp, which is on a disk where /tmp may be memory: durable writes must cost
 * here what they cost in use. Main thread only; may block on the file system. */
#ifndef KVS_BENCH_SCRATCH_H
#define KVS_BENCH_SCRATCH_H

enum { SCRATCH_PATH_MAX = 256 };

/* Makes it, and says on standard error when it is in memory. 0 or an error number. */
int scratch_make(char path[SCRATCH_PATH_MAX]);

/* Removes it; "" is nothing. Failures are ignored: the system cleans its temporary files. */
void scratch_remove(const char *path);

#endif
