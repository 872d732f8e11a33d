/* poolbench report: a results file (../RESULTS.md) as one HTML page, as the README's table, or as
 * the README's picture. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

/* The command `poolbench report`; argv[0] is "report". Returns the exit status: 0, or 2 after a
 * message on stderr, and then no file was touched. Runs gnuplot; one call at a time. */
int report_command(int argc, char **argv);

#endif
