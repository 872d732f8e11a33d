/* Lines over a few steps on a log axis, each labelled at its right end. */
#ifndef REPORT_LINES_H
#define REPORT_LINES_H

#include "chart.h"

#define LINES_MOST_STEPS 16
#define LINES_WIDTH 380

struct line {
    const char *name; /* borrowed */
    struct look look;
    double y[LINES_MOST_STEPS]; /* above zero; NaN: none here */
};

struct lines {
    struct line *items; /* owned */
    size_t count, steps;
    char step_text[LINES_MOST_STEPS][24];
    size_t beyond;    /* first step that lies beyond the cores; steps: none */
    const char *unit; /* of y, borrowed */
    const char *x_title;
    char beyond_text[64];
};

struct line *lines_add(struct lines *lines, const char *name, struct look look);

/* false: there is nothing to draw. Leaves a chart ready for page_figure(). */
bool lines_draw(struct lines *lines, struct chart *chart);
void lines_free(struct lines *lines);

/* Moves values in [0, 1] apart until they are `gap` from each other, as little as possible, and
 * keeps them in [0, 1]. */
void lines_spread(double *at, size_t count, double gap);

#endif
