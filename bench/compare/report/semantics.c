/* section_semantics(): where pools differ in what they do, not in how fast. */
#include <string.h>

#include "fields.h"
#include "html.h"
#include "page.h"

static const json_t *answers_of(const struct document *document) {
    return field_list(document->root, "semantics");
}

/* The first entry with the same question (and answer) as this one. */
static const json_t *first_alike(const json_t *answers, const json_t *entry, bool answer_too) {
    size_t i;
    json_t *other;
    json_array_foreach(
        answers, i, other) if (field_is(other, "question", field_text(entry, "question")) &&
                               (!answer_too || field_is(other, "answer",
                                                        field_text(entry, "answer")))) return other;
    return entry;
}

static void write_who(struct page *page, const json_t *answers, const json_t *entry) {
    size_t i;
    json_t *other;
    fputs("<td>", page->out);
    json_array_foreach(answers, i, other) if (first_alike(answers, other, true) == entry) {
        page_name(page, field_text(other, "contender"), "pool");
        fputs(" ", page->out);
    }
    fputs("</td>", page->out);
}

static void write_question(struct page *page, const json_t *answers, const json_t *question) {
    size_t i;
    json_t *entry;
    bool first = true;
    json_array_foreach(answers, i, entry) {
        if (first_alike(answers, entry, false) != question ||
            first_alike(answers, entry, true) != entry)
            continue;
        fputs(first ? "<tr class=\"first\"><td>" : "<tr><td>", page->out);
        if (first)
            html_text(
                page->out,
                field_text(entry, field_text(entry, "title")[0] == '\0' ? "question" : "title"));
        fputs("</td><td><b>", page->out);
        html_text(page->out, field_text(entry, "answer"));
        fputs("</b></td>", page->out);
        write_who(page, answers, entry);
        fputs("</tr>\n", page->out);
        first = false;
    }
}

void section_semantics(struct page *page) {
    const json_t *answers = answers_of(page->document);
    size_t i;
    json_t *entry;
    section_open(page, "semantics", "Semantics: what speed does not show");
    if (json_array_size(answers) == 0)
        fputs("<p class=\"note\">No answers in this run.</p>\n", page->out);
    else {
        fputs("<div class=\"wide\"><table id=\"t-semantics\"><thead><tr><th>question</th>"
              "<th>answer</th><th>of</th></tr></thead><tbody>\n",
              page->out);
        json_array_foreach(answers, i, entry) if (first_alike(answers, entry, false) == entry)
            write_question(page, answers, entry);
        fputs("</tbody></table></div>\n", page->out);
    }
    page_glue(page);
    section_close(page);
}
