#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

static const char *const names[] = {"error", "warning", "notice", "debug"};
static log_level wanted = LOG_NOTICES; /* immutable once other threads exist */

void log_set_level(log_level level) {
    wanted = level;
}

int log_level_named(const char *name, log_level *level) {
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0) {
            *level = (log_level)i;
            return 1;
        }
    return 0;
}

static int write_head(char *line, log_level level) {
    struct timespec now;
    struct tm local;
    char date[32];
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &local);
    return snprintf(line, LINE_MAX_BYTES, "%s.%03ld kvs-server[%ld] %s: ", date,
                    now.tv_nsec / 1000000, (long)getpid(), names[level]);
}

void log_line(log_level level, const char *format, ...) {
    char line[LINE_MAX_BYTES];
    if (level > wanted)
        return;
    int used = write_head(line, level);
    va_list arguments;
    va_start(arguments, format);
    used += vsnprintf(line + used, sizeof line - (size_t)used - 1, format, arguments);
    va_end(arguments);
    if (used > LINE_MAX_BYTES - 2)
        used = LINE_MAX_BYTES - 2;
    line[used++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)used) < 0)
        return; /* nobody is left to be told */
}
