/* shortcut.h: the way out of a panicking job, without the unwinder where its frames are simple.
 *
 * libgcc evaluates the tables of a frame in a general way that costs about 130 ns each, twice the
 * entry into every cleanup, and for three frames that are not the job's. Most jobs need little of
 * it: registers saved at fixed places, and cleanups of C. The shortcut reads the same tables
 * (.eh_frame, and __gcc_personality_v0's) for just that, keeps nothing from one panic to the next,
 * and gives up before it has changed anything when it meets what it does not know: a personality
 * of another language, a realigned frame, a signal frame, frames without tables, a shadow stack.
 * Then the unwinder does the whole job.
 * Sources: DWARF 4, 6.4; Linux Standard Base Core 5, 10.6 (.eh_frame); System V ABI for
 * x86-64, 3.7; Itanium C++ ABI, exception handling tables. */
#ifndef THREAD_POOL_SHORTCUT_H
#define THREAD_POOL_SHORTCUT_H

#include <stdint.h>
#include <stdnoreturn.h>
#include <unwind.h>

#include "worker.h"

/* A frame at a call it has made: x86-64's registers by their DWARF numbers, of which those count
 * that a callee preserves. The entry in shortcut_x86_64.c knows the layout. */
struct thread_pool_frame {
    uintptr_t pc; /* return address */
    uintptr_t registers[16];
};

/* The rest of thread_pool_panic, in panic_unwind.c: `frame` is the one that called it. */
noreturn void thread_pool_panic_from(const char *message, struct thread_pool_frame *frame);

/* From `frame`, which thread_pool_panic or a cleanup has returned to: goes on in the next cleanup,
 * as _Unwind_ForcedUnwind with `stop` and `worker` would, or in worker->landing when there is none.
 * Returns, with nothing changed, when it cannot tell. `frame` may be overwritten. */
void thread_pool_shortcut(struct thread_pool_frame *frame, struct thread_pool_worker *worker,
                          struct _Unwind_Exception *exception);

/* The same from within a stop function, from the frame that the unwinder is about to look at. */
void thread_pool_shortcut_at(struct _Unwind_Context *context, struct thread_pool_worker *worker,
                             struct _Unwind_Exception *exception);

#endif
