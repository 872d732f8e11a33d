#include "foreign.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "run_process.h"

static double used_by(int who) {
    struct rusage used;
    if (getrusage(who, &used) != 0)
        return 0;
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

/* user + nice + system + steal of the line "cpu" of proc(5)'s /proc/stat. */
static double used_by_all(void) {
    unsigned long long user = 0, nice = 0, system = 0, steal = 0;
    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL)
        return NAN;
    int got =
        fscanf(file, "cpu %llu %llu %llu %*u %*u %*u %*u %llu", &user, &nice, &system, &steal);
    fclose(file);
    return got < 3 ? NAN : (double)(user + nice + system + steal) / (double)sysconf(_SC_CLK_TCK);
}

struct foreign_mark foreign_now(void) {
    return (struct foreign_mark){.time = process_clock(),
                                 .machine = used_by_all(),
                                 .own = used_by(RUSAGE_SELF) + used_by(RUSAGE_CHILDREN)};
}

double foreign_cores(struct foreign_mark from, struct foreign_mark to) {
    double time = to.time - from.time;
    double others = (to.machine - from.machine) - (to.own - from.own);
    return isfinite(others) && time > 0 ? fmax(0, others / time) : 0;
}
