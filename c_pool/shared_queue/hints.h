/* hints.h: what the compiler is told of where time goes. */
#ifndef THREAD_POOL_HINTS_H
#define THREAD_POOL_HINTS_H

#define THREAD_POOL_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define THREAD_POOL_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* For the functions between a spawn and the job of the worker it wakes: the linker puts them side
 * by side, because after a sleep every page and every line of them is fetched anew (bench/NOTES.md,
 * Pages), and each begins on a line, or it would be faster in one program than in another (Where
 * the code lies). */
#define THREAD_POOL_HOT __attribute__((hot, aligned(64)))

#endif
