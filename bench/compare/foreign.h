/* Foreign load: what others computed while we measured. */
#ifndef COMPARE_FOREIGN_H
#define COMPARE_FOREIGN_H

/* A moment on three clocks, in seconds. */
struct foreign_mark {
    double time;
    double machine; /* CPU time of all, time stolen by the host included */
    double own;     /* CPU time of this process and of its children that ended */
};

struct foreign_mark foreign_now(void);

/* Cores kept busy by others between two moments, 0 or more. Interrupt time counts for nobody: a
 * server's packets are handled there. Good to about 20 ms of CPU time (the kernel's ticks). */
double foreign_cores(struct foreign_mark from, struct foreign_mark to);

#endif
