/* placement.h: where within a page a process has its data.
 *
 * Address randomisation moves whole pages, so within a page everything of a program would lie in
 * the same place in each of its processes. A load whose address has the lower twelve bits of a
 * store just before it waits for that store, and so where a program has its data makes it slower or
 * faster by some percent, one program and not another: "Producing Wrong Data Without Doing Anything
 * Obviously Wrong!" (Mytkowicz, Diwan, Hauswirth, Sweeney, 2009). Drawn anew in each process, that
 * is part of the spread. bench/NOTES.md, "Two workers and one", has figures. */
#ifndef POOL_BENCH_PLACEMENT_H
#define POOL_BENCH_PLACEMENT_H

#include <stddef.h>

/* A number below `count`, which is a power of two of at most 256; another one in each process. */
size_t placement_below(size_t count);

extern void *placement_kept; /* placement.c's own */

/* Everything that is allocated afterwards lies further on by a part of a page. Once, at first. */
void placement_move_heap(void);

#endif
