/* What the sections of the page share. Each section writes itself, and says so when the results
 * have nothing for it. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "chart.h"
#include "document.h"

struct page {
    FILE *out;
    const struct document *document;
    int charts;  /* drawn so far: the ids of the next */
    bool failed; /* a chart could not be drawn; a message was printed */
};

void section_open(struct page *page, const char *id, const char *title);
void section_close(struct page *page);

/* A section that has nothing to show says so. */
void section_empty(struct page *page, const char *id, const char *title, const char *why);

/* A coloured name with the shape that stands for it in the charts. */
void page_name(struct page *page, const char *contender, const char *kind);

/* <figure>: the finding as a title, the workload below it, then the chart; releases the chart. */
void page_figure(struct page *page, struct chart *chart, const char *finding, const char *subject);

/* What the header costs a Rust pool: a part of the semantics, and lines of the README. */
void page_glue(struct page *page);
void markdown_glue(const struct document *document, FILE *out);

/* Sections, in the page's order. */
void section_verdicts(struct page *page);
void section_overview(struct page *page);
void section_forest(struct page *page);
void section_scaling(struct page *page);
void section_percentiles(struct page *page);
void section_cpu(struct page *page);
void section_memory(struct page *page);
void section_servers(struct page *page);
void section_run_order(struct page *page);
void section_semantics(struct page *page);
void section_tables(struct page *page);
void section_contenders(struct page *page);
void section_environment(struct page *page);
void section_repeat(struct page *page);
void section_raw(struct page *page);

#endif
