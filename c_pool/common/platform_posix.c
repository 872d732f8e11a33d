#include "platform.h"

#include <unistd.h>

/* Nothing here names threads, and no length is asked of a name that nobody will see beyond the one
 * that keeps programs portable to Linux. */
const size_t thread_pool_platform_name_max = 15;

uint32_t thread_pool_platform_cpus(void) {
#ifdef _SC_NPROCESSORS_ONLN
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint32_t)online : 1;
#else
    return 1;
#endif
}

void thread_pool_platform_name_thread(const char *name) {
    (void)name;
}

/* Nothing to ask beforehand: pthread_create will tell. */
bool thread_pool_platform_stack_fits(size_t size) {
    return size <= (size_t)PTRDIFF_MAX;
}
