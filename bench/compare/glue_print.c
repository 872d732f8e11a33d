/* glue_print(): the cost of the header, for people. */
#include <math.h>

#include "glue.h"
#include "results.h"
#include "table.h"

static void print_row(FILE *stream, const json_t *row) {
    char native[TABLE_NUMBER_SIZE], header[TABLE_NUMBER_SIZE], ratio[TABLE_NUMBER_SIZE];
    char low[TABLE_NUMBER_SIZE], high[TABLE_NUMBER_SIZE];
    fprintf(stream, "  %-20s", results_text(row, "contender"));
    if (!isfinite(results_number(row, "ratio"))) {
        fprintf(stream, "  %s: %s\n", results_text(row, "status"), results_text(row, "reason"));
        return;
    }
    table_number(results_number(row, "native"), native);
    table_number(results_number(row, "header"), header);
    table_number(results_number(row, "ratio"), ratio);
    table_number(results_number(row, "ratio_low"), low);
    table_number(results_number(row, "ratio_high"), high);
    fprintf(stream, "%10s%10s%9s  %s .. %s  %s\n", native, header, ratio, low, high,
            results_text(row, "finding"));
}

void glue_print(FILE *stream, const json_t *glue) {
    size_t i;
    json_t *row;
    int disturbed = (int)results_number(glue, "rounds_disturbed");
    if (!json_is_true(json_object_get(glue, "available"))) {
        fputs("\nThe cost of thread_pool.h was not measured:", stream);
        table_wrap(stream, results_text(glue, "why"), 43, 2);
        return;
    }
    fprintf(stream, "\nWhat thread_pool.h costs a Rust pool: %s, %d thread, %d rounds",
            results_text(glue, "workload"), (int)results_number(glue, "threads"),
            (int)results_number(glue, "rounds"));
    if (disturbed > 0)
        fprintf(stream, ", %d of them disturbed", disturbed);
    fprintf(stream, "\n  %-20s%10s%10s%9s  95 %% interval\n", results_text(glue, "metric"),
            "in Rust", "header", "ratio");
    json_array_foreach(json_object_get(glue, "rows"), i, row) print_row(stream, row);
}
