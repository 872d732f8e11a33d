/* Writing HTML and XML: whatever comes from a results file goes through html_text(). */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stddef.h>
#include <stdio.h>

/* Escaped for content and for quoted attributes; control characters that XML forbids and broken
 * UTF-8 are left out. */
void html_text(FILE *out, const char *text);

/* printf, escaped as a whole; the result is cut at 4 KiB. */
__attribute__((format(printf, 2, 3))) void html_textf(FILE *out, const char *format, ...);

/* At most `most` characters, and then an ellipsis; size is 8 or more. */
void html_cut(const char *text, size_t most, char *buffer, size_t size);

#endif
