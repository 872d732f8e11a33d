/* cgroup.h: how many CPUs the control groups of this process grant it (Linux). */
#ifndef THREAD_POOL_CGROUP_H
#define THREAD_POOL_CGROUP_H

#include <stdint.h>

/* The smallest quota of the process's group and all groups above it, in versions 1 and 2, rounded
 * down to whole CPUs but at least 1, as Rust's available_parallelism does; UINT32_MAX without a
 * quota. Files are looked for below `root`: "" outside tests. */
uint32_t thread_pool_cgroup_cpus(const char *root);

#endif
