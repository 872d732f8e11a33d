/* The three things a results file is turned into. Each writes to `out`; false after a message on
 * stderr, and then what was written is of no use. */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H

#include <stdbool.h>
#include <stdio.h>

#include "document.h"

bool render_page(const struct document *document, FILE *out);     /* HTML, self-contained */
bool render_picture(const struct document *document, FILE *out);  /* SVG of its own */
bool render_markdown(const struct document *document, FILE *out); /* the README's section */

#endif
