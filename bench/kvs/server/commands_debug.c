/* Commands for tests and measurements, behind --enable-debug. */
#include <time.h>

#include "commands.h"
#include "write.h"

enum { WORK_MAX_US = 10 * 1000 * 1000, SLOW_US = 1000 };

void run_debug(call *c) {
    if (call_count(c) == 2 && kvs_slice_is(call_word(c, 1), "PANIC"))
        thread_pool_panic("a client asked for it: DEBUG PANIC");
    reply_error(c->out, "ERR only DEBUG PANIC is supported");
}

static int64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* WORK MICROSECONDS: keeps its worker busy for so much of its CPU time, then +OK. */
void run_work(call *c) {
    int64_t us;
    if (!kvs_parse_integer(call_word(c, 1), &us) || us < 0 || us > WORK_MAX_US) {
        call_error(c, "ERR WORK takes 0 to %d microseconds", WORK_MAX_US);
        return;
    }
    if (us >= SLOW_US)
        call_takes_long(c);
    int64_t end = cpu_ns() + us * 1000;
    while (cpu_ns() < end)
        ;
    reply_ok(c->out);
}
