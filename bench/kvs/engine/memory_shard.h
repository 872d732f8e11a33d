/* memory_shard.h: a hash table under one lock, a part of the memory engine. */
#ifndef KVS_MEMORY_SHARD_H
#define KVS_MEMORY_SHARD_H

#include <pthread.h>

#include "engine.h"

typedef struct memory_entry {
    struct memory_entry *next; /* in the same bucket */
    uint64_t hash;
    uint32_t key_length;
    uint32_t value_length;
    uint32_t capacity; /* bytes that follow */
    char bytes[];      /* key, value */
} memory_entry;

typedef struct memory_shard {
    _Alignas(128) pthread_mutex_t lock; /* two lines: neighbours are fetched in pairs */
    _Atomic(memory_entry **) buckets;   /* atomic; written under lock */
    _Atomic size_t mask;                /* atomic; written under lock; buckets - 1 */
    size_t count;                       /* under lock; keys */
} memory_shard;

/* 0 or ENOMEM. */
int memory_shard_init(memory_shard *shard);
void memory_shard_destroy(memory_shard *shard);

/* Asks the cache for what the entry's search begins with. Needs no lock. */
void memory_shard_expect_bucket(const memory_shard *shard, uint64_t hash);

/* The rest needs the shard's lock. */

/* Asks the cache for the entry, or for the one that is looked at first. After expect_bucket. */
void memory_shard_expect_entry(const memory_shard *shard, uint64_t hash);

memory_entry *memory_shard_find(const memory_shard *shard, uint64_t hash, kvs_slice key);
/* Carries out PUT, DELETE or ADD and sets the write's results. */
void memory_shard_write(memory_shard *shard, uint64_t hash, kvs_write *write);
void memory_shard_clear(memory_shard *shard);

static inline kvs_slice memory_entry_value(const memory_entry *entry) {
    return (kvs_slice){entry->bytes + entry->key_length, entry->value_length};
}

#endif
