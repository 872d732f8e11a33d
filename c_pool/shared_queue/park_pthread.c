#include <errno.h>
#include <time.h>

#include "park.h"

int thread_pool_park_init(struct thread_pool_park *park) {
    park->permits = 0;
    int error = pthread_mutex_init(&park->lock, NULL);
    if (error != 0)
        return error;
    error = pthread_cond_init(&park->posted, NULL);
    if (error != 0)
        pthread_mutex_destroy(&park->lock);
    return error;
}

void thread_pool_park_release(struct thread_pool_park *park) {
    pthread_cond_destroy(&park->posted);
    pthread_mutex_destroy(&park->lock);
}

void thread_pool_park_wait(struct thread_pool_park *park) {
    pthread_mutex_lock(&park->lock);
    while (park->permits == 0)
        pthread_cond_wait(&park->posted, &park->lock);
    park->permits--;
    pthread_mutex_unlock(&park->lock);
}

/* By the system's clock, which every system offers here; when it is set, the wait is shorter or
 * longer. */
bool thread_pool_park_wait_for(struct thread_pool_park *park, uint64_t ns) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    ns += (uint64_t)until.tv_nsec;
    until.tv_sec += (time_t)(ns / 1000000000u);
    until.tv_nsec = (long)(ns % 1000000000u);
    pthread_mutex_lock(&park->lock);
    while (park->permits == 0 &&
           pthread_cond_timedwait(&park->posted, &park->lock, &until) != ETIMEDOUT)
        ;
    bool taken = park->permits > 0;
    park->permits -= taken;
    pthread_mutex_unlock(&park->lock);
    return taken;
}

/* Signals under the lock: a waiter that takes the permit cannot free the park before it is
 * unlocked for the last time here. */
void thread_pool_park_post(struct thread_pool_park *park, unsigned count) {
    pthread_mutex_lock(&park->lock);
    park->permits += count;
    if (count == 1)
        pthread_cond_signal(&park->posted);
    else
        pthread_cond_broadcast(&park->posted);
    pthread_mutex_unlock(&park->lock);
}
