/* The engine 'memory': a hash table in SHARDS parts, each under a lock of its own; nothing is kept
 * when the server ends. A request of several keys takes the locks of all their shards, in the order
 * of the shards, and so is seen as one by everybody. Keys are hashed with XXH3 and a secret seed,
 * so that nobody outside can choose keys that collide. */
#define XXH_INLINE_ALL
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <xxhash.h>

#include "memory_shard.h"

enum { SHARDS = 64 }; /* at most 64: a set of them is a word */

struct kvs_engine {
    memory_shard shards[SHARDS]; /* each guards itself */
    uint64_t seed;               /* immutable after open */
};

static uint64_t hash_of(const kvs_engine *engine, kvs_slice key) {
    return XXH3_64bits_withSeed(key.bytes, key.length, engine->seed);
}

/* The upper bits: the lower ones choose the bucket. */
static unsigned shard_of(uint64_t hash) {
    return (unsigned)(hash >> 58);
}

static uint64_t secret(void) {
    uint64_t seed;
    struct timespec now;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed)
        return seed;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u ^ (uint64_t)now.tv_sec;
}

static void memory_close(kvs_engine *engine) {
    for (int i = 0; i < SHARDS; i++)
        if (engine->shards[i].table != NULL)
            memory_shard_destroy(&engine->shards[i]);
    free(engine);
}

static int memory_open(const kvs_engine_options *options, kvs_engine **opened, char *fault) {
    (void)options;
    int error = 0;
    kvs_engine *engine = aligned_alloc(_Alignof(kvs_engine), sizeof *engine);
    if (engine != NULL)
        memset(engine, 0, sizeof *engine);
    else
        error = ENOMEM;
    for (int i = 0; i < SHARDS && error == 0; i++)
        error = memory_shard_init(&engine->shards[i]);
    if (error == 0) {
        engine->seed = secret();
        *opened = engine;
        return 0;
    }
    memcpy(fault, "out of memory", sizeof "out of memory");
    if (engine != NULL)
        memory_close(engine);
    return error;
}

/* ---- several shards at once ----------------------------------------------------------------- */

static void lock_set(kvs_engine *engine, uint64_t set) {
    for (; set != 0; set &= set - 1)
        pthread_mutex_lock(&engine->shards[__builtin_ctzll(set)].lock);
}

static void unlock_set(kvs_engine *engine, uint64_t set) {
    for (; set != 0; set &= set - 1)
        pthread_mutex_unlock(&engine->shards[__builtin_ctzll(set)].lock);
}

/* ---- reading -------------------------------------------------------------------------------- */

static int memory_read_begin(kvs_engine *engine, kvs_view **view) {
    (void)engine;
    *view = NULL;
    return 0;
}

static void memory_read_end(kvs_engine *engine, kvs_view *view) {
    (void)engine;
    (void)view;
}

static void report(const memory_shard *shard, uint64_t hash, kvs_slice key,
                   kvs_value_function found, void *context) {
    const memory_entry *entry = memory_shard_find(shard, hash, key);
    found(context, entry == NULL ? (kvs_slice){NULL, 0} : memory_entry_value(entry));
}

/* The common case of the below: one lock, one hash. */
static void get_one(kvs_engine *engine, kvs_slice key, kvs_value_function found, void *context) {
    uint64_t hash = hash_of(engine, key);
    memory_shard *shard = &engine->shards[shard_of(hash)];
    pthread_mutex_lock(&shard->lock);
    report(shard, hash, key, found, context);
    pthread_mutex_unlock(&shard->lock);
}

static int memory_get(kvs_engine *engine, kvs_view *view, const kvs_slice *keys, size_t count,
                      kvs_value_function found, void *context, size_t *failed) {
    (void)view;
    (void)failed;
    uint64_t set = 0;
    if (count == 1) {
        get_one(engine, keys[0], found, context);
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        set |= UINT64_C(1) << shard_of(hash_of(engine, keys[i]));
    lock_set(engine, set);
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = hash_of(engine, keys[i]);
        report(&engine->shards[shard_of(hash)], hash, keys[i], found, context);
    }
    unlock_set(engine, set);
    return 0;
}

/* The caches are asked for the shard, the bucket and the entry of every key before any of them is
 * used, so that the misses of one key overlap those of the others. */
static void memory_expect(kvs_engine *engine, const kvs_slice *keys, size_t count) {
    uint64_t hashes[KVS_EXPECT_MAX];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = hash_of(engine, keys[i]);
        __builtin_prefetch(&engine->shards[shard_of(hashes[i])], 1);
    }
    for (size_t i = 0; i < count; i++)
        memory_shard_expect_bucket(&engine->shards[shard_of(hashes[i])], hashes[i]);
    for (size_t i = 0; i < count; i++)
        memory_shard_expect_entry(&engine->shards[shard_of(hashes[i])], hashes[i]);
}

static int memory_count(kvs_engine *engine, kvs_view *view, uint64_t *keys) {
    (void)view;
    *keys = 0;
    for (int i = 0; i < SHARDS; i++) {
        pthread_mutex_lock(&engine->shards[i].lock);
        *keys += engine->shards[i].count;
        pthread_mutex_unlock(&engine->shards[i].lock);
    }
    return 0;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void apply(kvs_engine *engine, kvs_write *write) {
    if (write->kind == KVS_CLEAR) {
        for (int i = 0; i < SHARDS; i++)
            memory_shard_clear(&engine->shards[i]);
        write->status = 0;
        return;
    }
    uint64_t hash = hash_of(engine, write->key);
    memory_shard_write(&engine->shards[shard_of(hash)], hash, write);
}

/* The common case of the below: one lock, one hash. */
static void write_one(kvs_engine *engine, kvs_write *write) {
    uint64_t hash = hash_of(engine, write->key);
    memory_shard *shard = &engine->shards[shard_of(hash)];
    pthread_mutex_lock(&shard->lock);
    memory_shard_write(shard, hash, write);
    pthread_mutex_unlock(&shard->lock);
}

/* Out of memory in the middle of a request leaves what was written before it: the one exception to
 * "all or nothing". */
static void memory_write(kvs_engine *engine, kvs_write_set *writes) {
    uint64_t set = 0;
    if (writes->count == 1 && writes->writes[0].kind != KVS_CLEAR) {
        write_one(engine, &writes->writes[0]);
        return;
    }
    for (size_t i = 0; i < writes->count; i++)
        set |= writes->writes[i].kind == KVS_CLEAR
                   ? UINT64_MAX
                   : UINT64_C(1) << shard_of(hash_of(engine, writes->writes[i].key));
    lock_set(engine, set);
    for (size_t i = 0; i < writes->count; i++)
        apply(engine, &writes->writes[i]);
    unlock_set(engine, set);
}

const kvs_engine_type kvs_engine_memory = {
    .name = "memory",
    .persistent = false,
    .key_max = SIZE_MAX,
    .about = "a hash table; gone when the server ends",
    .open = memory_open,
    .close = memory_close,
    .read_begin = memory_read_begin,
    .read_end = memory_read_end,
    .get = memory_get,
    .count = memory_count,
    .expect = memory_expect,
    .write = memory_write,
};
