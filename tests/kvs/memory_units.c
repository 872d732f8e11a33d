/* The table of the memory engine against an array: buckets that are full, holes, chains, growth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory_shard.h"

enum { KEYS = 600, STEPS = 200000, VALUE_MAX = 90, NONE = -1 };

static uint64_t random_state = 88172645463325252u;

static uint64_t draw(uint64_t below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

/* Of few different bits: many keys share a bucket, many of them the tag too, some the whole hash.
 */
static uint64_t hash_of(unsigned key) {
    return (uint64_t)(key % 16) << 48 | (key / 3 % 40);
}

static kvs_slice name_of(unsigned key, char text[16]) {
    return (kvs_slice){text, (size_t)snprintf(text, 16, "key%u", key)};
}

static int model[KEYS]; /* length of its value, or NONE */

static kvs_slice value_of(unsigned key, int length, char text[VALUE_MAX]) {
    memset(text, 'a' + (int)(key % 26), VALUE_MAX);
    return (kvs_slice){text, (size_t)length};
}

static int run(memory_shard *shard, kvs_write_kind kind, unsigned key, kvs_slice value) {
    char name[16];
    kvs_write write = {.kind = kind, .key = name_of(key, name), .value = value};
    memory_shard_expect_bucket(shard, hash_of(key));
    memory_shard_expect_entry(shard, hash_of(key));
    memory_shard_write(shard, hash_of(key), &write);
    return write.status;
}

static void check(const memory_shard *shard, unsigned key) {
    char name[16], text[VALUE_MAX];
    const memory_entry *entry = memory_shard_find(shard, hash_of(key), name_of(key, name));
    if (model[key] == NONE) {
        assert_null(entry);
        return;
    }
    assert_non_null(entry);
    assert_true(kvs_slice_equal(memory_entry_value(entry), value_of(key, model[key], text)));
}

static void step(memory_shard *shard) {
    static const kvs_slice nothing = {NULL, 0};
    char text[VALUE_MAX];
    unsigned key = (unsigned)draw(KEYS);
    check(shard, key);
    if (draw(2) == 0) {
        assert_int_equal(run(shard, KVS_DELETE, key, nothing) == 0, model[key] != NONE);
        model[key] = NONE;
    } else {
        int length = (int)draw(VALUE_MAX);
        assert_int_equal(run(shard, KVS_PUT, key, value_of(key, length, text)), 0);
        model[key] = length;
    }
    check(shard, key);
}

static void as_an_array(void **state) {
    memory_shard shard;
    size_t there = 0;
    (void)state;
    assert_int_equal(memory_shard_init(&shard), 0);
    for (unsigned key = 0; key < KEYS; key++)
        model[key] = NONE;
    for (int i = 0; i < STEPS; i++)
        step(&shard);
    for (unsigned key = 0; key < KEYS; key++) {
        check(&shard, key);
        there += model[key] != NONE;
    }
    assert_int_equal(shard.count, there);
    memory_shard_clear(&shard);
    memset(model, 0xff, sizeof model);
    for (unsigned key = 0; key < KEYS; key++)
        check(&shard, key);
    assert_int_equal(shard.count, 0);
    memory_shard_destroy(&shard);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_an_array)};
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
