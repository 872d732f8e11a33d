/* pages.h: zeroed memory for segments, straight from the system and straight back to it. */
#ifndef THREAD_POOL_PAGES_H
#define THREAD_POOL_PAGES_H

#include <stddef.h>

/* `size` bytes of zeros, aligned to a page, a multiple of which `size` is; NULL: no memory. */
void *thread_pool_pages_take(size_t size);

/* Resident memory of the process is less by `size` afterwards. */
void thread_pool_pages_give_back(void *pages, size_t size);

#endif
