/* unwind_resume: what the unwinder needs for one cleanup of a panicking job, whoever began the
 * panic.
 *
 * The compiler ends every cleanup in a call of _Unwind_Resume, which is the unwinder's own: it
 * takes the registers, looks up the tables of its own frame and of the job's, and asks the stop
 * function of the forced unwinding for the first time (Itanium C++ ABI, "Base ABI", 1.3). A pool
 * can leave there, and not before. Only the time from the end of the cleanup to that question
 * counts, less what reading the clock takes. This file is compiled with -fexceptions. */
#include <setjmp.h>
#include <unwind.h>

#include "batches.h"
#include "clock.h"
#include "floors.h"

#define SMALLEST 8
#define LARGEST 18
#define ENOUGH_NS 10000000u
#define CLOCK_READINGS 1000u

static struct {
    struct _Unwind_Exception exception;
    sigjmp_buf landing;
    bool cleaned;        /* in this unwinding */
    uint64_t cleaned_at; /* when its cleanup ended */
    uint64_t cleanups, resumed_ns;
} unwinding;

static void note_cleanup(const int *variable) {
    (void)variable;
    unwinding.cleanups++;
    unwinding.cleaned = true;
    unwinding.cleaned_at = now_ns();
}

static _Unwind_Reason_Code stop(int version, _Unwind_Action actions,
                                _Unwind_Exception_Class class_of_exception,
                                struct _Unwind_Exception *exception,
                                struct _Unwind_Context *context, void *unused) {
    (void)version, (void)actions, (void)class_of_exception, (void)exception, (void)context;
    (void)unused;
    if (!unwinding.cleaned)
        return _URC_NO_REASON;
    unwinding.resumed_ns += now_ns() - unwinding.cleaned_at;
    siglongjmp(unwinding.landing, 1);
}

__attribute__((noinline)) static void unwind(void) {
    __attribute__((cleanup(note_cleanup))) int variable = 0;
    (void)variable;
    unwinding.cleaned = false;
    unwinding.exception = (struct _Unwind_Exception){0};
    _Unwind_ForcedUnwind(&unwinding.exception, stop, NULL);
}

/* The least of many: the thread may lose its processor while it reads. */
static uint64_t clock_cost(void) {
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < CLOCK_READINGS; i++) {
        uint64_t before = now_ns(), took = now_ns() - before;
        least = took < least ? took : least;
    }
    return least;
}

static struct batch run_unwindings(void *unused, unsigned size, struct report *report) {
    (void)unused;
    uint64_t wanted = (uint64_t)1 << size;
    unwinding.cleanups = unwinding.resumed_ns = 0;
    for (volatile uint64_t i = 0; i < wanted; i++)
        if (sigsetjmp(unwinding.landing, 0) == 0)
            unwind();
    if (unwinding.cleanups != wanted)
        report_fail(report, "%llu unwindings, %llu cleanups", (unsigned long long)wanted,
                    (unsigned long long)unwinding.cleanups);
    return (struct batch){wanted, unwinding.resumed_ns - wanted * clock_cost()};
}

void floor_unwind_resume(const struct request *request, struct report *report) {
    struct batches batches = {run_unwindings, NULL, SMALLEST, LARGEST, ENOUGH_NS};
    (void)request;
    measure_batches(&batches, "ns_per_panic", report);
}
