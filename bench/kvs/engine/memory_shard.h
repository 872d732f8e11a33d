/* memory_shard.h: a hash table under one lock, a part of the memory engine. */
#ifndef KVS_MEMORY_SHARD_H
#define KVS_MEMORY_SHARD_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine.h"

/* Where an entry is: written under the shard's lock. Without the lock it may be read, but not
 * followed: memory_shard_expect_entry. */
typedef _Atomic(struct memory_entry *) memory_link;

typedef struct memory_entry {
    memory_link next; /* in the same chain */
    uint64_t hash;
    uint32_t key_length;
    uint32_t value_length;
    uint32_t capacity; /* bytes that follow */
    char bytes[];      /* key, value */
} memory_entry;

enum { MEMORY_SLOTS = 6 };

/* A line of the cache. A tag is a byte of the hash of the slot's entry, so that a search looks at
 * hardly any entry but the right one: what Valkey 8.1 does, and F14 and Swiss tables before it.
 * What finds all slots taken goes into the chain. */
typedef struct memory_bucket {
    _Alignas(64) _Atomic uint64_t tags; /* under lock, or as memory_link; byte i for slot i */
    memory_link slots[MEMORY_SLOTS];
    memory_link chain;
} memory_bucket;

_Static_assert(sizeof(memory_bucket) == 64, "one line");

typedef struct memory_table {
    struct memory_table *outgrown; /* the one before, half as large; kept for those who read it
                                      without the lock; the shard is its owner */
    size_t mask;                   /* immutable; buckets - 1 */
    memory_bucket buckets[];
} memory_table;

typedef struct memory_shard {
    _Alignas(128) pthread_mutex_t lock; /* two lines: neighbours are fetched in pairs */
    _Atomic(memory_table *) table;      /* written under lock */
    size_t count;                       /* under lock; keys */
} memory_shard;

/* 0 or ENOMEM. */
int memory_shard_init(memory_shard *shard);
void memory_shard_destroy(memory_shard *shard);

/* Asks the cache for what the search for an entry begins with, and for the entry that it looks at
 * first. Both need no lock, and the bucket's news need time before the entry can be asked for. */
void memory_shard_expect_bucket(const memory_shard *shard, uint64_t hash);
void memory_shard_expect_entry(const memory_shard *shard, uint64_t hash);

/* The rest needs the shard's lock. */

memory_entry *memory_shard_find(const memory_shard *shard, uint64_t hash, kvs_slice key);
/* Carries out PUT, DELETE or ADD and sets the write's results. */
void memory_shard_write(memory_shard *shard, uint64_t hash, kvs_write *write);
void memory_shard_clear(memory_shard *shard);

static inline kvs_slice memory_entry_value(const memory_entry *entry) {
    return (kvs_slice){entry->bytes + entry->key_length, entry->value_length};
}

#endif
