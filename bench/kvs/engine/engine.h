/* engine.h: where keys and values are kept.
 *
 * An engine is a table of functions. One that is done with a write when the call returns (memory)
 * offers `write`; one that makes it durable first (lmdb) offers `submit` instead, and calls back:
 * no thread that serves clients waits for a disk.
 *
 *     read_begin … get, get … read_end      one consistent view; short, it holds back disk space
 *     write                                  or: submit … done()
 *
 * Every function may be called from any thread, also at the same time, unless it says otherwise. */
#ifndef KVS_ENGINE_H
#define KVS_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

enum { KVS_FAULT_MAX = 512, KVS_EXPECT_MAX = 16 };

typedef struct kvs_engine kvs_engine; /* an open engine; each kind has its own */
typedef struct kvs_view kvs_view;     /* a consistent view while reading */

/* ---- writes -------------------------------------------------------------------------------- */

typedef enum kvs_write_kind {
    KVS_PUT,    /* key = value */
    KVS_DELETE, /* key is gone */
    KVS_ADD,    /* key = number in key (0 when there is none) + number */
    KVS_CLEAR,  /* every key is gone */
} kvs_write_kind;

enum {
    KVS_IF_ABSENT = 1,  /* PUT only when there is no such key */
    KVS_IF_PRESENT = 2, /* PUT only when there is one */
    KVS_WANT_OLD = 4,   /* PUT and DELETE: hand back the value that was there */
};

typedef struct kvs_write {
    kvs_write_kind kind;
    unsigned flags;
    kvs_slice key;
    kvs_slice value;
    int64_t number; /* ADD: what to add */
    /* Results. status: 0; ENOENT (DELETE: no such key; PUT: KVS_IF_PRESENT not met); EEXIST
     * (KVS_IF_ABSENT not met); EINVAL (ADD: the value is no 64-bit integer); ERANGE (ADD: the sum
     * is none); ENOSPC (no space left); ENOMEM; EBADMSG (the old value is corrupted); EIO, EROFS
     * (storage failed; no more writes are taken). Unless it is 0, nothing was changed. */
    int status;
    int64_t sum; /* ADD */
    char *old;   /* KVS_WANT_OLD: allocated, the caller frees it; NULL: there was none */
    size_t old_length;
} kvs_write;

/* The writes of one request: all of them happen or none does, for readers and across a crash. */
typedef struct kvs_write_set {
    struct kvs_write_set *next; /* the next request of the same client */
    kvs_write *writes;
    size_t count;
} kvs_write_set;

/* What one client waits for: some requests, in order. */
typedef struct kvs_commit {
    struct kvs_commit *next; /* the engine's while it has it */
    kvs_write_set *first;
    /* Called once, on a thread of the engine, when each status is final; a status of 0 is durable
     * by then. Must not block. The commit belongs to its owner again. */
    void (*done)(struct kvs_commit *commit);
    void *owner;
} kvs_commit;

/* Sets the status of each write, for a fault that hits all of them. */
void kvs_write_set_fail(kvs_write_set *set, int status);

/* ---- engines ------------------------------------------------------------------------------- */

typedef struct kvs_engine_options {
    const char *directory;
    uint32_t threads;   /* that will use it at the same time: a hint */
    uint64_t max_bytes; /* of storage; 0: what the disk gives */
    /* Called for each fault from any thread; `grave`: no more writes are taken. */
    void (*on_fault)(bool grave, const char *message);
} kvs_engine_options;

/* A value, while it is valid: during the call. value.bytes NULL: there is no such key. */
typedef void (*kvs_value_function)(void *context, kvs_slice value);

typedef struct kvs_engine_type {
    const char *name;
    bool persistent;   /* keeps its data in the directory */
    size_t key_max;    /* bytes */
    const char *about; /* one line for --help */

    /* 0 or an error number; then `fault` says what happened (KVS_FAULT_MAX bytes). May block. */
    int (*open)(const kvs_engine_options *options, kvs_engine **engine, char *fault);
    /* Everything submitted is done when it returns. No other call may run. May block. */
    void (*close)(kvs_engine *engine);

    /* NULL view with 0: this engine needs none. */
    int (*read_begin)(kvs_engine *engine, kvs_view **view);
    void (*read_end)(kvs_engine *engine, kvs_view *view);
    /* Calls `found` once for each key, in order, the keys seen at one moment. 0; EBADMSG: the value
     * of keys[*failed] is corrupted, and `found` was called for those before it only; EIO. */
    int (*get)(kvs_engine *engine, kvs_view *view, const kvs_slice *keys, size_t count,
               kvs_value_function found, void *context, size_t *failed);
    int (*count)(kvs_engine *engine, kvs_view *view, uint64_t *keys);
    /* A hint: these keys, at most KVS_EXPECT_MAX, will be asked for or written in a moment. NULL:
     * this engine gains nothing by knowing. */
    void (*expect)(kvs_engine *engine, const kvs_slice *keys, size_t count);

    void (*write)(kvs_engine *engine, kvs_write_set *set);
    void (*submit)(kvs_engine *engine, kvs_commit *commit);
} kvs_engine_type;

extern const kvs_engine_type kvs_engine_memory;
extern const kvs_engine_type kvs_engine_lmdb;

/* All of them, the default first, NULL at the end. */
extern const kvs_engine_type *const kvs_engines[];

/* NULL: there is none of this name. */
const kvs_engine_type *kvs_engine_named(const char *name);

/* ---- the directory of the data -------------------------------------------------------------- */

/* Takes the directory for one server and one engine: locks it, and refuses data of another engine.
 * 0, and *lock (-1: nothing to lock) is given to kvs_directory_release; or an error number and
 * `fault`. EBUSY: another server has it. EEXIST: data of another engine. */
int kvs_directory_take(const char *directory, const kvs_engine_type *type, int *lock, char *fault);
void kvs_directory_release(int lock);

#endif
