#include "command_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void command_line_begin(command_line *line, const char *program) {
    line->count = 0;
    line->used = 0;
    command_line_add(line, "%s", program);
}

void command_line_add(command_line *line, const char *format, ...) {
    va_list arguments;
    char *word = line->text + line->used;
    size_t room = sizeof line->text - line->used;
    va_start(arguments, format);
    int length = vsnprintf(word, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room || line->count == COMMAND_LINE_WORDS_MAX) {
        fputs("kvs-bench: a command line is too long\n", stderr);
        abort();
    }
    line->argv[line->count++] = word;
    line->argv[line->count] = NULL;
    line->used += (size_t)length + 1;
}

void command_line_option(command_line *line, const char *option, const char *value) {
    command_line_add(line, "%s", option);
    command_line_add(line, "%s", value);
}

void command_line_number(command_line *line, const char *option, unsigned long long value) {
    command_line_add(line, "%s", option);
    command_line_add(line, "%llu", value);
}
