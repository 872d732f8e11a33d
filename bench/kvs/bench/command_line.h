/* command_line.h: the words of a program to start. Main thread only; nothing blocks. */
#ifndef KVS_BENCH_COMMAND_LINE_H
#define KVS_BENCH_COMMAND_LINE_H

#include <stddef.h>

enum { COMMAND_LINE_WORDS_MAX = 24, COMMAND_LINE_TEXT_MAX = 2048 };

typedef struct command_line {
    char *argv[COMMAND_LINE_WORDS_MAX + 1]; /* into `text`, ended by NULL */
    int count;
    char text[COMMAND_LINE_TEXT_MAX];
    size_t used;
} command_line;

/* Begins with the program's name or path. */
void command_line_begin(command_line *line, const char *program);

/* Adds one word. What is added here is fixed in number and length: too much is a bug of this
 * program and aborts it. */
__attribute__((format(printf, 2, 3))) void command_line_add(command_line *line, const char *format,
                                                            ...);

/* Adds two words: an option and its value. */
void command_line_option(command_line *line, const char *option, const char *value);
void command_line_number(command_line *line, const char *option, unsigned long long value);

#endif
