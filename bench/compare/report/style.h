/* The style sheets, made from colours.css and page.css when the program is built. */
#ifndef REPORT_STYLE_H
#define REPORT_STYLE_H

extern const char report_colours[]; /* the inks, light and dark */
extern const char report_style[];   /* the page: the inks and all else */

#endif
