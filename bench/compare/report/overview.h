/* All workloads in one picture: how many times worse than the reference each contender is. */
#ifndef REPORT_OVERVIEW_H
#define REPORT_OVERVIEW_H

#include <stdbool.h>

#include "chart.h"

/* wide: workload titles beside the lines (README), else above them (phone). false: nothing to
 * show. Leaves a chart ready to draw. */
bool overview_draw(const struct document *document, struct chart *chart, bool wide);

#endif
