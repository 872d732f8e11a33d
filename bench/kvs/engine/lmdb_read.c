/* The engine 'lmdb': reading. A view is a read transaction; ended ones are kept and renewed, which
 * costs no allocation and no slot in LMDB's table of readers. */
#define XXH_INLINE_ALL
#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

#include "lmdb_engine.h"

uint64_t lmdb_checksum(kvs_slice key, kvs_slice value) {
    uint64_t seed = XXH3_64bits(key.bytes, key.length);
    return XXH3_64bits_withSeed(value.bytes, value.length, seed);
}

int lmdb_open_record(kvs_slice key, const MDB_val *record, kvs_slice *value) {
    uint64_t stored;
    if (record->mv_size < LMDB_CHECKSUM_SIZE)
        return EBADMSG;
    memcpy(&stored, record->mv_data, LMDB_CHECKSUM_SIZE);
    kvs_slice found = {(const char *)record->mv_data + LMDB_CHECKSUM_SIZE,
                       record->mv_size - LMDB_CHECKSUM_SIZE};
    if (stored != lmdb_checksum(key, found))
        return EBADMSG;
    *value = found;
    return 0;
}

static kvs_view *take_spare(kvs_engine *engine) {
    pthread_mutex_lock(&engine->readers_lock);
    kvs_view *view = engine->spare;
    if (view != NULL)
        engine->spare = view->next;
    pthread_mutex_unlock(&engine->readers_lock);
    return view;
}

static void keep_spare(kvs_engine *engine, kvs_view *view) {
    pthread_mutex_lock(&engine->readers_lock);
    view->next = engine->spare;
    engine->spare = view;
    pthread_mutex_unlock(&engine->readers_lock);
}

static int new_view(kvs_engine *engine, kvs_view **view) {
    kvs_view *made = malloc(sizeof *made);
    if (made == NULL)
        return ENOMEM;
    if (mdb_txn_begin(engine->env, NULL, MDB_RDONLY, &made->txn) != 0) {
        free(made);
        return EIO;
    }
    *view = made;
    return 0;
}

int lmdb_read_begin(kvs_engine *engine, kvs_view **view) {
    kvs_view *spare = take_spare(engine);
    if (spare == NULL)
        return new_view(engine, view);
    if (mdb_txn_renew(spare->txn) != 0) {
        mdb_txn_abort(spare->txn);
        free(spare);
        return EIO;
    }
    *view = spare;
    return 0;
}

void lmdb_read_end(kvs_engine *engine, kvs_view *view) {
    mdb_txn_reset(view->txn);
    keep_spare(engine, view);
}

void lmdb_readers_destroy(kvs_engine *engine) {
    kvs_view *view;
    while ((view = take_spare(engine)) != NULL) {
        mdb_txn_abort(view->txn);
        free(view);
    }
}

static int get_one(kvs_engine *engine, kvs_view *view, kvs_slice key, kvs_slice *value) {
    lmdb_key space;
    MDB_val name, record;
    *value = (kvs_slice){NULL, 0};
    if (key.length >= LMDB_KEY_MAX) /* cannot have been stored */
        return 0;
    name = lmdb_key_of(key, &space);
    int error = mdb_get(view->txn, engine->dbi, &name, &record);
    if (error == MDB_NOTFOUND)
        return 0;
    if (error != 0)
        return EIO;
    return lmdb_open_record(key, &record, value);
}

int lmdb_get(kvs_engine *engine, kvs_view *view, const kvs_slice *keys, size_t count,
             kvs_value_function found, void *context, size_t *failed) {
    for (size_t i = 0; i < count; i++) {
        kvs_slice value;
        int error = get_one(engine, view, keys[i], &value);
        if (error != 0) {
            *failed = i;
            return error;
        }
        found(context, value);
    }
    return 0;
}

int lmdb_count(kvs_engine *engine, kvs_view *view, uint64_t *keys) {
    MDB_stat stat;
    if (mdb_stat(view->txn, engine->dbi, &stat) != 0)
        return EIO;
    *keys = stat.ms_entries;
    return 0;
}
