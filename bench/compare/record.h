/* Puts the results file together (see RESULTS.md). */
#ifndef COMPARE_RECORD_H
#define COMPARE_RECORD_H

#include "experiment.h"

struct record {
    const struct experiment *experiment;
    const struct contenders *contenders;
    const char *bin;
    json_t *environment; /* borrowed */
    json_t *glue;        /* the results take it over */
    const char *started;
    int argc;
    char **argv;
};

json_t *record_results(const struct record *record);

#endif
