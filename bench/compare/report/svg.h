/* gnuplot's SVG made fit to stand in a page beside others, in light and dark. */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

#include <stddef.h>
#include <stdio.h>

#define SVG_INK_CODE 0x010100 /* rgb(1, 1, n) in a script is the ink n */

struct svg_dress {
    int id;                 /* prefix of all ids */
    const char *title;      /* what the picture shows, in a sentence */
    const char *standalone; /* NULL inside a page; else markup of a file of its own */
    char *const *texts;     /* for [[0]], [[1]], … */
    size_t text_count;
    int width, height;
};

void svg_write(FILE *out, const char *drawn, const struct svg_dress *dress);

/* CSS variables of the inks, one line per declaration block. */
const char *svg_ink_name(int ink);

#endif
