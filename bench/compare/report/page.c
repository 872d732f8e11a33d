#include "page.h"

#include "html.h"
#include "svg.h"

void section_open(struct page *page, const char *id, const char *title) {
    fprintf(page->out, "<section id=\"%s\"><h2>", id);
    html_text(page->out, title);
    fputs("</h2>\n", page->out);
}

void section_close(struct page *page) {
    fputs("</section>\n", page->out);
}

void section_empty(struct page *page, const char *id, const char *title, const char *why) {
    section_open(page, id, title);
    fputs("<p class=\"note\">", page->out);
    html_text(page->out, why);
    fputs("</p>\n", page->out);
    section_close(page);
}

void page_name(struct page *page, const char *contender, const char *kind) {
    struct look look = chart_look(page->document, contender, kind);
    fprintf(page->out,
            "<span class=\"name%s\"><span class=\"mark\" style=\"color:var(--%s)\">%s</span>",
            look.shape == 7 ? " us" : "", svg_ink_name(look.ink), chart_glyph(look));
    html_text(page->out, contender);
    fputs("</span>", page->out);
}

void page_figure(struct page *page, struct chart *chart, const char *finding, const char *subject) {
    fputs("<figure><figcaption><b>", page->out);
    html_text(page->out, finding);
    fputs("</b><span>", page->out);
    html_text(page->out, subject);
    fputs("</span></figcaption>\n", page->out);
    if (!chart_draw(chart, page->out, page->charts++, finding, NULL))
        page->failed = true;
    fputs("</figure>\n", page->out);
}
