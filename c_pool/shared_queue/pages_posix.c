/* mmap is POSIX, anonymous memory is not; the C library's allocator it is. It gives blocks of this
 * size back to the system where it can. */
#include "pages.h"

#include <stdlib.h>

void *thread_pool_pages_take(size_t size) {
    return calloc(1, size);
}

void thread_pool_pages_give_back(void *pages, size_t size) {
    (void)size;
    free(pages);
}
