/* spsc_ring: the fewest nanoseconds in which one core can hand a job to another.
 *
 * A ring of 16-byte items {function, argument}, as a pool must move them; the function is the flag:
 * NULL means the slot is free (the FastForward queue of Giacomoni, Moseley and Vachharajani, 2008).
 * Neither side reads an index of the other, so a line of four items crosses the cores once each
 * way. The consumer calls the function, which counts and sums as a pool's empty job does. */
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>

#include "batches.h"
#include "clock.h"
#include "floors.h"

#define SLOTS 4096 /* 64 KiB: in the caches of both sides */
#define SMALLEST 16
#define LARGEST 22
#define ENOUGH_NS 10000000u

typedef void item_function(uint64_t argument);

struct slot {
    _Atomic(item_function *) run; /* NULL: free. Set by the producer, cleared by the consumer */
    uint64_t argument;            /* the producer's while `run` is NULL, else the consumer's */
};

static alignas(128) struct slot ring[SLOTS];

static struct {
    alignas(128) uint64_t items, arguments, squares;
} consumed; /* consumer only; read after it was joined */

struct stream {
    uint64_t first, items;
    pthread_barrier_t start;
};

static void count_item(uint64_t argument) {
    consumed.items++;
    consumed.arguments += argument;
    consumed.squares += argument * argument;
}

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void *consume(void *argument) {
    struct stream *stream = argument;
    pthread_barrier_wait(&stream->start);
    for (uint64_t i = 0; i < stream->items; i++) {
        struct slot *slot = &ring[i % SLOTS];
        item_function *run;
        /* Acquire: with produce's release, the argument is there. */
        while ((run = atomic_load_explicit(&slot->run, memory_order_acquire)) == NULL)
            relax();
        uint64_t value = slot->argument;
        /* Release: with produce's acquire, the argument has been read before it is overwritten. */
        atomic_store_explicit(&slot->run, NULL, memory_order_release);
        run(value);
    }
    return NULL;
}

static void produce(const struct stream *stream) {
    for (uint64_t i = 0; i < stream->items; i++) {
        struct slot *slot = &ring[i % SLOTS];
        /* Acquire: with consume's release of the slot. */
        while (atomic_load_explicit(&slot->run, memory_order_acquire) != NULL)
            relax();
        slot->argument = stream->first + i;
        /* Release: with consume's acquire, publishes the argument. */
        atomic_store_explicit(&slot->run, count_item, memory_order_release);
    }
}

static void verify(const struct stream *stream, struct report *report) {
    uint64_t arguments = 0, squares = 0;
    for (uint64_t i = stream->first; i != stream->first + stream->items; i++) {
        arguments += i;
        squares += i * i;
    }
    if (consumed.items != stream->items || consumed.arguments != arguments ||
        consumed.squares != squares)
        report_fail(report, "the ring lost or doubled an item");
}

static struct batch run_stream(void *context, unsigned size, struct report *report) {
    const struct request *request = context;
    struct stream stream = {.first = request->seed, .items = (uint64_t)1 << size};
    pthread_t consumer;
    consumed.items = consumed.arguments = consumed.squares = 0;
    pthread_barrier_init(&stream.start, NULL, 2);
    if (pthread_create(&consumer, NULL, consume, &stream) != 0) {
        report_fail(report, "no thread for the consumer");
        return (struct batch){1, 1};
    }
    pthread_barrier_wait(&stream.start);
    uint64_t began = now_ns();
    produce(&stream);
    pthread_join(consumer, NULL);
    uint64_t ended = now_ns();
    pthread_barrier_destroy(&stream.start);
    verify(&stream, report);
    return (struct batch){stream.items, ended - began};
}

void floor_spsc_ring(const struct request *request, struct report *report) {
    struct request copy = *request;
    struct batches batches = {run_stream, &copy, SMALLEST, LARGEST, ENOUGH_NS};
    measure_batches(&batches, "ns_per_job", report);
}
