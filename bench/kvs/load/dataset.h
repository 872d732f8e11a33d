/* dataset.h: the keys of a run, and the one right value of each.
 *
 * Key i is "key:" and i in twelve digits, as redis-benchmark -r makes them. A value is a window of
 * a block of pseudo-random bytes (all 256 of them), chosen by the key's number and a generation: 0
 * is what the preload stores, 1 what a measured SET stores. So any reply can be checked byte for
 * byte without keeping what was sent, and a SET that the server drops is found.
 *
 * One thread at a time, except that a finished dataset is only read. Nothing blocks. */
#ifndef KVS_LOAD_DATASET_H
#define KVS_LOAD_DATASET_H

#include <stddef.h>
#include <stdint.h>

enum { DATASET_KEY_LENGTH = 16, DATASET_GENERATIONS = 2 };
#define DATASET_KEYS_MAX 100000000u
#define DATASET_VALUE_MAX (1u << 20)

typedef struct dataset {
    uint32_t keys;
    size_t value_size;
    char *block;         /* owned; where values are windows of */
    uint8_t *written;    /* owned; per key: generation 1 has been acknowledged */
    const char *literal; /* when set, generation 1 of every key is this; caller's */
} dataset;

/* keys 1 … DATASET_KEYS_MAX, value_size 1 … DATASET_VALUE_MAX bytes. EINVAL, ENOMEM. */
int dataset_make(dataset *set, uint32_t keys, size_t value_size);
void dataset_free(dataset *set);

/* Writes the 16 bytes of a key's name. */
void dataset_key(uint32_t key, char to[DATASET_KEY_LENGTH]);

/* The value_size bytes of a value, valid as long as the dataset. */
const char *dataset_value(const dataset *set, uint32_t key, unsigned generation);

/* Asks the cache for the beginning of a value that is needed soon. */
void dataset_expect(const dataset *set, uint32_t key, unsigned generation);

/* The generator of every random choice here: splitmix64 (Steele, Lea, Flood 2014). */
uint64_t dataset_random(uint64_t *state);

#endif
