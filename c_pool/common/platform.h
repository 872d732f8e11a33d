/* platform.h: what C11 and POSIX do not offer. platform_linux.c has it for Linux,
 * platform_posix.c is the fallback for every other system; the build takes one of them. */
#ifndef THREAD_POOL_PLATFORM_H
#define THREAD_POOL_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest thread name in bytes, without the final NUL. */
extern const size_t thread_pool_platform_name_max;

/* CPUs this process may use, 1 or more: affinity and, where there are such, control groups. */
uint32_t thread_pool_platform_cpus(void);

/* Names the calling thread. `name` is no longer than thread_pool_platform_name_max. */
void thread_pool_platform_name_thread(const char *name);

/* Has the address space room for a stack of `size` bytes, a multiple of the page size? */
bool thread_pool_platform_stack_fits(size_t size);

#endif
