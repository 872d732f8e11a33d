/* What is to be measured: the cells that the options choose, and which of them fit the time. */
#ifndef COMPARE_PLAN_H
#define COMPARE_PLAN_H

#include "cell.h"
#include "options.h"

/* So many rounds a cell gets before anybody asks whether they are enough. */
#define PLAN_ROUNDS 5

/* A question that is answered in words, once by each contender. */
struct probe {
    const struct contender *contender;
    const json_t *description;
    unsigned threads;
};

struct plan {
    struct cell *cells;
    size_t cell_count;
    struct probe *probes;
    size_t probe_count;
    unsigned cores;
    double pool_s, server_s; /* budgets */
};

/* Checks the names that the options give against what the contenders offer. Returns 0, or
 * EXIT_INVALID after a message that names the mistake and what is accepted. Only contenders that
 * are available become members; exclude those whose gate failed before. used_s: what the run has
 * taken already, of its default time. */
int plan_check_names(const struct contenders *contenders, const struct options *options);
bool plan_wants(const struct options *options, const struct contender *contender);
int plan_make(const struct contenders *contenders, const struct options *options, unsigned cores,
              double used_s, struct plan *plan);
void plan_free(struct plan *plan);

#endif
