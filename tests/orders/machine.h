/* machine.h: the simulated machine, for those who are not part of it: system.c, by which the pool
 * reaches it, and scenarios.c, which are its programs. */
#ifndef ORDERS_MACHINE_H
#define ORDERS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MACHINE_THREADS 5 /* the one that runs the scenario, and those that are made, at most */

/* ---- for system.c ----------------------------------------------------------------------------*/

unsigned machine_self(void); /* below MACHINE_THREADS */
void machine_yield(void);
uint64_t machine_clock(void); /* nanoseconds; from one call to the next few or many */

void *machine_thread(void *(*function)(void *), void *argument);
void machine_join(void *thread);
void machine_lock(void *mutex);
void machine_unlock(void *mutex);

/* False: the word is not `expected`. True: it has slept, until a wake-up, the time, or nothing. */
bool machine_futex_wait(const uint32_t *word, uint32_t expected, bool timed);
unsigned machine_futex_wake(const uint32_t *word, unsigned count);
void machine_heavy_fence(void);

void *machine_allocate(size_t alignment, size_t size);
void machine_free(void *memory);

/* ---- for scenarios ---------------------------------------------------------------------------*/

unsigned machine_random(unsigned limit); /* below that; another number in each run */
/* Ends the exploration when it does not hold. */
void machine_check(bool holds, const char *what);

/* The table of sites.sh. False: it cannot be read. */
bool machine_read_sites(const char *path);
/* From here on the accesses of that kind (load, store, change, swap) in that function, on the
 * `number`th line that has one, are relaxed. False: there is none. */
bool machine_weaken(const char *function, const char *kind, unsigned number);
void machine_omit_heavy_fence(void);
/* Prints the atomic accesses that were made. */
void machine_list_sites(void);

/* Runs `scenario` so often, each time with other choices; always the same in the same program.
 * `begin_thread` comes first on each thread. False: a run has failed, and why is printed. */
bool machine_explore(void (*scenario)(void), void (*begin_thread)(void), unsigned long runs);

#ifdef __cplusplus
}
#endif

#endif
