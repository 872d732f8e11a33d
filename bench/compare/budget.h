/* Which cells fit the time.
 *
 * Cells that the options ask for are measured in any case. Of the default's the most telling come
 * first: those with as many threads as there are cores before the others, and of these one of each
 * group of workloads before a second one of any; those that tell pools apart on a server before
 * other ones of it. Many tables of few rounds come before few of many, but a part of the time is
 * kept for more rounds where those do not decide. */
#ifndef COMPARE_BUDGET_H
#define COMPARE_BUDGET_H

#include "plan.h"

/* Fewer rounds than this of a cell are hardly worth the time. */
#define BUDGET_LEAST_ROUNDS 5

/* Divides the time between pools and servers. given_s 0: the default, of which used_s are over. */
void budget_share(struct plan *plan, double given_s, double used_s);

/* Activates cells of the reserve as far as they fit within `left_s`. */
void budget_fit(struct plan *plan, enum contender_kind kind, double left_s);

/* The cell of the reserve to be activated next if it fits within `left_s`, or NULL. */
struct cell *budget_next(struct plan *plan, enum contender_kind kind, double left_s);

/* Seconds until each active cell has its least rounds. */
double budget_owed(const struct plan *plan, enum contender_kind kind);

/* When that does not fit any more (the processes take longer than they said): stops cells of the
 * default, the least telling first, that have fewer rounds than that. */
void budget_shed(struct plan *plan, enum contender_kind kind, double left_s);

/* Seconds that PLAN_ROUNDS rounds of the cells take, with or without those in reserve. */
double budget_seconds(const struct plan *plan, enum contender_kind kind, bool with_reserve);

#endif
