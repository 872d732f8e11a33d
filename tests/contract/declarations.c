/* The contract as the design states it, said a second time: a declaration in thread_pool.h that
 * differs from it does not compile. Compiled as C11 and as C++17; the header comes first, and so
 * stands alone. */
#include "thread_pool.h"

#ifdef __cplusplus
#define STATIC_ASSERT static_assert
extern "C" {
#else
#define STATIC_ASSERT _Static_assert
#endif

typedef void (*thread_pool_job)(void *arg);
typedef void (*thread_pool_panic_handler)(void *context, const char *message);

uint32_t thread_pool_default_threads(void);
int thread_pool_new(uint32_t threads, thread_pool **pool);
int thread_pool_new_with(const thread_pool_options *options, thread_pool **pool);
int thread_pool_spawn(thread_pool *pool, thread_pool_job job, void *arg);
int thread_pool_destroy(thread_pool *pool);
void thread_pool_panic(const char *message);
uint32_t thread_pool_threads(const thread_pool *pool);
uint64_t thread_pool_panics(const thread_pool *pool);
int32_t thread_pool_worker_index(void);
const char *thread_pool_backend(void);

/* Never called. Does not compile without the fields, and warns when panic may return. */
int contract_fields(const struct thread_pool_options *options, struct thread_pool *pool);
int contract_fields(const struct thread_pool_options *options, struct thread_pool *pool) {
    const thread_pool *same = pool;
    const uint32_t *threads = &options->threads;
    const size_t *sizes[] = {&options->max_queued, &options->stack_size};
    const char *const *name = &options->name;
    const thread_pool_panic_handler *handler = &options->on_panic;
    void *const *context = &options->on_panic_context;
    if (same != NULL && threads != NULL && sizes[0] != sizes[1] && name != NULL && handler != NULL)
        return context != NULL;
    thread_pool_panic("");
}

#ifdef __cplusplus
}
#endif

STATIC_ASSERT(THREAD_POOL_MAX_THREADS == 1024, "the most workers");
STATIC_ASSERT(offsetof(thread_pool_options, threads) == 0, "order of the options");
STATIC_ASSERT(offsetof(thread_pool_options, max_queued) == sizeof(size_t), "order of the options");
STATIC_ASSERT(offsetof(thread_pool_options, stack_size) == 2 * sizeof(size_t), "order");
STATIC_ASSERT(offsetof(thread_pool_options, name) == 3 * sizeof(size_t), "order");
STATIC_ASSERT(offsetof(thread_pool_options, on_panic) == 4 * sizeof(size_t), "order");
STATIC_ASSERT(offsetof(thread_pool_options, on_panic_context) == 5 * sizeof(size_t), "order");
STATIC_ASSERT(sizeof(thread_pool_options) == 6 * sizeof(size_t), "no other field");
