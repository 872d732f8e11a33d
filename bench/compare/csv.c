#include "csv.h"

#include <string.h>

#include "results.h"

static const char *const of_table[] = {"workload", "kind", "threads", "metric", "unit", "better"};
static const char *const of_row[] = {"contender", "status",     "n",      "median", "mad",
                                     "q1",        "q3",         "min",    "max",    "ratio",
                                     "ratio_low", "ratio_high", "verdict"};

static void write_text(FILE *file, const char *text) {
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (; *text != '\0'; text++)
        fprintf(file, "%s%c", *text == '"' ? "\"" : "", *text);
    fputc('"', file);
}

static void write_field(FILE *file, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (json_is_string(value))
        write_text(file, json_string_value(value));
    else if (json_is_integer(value))
        fprintf(file, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        fprintf(file, "%.10g", json_real_value(value));
}

static void write_row(FILE *file, const json_t *table, const json_t *row) {
    for (size_t i = 0; i < sizeof of_table / sizeof *of_table; i++) {
        write_field(file, table, of_table[i]);
        fputc(',', file);
    }
    for (size_t i = 0; i < sizeof of_row / sizeof *of_row; i++) {
        fputs(i == 0 ? "" : ",", file);
        write_field(file, row, of_row[i]);
    }
    fputs("\r\n", file);
}

static void write_header(FILE *file) {
    for (size_t i = 0; i < sizeof of_table / sizeof *of_table; i++)
        fprintf(file, "%s,", of_table[i]);
    for (size_t i = 0; i < sizeof of_row / sizeof *of_row; i++)
        fprintf(file, "%s%s", i == 0 ? "" : ",", of_row[i]);
    fputs("\r\n", file);
}

void csv_write(FILE *file, const json_t *results) {
    size_t i, k;
    json_t *table, *row;
    write_header(file);
    json_array_foreach(json_object_get(results, "tables"), i, table)
        json_array_foreach(json_object_get(table, "rows"), k, row) write_row(file, table, row);
}
