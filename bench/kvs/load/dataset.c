#include "dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOWS = 1 << 20, LINE = 64 };

uint64_t dataset_random(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static void fill(char *block, size_t size) {
    uint64_t state = 1;
    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
        uint64_t word = dataset_random(&state);
        memcpy(block + at, &word, size - at < sizeof word ? size - at : sizeof word);
    }
}

int dataset_make(dataset *set, uint32_t keys, size_t value_size) {
    if (keys == 0 || keys > DATASET_KEYS_MAX || value_size == 0 || value_size > DATASET_VALUE_MAX)
        return EINVAL;
    dataset made = {.keys = keys, .value_size = value_size};
    made.block = malloc(WINDOWS + value_size);
    made.written = calloc(keys, 1);
    if (made.block == NULL || made.written == NULL) {
        dataset_free(&made);
        return ENOMEM;
    }
    fill(made.block, WINDOWS + value_size);
    *set = made;
    return 0;
}

void dataset_free(dataset *set) {
    free(set->block);
    free(set->written);
    set->block = NULL;
    set->written = NULL;
}

void dataset_key(uint32_t key, char to[DATASET_KEY_LENGTH]) {
    memcpy(to, "key:000000000000", DATASET_KEY_LENGTH);
    for (int digit = DATASET_KEY_LENGTH - 1; key != 0; digit--) {
        to[digit] = (char)('0' + key % 10);
        key /= 10;
    }
}

/* Multiplying by an odd number permutes the windows: as long as there are no more values than
 * windows, no two values share one. */
const char *dataset_value(const dataset *set, uint32_t key, unsigned generation) {
    if (generation == 1 && set->literal != NULL)
        return set->literal;
    uint32_t number = key * DATASET_GENERATIONS + generation;
    return set->block + (number * 0x9E3779B1u) % WINDOWS;
}

void dataset_expect(const dataset *set, uint32_t key, unsigned generation) {
    const char *value = dataset_value(set, key, generation);
    __builtin_prefetch(value);
    __builtin_prefetch(value + (set->value_size < LINE ? set->value_size : LINE) - 1);
}
