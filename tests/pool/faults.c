#include "faults.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>

/* Names given by the linker's --wrap. */
int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__real_aligned_alloc(size_t, size_t);
int __real_posix_memalign(void **, size_t, size_t);
void *__real_mmap(void *, size_t, int, int, int, off_t);

int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void *__wrap_aligned_alloc(size_t, size_t);
int __wrap_posix_memalign(void **, size_t, size_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);

/* Counts down to the failing call. */
struct countdown {
    atomic_uint left; /* 0: nothing fails */
    atomic_bool stay; /* every call after the first failing one fails too */
    atomic_bool failed;
};

static struct countdown thread_countdown, allocation_countdown;
static atomic_uint made, ended;

static void arm(struct countdown *countdown, uint32_t n, bool stay) {
    atomic_store(&countdown->failed, false);
    atomic_store(&countdown->stay, stay);
    atomic_store(&countdown->left, n);
}

static bool is_over(struct countdown *countdown) {
    unsigned left = atomic_load(&countdown->left);
    while (left != 0 && !atomic_compare_exchange_weak(&countdown->left, &left, left - 1))
        continue;
    if (left == 1)
        atomic_store(&countdown->failed, true);
    return left == 1 ||
           (left == 0 && atomic_load(&countdown->stay) && atomic_load(&countdown->failed));
}

void fail_thread(uint32_t k) {
    arm(&thread_countdown, k, false);
}
bool thread_has_failed(void) {
    return atomic_load(&thread_countdown.failed);
}
void fail_allocation(uint32_t n, bool and_all_after) {
    arm(&allocation_countdown, n, and_all_after);
}
bool allocation_has_failed(void) {
    return atomic_load(&allocation_countdown.failed);
}
uint32_t threads_made(void) {
    return atomic_load(&made);
}
uint32_t threads_ended(void) {
    return atomic_load(&ended);
}

/* ---- pthread_create ---- */

struct start {
    void *(*routine)(void *);
    void *argument;
};

static pthread_key_t key;

static void count_end(void *unused) {
    (void)unused;
    atomic_fetch_add(&ended, 1);
}

__attribute__((constructor)) static void make_key(void) {
    pthread_key_create(&key, count_end);
}

static void *run(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    pthread_setspecific(key, &key);
    return start.routine(start.argument);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*routine)(void *), void *argument) {
    if (is_over(&thread_countdown))
        return EAGAIN;
    struct start *start = __real_malloc(sizeof *start);
    if (start == NULL)
        return EAGAIN;
    *start = (struct start){routine, argument};
    int error = __real_pthread_create(thread, attributes, run, start);
    if (error == 0)
        atomic_fetch_add(&made, 1);
    else
        free(start);
    return error;
}

/* ---- memory ---- */

static bool refuse(void) {
    bool refused = is_over(&allocation_countdown);
    if (refused)
        errno = ENOMEM;
    return refused;
}

void *__wrap_malloc(size_t size) {
    return refuse() ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t n, size_t size) {
    return refuse() ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *old, size_t size) {
    return refuse() ? NULL : __real_realloc(old, size);
}
void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    return refuse() ? NULL : __real_aligned_alloc(alignment, size);
}
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size) {
    return refuse() ? ENOMEM : __real_posix_memalign(memory, alignment, size);
}
void *__wrap_mmap(void *where, size_t size, int protection, int flags, int file, off_t offset) {
    return refuse() ? MAP_FAILED : __real_mmap(where, size, protection, flags, file, offset);
}
