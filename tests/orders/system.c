/* system.c: what the pool asks of the system, asked of the simulated machine; names.h gives these
 * functions the names that the pool's sources call. */
#define _GNU_SOURCE
#include "names.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"
#include "queue.h"
#include "system.h"

static struct thread_pool_producer producers[MACHINE_THREADS]; /* each thread its own */

struct thread_pool_producer *orders_producer() {
    return &producers[machine_self()];
}

void orders_begin_thread(void) {
    producers[machine_self()] = (struct thread_pool_producer){0};
}

unsigned orders_short_job_ns(void) {
    return machine_random(2) == 0 ? 1 : 1000000;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *),
                   void *argument) {
    (void)attributes;
    *thread = (pthread_t)machine_thread(function, argument);
    return 0;
}

int pthread_join(pthread_t thread, void **result) {
    (void)result;
    machine_join((void *)thread);
    return 0;
}

int pthread_setname_np(pthread_t thread, const char *name) {
    (void)thread, (void)name;
    return 0;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) {
    (void)mutex, (void)attributes;
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex) {
    (void)mutex;
    return 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex) {
    machine_lock(mutex);
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
    machine_unlock(mutex);
    return 0;
}

int sched_yield(void) {
    machine_yield();
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    (void)clock;
    uint64_t ns = machine_clock();
    *now = (struct timespec){(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
    return 0;
}

int nanosleep(const struct timespec *time, struct timespec *left) {
    (void)left;
    uint64_t until = machine_clock() + (uint64_t)time->tv_nsec;
    do
        machine_yield();
    while (machine_clock() < until);
    return 0;
}

static long futex(const uint32_t *word, int operation, uint32_t value, const void *time) {
    if (operation == FUTEX_WAKE_PRIVATE)
        return machine_futex_wake(word, value);
    if (operation != FUTEX_WAIT_PRIVATE)
        abort();
    if (machine_futex_wait(word, value, time != NULL))
        return 0;
    errno = EAGAIN;
    return -1;
}

static long membarrier(int command) {
    if (command == MEMBARRIER_CMD_PRIVATE_EXPEDITED)
        machine_heavy_fence();
    else if (command != MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
        abort();
    return 0;
}

long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long result = 0;
    if (number == SYS_futex) {
        const uint32_t *word = va_arg(list, const uint32_t *);
        int operation = va_arg(list, int);
        uint32_t value = va_arg(list, uint32_t);
        result = futex(word, operation, value, va_arg(list, const void *));
    } else if (number == SYS_membarrier) {
        result = membarrier(va_arg(list, int));
    } else {
        abort();
    }
    va_end(list);
    return result;
}

void *aligned_alloc(size_t alignment, size_t size) {
    return machine_allocate(alignment, size);
}

void *malloc(size_t size) {
    return machine_allocate(_Alignof(max_align_t), size);
}

void *calloc(size_t count, size_t size) {
    return memset(malloc(count * size), 0, count * size);
}

void free(void *memory) {
    machine_free(memory);
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
    (void)address, (void)protection, (void)flags, (void)file, (void)offset;
    return memset(machine_allocate(THREAD_POOL_LINE, size), 0, size);
}

int munmap(void *memory, size_t size) {
    (void)size;
    machine_free(memory);
    return 0;
}
