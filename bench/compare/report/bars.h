/* A bar for each contender, from zero. */
#ifndef REPORT_BARS_H
#define REPORT_BARS_H

#include "page.h"

struct bar {
    const char *name; /* borrowed */
    struct look look;
    double value; /* 0 or more */
};

/* A figure of it, with the least value first in the finding. `what` names the figure, `better`
 * is lower, higher or none. */
void bars_figure(struct page *page, const struct bar *bars, size_t count, const char *what,
                 const char *unit, const char *subject, const char *better);

/* A figure for one metric of a table's rows, the A/A arm left out. */
void bars_of_metric(struct page *page, const json_t *table, const char *metric, const char *unit,
                    const char *better);

#endif
