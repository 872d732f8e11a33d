#include "cpus.h"

#include <sched.h>
#include <stdbool.h>

/* What the process was started with: later threads inherit what run_on_cpu has narrowed. */
static cpu_set_t at_start;

__attribute__((constructor)) static void remember(void) {
    if (sched_getaffinity(0, sizeof at_start, &at_start) != 0)
        CPU_ZERO(&at_start);
}

unsigned cpus_allowed(void) {
    int count = CPU_COUNT(&at_start);
    return count < 1 ? 1 : (unsigned)count;
}

static int nth_cpu(unsigned n) {
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &at_start) && n-- == 0)
            return cpu;
    return -1;
}

void run_on_cpu(unsigned n) {
    cpu_set_t one;
    int cpu = nth_cpu(n % cpus_allowed());
    if (cpus_allowed() < 2 || cpu < 0)
        return;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
}
