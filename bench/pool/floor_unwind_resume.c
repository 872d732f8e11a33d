/* unwind_resume: what the unwinder needs for one cleanup of a panicking job, whoever began the
 * panic.
 *
 * The compiler ends every cleanup in a call of _Unwind_Resume, which is the unwinder's own: it
 * takes the registers, looks up the tables of its own frame and of the job's, and asks the stop
 * function of the forced unwinding for the first time (Itanium C++ ABI, "Base ABI", 1.3). A pool
 * can leave there, and not before. Only the time from the end of the cleanup to that question
 * counts, less what reading the clock takes. As many threads do so at the same time as the pool has
 * workers, one a processor at most. This file is compiled with -fexceptions. */
#include <pthread.h>
#include <setjmp.h>
#include <stdalign.h>
#include <unwind.h>

#include "batches.h"
#include "clock.h"
#include "cpus.h"
#include "floors.h"

#define SMALLEST 8
#define LARGEST 18
#define ENOUGH_NS 10000000u
#define CLOCK_READINGS 1000u

#define MOST_THREADS 64u

struct unwinder {
    alignas(128) pthread_t thread;
    unsigned cpu;
    pthread_barrier_t *start;
    uint64_t wanted; /* unwindings */
    struct _Unwind_Exception exception;
    sigjmp_buf landing;
    bool cleaned;        /* in this unwinding */
    uint64_t cleaned_at; /* when its cleanup ended */
    uint64_t cleanups, resumed_ns;
};

static _Thread_local struct unwinder *self;

static void note_cleanup(const int *variable) {
    (void)variable;
    self->cleanups++;
    self->cleaned = true;
    self->cleaned_at = now_ns();
}

static _Unwind_Reason_Code stop(int version, _Unwind_Action actions,
                                _Unwind_Exception_Class class_of_exception,
                                struct _Unwind_Exception *exception,
                                struct _Unwind_Context *context, void *unused) {
    (void)version, (void)actions, (void)class_of_exception, (void)exception, (void)context;
    (void)unused;
    if (!self->cleaned)
        return _URC_NO_REASON;
    self->resumed_ns += now_ns() - self->cleaned_at;
    siglongjmp(self->landing, 1);
}

__attribute__((noinline)) static void unwind(void) {
    __attribute__((cleanup(note_cleanup))) int variable = 0;
    (void)variable;
    self->cleaned = false;
    self->exception = (struct _Unwind_Exception){0};
    _Unwind_ForcedUnwind(&self->exception, stop, NULL);
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

static void *unwind_often(void *argument) {
    self = argument;
    run_on_cpu(self->cpu);
    pthread_barrier_wait(self->start);
    for (volatile uint64_t i = 0; i < self->wanted; i++)
        if (sigsetjmp(self->landing, 0) == 0)
            unwind();
    return NULL;
}

static bool start_unwinders(struct unwinder *unwinders, unsigned count, struct report *report) {
    for (unsigned i = 0; i < count; i++)
        if (pthread_create(&unwinders[i].thread, NULL, unwind_often, &unwinders[i]) != 0) {
            report_fail(report, "no thread to unwind on");
            return false;
        }
    return true;
}

/* The slowest one's time is that of all. */
static struct batch join_unwinders(struct unwinder *unwinders, unsigned count,
                                   struct report *report) {
    struct batch batch = {0, 0};
    for (unsigned i = 0; i < count; i++) {
        const struct unwinder *each = &unwinders[i];
        pthread_join(each->thread, NULL);
        if (each->cleanups != each->wanted)
            report_fail(report, "%llu unwindings, %llu cleanups", (unsigned long long)each->wanted,
                        (unsigned long long)each->cleanups);
        batch.jobs += each->wanted;
        batch.ns = each->resumed_ns > batch.ns ? each->resumed_ns : batch.ns;
    }
    batch.ns -= unwinders[0].wanted * clock_cost();
    return batch;
}

static struct batch run_unwindings(void *context, unsigned size, struct report *report) {
    const unsigned *count = context;
    struct unwinder unwinders[MOST_THREADS];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, *count);
    for (unsigned i = 0; i < *count; i++)
        unwinders[i] =
            (struct unwinder){.cpu = i, .start = &start, .wanted = ((uint64_t)1 << size) / *count};
    struct batch batch = {1, 1};
    if (start_unwinders(unwinders, *count, report)) {
        batch = join_unwinders(unwinders, *count, report);
        pthread_barrier_destroy(&start);
    }
    return batch;
}

static unsigned at_most(unsigned number, unsigned most) {
    return number < most ? number : most;
}

void floor_unwind_resume(const struct request *request, struct report *report) {
    unsigned count = at_most(at_most(request->threads, cpus_allowed()), MOST_THREADS);
    struct batches batches = {run_unwindings, &count, SMALLEST, LARGEST, ENOUGH_NS};
    measure_batches(&batches, "ns_per_panic", report);
}
