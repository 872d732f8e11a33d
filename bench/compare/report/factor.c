#include "forest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "numbers.h"

static double clamped(double ratio) {
    return isfinite(ratio) ? fmin(fmax(ratio, 1 / FACTOR_FURTHEST), FACTOR_FURTHEST) : NAN;
}

static double or_else(double value, double other) {
    return isfinite(value) ? value : other;
}

struct factor row_factor(const json_t *table, const json_t *row) {
    double middle = clamped(field_number(row, "ratio"));
    double low = or_else(clamped(field_number(row, "ratio_low")), middle);
    double high = or_else(clamped(field_number(row, "ratio_high")), middle);
    if (field_is(table, "better", "higher"))
        return (struct factor){1 / high, 1 / middle, 1 / low};
    return (struct factor){low, middle, high};
}

bool factor_known(const struct factor *factor) {
    return isfinite(factor->middle);
}

/* ---- findings ------------------------------------------------------------------------------ */

struct tally {
    size_t faster, slower, equivalent, undecided, judged, failed;
    double nearest, furthest; /* factors of the slower ones */
    const char *best, *next;  /* the fastest of the faster; the nearest of the slower */
    double best_factor;
};

static void count_row(struct tally *tally, const json_t *table, const json_t *row) {
    struct factor factor = row_factor(table, row);
    const char *name = field_text(row, "contender"), *verdict = field_text(row, "verdict");
    tally->judged++;
    if (strcmp(verdict, "faster") == 0) {
        if (tally->faster++ == 0 || factor.middle < tally->best_factor)
            tally->best_factor = factor.middle, tally->best = name;
    } else if (strcmp(verdict, "slower") == 0) {
        if (tally->slower++ == 0 || factor.middle < tally->nearest)
            tally->nearest = factor.middle, tally->next = name;
        tally->furthest = fmax(tally->furthest, factor.middle);
    } else if (strcmp(verdict, "equivalent") == 0)
        tally->equivalent++;
    else
        tally->undecided++;
}

static struct tally count(const struct document *document, const json_t *table) {
    struct tally tally = {0};
    size_t i;
    json_t *row;
    json_array_foreach(field_list(table, "rows"), i, row) {
        if (!row_is_rival(document, row))
            continue;
        if (row_is_ok(row))
            count_row(&tally, table, row);
        else
            tally.failed++;
    }
    return tally;
}

static void ahead(const struct document *document, const struct tally *tally, char *buffer,
                  size_t size) {
    char near[NUMBER_SIZE], far[NUMBER_SIZE];
    number_ratio(tally->nearest, near);
    number_ratio(tally->furthest, far);
    if (tally->slower == 1)
        snprintf(buffer, size, "%.60s ahead of %.60s, %s times", document->reference, tally->next,
                 near);
    else
        snprintf(buffer, size, "%.60s ahead of %s%zu, %s to %s times", document->reference,
                 tally->slower == tally->judged ? "all " : "", tally->slower, near, far);
}

static void behind(const struct document *document, const struct tally *tally, char *buffer,
                   size_t size) {
    char best[NUMBER_SIZE];
    number_ratio(1 / tally->best_factor, best);
    if (tally->faster == 1)
        snprintf(buffer, size, "%.60s is ahead of %.60s, %s times", tally->best,
                 document->reference, best);
    else
        snprintf(buffer, size, "%zu are ahead of %.60s, %.60s by %s times", tally->faster,
                 document->reference, tally->best, best);
}

static void judge(const struct document *document, const struct tally *tally, char *buffer,
                  size_t size) {
    if (tally->judged == 0)
        snprintf(buffer, size, "Nobody to compare with");
    else if (tally->faster > 0)
        behind(document, tally, buffer, size);
    else if (tally->slower > 0)
        ahead(document, tally, buffer, size);
    else if (tally->equivalent == tally->judged)
        snprintf(buffer, size, "No difference worth mention");
    else if (tally->undecided == tally->judged)
        snprintf(buffer, size, "Undecided");
    else
        snprintf(buffer, size, "No difference found; %zu undecided", tally->undecided);
}

void table_finding(const struct document *document, const json_t *table, char *buffer,
                   size_t size) {
    struct tally tally = count(document, table);
    judge(document, &tally, buffer, size);
    size_t length = strlen(buffer);
    if (tally.failed > 0)
        snprintf(buffer + length, size - length, "; %zu failed", tally.failed);
}
