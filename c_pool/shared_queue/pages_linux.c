#define _GNU_SOURCE
#include "pages.h"

#include <sys/mman.h>

enum { POPULATED_MOST = 64 * 1024 };

/* MAP_POPULATE: saves a fault for each of sixteen pages. Not of a large segment: its 256 pages
 * would take 0.4 ms, and the caller has a lock. */
void *thread_pool_pages_take(size_t size) {
    int populate = size <= POPULATED_MOST ? MAP_POPULATE : 0;
    void *pages =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

void thread_pool_pages_give_back(void *pages, size_t size) {
    munmap(pages, size);
}
