#include "memory_shard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "write.h"

enum { BUCKETS_AT_START = 8, KEYS_A_BUCKET = 4, LINE = 64 };
/* Bytes of an entry that are asked for: a short key and 64 bytes of value. */
enum { EXPECTED = 112 };

#define EACH_BYTE UINT64_C(0x0101010101010101)
#define TOP_BITS (EACH_BYTE << 7)
#define OF_SLOTS ((UINT64_C(1) << 8 * MEMORY_SLOTS) - 1)

/* Relaxed: under the shard's lock, which orders everything; those who read a link without it only
 * ask the cache for where it points. The same for tags. */
static memory_entry *follow(const memory_link *link) {
    return atomic_load_explicit(link, memory_order_relaxed);
}

static void point(memory_link *link, memory_entry *entry) {
    atomic_store_explicit(link, entry, memory_order_relaxed);
}

static uint64_t tags_of(const memory_bucket *bucket) {
    return atomic_load_explicit(&bucket->tags, memory_order_relaxed);
}

/* Relaxed: under the lock. */
static memory_table *table_of(const memory_shard *shard) {
    return atomic_load_explicit(&shard->table, memory_order_relaxed);
}

/* Bits that choose neither the shard nor, in a table of less than 2^48 buckets, the bucket. */
static uint64_t tag_of(uint64_t hash) {
    return hash >> 48 & 0xff;
}

/* ---- the table ------------------------------------------------------------------------------ */

static memory_table *new_table(size_t buckets, memory_table *outgrown) {
    size_t size = sizeof(memory_table) + buckets * sizeof(memory_bucket);
    memory_table *table = aligned_alloc(_Alignof(memory_table), size);
    if (table == NULL)
        return NULL;
    memset(table, 0, size);
    table->mask = buckets - 1;
    table->outgrown = outgrown;
    return table;
}

int memory_shard_init(memory_shard *shard) {
    memory_table *table = new_table(BUCKETS_AT_START, NULL);
    if (table == NULL)
        return ENOMEM;
    shard->count = 0;
    int error = pthread_mutex_init(&shard->lock, NULL);
    if (error != 0)
        free(table);
    else
        atomic_init(&shard->table, table);
    return error;
}

/* Takes one entry out of the bucket; NULL: it is empty. */
static memory_entry *pop(memory_bucket *bucket) {
    memory_entry *entry = follow(&bucket->chain);
    if (entry != NULL) {
        point(&bucket->chain, follow(&entry->next));
        return entry;
    }
    for (unsigned i = 0; entry == NULL && i < MEMORY_SLOTS; i++) {
        entry = follow(&bucket->slots[i]);
        point(&bucket->slots[i], NULL);
    }
    return entry;
}

void memory_shard_clear(memory_shard *shard) {
    memory_table *table = table_of(shard);
    memory_entry *entry;
    for (size_t i = 0; i <= table->mask; i++)
        while ((entry = pop(&table->buckets[i])) != NULL)
            free(entry);
    shard->count = 0;
}

void memory_shard_destroy(memory_shard *shard) {
    memory_table *table = table_of(shard);
    memory_shard_clear(shard);
    while (table != NULL) {
        memory_table *outgrown = table->outgrown;
        free(table);
        table = outgrown;
    }
    pthread_mutex_destroy(&shard->lock);
}

/* Where a new entry is to go. */
static memory_link *place(memory_table *table, uint64_t hash) {
    memory_bucket *bucket = &table->buckets[hash & table->mask];
    for (unsigned i = 0; i < MEMORY_SLOTS; i++) {
        if (follow(&bucket->slots[i]) != NULL)
            continue;
        uint64_t others = tags_of(bucket) & ~(UINT64_C(0xff) << 8 * i);
        atomic_store_explicit(&bucket->tags, others | tag_of(hash) << 8 * i, memory_order_relaxed);
        return &bucket->slots[i];
    }
    memory_link *end = &bucket->chain;
    while (follow(end) != NULL)
        end = &follow(end)->next;
    return end;
}

static void add(memory_table *table, memory_entry *entry) {
    point(&entry->next, NULL);
    point(place(table, entry->hash), entry);
}

/* Twice the buckets. With KEYS_A_BUCKET in a bucket on average, the most, 5 of 100 keys are in a
 * chain. All outgrown tables together are as large as the present one. Without memory the table
 * stays as it is: slower, not wrong. */
static void grow(memory_shard *shard) {
    memory_table *old = table_of(shard), *table = new_table((old->mask + 1) * 2, old);
    memory_entry *entry;
    if (table == NULL)
        return;
    for (size_t i = 0; i <= old->mask; i++)
        while ((entry = pop(&old->buckets[i])) != NULL)
            add(table, entry);
    /* Release: those who read it without the lock; partner bucket_without_lock. */
    atomic_store_explicit(&shard->table, table, memory_order_release);
}

/* ---- searching ------------------------------------------------------------------------------ */

/* The top bit of each byte i whose tag is the hash's. Bytes above one that is may be there without
 * being equal. */
static uint64_t candidates(const memory_bucket *bucket, uint64_t hash) {
    uint64_t differing = tags_of(bucket) ^ tag_of(hash) * EACH_BYTE;
    return (differing - EACH_BYTE) & ~differing & TOP_BITS & OF_SLOTS;
}

static bool is_it(const memory_entry *entry, uint64_t hash, kvs_slice key) {
    return entry->hash == hash &&
           kvs_slice_equal((kvs_slice){entry->bytes, entry->key_length}, key);
}

/* The link to the entry; NULL: there is none. */
static memory_link *find_link(const memory_shard *shard, uint64_t hash, kvs_slice key) {
    memory_table *table = table_of(shard);
    memory_bucket *bucket = &table->buckets[hash & table->mask];
    memory_entry *entry;
    for (uint64_t left = candidates(bucket, hash); left != 0; left &= left - 1) {
        memory_link *slot = &bucket->slots[__builtin_ctzll(left) / 8];
        if ((entry = follow(slot)) != NULL && is_it(entry, hash, key))
            return slot;
    }
    for (memory_link *link = &bucket->chain; (entry = follow(link)) != NULL; link = &entry->next)
        if (is_it(entry, hash, key))
            return link;
    return NULL;
}

memory_entry *memory_shard_find(const memory_shard *shard, uint64_t hash, kvs_slice key) {
    const memory_link *link = find_link(shard, hash, key);
    return link == NULL ? NULL : follow(link);
}

static const memory_bucket *bucket_without_lock(const memory_shard *shard, uint64_t hash) {
    /* Acquire: the table's mask and empty buckets; partner grow. */
    const memory_table *table = atomic_load_explicit(&shard->table, memory_order_acquire);
    return &table->buckets[hash & table->mask];
}

void memory_shard_expect_bucket(const memory_shard *shard, uint64_t hash) {
    __builtin_prefetch(bucket_without_lock(shard, hash));
}

void memory_shard_expect_entry(const memory_shard *shard, uint64_t hash) {
    const memory_bucket *bucket = bucket_without_lock(shard, hash);
    uint64_t found = candidates(bucket, hash);
    if (found == 0)
        return;
    /* NULL, or freed meanwhile: no harm. */
    const char *entry = (const char *)follow(&bucket->slots[__builtin_ctzll(found) / 8]);
    for (int at = 0; at < EXPECTED; at += LINE)
        __builtin_prefetch(entry + at, 1);
    __builtin_prefetch(entry + EXPECTED - 1, 1); /* it need not begin with a line */
}

/* ---- writing -------------------------------------------------------------------------------- */

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

/* `link` is that of the key's present entry, or NULL. */
static int store(memory_shard *shard, memory_link *link, uint64_t hash, kvs_slice key,
                 kvs_slice value) {
    memory_entry *present = link == NULL ? NULL : follow(link), *entry = present;
    if (present == NULL || !fits(present, value))
        entry = new_entry(hash, key, value);
    if (entry == NULL)
        return ENOMEM;
    set_value(entry, value);
    if (present == NULL) {
        add(table_of(shard), entry);
        if (++shard->count > (table_of(shard)->mask + 1) * KEYS_A_BUCKET)
            grow(shard);
    } else if (entry != present) {
        point(&entry->next, follow(&present->next));
        point(link, entry);
        free(present);
    }
    return 0;
}

static void take_out(memory_shard *shard, memory_link *link) {
    memory_entry *entry = follow(link);
    point(link, follow(&entry->next)); /* NULL in a slot */
    free(entry);
    shard->count--;
}

void memory_shard_write(memory_shard *shard, uint64_t hash, kvs_write *write) {
    char text[KVS_NUMBER_MAX + 1];
    kvs_slice value;
    memory_link *link = find_link(shard, hash, write->key);
    kvs_slice present = link == NULL ? (kvs_slice){NULL, 0} : memory_entry_value(follow(link));
    if (kvs_write_decide(write, present, text, &value))
        write->status = store(shard, link, hash, write->key, value);
    else if (write->kind == KVS_DELETE && write->status == 0)
        take_out(shard, link);
}
