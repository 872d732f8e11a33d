#include "base.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fatal.h"
#include "fork.h"
#include "platform.h"

static const char default_name[] = "pool";

/* Bytes of "<name>-<index>" for the largest index. */
static size_t longest_thread_name(const char *name, uint32_t threads) {
    return strlen(name) + (size_t)snprintf(NULL, 0, "-%u", (unsigned)(threads - 1));
}

/* A name is never cut: two pools whose names differ in the part cut off would look the same. */
static bool name_fits(const thread_pool_options *options) {
    const char *name = options->name == NULL ? default_name : options->name;
    return longest_thread_name(name, options->threads) <= thread_pool_platform_name_max;
}

/* `size` rounded up to whole pages, which some systems insist on; 0 when there is no such number.*/
static size_t whole_pages(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return size > SIZE_MAX - (page - 1) ? 0 : (size + page - 1) / page * page;
}

static int set_stack_size(pthread_attr_t *attributes, size_t wanted) {
    if (wanted == 0)
        return 0;
    size_t size = whole_pages(wanted);
    if (size == 0 || !thread_pool_platform_stack_fits(size))
        return EINVAL;
    return pthread_attr_setstacksize(attributes, size); /* EINVAL below PTHREAD_STACK_MIN */
}

static int init_attributes(pthread_attr_t *attributes, size_t stack_size) {
    int error = pthread_attr_init(attributes);
    if (error != 0)
        return error;
    error = set_stack_size(attributes, stack_size);
    if (error != 0)
        pthread_attr_destroy(attributes);
    return error;
}

static bool options_valid(const thread_pool_options *options) {
    return options != NULL && options->threads >= 1 &&
           options->threads <= THREAD_POOL_MAX_THREADS && name_fits(options);
}

int thread_pool_base_init(struct thread_pool_base *base, const thread_pool_options *options,
                          void (*in_child)(void)) {
    if (!options_valid(options))
        return EINVAL;
    int error = thread_pool_fork_watch(in_child);
    if (error == 0)
        error = init_attributes(&base->attributes, options->stack_size);
    if (error != 0)
        return error;
    base->options = *options;
    strcpy(base->name, options->name == NULL ? default_name : options->name);
    base->options.name = base->name;
    base->generation = thread_pool_fork_now();
    atomic_init(&base->panics, 0);
    return 0;
}

void thread_pool_base_release(struct thread_pool_base *base) {
    pthread_attr_destroy(&base->attributes);
}

bool thread_pool_base_is_parents(const struct thread_pool_base *base) {
    return base->generation != thread_pool_fork_now();
}

void thread_pool_base_stop_child(const struct thread_pool_base *base) {
    if (thread_pool_base_is_parents(base))
        thread_pool_fatal("a process forked inside a job returned from the job; "
                          "such a process must end in exec or _exit",
                          NULL);
}

uint64_t thread_pool_base_panics(const struct thread_pool_base *base) {
    /* Relaxed: a count that orders nothing; partner count_panic. */
    return atomic_load_explicit(&base->panics, memory_order_relaxed);
}
