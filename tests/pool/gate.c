#include "gate.h"

#include <stdatomic.h>
#include <time.h>

enum { DEADLINE_SECONDS = 30 };

void gate_add(gate *it, uint64_t n) {
    pthread_mutex_lock(&it->lock);
    it->count += n;
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
}

uint64_t gate_count(gate *it) {
    pthread_mutex_lock(&it->lock);
    uint64_t count = it->count;
    pthread_mutex_unlock(&it->lock);
    return count;
}

bool gate_wait(gate *it, uint64_t wanted) {
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += DEADLINE_SECONDS;
    pthread_mutex_lock(&it->lock);
    int error = 0;
    while (it->count < wanted && error == 0)
        error = pthread_cond_timedwait(&it->changed, &it->lock, &deadline);
    bool reached = it->count >= wanted;
    pthread_mutex_unlock(&it->lock);
    return reached;
}

void job_count(void *arg) {
    gate_add(arg, 1);
}

static atomic_uint timeouts;

void job_wait(void *arg) {
    if (!gate_wait(arg, 1))
        atomic_fetch_add(&timeouts, 1);
}

unsigned job_wait_timeouts(void) {
    return atomic_load(&timeouts);
}
