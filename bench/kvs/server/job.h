/* job.h: a job of the pool: the turns of a group of connections.
 *
 * Most often a group is one connection. Where many are ready at once and the engine never waits for
 * a disk, it is a few: the job receives for all of them, tells the engine all their keys, and then
 * serves one after the other. So the misses of the cache that finding a key takes overlap, and the
 * kernel's code for receiving, and then that for sending, is warm (README.md, Groups). A connection
 * still has its own turn, budget and replies, and a panic takes only its own along. */
#ifndef KVS_JOB_H
#define KVS_JOB_H

#include "connection.h"

enum {
    JOB_GROUP_MAX = 8,
    JOB_STACK = 2 * 1024 * 1024, /* bytes that a worker must have; TSan needs 0.8 MB of them */
};

struct job;

/* arg: the first connection of a group of at most JOB_GROUP_MAX, in state RUNNING, the others
 * linked by `handed`. */
void job_run(void *arg);

/* Before something that takes long: whoever else could be served is not kept waiting. The poller's
 * role goes to another job, and the connections whose turn has not come to the next round. */
void job_hand_over(struct job *job);

#endif
