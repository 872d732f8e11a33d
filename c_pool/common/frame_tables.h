/* frame_tables.h: what .eh_frame says about a frame, as far as it is simple (see shortcut.h). */
#ifndef THREAD_POOL_FRAME_TABLES_H
#define THREAD_POOL_FRAME_TABLES_H

#include <stdbool.h>
#include <stdint.h>

enum {
    THREAD_POOL_FRAME_SP = 7,      /* DWARF number of the stack pointer */
    THREAD_POOL_FRAME_RETURN = 16, /* …and of the return address */
    THREAD_POOL_FRAME_RULES = 17,
    /* The registers whose values are known in every frame, a bit each: rbx, rbp, rsp, r12 to r15.
     */
    THREAD_POOL_FRAME_KNOWN = 0xf0c8
};

/* Where the caller's registers are. */
struct thread_pool_frame_rules {
    uint8_t cfa_register; /* the caller's stack pointer is this register … */
    int32_t cfa_offset;   /* … plus this */
    uint32_t saved;       /* bit n: register n lies in memory, otherwise it is unchanged */
    int32_t offset[THREAD_POOL_FRAME_RULES]; /* …at this distance from the caller's sp */
};

struct thread_pool_frame_info {
    uintptr_t function; /* where the code that holds the pc begins */
    uintptr_t pad;      /* the cleanup to run, or 0 */
    struct thread_pool_frame_rules rules;
};

/* The function that holds the call which returns to `pc`, as its table entry begins; 0: unknown.
 * `entry` is for the next function. */
uintptr_t thread_pool_frame_find(uintptr_t pc, const uint8_t **entry);

/* Reads `entry` for `pc`; false when there is anything in it that is not simple. */
bool thread_pool_frame_read(const uint8_t *entry, uintptr_t pc,
                            struct thread_pool_frame_info *info);

/* The cleanup for `pc` in the table of __gcc_personality_v0 for code that begins at `function`; 0:
 * none. False, and *pad is not to be used, when there is anything in it that is not simple. */
bool thread_pool_frame_read_pad(const uint8_t *table, uintptr_t function, uintptr_t pc,
                                uintptr_t *pad);

#endif
