/* The colours of colours.css by name, for a picture that stands alone: in a page they are CSS
 * variables, which many a viewer of pictures does not know, and draws black on black. */
#ifndef REPORT_INKS_H
#define REPORT_INKS_H

#include <stdbool.h>
#include <stdio.h>

#define INK_VALUE_SIZE 8 /* "#rrggbb" */

/* Of a variable without its dashes. Black when colours.css has no such variable. */
void ink_value(const char *name, bool dark, char value[INK_VALUE_SIZE]);

/* A style sheet for markup whose colours are attributes with light values: dark ones for dark
 * screens, and the font. */
void ink_write_style(FILE *out);

#endif
