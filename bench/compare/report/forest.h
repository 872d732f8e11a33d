/* Where a contender stands to the reference, as one number that grows to the worse. */
#ifndef REPORT_FOREST_H
#define REPORT_FOREST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "document.h"

#define FACTOR_FURTHEST 1e6 /* what is beyond, or below its inverse, counts as this */

/* Times worse than the reference: the ratio where less is better, its inverse where more is. */
struct factor {
    double low, middle, high; /* low <= middle <= high; NaN: not known */
};

struct factor row_factor(const json_t *table, const json_t *row);
bool factor_known(const struct factor *factor);

/* One sentence: what this table shows. */
void table_finding(const struct document *document, const json_t *table, char *buffer, size_t size);

#endif
