/* fatal.h: the end of the process, with a reason. */
#ifndef THREAD_POOL_FATAL_H
#define THREAD_POOL_FATAL_H

#include <stdnoreturn.h>

/* Writes "thread_pool: <what>[: <detail>]" as one line on stderr and aborts. `detail` may be NULL.
 * Any thread; takes no lock but stderr's. */
noreturn void thread_pool_fatal(const char *what, const char *detail);

#endif
