/* Forced unwinding: the level of the C++ ABI below exceptions, as pthread_exit uses it.
 *
 * The unwinder walks from the panic towards the worker and runs on its way what was compiled with
 * -fexceptions: __attribute__((cleanup)), destructors of C++, drops of Rust. Before each frame it
 * asks `stop`, which leaves for the landing as soon as the frame is the worker's own.
 * Source: Itanium C++ ABI, "Base ABI", 1.3 (_Unwind_ForcedUnwind). */

#include "panic.h"

#include <string.h>
#include <unwind.h>

#include "fatal.h"

/* The panic under way on this thread. Not in a frame: the cleanups that run on the way would
 * overwrite it. */
static _Thread_local struct _Unwind_Exception exception __attribute__((tls_model("initial-exec")));

/* Is this the frame of worker->run? Its address is that of the function which runs the jobs. */
static bool is_workers_frame(struct _Unwind_Context *context,
                             const struct thread_pool_worker *worker) {
    return _Unwind_GetRegionStart(context) == (_Unwind_Ptr)worker->run;
}

/* Also leaves at the end of what can be unwound: frames without tables are abandoned. */
static _Unwind_Reason_Code stop(int version, _Unwind_Action actions,
                                _Unwind_Exception_Class class_of_exception,
                                struct _Unwind_Exception *unused, struct _Unwind_Context *context,
                                void *argument) {
    (void)version, (void)class_of_exception, (void)unused;
    struct thread_pool_worker *worker = argument;
    if ((actions & _UA_END_OF_STACK) != 0 || is_workers_frame(context, worker))
        _longjmp(worker->landing, 1);
    return _URC_NO_REASON;
}

/* Called when a frame, a `catch (...)` of C++ say, took the panic for an exception and ended it. */
static void swallowed(_Unwind_Reason_Code reason, struct _Unwind_Exception *unused) {
    (void)reason, (void)unused;
    thread_pool_fatal("a panic was swallowed on its way out of a job; catch (...) must rethrow",
                      NULL);
}

noreturn void thread_pool_panic(const char *message) {
    struct thread_pool_worker *worker = thread_pool_panic_begin(message);
    exception = (struct _Unwind_Exception){.exception_cleanup = swallowed};
    memcpy(&exception.exception_class, "POOLBNCH", sizeof exception.exception_class);
    _Unwind_ForcedUnwind(&exception, stop, worker);
    thread_pool_fatal("a panic could not be unwound", worker->message);
}
