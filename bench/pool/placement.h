/* placement.h: where a process has its data, within a page, and its code, within a cache line.
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

/* What calls or is called millions of times a second takes up to a tenth of a job more or less by
 * where in a cache line it begins. Compilers leave that to chance, but for 16 bytes, and linkers
 * make it the same in all processes. PLACEMENT_COPIES(name) makes a copy of `void name(void *)` at
 * each of those places, and name_placed(), which says which of them this process uses. From the
 * thread that measures. bench/NOTES.md, "Where jobs lie". */
typedef void placement_function(void *argument);

#define PLACEMENT_CODE_PLACES 4

#if defined __x86_64__ || defined __i386__
#define PLACEMENT_NOPS(bytes) (bytes)
#else /* AArch64, and others whose instructions have one length */
#define PLACEMENT_NOPS(bytes) ((bytes) / 4)
#endif

#define PLACEMENT_AT(bytes)                                                                        \
    noinline, flatten, aligned(64),                                                                \
        patchable_function_entry(PLACEMENT_NOPS(bytes), PLACEMENT_NOPS(bytes))

#define PLACEMENT_COPY(name, bytes)                                                                \
    __attribute__((PLACEMENT_AT(bytes))) static void name##_at_##bytes(void *argument) {           \
        name(argument);                                                                            \
    }

#define PLACEMENT_COPIES(name)                                                                     \
    PLACEMENT_COPY(name, 0)                                                                        \
    PLACEMENT_COPY(name, 16)                                                                       \
    PLACEMENT_COPY(name, 32)                                                                       \
    PLACEMENT_COPY(name, 48)                                                                       \
    static placement_function *name##_placed(void) {                                               \
        static placement_function *const copies[PLACEMENT_CODE_PLACES] = {                         \
            name##_at_0, name##_at_16, name##_at_32, name##_at_48};                                \
        static placement_function *drawn;                                                          \
        if (drawn == NULL)                                                                         \
            drawn = copies[placement_below(PLACEMENT_CODE_PLACES)];                                \
        return drawn;                                                                              \
    }

#endif
