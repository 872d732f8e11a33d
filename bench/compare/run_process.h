/* One process: started, watched, bounded in time and output, and gone afterwards with everything
 * it started. */
#ifndef COMPARE_RUN_PROCESS_H
#define COMPARE_RUN_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

struct process_result {
    int error;          /* an error number: it could not be started; then nothing else is set */
    int status;         /* as from wait() */
    bool hung;          /* killed at the time limit */
    bool interrupted;   /* killed because process_stop() was called */
    bool too_talkative; /* killed because it printed more than is kept */
    double duration_s;  /* from fork to end */
    double cpu_s;       /* user and system, of it and of what it waited for */
    char *out, *err;    /* what it printed; never NULL, ended by NUL */
};

/* Runs argv[0] (a path, or a name looked up in PATH) in a process group of its own, with an empty
 * standard input, at most limit_s seconds, and waits. When it ends, or at the limit, its whole
 * group is killed. Blocks; call from one thread only. */
void process_run(char *const *argv, double limit_s, struct process_result *result);
void process_result_free(struct process_result *result);

/* It ran to its end and said that all is well. */
bool process_succeeded(const struct process_result *result);

/* How it ended, in words, for a message: "exit status 3", "killed by signal 11 (…)". */
void process_how_it_ended(const struct process_result *result, char *text, size_t size);

/* From a signal handler: the running process is ended, and every later one at its start. */
void process_stop(void);
bool process_stopped(void);

/* Monotonic clock, seconds. */
double process_clock(void);

#endif
