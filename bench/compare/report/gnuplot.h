/* Running gnuplot. */
#ifndef REPORT_GNUPLOT_H
#define REPORT_GNUPLOT_H

#include <stddef.h>

/* What gnuplot draws for this script, which sets its terminal and not its output; free() it.
 * NULL after a message on stderr. No start-up file of the user's is read. Blocks at most a
 * minute. */
char *gnuplot_run(const char *script, size_t size);

#endif
