/* The engine 'lmdb': opening and closing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lmdb_engine.h"

/* Address space, not disk: the file grows as it is written. Where so much cannot be mapped, half
 * is tried, and half of that. */
#define MAP_WANTED (UINT64_C(1) << 40)
#define MAP_LEAST (UINT64_C(1) << 28)

static int fail(char *fault, int error, const char *what, const char *directory) {
    snprintf(fault, KVS_FAULT_MAX, "lmdb: %s '%s': %s", what, directory, mdb_strerror(error));
    return error > 0 ? error : EIO;
}

static int open_env(kvs_engine *engine, const char *directory, uint64_t size) {
    int error = mdb_env_create(&engine->env);
    if (error != 0)
        return error;
    error = mdb_env_set_mapsize(engine->env, (size_t)size);
    if (error == 0)
        error = mdb_env_set_maxreaders(engine->env, LMDB_READERS_MAX);
    if (error == 0) /* no MDB_NOSYNC, MDB_NOMETASYNC, MDB_WRITEMAP: a crash would show */
        error = mdb_env_open(engine->env, directory, MDB_NOTLS, 0640);
    if (error != 0) {
        mdb_env_close(engine->env);
        engine->env = NULL;
    }
    return error;
}

static int open_largest_env(kvs_engine *engine, const kvs_engine_options *options) {
    if (options->max_bytes != 0)
        return open_env(engine, options->directory, options->max_bytes);
    int error = ENOMEM;
    for (uint64_t size = MAP_WANTED; size >= MAP_LEAST && error == ENOMEM; size /= 2)
        error = open_env(engine, options->directory, size);
    return error;
}

static int open_table(kvs_engine *engine) {
    MDB_txn *txn = NULL;
    int dead = 0;
    int error = mdb_reader_check(engine->env, &dead);
    if (error == 0)
        error = mdb_txn_begin(engine->env, NULL, 0, &txn);
    if (error != 0)
        return error;
    error = mdb_dbi_open(txn, NULL, 0, &engine->dbi);
    if (error == 0)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return error;
}

static void release(kvs_engine *engine) {
    lmdb_readers_destroy(engine);
    if (engine->env != NULL)
        mdb_env_close(engine->env);
    kvs_directory_release(engine->lock);
    pthread_cond_destroy(&engine->queue_filled);
    pthread_mutex_destroy(&engine->queue_lock);
    pthread_mutex_destroy(&engine->readers_lock);
    free(engine);
}

static kvs_engine *new_engine(const kvs_engine_options *options) {
    pthread_condattr_t monotonic;
    kvs_engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    engine->lock = -1;
    engine->on_fault = options->on_fault;
    engine->queue_last = &engine->queue_first;
    pthread_mutex_init(&engine->readers_lock, NULL); /* cannot fail with these attributes */
    pthread_mutex_init(&engine->queue_lock, NULL);
    engine->queue_wanted = 1;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&engine->queue_filled, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return engine;
}

static int lmdb_open(const kvs_engine_options *options, kvs_engine **opened, char *fault) {
    kvs_engine *engine = new_engine(options);
    if (engine == NULL)
        return fail(fault, ENOMEM, "cannot open", options->directory);
    int error = kvs_directory_take(options->directory, &kvs_engine_lmdb, &engine->lock, fault);
    if (error != 0)
        goto out;
    error = open_largest_env(engine, options);
    if (error == 0)
        error = open_table(engine);
    if (error == 0)
        error = lmdb_committer_start(engine);
    if (error != 0)
        error = fail(fault, error, "cannot open", options->directory);
out:
    if (error == 0)
        *opened = engine;
    else
        release(engine);
    return error;
}

static void lmdb_close(kvs_engine *engine) {
    lmdb_committer_stop(engine);
    release(engine);
}

const kvs_engine_type kvs_engine_lmdb = {
    .name = "lmdb",
    .persistent = true,
    .key_max = LMDB_KEY_MAX - 1,
    .about = "LMDB; a write is acknowledged after it is on the disk; keys of up to 510 bytes",
    .open = lmdb_open,
    .close = lmdb_close,
    .read_begin = lmdb_read_begin,
    .read_end = lmdb_read_end,
    .get = lmdb_get,
    .count = lmdb_count,
    .submit = lmdb_submit,
};
