/* The rows of the tables as comma-separated values (RFC 4180, a header line first). */
#ifndef COMPARE_CSV_H
#define COMPARE_CSV_H

#include <jansson.h>
#include <stdio.h>

void csv_write(FILE *file, const json_t *results);

#endif
