#include "baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "memory.h"
#include "results.h"
#include "stats.h"

#define TELLING 3 /* contenders it takes to tell who moved */

/* How one contender changed: logarithms, above 0 is worse. */
struct change {
    const char *contender;
    double change, half_width;
};

struct comparison {
    FILE *stream;
    double threshold; /* a logarithm */
    bool same_machine;
    size_t compared, regressed, improved, unclear;
};

static double sign_of(const json_t *table) {
    return strcmp(results_text(table, "better"), "higher") == 0 ? -1 : 1;
}

static double half_width(const json_t *row) {
    return log(results_number(row, "ratio_high") / results_number(row, "ratio_low")) / 2;
}

/* About 95 % of a median's uncertainty, from the median absolute deviation: 1.96 standard errors
 * of 1.2533 · 1.4826 · mad / sqrt(n). */
static double half_width_of_median(const json_t *row) {
    double n = results_number(row, "n"), median = results_number(row, "median");
    return 1.96 * 1.2533 * 1.4826 * results_number(row, "mad") / median / sqrt(n);
}

static bool usable(const json_t *row, const json_t *table) {
    return row != NULL && strcmp(results_text(row, "status"), "ok") == 0 &&
           strcmp(results_text(row, "kind"), results_text(table, "kind")) == 0 &&
           results_number(row, "median") > 0 && results_number(row, "ratio") > 0;
}

static struct change change_of(const json_t *row, const json_t *old, double sign, bool ratios) {
    const char *figure = ratios ? "ratio" : "median";
    double (*width)(const json_t *) = ratios ? half_width : half_width_of_median;
    return (struct change){.contender = results_text(row, "contender"),
                           .change = sign *
                                     log(results_number(row, figure) / results_number(old, figure)),
                           .half_width = hypot(width(row), width(old))};
}

static size_t changes_of(const json_t *table, const json_t *old, bool ratios,
                         struct change *changes) {
    size_t i, count = 0;
    json_t *row;
    json_array_foreach(json_object_get(table, "rows"), i, row) {
        const json_t *other = results_row(old, results_text(row, "contender"));
        if (usable(row, table) && usable(other, table))
            changes[count++] = change_of(row, other, sign_of(table), ratios);
    }
    return count;
}

static double median_of(const struct change *changes, size_t count, bool widths) {
    double *values = memory_zeroed(count, sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = widths ? changes[i].half_width : changes[i].change;
    double median = stats_median(values, count);
    free(values);
    return median;
}

/* Leaves each contender its own change. The reference's interval is none (its ratio is 1 by
 * definition): it gets the usual one of the others. */
static void take_common_movement(struct change *changes, size_t count) {
    double common = median_of(changes, count, false), width = median_of(changes, count, true);
    for (size_t i = 0; i < count; i++) {
        changes[i].change -= common;
        changes[i].half_width = fmax(changes[i].half_width, i == 0 ? width : 0);
    }
}

static void tell(struct comparison *comparison, const json_t *table, const struct change *change) {
    double low = change->change - change->half_width, high = change->change + change->half_width;
    bool worse = change->change >= comparison->threshold;
    bool better = change->change <= -comparison->threshold;
    const char *word = NULL;
    if (worse)
        word = low > 0 ? "REGRESSION" : "undecided";
    else if (better && high < 0)
        word = "improved";
    comparison->compared++;
    comparison->regressed += worse && low > 0;
    comparison->unclear += worse && low <= 0;
    comparison->improved += better && high < 0;
    if (word != NULL)
        fprintf(comparison->stream,
                "  %-10s  %-20s %s, %d threads: cost %+.1f %% (%+.1f .. %+.1f)\n", word,
                change->contender, results_text(table, "workload"),
                (int)json_integer_value(json_object_get(table, "threads")),
                100 * expm1(change->change), 100 * expm1(low), 100 * expm1(high));
}

static void compare_table(struct comparison *comparison, const json_t *table, const json_t *old) {
    size_t most = json_array_size(json_object_get(table, "rows"));
    struct change *changes = memory_zeroed(most, sizeof *changes);
    size_t count = changes_of(table, old, true, changes);
    bool telling = count >= TELLING;
    if (telling)
        take_common_movement(changes, count);
    else if (comparison->same_machine)
        count = changes_of(table, old, false, changes);
    else
        count = 0;
    for (size_t i = 0; i < count; i++)
        tell(comparison, table, &changes[i]);
    free(changes);
}

static void compare_tables(struct comparison *comparison, const json_t *now, const json_t *before) {
    size_t i;
    json_t *table;
    json_array_foreach(json_object_get(now, "tables"), i, table) {
        const json_t *old =
            results_table(before, results_text(table, "workload"), results_text(table, "kind"),
                          (int)json_integer_value(json_object_get(table, "threads")),
                          results_text(table, "metric"));
        if (old != NULL)
            compare_table(comparison, table, old);
    }
}

static enum exit_code conclude(const struct comparison *c) {
    fprintf(c->stream,
            "  compared %zu rows: %zu regressed, %zu improved, %zu undecided, the others did not "
            "change by %.3g %%\n",
            c->compared, c->regressed, c->improved, c->unclear, 100 * expm1(c->threshold));
    if (c->compared == 0)
        fputs("  nothing could be compared: no table in common, or fewer than three contenders and "
              "another machine\n",
              c->stream);
    if (c->regressed > 0)
        return EXIT_REGRESSION;
    return c->unclear > 0 || c->compared == 0 ? EXIT_UNDECIDED : EXIT_DONE;
}

enum exit_code baseline_compare(FILE *stream, const json_t *now, const json_t *before,
                                double threshold) {
    struct comparison comparison = {
        .stream = stream,
        .threshold = log(threshold),
        .same_machine = environment_same_machine(json_object_get(now, "environment"),
                                                 json_object_get(before, "environment"))};
    fprintf(stream, "\nAgainst the baseline of %s\n",
            results_text(json_object_get(before, "run"), "started"));
    compare_tables(&comparison, now, before);
    return conclude(&comparison);
}
