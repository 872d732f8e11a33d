/* The parts of the load generator and the server bench that have no socket: histogram, keys and
 * values, requests and replies, addresses, redis-benchmark's output, the table of cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataset.h"
#include "histogram.h"
#include "kvs_address.h"
#include "protocol.h"
#include "redis_benchmark.h"
#include "workload.h"

static histogram h;

static int empty_histogram(void **state) {
    (void)state;
    memset(&h, 0, sizeof h);
    return 0;
}

/* ---- histogram ----------------------------------------------------------------------------- */

static void an_empty_histogram_is_zero(void **state) {
    (void)state;
    assert_int_equal(histogram_percentile(&h, 50), 0);
    assert_int_equal(h.max, 0);
    assert_true(histogram_mean(&h) == 0);
}

static void small_values_are_exact(void **state) {
    (void)state;
    for (uint64_t value = 1; value <= 100; value++)
        histogram_record(&h, value);
    assert_int_equal(histogram_percentile(&h, 0), 1);
    assert_int_equal(histogram_percentile(&h, 50), 50);
    assert_int_equal(histogram_percentile(&h, 99), 99);
    assert_int_equal(histogram_percentile(&h, 100), 100);
    assert_true(histogram_mean(&h) == 50.5);
}

/* Every value, alone below a larger one, comes back at most 1/64 too large, never too small. */
static void check_resolution(uint64_t value) {
    memset(&h, 0, sizeof h);
    histogram_record(&h, value);
    histogram_record(&h, UINT64_MAX);
    uint64_t got = histogram_percentile(&h, 50);
    assert_true(got >= value);
    assert_true(got - value <= value / 64);
}

static void every_magnitude_keeps_its_resolution(void **state) {
    (void)state;
    uint64_t random = 7;
    for (unsigned bits = 0; bits < 64; bits++) {
        uint64_t power = (uint64_t)1 << bits;
        check_resolution(power);
        check_resolution(power - 1);
        check_resolution(power + 1 == 0 ? power : power + 1);
        for (int i = 0; i < 100; i++)
            check_resolution(power | (dataset_random(&random) & (power - 1)));
    }
    check_resolution(UINT64_MAX);
}

static int ascending(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Against the definition: the smallest recorded value that so many do not exceed. */
static void percentiles_match_a_sorted_list(void **state) {
    (void)state;
    enum { COUNT = 10000 };
    static uint64_t values[COUNT];
    static const double percents[] = {1, 50, 90, 99, 99.9, 100};
    uint64_t random = 3;
    for (int i = 0; i < COUNT; i++) {
        values[i] = dataset_random(&random) >> (20 + i % 40);
        histogram_record(&h, values[i]);
    }
    qsort(values, COUNT, sizeof values[0], ascending);
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        uint64_t exact = values[(int)(percents[i] * COUNT / 100 + 0.5) - 1];
        uint64_t got = histogram_percentile(&h, percents[i]);
        assert_true(got >= exact);
        assert_true(got - exact <= exact / 64);
    }
    assert_int_equal(h.max, values[COUNT - 1]);
    assert_int_equal(histogram_percentile(&h, 100), h.max);
}

/* ---- keys, values, requests ----------------------------------------------------------------- */

static void keys_are_those_of_redis_benchmark(void **state) {
    (void)state;
    char key[DATASET_KEY_LENGTH];
    dataset_key(0, key);
    assert_memory_equal(key, "key:000000000000", sizeof key);
    dataset_key(99999, key);
    assert_memory_equal(key, "key:000000099999", sizeof key);
    dataset_key(UINT32_MAX, key);
    assert_memory_equal(key, "key:004294967295", sizeof key);
}

static void no_two_values_are_alike(void **state) {
    (void)state;
    enum { KEYS = 2000, SIZE = 16, VALUES = KEYS * DATASET_GENERATIONS };
    static char values[VALUES][SIZE];
    dataset set;
    assert_int_equal(dataset_make(&set, KEYS, SIZE), 0);
    for (uint32_t i = 0; i < VALUES; i++)
        memcpy(values[i], dataset_value(&set, i / 2, i % 2), SIZE);
    for (uint32_t i = 0; i < VALUES; i++)
        for (uint32_t j = i + 1; j < VALUES; j++)
            if (memcmp(values[i], values[j], SIZE) == 0)
                fail_msg("values %u and %u are the same", i, j);
    dataset_free(&set);
}

static void a_dataset_refuses_what_it_cannot_be(void **state) {
    (void)state;
    dataset set;
    assert_int_not_equal(dataset_make(&set, 0, 64), 0);
    assert_int_not_equal(dataset_make(&set, DATASET_KEYS_MAX + 1, 64), 0);
    assert_int_not_equal(dataset_make(&set, 1, 0), 0);
    assert_int_not_equal(dataset_make(&set, 1, DATASET_VALUE_MAX + 1), 0);
}

typedef struct frame_case {
    const load_protocol *protocol;
    load_command command;
    const char *request_head; /* before the value */
    const char *request_tail;
    const char *reply_head;
    const char *reply_tail;
    bool value_in_request;
    bool value_in_reply;
} frame_case;

static const frame_case frames[] = {
    {&load_resp, LOAD_GET, "*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000007\r\n", "", "$10\r\n", "\r\n",
     false, true},
    {&load_resp, LOAD_SET, "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000007\r\n$10\r\n", "\r\n",
     "+OK\r\n", "", true, false},
    {&load_memcached, LOAD_GET, "get key:000000000007\r\n", "", "VALUE key:000000000007 0 10\r\n",
     "\r\nEND\r\n", false, true},
    {&load_memcached, LOAD_SET, "set key:000000000007 0 0 10\r\n", "\r\n", "STORED\r\n", "", true,
     false},
};

static void check_bytes(const char *got, size_t length, const char *head, const char *value,
                        const char *tail) {
    enum { VALUE = 10 };
    size_t head_length = strlen(head), value_length = value == NULL ? 0 : VALUE;
    assert_int_equal(length, head_length + value_length + strlen(tail));
    assert_memory_equal(got, head, head_length);
    if (value != NULL)
        assert_memory_equal(got + head_length, value, value_length);
    assert_memory_equal(got + head_length + value_length, tail, strlen(tail));
}

static void requests_and_replies_are_what_the_protocols_say(void **state) {
    (void)state;
    dataset set;
    assert_int_equal(dataset_make(&set, 100, 10), 0);
    char *room = malloc(load_protocol_room(&set));
    assert_non_null(room);
    const char *value = dataset_value(&set, 7, 1);
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        const frame_case *f = &frames[i];
        load_request request = {.key = 7, .command = (uint8_t)f->command, .generations = 2};
        size_t length = f->protocol->write_request(&set, &request, room);
        check_bytes(room, length, f->request_head, f->value_in_request ? value : NULL,
                    f->request_tail);
        length = f->protocol->write_reply(&set, &request, 1, room);
        check_bytes(room, length, f->reply_head, f->value_in_reply ? value : NULL, f->reply_tail);
    }
    free(room);
    dataset_free(&set);
}

/* ---- addresses ------------------------------------------------------------------------------ */

static void good_addresses_are_split(void **state) {
    (void)state;
    static const struct {
        const char *text, *host;
        uint16_t port;
    } good[] = {{"127.0.0.1:4000", "127.0.0.1", 4000},
                {"[::1]:1", "::1", 1},
                {"[fe80::1]:65535", "fe80::1", 65535},
                {"0.0.0.0:00080", "0.0.0.0", 80}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        kvs_address address;
        assert_int_equal(kvs_address_parse(good[i].text, &address), 0);
        assert_string_equal(address.host, good[i].host);
        assert_int_equal(address.port, good[i].port);
    }
}

static void bad_addresses_are_refused_and_change_nothing(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "4000",
                                      ":4000",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "1.2.3.4:0",
                                      "1.2.3.4:65536",
                                      "1.2.3.4:-1",
                                      "1.2.3.4:4000x",
                                      "1.2.3.4: 4000",
                                      "1.2.3:4000",
                                      "localhost:80",
                                      "::1:4000",
                                      "[::1:4000",
                                      "[]:4000",
                                      "[1.2.3.4]:1",
                                      "1.2.3.4:123456",
                                      "[::1]4000",
                                      "256.1.1.1:4000",
                                      "1.2.3.4:4000:"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        kvs_address address = {.host = "before", .port = 9};
        if (kvs_address_parse(bad[i], &address) == 0)
            fail_msg("'%s' was taken for an address", bad[i]);
        assert_string_equal(address.host, "before");
        assert_int_equal(address.port, 9);
    }
    assert_int_not_equal(kvs_address_parse(NULL, NULL), 0);
}

/* ---- redis-benchmark ------------------------------------------------------------------------ */

#define HEADING                                                                                    \
    "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\","                   \
    "\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"\n"

static void its_csv_is_read(void **state) {
    (void)state;
    redis_benchmark_result result = {.requests = 5};
    const char *csv = "WARNING: something\n" HEADING
                      "\"GET key:__rand_int__\",\"62656.64\",\"0.433\",\"0.144\",\"0.391\","
                      "\"0.615\",\"0.807\",\"11.567\"\n";
    assert_int_equal(redis_benchmark_parse(csv, &result), 0);
    assert_true(result.requests_per_second == 62656.64);
    assert_true(result.p50_us > 390.99 && result.p50_us < 391.01);
    assert_true(result.p99_us > 806.99 && result.p99_us < 807.01);
    assert_int_equal(result.requests, 5);
}

static void anything_else_is_not_taken_for_a_figure(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "Could not connect to Redis at 127.0.0.1:1: Connection refused\n",
        HEADING,
        HEADING "\"GET\",\"62656.64\"\n",
        HEADING "\"GET\",\"nan?\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\"\n",
        HEADING "\"GET\",\"0.00\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\"\n",
        "\"test\",\"rps\"\n\"GET\",\"62656.64\"\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        redis_benchmark_result result = {.requests_per_second = -7};
        if (redis_benchmark_parse(bad[i], &result) == 0)
            fail_msg("taken for a result: %s", bad[i]);
        assert_true(result.requests_per_second == -7);
    }
}

/* ---- the cells ------------------------------------------------------------------------------ */

static unsigned count_primaries(const workload *w) {
    unsigned primaries = 0;
    for (const metric *m = workload_metrics(w->kind); m->name != NULL; m++)
        primaries += m->primary;
    return primaries;
}

static void every_cell_has_a_name_of_its_own_and_one_primary_metric(void **state) {
    (void)state;
    size_t count;
    const workload *all = workload_all(&count);
    assert_true(count > 30);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(workload_find(all[i].name), &all[i]);
        assert_int_equal(count_primaries(&all[i]), 1);
        assert_true(strlen(all[i].title) > 0);
        assert_true(strlen(all[i].title) < sizeof all[i].title - 1);
    }
    assert_null(workload_find("no such cell"));
}

static void pool_sizes_double_up_to_twice_the_processors(void **state) {
    (void)state;
    uint32_t threads[32];
    const workload *scaling = workload_find("kvs_pool_scaling");
    assert_non_null(scaling);
    uint32_t count = workload_threads(scaling, threads);
    assert_in_range(count, 2, 32);
    assert_int_equal(threads[0], 1);
    for (uint32_t i = 1; i < count; i++)
        assert_true(threads[i] > threads[i - 1] && threads[i] <= 2 * threads[i - 1]);
    assert_int_equal(threads[count - 1] % 2, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_histogram_is_zero, empty_histogram),
        cmocka_unit_test_setup(small_values_are_exact, empty_histogram),
        cmocka_unit_test_setup(every_magnitude_keeps_its_resolution, empty_histogram),
        cmocka_unit_test_setup(percentiles_match_a_sorted_list, empty_histogram),
        cmocka_unit_test(keys_are_those_of_redis_benchmark),
        cmocka_unit_test(no_two_values_are_alike),
        cmocka_unit_test(a_dataset_refuses_what_it_cannot_be),
        cmocka_unit_test(requests_and_replies_are_what_the_protocols_say),
        cmocka_unit_test(good_addresses_are_split),
        cmocka_unit_test(bad_addresses_are_refused_and_change_nothing),
        cmocka_unit_test(its_csv_is_read),
        cmocka_unit_test(anything_else_is_not_taken_for_a_figure),
        cmocka_unit_test(every_cell_has_a_name_of_its_own_and_one_primary_metric),
        cmocka_unit_test(pool_sizes_double_up_to_twice_the_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
