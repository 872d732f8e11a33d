/* thread_pool_panic with an unwinder: forced unwinding, the level of the C++ ABI below exceptions,
 * as pthread_exit uses it.
 *
 * The unwinder walks from the panic towards the worker and runs on its way what was compiled with
 * -fexceptions: __attribute__((cleanup)), destructors of C++, drops of Rust. Before each frame it
 * asks `stop`, which leaves for the landing as soon as the frame is the worker's own. A cleanup
 * ends in _Unwind_Resume, which goes on with the same `stop`. The entry, thread_pool_panic, is in
 * shortcut_*.c, and so is the way around the unwinder where there is one.
 * Source: Itanium C++ ABI, "Base ABI", 1.3 (_Unwind_ForcedUnwind). */

#include <string.h>

#include "fatal.h"
#include "panic.h"
#include "shortcut.h"

/* The panic under way on this thread. Not in a frame: the cleanups that run on the way would
 * overwrite it. */
static _Thread_local struct {
    struct _Unwind_Exception exception;
    bool no_shortcut; /* one was tried, and there is a frame on the way that it cannot read */
} panic __attribute__((tls_model("initial-exec")));

/* Is this the frame of worker->run? Its address is that of the function which runs the jobs. */
static bool is_workers_frame(struct _Unwind_Context *context,
                             const struct thread_pool_worker *worker) {
    return _Unwind_GetRegionStart(context) == (_Unwind_Ptr)worker->run;
}

/* Also leaves at the end of what can be unwound: frames without tables are abandoned. */
static _Unwind_Reason_Code stop(int version, _Unwind_Action actions,
                                _Unwind_Exception_Class class_of_exception,
                                struct _Unwind_Exception *exception,
                                struct _Unwind_Context *context, void *argument) {
    (void)version, (void)class_of_exception;
    struct thread_pool_worker *worker = argument;
    bool at_end = (actions & _UA_END_OF_STACK) != 0;
    if (!at_end && !panic.no_shortcut)
        thread_pool_shortcut_at(context, worker, exception);
    panic.no_shortcut = true;
    if (at_end || is_workers_frame(context, worker))
        siglongjmp(worker->landing, 1);
    return _URC_NO_REASON;
}

/* Called when a frame, a `catch (...)` of C++ say, took the panic for an exception and ended it. */
static void swallowed(_Unwind_Reason_Code reason, struct _Unwind_Exception *exception) {
    (void)reason, (void)exception;
    thread_pool_fatal("a panic was swallowed on its way out of a job; catch (...) must rethrow",
                      NULL);
}

/* As _Unwind_ForcedUnwind leaves it, for a cleanup that the shortcut enters and that ends in
 * _Unwind_Resume: libgcc and LLVM's libunwind both keep the stop function and its argument so. */
static void prepare(struct thread_pool_worker *worker) {
    panic.exception = (struct _Unwind_Exception){.exception_cleanup = swallowed,
                                                 .private_1 = (_Unwind_Word)stop,
                                                 .private_2 = (_Unwind_Word)worker};
    memcpy(&panic.exception.exception_class, "POOLBNCH", sizeof panic.exception.exception_class);
    panic.no_shortcut = false;
}

noreturn void thread_pool_panic_from(const char *message, struct thread_pool_frame *frame) {
    struct thread_pool_worker *worker = thread_pool_panic_begin(message);
    prepare(worker);
    thread_pool_shortcut(frame, worker, &panic.exception);
    panic.no_shortcut = true;
    _Unwind_ForcedUnwind(&panic.exception, stop, worker);
    thread_pool_fatal("a panic could not be unwound", worker->message);
}
