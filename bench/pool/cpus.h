/* Keeping the floor's threads on CPUs of their own. Pools are never pinned. */
#ifndef BENCH_POOL_CPUS_H
#define BENCH_POOL_CPUS_H

/* How many CPUs this process may use: its affinity. */
unsigned cpus_allowed(void);

/* The calling thread runs on the n-th CPU it may use from now on, counted round and round; does
 * nothing when there is one CPU only. Counts the CPUs that the process had at first. */
void run_on_cpu(unsigned n);

#endif
