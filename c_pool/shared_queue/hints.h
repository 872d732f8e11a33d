/* hints.h: what the compiler is told of where time goes. */
#ifndef THREAD_POOL_HINTS_H
#define THREAD_POOL_HINTS_H

#define THREAD_POOL_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* For the functions between a spawn and the job of the worker it wakes: the linker puts them side
 * by side. After a sleep every page and every line of them is fetched anew; bench/NOTES.md, Pages.
 */
#define THREAD_POOL_HOT __attribute__((hot))

#endif
