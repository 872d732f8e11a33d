/* wait_group.h: wait until a number of jobs have finished. Header-only C11, for any backend.
 *
 *     wait_group group = WAIT_GROUP_INIT;
 *     wait_group_add(&group, 2);
 *     ... spawn two jobs, each of which calls wait_group_done(&group) at its end ...
 *     wait_group_wait(&group);
 *
 * The caller owns the memory. `add` before the jobs it announces can call `done`; `done` and
 * `wait` from any thread. When `wait` has returned and no later `add` is made, the group may be
 * freed: `done` touches it last under the lock that `wait` takes. */
#ifndef WAIT_GROUP_H
#define WAIT_GROUP_H

#include <pthread.h>
#include <stddef.h>

typedef struct wait_group {
    pthread_mutex_t lock;
    pthread_cond_t zero; /* signalled under lock when count reaches 0 */
    size_t count;        /* under lock */
} wait_group;

#define WAIT_GROUP_INIT                                                                            \
    { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 }

/* Announces `jobs` more calls of wait_group_done. Never blocks for long. */
static inline void wait_group_add(wait_group *group, size_t jobs) {
    pthread_mutex_lock(&group->lock);
    group->count += jobs;
    pthread_mutex_unlock(&group->lock);
}

/* One job is finished. What it wrote before is visible to whoever returns from wait. */
static inline void wait_group_done(wait_group *group) {
    pthread_mutex_lock(&group->lock);
    if (--group->count == 0)
        pthread_cond_broadcast(&group->zero);
    pthread_mutex_unlock(&group->lock);
}

/* Blocks until every announced job is finished; returns at once when none is. */
static inline void wait_group_wait(wait_group *group) {
    pthread_mutex_lock(&group->lock);
    while (group->count != 0)
        pthread_cond_wait(&group->zero, &group->lock);
    pthread_mutex_unlock(&group->lock);
}

#endif
