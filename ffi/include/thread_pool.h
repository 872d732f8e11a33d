#ifndef THREAD_POOL_H
#define THREAD_POOL_H

#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#define THREAD_POOL_MAX_THREADS 1024

typedef struct thread_pool thread_pool;
typedef void (*thread_pool_job)(void *arg);
typedef void (*thread_pool_panic_handler)(void *context, const char *message);

typedef struct thread_pool_options {
    uint32_t threads;
    size_t max_queued;
    size_t stack_size;
    const char *name;
    thread_pool_panic_handler on_panic;
    void *on_panic_context;
} thread_pool_options;

#ifdef __cplusplus
extern "C" {
#endif

uint32_t thread_pool_default_threads(void);
int thread_pool_new(uint32_t threads, thread_pool **pool);
int thread_pool_new_with(const thread_pool_options *options, thread_pool **pool);
int thread_pool_spawn(thread_pool *pool, thread_pool_job job, void *arg);
int thread_pool_destroy(thread_pool *pool);
noreturn void thread_pool_panic(const char *message);
uint32_t thread_pool_threads(const thread_pool *pool);
uint64_t thread_pool_panics(const thread_pool *pool);
int32_t thread_pool_worker_index(void);
const char *thread_pool_backend(void);

#ifdef __cplusplus
}
#endif

#endif
