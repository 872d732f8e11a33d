/* Numbers as people read them: three digits that matter, and the unit that fits. */
#ifndef REPORT_NUMBERS_H
#define REPORT_NUMBERS_H

#include <stddef.h>

#define NUMBER_SIZE 48

/* All return the buffer; "–" for what is not a number. UTF-8. */
const char *number_plain(double value, char buffer[NUMBER_SIZE]);
const char *number_with_unit(double value, const char *unit, char buffer[NUMBER_SIZE]);
const char *number_ratio(double ratio, char buffer[NUMBER_SIZE]); /* no sign after it */

/* For an axis: as short as it is exact, "5" and not "5.00"; the unit may be "". */
const char *number_tick(double value, const char *unit, char buffer[NUMBER_SIZE]);

/* Steps 1, 2, 5 or powers of ten between low and high, at most `most` of them, as many as fit;
 * returns how many were written to `ticks`. low and high are above zero, low < high. */
size_t number_log_ticks(double low, double high, size_t most, double *ticks);

/* Zero, and even steps up to at most high. */
size_t number_linear_ticks(double high, size_t most, double *ticks);

#endif
