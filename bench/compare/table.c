#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results.h"

#define NAME_WIDTH 20
#define LINE_WIDTH 80

bool table_colours(FILE *stream) {
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(fileno(stream)) == 1 && (no_color == NULL || no_color[0] == '\0') &&
           terminal != NULL && strcmp(terminal, "dumb") != 0;
}

void table_number(double value, char text[TABLE_NUMBER_SIZE]) {
    static const char units[] = {'k', 'M', 'G', 'T'};
    double size = fabs(value);
    int unit = -1;
    if (!isfinite(value)) {
        snprintf(text, TABLE_NUMBER_SIZE, "-");
        return;
    }
    for (; size >= 99999.5 && unit < 3; size /= 1000, value /= 1000)
        unit++;
    int digits = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    int length = snprintf(text, TABLE_NUMBER_SIZE, "%.*f", size == 0 ? 0 : digits, value);
    if (unit >= 0)
        snprintf(text + length, (size_t)(TABLE_NUMBER_SIZE - length), "%c", units[unit]);
}

/* Columns that a text takes: characters, not bytes. */
static int columns(const char *text) {
    int count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static void print_padded(FILE *stream, const char *text, int width, bool right) {
    int gap = width - columns(text);
    fprintf(stream, "%*s%s%*s", right && gap > 0 ? gap : 0, "", text, !right && gap > 0 ? gap : 0,
            "");
}

static const char *colour_of(const char *verdict) {
    if (strcmp(verdict, "faster") == 0)
        return "\033[32m";
    if (strcmp(verdict, "slower") == 0)
        return "\033[31m";
    return strcmp(verdict, "undecided") == 0 ? "\033[33m" : "";
}

static void print_coloured(FILE *stream, const char *colour, const char *text, bool colours) {
    bool on = colours && colour[0] != '\0';
    fprintf(stream, "%s%s%s", on ? colour : "", text, on ? "\033[0m" : "");
}

/* ---- one row ------------------------------------------------------------------------------- */

static void print_spread(FILE *stream, const json_t *row) {
    char text[TABLE_NUMBER_SIZE] = "-";
    double median = results_number(row, "median"), mad = results_number(row, "mad");
    if (isfinite(mad) && median > 0 && json_integer_value(json_object_get(row, "n")) > 1)
        snprintf(text, sizeof text, "%.1f %%", 100 * mad / median);
    print_padded(stream, text, 9, true);
}

static void print_ratio(FILE *stream, const json_t *row) {
    char ratio[TABLE_NUMBER_SIZE], low[TABLE_NUMBER_SIZE], high[TABLE_NUMBER_SIZE];
    char text[3 * TABLE_NUMBER_SIZE + 8] = "";
    bool clipped = json_is_true(json_object_get(row, "ratio_clipped"));
    table_number(results_number(row, "ratio"), ratio);
    table_number(results_number(row, "ratio_low"), low);
    table_number(results_number(row, "ratio_high"), high);
    print_padded(stream, clipped ? "(zero)" : ratio, 9, true);
    if (!clipped && isfinite(results_number(row, "ratio_high")))
        snprintf(text, sizeof text, "%s .. %s", low, high);
    fputs("  ", stream);
    print_padded(stream, text, 16, false);
}

static void print_numbers(FILE *stream, const json_t *row, bool reference) {
    char median[TABLE_NUMBER_SIZE];
    table_number(results_number(row, "median"), median);
    print_padded(stream, median, 10, true);
    print_spread(stream, row);
    if (!reference)
        print_ratio(stream, row);
    else
        fprintf(stream, "%9s  %-16s", "1", "");
}

static const char *remark_of(const json_t *row, bool reference) {
    const char *kind = results_text(row, "kind"), *verdict = results_text(row, "verdict");
    if (reference)
        return "the reference";
    if (strcmp(kind, "aa") == 0)
        return "the same program";
    if (strcmp(kind, "floor") == 0)
        return "physical limit";
    return verdict;
}

static void print_failure(FILE *stream, const json_t *row, bool colours) {
    fputs("  ", stream);
    print_coloured(stream, "\033[31m", results_text(row, "status"), colours);
    if (json_is_string(json_object_get(row, "reason")))
        fprintf(stream, ": %s", results_text(row, "reason"));
    fputc('\n', stream);
}

static void print_row(FILE *stream, const json_t *row, bool reference, bool colours) {
    fputs("  ", stream);
    print_padded(stream, results_text(row, "contender"), NAME_WIDTH, false);
    if (strcmp(results_text(row, "status"), "ok") != 0) {
        print_failure(stream, row, colours);
        return;
    }
    const char *remark = remark_of(row, reference);
    print_numbers(stream, row, reference);
    fputs("  ", stream);
    print_coloured(stream, colour_of(remark), remark, colours);
    fputc('\n', stream);
}

/* ---- one table ----------------------------------------------------------------------------- */

void table_wrap(FILE *stream, const char *text, int column, int indent) {
    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        char word[LINE_WIDTH * 4];
        snprintf(word, sizeof word, "%.*s", length, text);
        if (column > indent && column + 1 + columns(word) > LINE_WIDTH) {
            fprintf(stream, "\n%*s", indent, "");
            column = indent;
        } else if (column > 0) {
            fputc(' ', stream);
            column++;
        }
        fputs(word, stream);
        column += columns(word);
        text += length + strspn(text + length, " ");
    }
    fputc('\n', stream);
}

static void print_title(FILE *stream, const json_t *table, bool colours) {
    char head[160];
    int threads = (int)json_integer_value(json_object_get(table, "threads"));
    fputc('\n', stream);
    print_coloured(stream, "\033[1m", results_text(table, "workload"), colours);
    snprintf(head, sizeof head, ", %d thread%s:", threads, threads == 1 ? "" : "s");
    fputs(head, stream);
    table_wrap(stream, results_text(table, "title"),
               columns(results_text(table, "workload")) + columns(head), 2);
    if (json_is_true(json_object_get(table, "beyond_cores")))
        fputs("  more threads than cores: this says nothing about scaling\n", stream);
}

static bool has_reason(const json_t *row, const char *reason) {
    return strcmp(results_text(row, "verdict_reason"), reason) == 0;
}

/* One line for each reason, with all contenders that it holds for. */
static void print_doubt(FILE *stream, const json_t *rows, size_t first) {
    const char *reason = results_text(json_array_get(rows, first), "verdict_reason");
    for (size_t i = 0; i < first; i++)
        if (has_reason(json_array_get(rows, i), reason))
            return;
    fprintf(stream, "  undecided, %s:", reason);
    for (size_t i = first; i < json_array_size(rows); i++)
        if (has_reason(json_array_get(rows, i), reason))
            fprintf(stream, "%s %s", i == first ? "" : ",",
                    results_text(json_array_get(rows, i), "contender"));
    fputc('\n', stream);
}

static void print_doubts(FILE *stream, const json_t *table) {
    const json_t *rows = json_object_get(table, "rows");
    double needs = results_number(table, "needs_s");
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (results_text(json_array_get(rows, i), "verdict_reason")[0] != '\0')
            print_doubt(stream, rows, i);
    if (isfinite(needs))
        fprintf(stream, "  to decide this table takes about %.0f seconds of its own\n",
                ceil(needs));
}

static void print_foot(FILE *stream, const json_t *table) {
    int rounds = (int)json_integer_value(json_object_get(table, "rounds"));
    int noisy = (int)json_integer_value(json_object_get(table, "rounds_noisy"));
    double noise = results_number(table, "noise_floor_percent");
    fprintf(stream, "  %d round%s", rounds, rounds == 1 ? "" : "s");
    if (noisy > 0)
        fprintf(stream, ", %d of them disturbed by others", noisy);
    if (isfinite(noise))
        fprintf(stream, "; identical programs may differ by %.1f %%", noise);
    fputc('\n', stream);
}

void table_print(FILE *stream, const json_t *table, bool colours) {
    char unit[64];
    size_t i;
    json_t *row;
    print_title(stream, table, colours);
    snprintf(unit, sizeof unit, "%s", results_text(table, "metric"));
    fprintf(stream, "  %-*s", NAME_WIDTH, unit);
    snprintf(unit, sizeof unit, "%s", results_text(table, "unit"));
    print_padded(stream, unit, 10, true);
    fprintf(stream, "%9s%9s  95 %% interval%s\n", "spread", "ratio",
            strcmp(results_text(table, "better"), "higher") == 0 ? "     more is better" : "");
    json_array_foreach(json_object_get(table, "rows"), i, row)
        print_row(stream, row, i == 0, colours);
    print_foot(stream, table);
    print_doubts(stream, table);
}

/* ---- summary ------------------------------------------------------------------------------- */

static int count_of(const json_t *results, const char *kind, const char *contender,
                    const char *verdict) {
    int count = 0;
    size_t i;
    json_t *table;
    json_array_foreach(json_object_get(results, "tables"), i, table) {
        const json_t *row = results_row(table, contender);
        if (row != NULL && strcmp(results_text(table, "kind"), kind) == 0 &&
            strcmp(results_text(row, "verdict"), verdict) == 0)
            count++;
    }
    return count;
}

static int failures_of(const json_t *results, const char *kind, const char *contender) {
    int count = 0;
    size_t i;
    json_t *table;
    json_array_foreach(json_object_get(results, "tables"), i, table) {
        const json_t *row = results_row(table, contender);
        count += row != NULL && strcmp(results_text(table, "kind"), kind) == 0 &&
                 strcmp(results_text(row, "status"), "ok") != 0;
    }
    return count;
}

static bool has_row(const json_t *results, const char *kind, const char *contender) {
    size_t i;
    json_t *table;
    json_array_foreach(json_object_get(results, "tables"), i, table) {
        if (strcmp(results_text(table, "kind"), kind) == 0 && results_row(table, contender) != NULL)
            return true;
    }
    return false;
}

static void summarise(FILE *stream, const json_t *results, const json_t *contender) {
    static const char *const verdicts[] = {"faster", "equivalent", "slower", "undecided"};
    const char *name = results_text(contender, "name"), *kind = results_text(contender, "kind");
    if (json_is_true(json_object_get(contender, "reference")) || strcmp(kind, "aa") == 0 ||
        strcmp(kind, "floor") == 0 || !has_row(results, kind, name))
        return;
    fprintf(stream, "  %-*s  %-7s", NAME_WIDTH, name, kind);
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        fprintf(stream, "%11d", count_of(results, kind, name, verdicts[i]));
    fprintf(stream, "%8d\n", failures_of(results, kind, name));
}

/* The A/A arm's own interval, judged as if it were a contender's. */
static bool told_apart(const json_t *row, double threshold) {
    double ratio = results_number(row, "ratio");
    bool differs = ratio >= threshold || ratio <= 1 / threshold;
    return differs &&
           (results_number(row, "ratio_low") > 1 || results_number(row, "ratio_high") < 1);
}

static void summarise_aa(FILE *stream, const json_t *results) {
    const json_t *run = json_object_get(results, "run"),
                 *tables = json_object_get(results, "tables");
    double threshold = 1 + results_number(run, "threshold_percent") / 100;
    size_t i, apart = 0, count = 0;
    json_t *table;
    json_array_foreach(tables, i, table) {
        const json_t *row = results_row(table, results_text(run, "aa"));
        count += row != NULL;
        apart += row != NULL && told_apart(row, threshold);
    }
    fprintf(stream,
            "  The same program under two names (A/A) was told apart in %zu of %zu tables.\n",
            apart, count);
}

void table_summary(FILE *stream, const json_t *results, bool colours) {
    size_t i;
    json_t *contender;
    fputc('\n', stream);
    print_coloured(stream, "\033[1m", "Against the reference, number of tables", colours);
    fprintf(stream, "\n  %-*s  %-7s%11s%11s%11s%11s%8s\n", NAME_WIDTH, "contender", "kind",
            "faster", "equivalent", "slower", "undecided", "failed");
    json_array_foreach(json_object_get(results, "contenders"), i, contender) {
        if (json_is_true(json_object_get(contender, "available")))
            summarise(stream, results, contender);
    }
    summarise_aa(stream, results);
}
