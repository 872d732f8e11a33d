/* Writing HTML and XML: whatever comes from a results file goes through html_text(). */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stdio.h>

/* Escaped for content and for quoted attributes; control characters that XML forbids are left
 * out. */
void html_text(FILE *out, const char *text);

/* printf, escaped as a whole; the result is cut at 4 KiB. */
__attribute__((format(printf, 2, 3))) void html_textf(FILE *out, const char *format, ...);

#endif
