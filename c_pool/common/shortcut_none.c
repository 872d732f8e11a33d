/* shortcut.h where nobody has written one: the unwinder does all the work. */
#include "shortcut.h"

noreturn void thread_pool_panic(const char *message) {
    thread_pool_panic_from(message, NULL);
}

void thread_pool_shortcut(struct thread_pool_frame *frame, struct thread_pool_worker *worker,
                          struct _Unwind_Exception *exception) {
    (void)frame, (void)worker, (void)exception;
}

void thread_pool_shortcut_at(struct _Unwind_Context *context, struct thread_pool_worker *worker,
                             struct _Unwind_Exception *exception) {
    (void)context, (void)worker, (void)exception;
}
