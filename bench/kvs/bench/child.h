/* child.h: one program that is started, watched and ended. Main thread only. */
#ifndef KVS_BENCH_CHILD_H
#define KVS_BENCH_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct child {
    pid_t pid;  /* 0: none, or its end has been collected */
    int status; /* of waitpid, when it has ended */
} child;

/* Set by SIGINT, SIGTERM and SIGALRM once child_stop_on_signals() has been called. */
extern volatile sig_atomic_t child_stop_requested;
void child_stop_on_signals(void);

/* Starts argv[0], found on the PATH unless it has a slash, in `directory`, with its output and
 * its errors in the file `log` there. It is killed when this process dies. 0 or an error number,
 * that of a failed exec included. */
int child_start(child *made, char *const argv[], const char *directory, const char *log);

/* Whether it has ended, without waiting; collects its status. */
bool child_ended(child *c);

/* Waits for its end at most `seconds`, or until a stop is requested. ETIMEDOUT, ECANCELED. */
int child_wait(child *c, double seconds);

/* Ends it at once, however it fares. */
void child_kill(child *c);

/* "exit status 3", "signal 9 (Killed)". */
const char *child_how_it_ended(const child *c, char text[64]);

/* Sleeps for so many milliseconds, or until a signal. */
void child_pause(int milliseconds);

#endif
