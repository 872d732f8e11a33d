/* lmdb_engine.h: the parts of the engine 'lmdb'.
 *
 * LMDB copies every page it changes, writes the copies, flushes them, and only then writes and
 * flushes the page that points to them: whenever it is cut off, the last complete commit is what
 * the next start finds, and there is no log to be repaired. What it does not do is checksums, so
 * every record carries one, over key and value. */
#ifndef KVS_LMDB_ENGINE_H
#define KVS_LMDB_ENGINE_H

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

#include "engine.h"

enum {
    LMDB_KEY_MAX = 511,     /* LMDB's limit, compiled into the library */
    LMDB_CHECKSUM_SIZE = 8, /* in front of each value */
    LMDB_READERS_MAX = 4096,
};

struct kvs_view {
    kvs_view *next; /* under readers_lock, while it is spare */
    MDB_txn *txn;   /* whoever has the view */
};

struct kvs_engine {
    MDB_env *env; /* immutable after open */
    MDB_dbi dbi;  /* immutable after open */
    int lock;     /* immutable after open: of the directory */
    void (*on_fault)(bool grave, const char *message);

    pthread_mutex_t readers_lock;
    kvs_view *spare; /* under readers_lock */

    pthread_mutex_t queue_lock;
    pthread_cond_t queue_filled; /* with queue_lock */
    kvs_commit *queue_first;     /* under queue_lock */
    kvs_commit **queue_last;     /* under queue_lock: the link to fill next */
    size_t queue_count;          /* under queue_lock */
    size_t queue_wanted;         /* under queue_lock: the committer waits for so many */
    bool closing;                /* under queue_lock */

    size_t last_groups[2]; /* committer only: how many commits each held */
    int64_t commit_ns;     /* committer only: how long one takes, smoothed */

    bool broken; /* committer only: storage has failed, nothing more is written */
    pthread_t committer;
};

/* The key as LMDB holds it: a byte in front, because it takes no empty keys. */
typedef struct lmdb_key {
    char bytes[LMDB_KEY_MAX];
} lmdb_key;

static inline MDB_val lmdb_key_of(kvs_slice key, lmdb_key *space) {
    space->bytes[0] = 'k';
    if (key.length > 0)
        memcpy(space->bytes + 1, key.bytes, key.length);
    return (MDB_val){.mv_size = key.length + 1, .mv_data = space->bytes};
}

uint64_t lmdb_checksum(kvs_slice key, kvs_slice value);
/* The value inside a record; EBADMSG when record and checksum do not belong together. */
int lmdb_open_record(kvs_slice key, const MDB_val *record, kvs_slice *value);

int lmdb_read_begin(kvs_engine *engine, kvs_view **view);
void lmdb_read_end(kvs_engine *engine, kvs_view *view);
int lmdb_get(kvs_engine *engine, kvs_view *view, const kvs_slice *keys, size_t count,
             kvs_value_function found, void *context, size_t *failed);
int lmdb_count(kvs_engine *engine, kvs_view *view, uint64_t *keys);
void lmdb_readers_destroy(kvs_engine *engine);

/* Starts the thread that commits; 0 or an error number. */
int lmdb_committer_start(kvs_engine *engine);
/* Returns when everything submitted is done. */
void lmdb_committer_stop(kvs_engine *engine);
void lmdb_submit(kvs_engine *engine, kvs_commit *commit);

#endif
