#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_WIDTH 80

void progress_init(struct progress *progress, bool quiet, bool verbose) {
    const char *terminal = getenv("TERM");
    bool dumb = terminal == NULL || strcmp(terminal, "dumb") == 0;
    *progress = (struct progress){
        .line = !quiet && !dumb && isatty(STDERR_FILENO) == 1, .quiet = quiet, .verbose = verbose};
}

static int width(void) {
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
        return USUAL_WIDTH;
    return size.ws_col;
}

void progress_show(struct progress *progress, double fraction, double seconds_left,
                   const char *text) {
    char line[256];
    int seconds = seconds_left < 0 ? 0 : (int)(seconds_left + .5);
    int percent = fraction > 1 ? 100 : fraction < 0 ? 0 : (int)(100 * fraction);
    if (!progress->line)
        return;
    snprintf(line, sizeof line, "[%3d %%] at most %d:%02d left  %s", percent, seconds / 60,
             seconds % 60, text);
    fprintf(stderr, "\r%.*s\033[K", width() - 1, line);
    fflush(stderr);
    progress->shown = true;
}

void progress_clear(struct progress *progress) {
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}

static void print_line(struct progress *progress, const char *format, va_list arguments) {
    progress_clear(progress);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void progress_note(struct progress *progress, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (!progress->quiet)
        print_line(progress, format, arguments);
    va_end(arguments);
}

void progress_detail(struct progress *progress, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (progress->verbose)
        print_line(progress, format, arguments);
    va_end(arguments);
}
