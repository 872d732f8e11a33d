#define _GNU_SOURCE
#include "platform.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"

const size_t thread_pool_platform_name_max = 15;

enum { SMALLEST_SET = 1024, LARGEST_SET = 1 << 20 };

/* CPUs in the affinity mask, asked for with room for `cpus` of them; 0 with errno EINVAL when the
 * kernel's mask is larger than that. */
static uint32_t affinity_within(int cpus) {
    uint32_t count = 0;
    cpu_set_t *set = CPU_ALLOC(cpus);
    if (set != NULL && sched_getaffinity(0, CPU_ALLOC_SIZE(cpus), set) == 0)
        count = (uint32_t)CPU_COUNT_S(CPU_ALLOC_SIZE(cpus), set);
    int error = errno;
    CPU_FREE(set);
    errno = error;
    return count;
}

static uint32_t affinity(void) {
    for (int cpus = SMALLEST_SET; cpus <= LARGEST_SET; cpus *= 2) {
        uint32_t count = affinity_within(cpus);
        if (count > 0)
            return count;
        if (errno != EINVAL)
            break;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint32_t)online : 1;
}

uint32_t thread_pool_platform_cpus(void) {
    uint32_t cpus = affinity();
    uint32_t quota = thread_pool_cgroup_cpus("");
    return quota < cpus ? quota : cpus;
}

void thread_pool_platform_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

/* Readable and writable, so that the kernel's overcommit rule is asked too; nothing is touched. */
bool thread_pool_platform_stack_fits(size_t size) {
    void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return room != MAP_FAILED && munmap(room, size) == 0;
}
