#include "platform.h"
#include "thread_pool.h"

uint32_t thread_pool_default_threads(void) {
    uint32_t cpus = thread_pool_platform_cpus();
    return cpus > THREAD_POOL_MAX_THREADS ? THREAD_POOL_MAX_THREADS : cpus;
}
