/* A cell: one workload at one number of threads, its members, and what they have measured. */
#ifndef COMPARE_CELL_H
#define COMPARE_CELL_H

#include <jansson.h>

#include "contender.h"
#include "measure.h"
#include "schedule.h"
#include "verdict.h"

struct metric {
    const char *name, *unit; /* borrowed from the description */
    enum better better;
    bool primary;
};

/* A contender in a cell. The A/A arm is a member of its own that runs the reference's program. */
struct member {
    const struct contender *contender;
    enum contender_kind kind;
    const char *name;     /* as in the results */
    const char *workload; /* what it is asked for: a floor has a workload of its own */
    unsigned threads;
    double seconds;         /* what one process takes, roughly */
    enum run_status status; /* once it is not RUN_OK it runs no more in this cell */
    char *reason;
    double *values;      /* [round * metric_count + metric]; NaN: none */
    size_t measured;     /* rounds with a value */
    json_t *percentiles; /* {series: {quantile: [one of each process]}} */
};

enum cell_state { CELL_ACTIVE, CELL_RESERVE, CELL_STOPPED };
enum stop_reason { STOP_NONE, STOP_NARROW, STOP_TIME, STOP_INTERRUPTED, STOP_LIMIT };

struct cell {
    const char *workload, *title, *group;
    enum contender_kind kind; /* KIND_POOL or KIND_SERVER */
    const json_t *description;
    unsigned threads;
    struct metric *metrics;
    size_t metric_count;
    struct member *members; /* the reference first */
    size_t member_count;
    size_t rounds; /* counted */
    size_t noisy_repeated, noisy_kept;
    double round_s;    /* how long a round takes, first guessed and then measured */
    bool asked_for;    /* by the options, not by the default: it is never left out */
    bool main_threads; /* the number of threads that matters most on this machine */
    enum cell_state state;
    enum stop_reason stopped;
    struct schedule schedule;
    uint64_t id; /* purpose of its random numbers */
};

/* Reads the metrics of a workload's description; free() them. */
struct metric *cell_metrics(const json_t *description, size_t *count);

/* Begins a cell of the reference's workload, with the reference and its A/A arm as members. */
void cell_init(struct cell *cell, const struct contender *reference, const json_t *description,
               unsigned threads);
void cell_add(struct cell *cell, const struct contender *contender, enum contender_kind kind,
              const json_t *description, unsigned threads);
/* When all members are in. */
void cell_ready(struct cell *cell, uint64_t id);
void cell_free(struct cell *cell);

/* It has a table. One of the default's others that the time left short of its rounds has none. */
bool cell_is_told(const struct cell *cell);

/* Its group is one of speed: what more threads bring to it is worth asking. */
bool cell_is_about_speed(const struct cell *cell);

/* Room for the values of one more round; they are none yet. */
void cell_begin_round(struct cell *cell);
/* Forgets the values of the round begun last. */
void cell_forget_round(struct cell *cell);
void cell_end_round(struct cell *cell);

double *member_value(const struct cell *cell, const struct member *member, size_t round,
                     size_t metric);

/* The member's values of one metric, those that are there; returns their number. `values` has room
 * for cell->rounds. */
size_t cell_values(const struct cell *cell, const struct member *member, size_t metric,
                   double *values);

/* Logarithms of member ÷ reference, pair by pair within a round. `clipped`: a value was zero. */
size_t cell_log_ratios(const struct cell *cell, const struct member *member, size_t metric,
                       double *logs, bool *clipped);

/* The estimate of the ratio (a logarithm) from these pairs; n is 0 when there is no pair. */
struct estimate cell_estimate(const struct cell *cell, const struct member *member, size_t metric,
                              size_t resamples, gsl_rng *rng);

struct member *cell_aa(const struct cell *cell);
const char *stop_reason_name(enum stop_reason reason);
bool member_is_judged(const struct cell *cell, const struct member *member);

#endif
