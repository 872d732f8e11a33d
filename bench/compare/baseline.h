/* Today's results against earlier ones.
 *
 * The machine drifts from day to day, so that absolute figures are no evidence. In each table the
 * ratios to the reference are compared. When the reference itself changed, all ratios move
 * together: the median of all contenders' changes (the reference's is 0) is taken to be the
 * common movement, and a contender's own change is what is left; the reference's own change is
 * the common movement turned round. It takes three contenders to tell who moved; with fewer, the
 * absolute medians are compared, and only on the same kind of machine and build. */
#ifndef COMPARE_BASELINE_H
#define COMPARE_BASELINE_H

#include <jansson.h>
#include <stdio.h>

#include "options.h"

/* Prints what changed. EXIT_REGRESSION: some contender is worse by the threshold or more, and the
 * intervals exclude "no change"; EXIT_UNDECIDED: one seems so but they do not, or nothing could
 * be compared; EXIT_DONE otherwise. `threshold` is a ratio above 1. */
enum exit_code baseline_compare(FILE *stream, const json_t *now, const json_t *before,
                                double threshold);

#endif
