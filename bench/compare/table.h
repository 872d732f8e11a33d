/* Tables for people: 80 columns, from the "tables" of the results. */
#ifndef COMPARE_TABLE_H
#define COMPARE_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Whether colours are welcome on this stream: a terminal, no NO_COLOR, no TERM=dumb. */
bool table_colours(FILE *stream);

void table_print(FILE *stream, const json_t *table, bool colours);

/* Prints words from `column` on, breaks lines at 80, indents those that follow. */
void table_wrap(FILE *stream, const char *text, int column, int indent);

/* For each contender: in how many tables it was faster, equivalent, slower, undecided. */
void table_summary(FILE *stream, const json_t *results, bool colours);

/* A number with three digits that matter, "12.3", "456", "1.2M"; at most 7 columns. */
#define TABLE_NUMBER_SIZE 32
void table_number(double value, char text[TABLE_NUMBER_SIZE]);

#endif
