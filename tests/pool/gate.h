/* gate.h: the suite's one means of waiting: a number that only rises, and a wait with a deadline.
 * The deadline is the limit after which a case has failed, never a way to be in step. */
#ifndef POOL_SUITE_GATE_H
#define POOL_SUITE_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* broadcast under lock when count rises */
    uint64_t count;         /* under lock */
} gate;

#define GATE_INIT                                                                                  \
    { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 }

/* Any thread. */
void gate_add(gate *it, uint64_t n);
uint64_t gate_count(gate *it);

/* Blocks until the count is at least `wanted`: true. Any thread. false: not within 30 s. */
bool gate_wait(gate *it, uint64_t wanted);

/* Jobs: add one to the gate; wait until the gate is at least 1. */
void job_count(void *gate);
void job_wait(void *gate);

/* Jobs that job_wait has let go because of the deadline. Any thread. */
unsigned job_wait_timeouts(void);

#endif
