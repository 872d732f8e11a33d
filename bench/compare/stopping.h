/* When a cell has enough rounds. */
#ifndef COMPARE_STOPPING_H
#define COMPARE_STOPPING_H

#include "cell.h"

/* Every interval of every primary metric, the A/A arm's included, is as narrow as a verdict needs
 * (verdict_narrow). `threshold` is a ratio above 1. The same values and seed, the same answer. */
bool stopping_is_narrow(const struct cell *cell, double threshold, uint64_t seed);

#endif
