/* usage: pool-dlopen LIBRARY BACKEND
 * Loads a backend, uses a pool, destroys it, unloads the backend; several times over. */

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "thread_pool.h"

enum { TIMES = 5, JOBS = 100 };

struct backend {
    int (*new)(uint32_t, thread_pool **);
    int (*spawn)(thread_pool *, thread_pool_job, void *);
    int (*destroy)(thread_pool *);
    const char *(*name)(void);
};

static atomic_uint ran;

static void job(void *unused) {
    (void)unused;
    atomic_fetch_add(&ran, 1);
}

/* POSIX lets a symbol's address become a function's this way. */
static bool find(void *library, const char *name, void *function) {
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static bool find_all(void *library, struct backend *backend) {
    return find(library, "thread_pool_new", &backend->new) &&
           find(library, "thread_pool_spawn", &backend->spawn) &&
           find(library, "thread_pool_destroy", &backend->destroy) &&
           find(library, "thread_pool_backend", &backend->name);
}

static const char *use(const struct backend *backend, const char *expected) {
    thread_pool *pool;
    atomic_store(&ran, 0);
    if (strcmp(backend->name(), expected) != 0)
        return "another backend";
    if (backend->new (2, &pool) != 0)
        return "thread_pool_new failed";
    for (int i = 0; i < JOBS; i++)
        if (backend->spawn(pool, job, NULL) != 0)
            return "thread_pool_spawn failed";
    if (backend->destroy(pool) != 0)
        return "thread_pool_destroy failed";
    return atomic_load(&ran) == JOBS ? NULL : "not every job ran";
}

static const char *load_and_use(const char *path, const char *expected) {
    struct backend backend;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return dlerror();
    const char *error = find_all(library, &backend) ? use(&backend, expected) : "symbol missing";
    if (dlclose(library) != 0)
        return dlerror();
    return error;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return fputs("usage: pool-dlopen LIBRARY BACKEND\n", stderr), 2;
    for (int i = 0; i < TIMES; i++) {
        const char *error = load_and_use(argv[1], argv[2]);
        if (error != NULL)
            return fprintf(stderr, "round %d: %s\n", i, error), 1;
    }
    return 0;
}
