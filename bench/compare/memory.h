/* Memory for a program that has nothing better to do without it than to say so and stop. */
#ifndef COMPARE_MEMORY_H
#define COMPARE_MEMORY_H

#include <stddef.h>

/* Never NULL: when the system refuses, a message on stderr and exit 2. `free` releases. */
void *memory_zeroed(size_t count, size_t size);
void *memory_resized(void *old, size_t count, size_t size);
char *memory_copy_of(const char *text);

/* printf into memory of its own. */
__attribute__((format(printf, 1, 2))) char *memory_printf(const char *format, ...);

#endif
