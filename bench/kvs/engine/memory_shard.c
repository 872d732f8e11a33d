#include "memory_shard.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "write.h"

enum { BUCKETS_AT_START = 64 };

int memory_shard_init(memory_shard *shard) {
    shard->buckets = calloc(BUCKETS_AT_START, sizeof(memory_entry *));
    if (shard->buckets == NULL)
        return ENOMEM;
    shard->mask = BUCKETS_AT_START - 1;
    shard->count = 0;
    int error = pthread_mutex_init(&shard->lock, NULL);
    if (error != 0)
        free(shard->buckets);
    return error;
}

void memory_shard_clear(memory_shard *shard) {
    for (size_t i = 0; i <= shard->mask; i++) {
        memory_entry *entry = shard->buckets[i];
        while (entry != NULL) {
            memory_entry *next = entry->next;
            free(entry);
            entry = next;
        }
        shard->buckets[i] = NULL;
    }
    shard->count = 0;
}

void memory_shard_destroy(memory_shard *shard) {
    memory_shard_clear(shard);
    free(shard->buckets);
    pthread_mutex_destroy(&shard->lock);
}

/* The link that points to the entry, or to where it would be added. */
static memory_entry **find_link(const memory_shard *shard, uint64_t hash, kvs_slice key) {
    memory_entry **link = &shard->buckets[hash & shard->mask];
    for (; *link != NULL; link = &(*link)->next)
        if ((*link)->hash == hash &&
            kvs_slice_equal((kvs_slice){(*link)->bytes, (*link)->key_length}, key))
            break;
    return link;
}

memory_entry *memory_shard_find(const memory_shard *shard, uint64_t hash, kvs_slice key) {
    return *find_link(shard, hash, key);
}

void memory_shard_expect_bucket(const memory_shard *shard, uint64_t hash) {
    /* Relaxed, and perhaps of two different tables: only an address to ask for, never followed;
     * partner grow. */
    uintptr_t buckets = (uintptr_t)atomic_load_explicit(&shard->buckets, memory_order_relaxed);
    size_t mask = atomic_load_explicit(&shard->mask, memory_order_relaxed);
    __builtin_prefetch((const void *)(buckets + (hash & mask) * sizeof(memory_entry *)));
}

void memory_shard_expect_entry(const memory_shard *shard, uint64_t hash) {
    enum { LINE = 64 };
    const char *entry = (const char *)shard->buckets[hash & shard->mask];
    if (entry == NULL)
        return;
    __builtin_prefetch(entry, 1);
    __builtin_prefetch(entry + LINE, 1);
}

/* Twice the buckets. There are at least two for a key, so that most searches end at the first
 * entry. Without memory the table stays as it is: slower, not wrong. */
static void grow(memory_shard *shard) {
    size_t size = (shard->mask + 1) * 2;
    memory_entry **buckets = calloc(size, sizeof(memory_entry *));
    if (buckets == NULL)
        return;
    for (size_t i = 0; i <= shard->mask; i++) {
        memory_entry *entry = shard->buckets[i];
        while (entry != NULL) {
            memory_entry *next = entry->next, **bucket = &buckets[entry->hash & (size - 1)];
            entry->next = *bucket;
            *bucket = entry;
            entry = next;
        }
    }
    free(shard->buckets);
    shard->buckets = buckets;
    shard->mask = size - 1;
}

static memory_entry *new_entry(uint64_t hash, kvs_slice key, kvs_slice value) {
    size_t capacity = key.length + value.length;
    memory_entry *entry = capacity > UINT32_MAX ? NULL : malloc(sizeof *entry + capacity);
    if (entry == NULL)
        return NULL;
    entry->hash = hash;
    entry->key_length = (uint32_t)key.length;
    entry->capacity = (uint32_t)capacity;
    memcpy(entry->bytes, key.bytes, key.length);
    return entry;
}

static void set_value(memory_entry *entry, kvs_slice value) {
    if (value.length > 0)
        memcpy(entry->bytes + entry->key_length, value.bytes, value.length);
    entry->value_length = (uint32_t)value.length;
}

/* In place when the value fits and does not leave most of the memory unused. */
static bool fits(const memory_entry *entry, kvs_slice value) {
    size_t needed = entry->key_length + value.length;
    return needed <= entry->capacity && entry->capacity - needed <= needed + 64;
}

static int store(memory_shard *shard, memory_entry **link, uint64_t hash, kvs_slice key,
                 kvs_slice value) {
    memory_entry *present = *link, *entry = present;
    if (present == NULL || !fits(present, value))
        entry = new_entry(hash, key, value);
    if (entry == NULL)
        return ENOMEM;
    set_value(entry, value);
    if (entry == present)
        return 0;
    entry->next = present == NULL ? NULL : present->next;
    *link = entry;
    if (present != NULL)
        free(present);
    else if (++shard->count > shard->mask / 2)
        grow(shard);
    return 0;
}

static void take_out(memory_shard *shard, memory_entry **link) {
    memory_entry *entry = *link;
    *link = entry->next;
    free(entry);
    shard->count--;
}

void memory_shard_write(memory_shard *shard, uint64_t hash, kvs_write *write) {
    char text[KVS_NUMBER_MAX + 1];
    kvs_slice value;
    memory_entry **link = find_link(shard, hash, write->key);
    kvs_slice present = *link == NULL ? (kvs_slice){NULL, 0} : memory_entry_value(*link);
    if (kvs_write_decide(write, present, text, &value))
        write->status = store(shard, link, hash, write->key, value);
    else if (write->kind == KVS_DELETE && write->status == 0)
        take_out(shard, link);
}
