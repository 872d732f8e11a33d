#include "memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *needed(void *memory) {
    if (memory != NULL)
        return memory;
    fputs("poolbench: out of memory\n", stderr);
    exit(2);
}

void *memory_zeroed(size_t count, size_t size) {
    return needed(calloc(count == 0 ? 1 : count, size));
}

void *memory_resized(void *old, size_t count, size_t size) {
    return needed(count > SIZE_MAX / size ? NULL : realloc(old, count == 0 ? 1 : count * size));
}

char *memory_copy_of(const char *text) {
    return needed(strdup(text));
}

char *memory_printf(const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return needed(length < 0 ? NULL : text);
}
