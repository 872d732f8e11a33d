#define _GNU_SOURCE
#include "pages.h"

#include <sys/mman.h>

/* MAP_POPULATE: sixteen pages in one go cost a quarter of what sixteen faults cost. */
void *thread_pool_pages_take(size_t size) {
    void *pages =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

void thread_pool_pages_give_back(void *pages, size_t size) {
    munmap(pages, size);
}
