/* spsc_ring: the fewest nanoseconds in which one core can hand jobs to another. mpmc_ring: the same
 * between threads that do not have their ends of the ring to themselves.
 *
 * A ring of 16-byte items {function, argument}, as a pool must move them, with the flag in the
 * slot: the topmost bit of the function's word, which no address in user space has, says in which
 * lap it was written, so that nobody clears slots. The consumer tells how far it is four times a
 * lap only, so that the producer never overwrites an item. A line of four items thus crosses the
 * cores once each way, and both sides ask for the line 16 items ahead. (Slots that the consumer
 * sets free by clearing them, as in FastForward by Giacomoni, Moseley and Vachharajani 2008, took
 * 7 to 30 ns here, and this 3.5 to 6.) The consumer calls the function, which counts and sums as
 * the empty job of a pool does. The threads are kept on two CPUs, if there are two.
 *
 * mpmc_ring is what is left of a queue for several producers and several workers when there is one
 * of each: a ticket by fetch-and-add for every item, a claim by compare-and-swap for every job, and
 * nothing else; no growth, no sleep, no memory to give back. Neither can be had for less in C11:
 * two workers that take from one queue, and a spawn beside a worker that falls asleep, have to see
 * each other whichever comes first, and such operations contain an atomic read-modify-write, or a
 * store and a fence before the next load (Attiya, Guerraoui, Hendler, Kuznetsov, Michael and
 * Vechev, "Laws of Order", POPL 2011), and the fence is the dearer of the two. Lines that have been
 * emptied are given back to the producer, as bench/NOTES.md ("Giving lines back") describes it. The
 * bound makes it no limit of an unbounded queue: bench/pool/README.md. */
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#include "batches.h"
#include "clock.h"
#include "cpus.h"
#include "floors.h"

#define SMALL 512u  /* slots: 8 KiB, which both ends find in their nearest cache */
#define LARGE 4096u /* 64 KiB, in which the producer need not stay so near */
#define HUGE 65536u /* 1 MiB, in which the two need not meet */
#define PER_LINE 4u
#define AHEAD 16u
#define TELLS_PER_LAP 4u
#define LAP_BIT ((uintptr_t)1 << 63)

#define SMALLEST 16
#define LARGEST 22
#define ENOUGH_NS 15000000u

_Static_assert(sizeof(uintptr_t) == 8, "the lap is kept in bit 63 of the function's word");

typedef void item_function(uint64_t argument);

struct slot {
    _Atomic uintptr_t function; /* and lap; written by the producer */
    uint64_t argument;          /* written by the producer before `function` */
};

static alignas(128) struct slot small[SMALL], large[LARGE], huge[HUGE];

/* Written by the consumer: items before this one have been read. */
static alignas(128) _Atomic uint64_t freed;

/* The ends of mpmc_ring: the next ticket, the next item to be claimed. */
static alignas(128) _Atomic uint64_t tail;
static alignas(128) _Atomic uint64_t head;

/* Consumer only; others read it after they have joined the consumer. */
static struct { alignas(128) uint64_t items, arguments, squares; } consumed;

struct stream;

struct ends {
    void (*produce)(const struct stream *stream);
    void (*consume)(const struct stream *stream);
};

struct stream {
    const struct ends *ends;
    struct slot *slots;
    uint64_t count;      /* of slots, a power of two */
    uint64_t begin, end; /* numbers of its items, which are their arguments too */
    pthread_barrier_t start;
};

static struct slot *slot_of(const struct stream *stream, uint64_t item) {
    return &stream->slots[item & (stream->count - 1)];
}

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

/* Set in laps 0, 2, …: the ring begins as if an odd lap had been written. */
static uintptr_t lap_of(const struct stream *stream, uint64_t item) {
    return (item & stream->count) == 0 ? LAP_BIT : 0;
}

/* The slot's word, once it has been written in the item's lap. */
static inline uintptr_t await(const struct stream *stream, uint64_t item) {
    const struct slot *slot = slot_of(stream, item);
    uintptr_t word;
    /* Acquire: with the release in produce_item; the argument is there. */
    while (((word = atomic_load_explicit(&slot->function, memory_order_acquire)) & LAP_BIT) !=
           lap_of(stream, item))
        relax();
    return word;
}

static inline void run(uintptr_t word, uint64_t argument) {
    ((item_function *)(word & ~LAP_BIT))(argument);
}

static inline void tell(const struct stream *stream, uint64_t item) {
    if (((item + 1) & (stream->count / TELLS_PER_LAP - 1)) == 0)
        /* Release: with the acquire in wait_for_room; the slots have been read. */
        atomic_store_explicit(&freed, item + 1, memory_order_release);
}

/* By the consumer: the line leaves the producer's cache, and need not be fetched from there in the
 * next lap. */
static inline void give_back(struct slot *slot, uint64_t item) {
    if (item % PER_LINE == PER_LINE - 1)
        slot->argument = 0;
}

static inline void consume_each(const struct stream *stream, bool gives_back) {
    for (uint64_t item = stream->begin; item < stream->end; item++) {
        struct slot *slot = slot_of(stream, item);
        if (item % PER_LINE == 0)
            __builtin_prefetch(slot_of(stream, item + AHEAD));
        uintptr_t word = await(stream, item);
        uint64_t argument = slot->argument;
        if (gives_back)
            give_back(slot, item);
        run(word, argument);
        tell(stream, item);
    }
}

static void consume_alone(const struct stream *stream) {
    consume_each(stream, false);
}

static void consume_alone_giving_back(const struct stream *stream) {
    consume_each(stream, true);
}

static void consume_shared(const struct stream *stream) {
    uint64_t item = stream->begin;
    while (item < stream->end) {
        struct slot *slot = slot_of(stream, item);
        uintptr_t word = await(stream, item);
        uint64_t argument = slot->argument;
        if (!atomic_compare_exchange_strong(&head, &item, item + 1))
            continue; /* another consumer's; there is none */
        give_back(slot, item);
        run(word, argument);
        tell(stream, item++);
    }
}

static void *consume(void *argument) {
    struct stream *stream = argument;
    run_on_cpu(1);
    pthread_barrier_wait(&stream->start);
    stream->ends->consume(stream);
    return NULL;
}

/* Returns the number that the producer may not reach. */
static uint64_t wait_for_room(const struct stream *stream, uint64_t item) {
    uint64_t limit;
    /* Acquire: with the release in consume_item. */
    while ((limit = atomic_load_explicit(&freed, memory_order_acquire) + stream->count) <= item)
        relax();
    return limit;
}

static inline void produce_item(const struct stream *stream, uint64_t item) {
    struct slot *slot = slot_of(stream, item);
    slot->argument = item;
    /* Release: with the acquire in consume_item; publishes the argument. */
    atomic_store_explicit(&slot->function, (uintptr_t)count_item | lap_of(stream, item),
                          memory_order_release);
}

static void produce_alone(const struct stream *stream) {
    uint64_t limit = wait_for_room(stream, stream->begin);
    for (uint64_t item = stream->begin; item < stream->end; item++) {
        if (item % PER_LINE == 0)
            __builtin_prefetch(slot_of(stream, item + AHEAD), 1);
        if (item == limit)
            limit = wait_for_room(stream, item);
        produce_item(stream, item);
    }
}

static void produce_shared(const struct stream *stream) {
    uint64_t limit = wait_for_room(stream, stream->begin);
    for (uint64_t i = stream->begin; i < stream->end; i++) {
        uint64_t item = atomic_fetch_add(&tail, 1);
        if (item % PER_LINE == 0)
            __builtin_prefetch(slot_of(stream, item + AHEAD), 1);
        if (item >= limit)
            limit = wait_for_room(stream, item);
        produce_item(stream, item);
    }
}

static void verify(const struct stream *stream, struct report *report) {
    uint64_t arguments = 0, squares = 0;
    for (uint64_t item = stream->begin; item < stream->end; item++) {
        arguments += item;
        squares += item * item;
    }
    if (consumed.items != stream->end - stream->begin || consumed.arguments != arguments ||
        consumed.squares != squares)
        report_fail(report, "the ring lost or doubled an item");
}

static uint64_t time_stream(struct stream *stream, struct report *report) {
    pthread_t consumer;
    if (pthread_create(&consumer, NULL, consume, stream) != 0) {
        report_fail(report, "no thread for the consumer");
        return 0;
    }
    pthread_barrier_wait(&stream->start);
    uint64_t began = now_ns();
    stream->ends->produce(stream);
    pthread_join(consumer, NULL);
    return now_ns() - began;
}

struct ring {
    struct ends ends;
    struct slot *slots;
    uint64_t count;
    uint64_t next; /* item of the next batch */
};

static struct batch run_stream(void *context, unsigned size, struct report *report) {
    struct ring *own = context;
    struct stream stream = {.ends = &own->ends,
                            .slots = own->slots,
                            .count = own->count,
                            .begin = own->next,
                            .end = own->next + ((uint64_t)1 << size)};
    own->next = stream.end;
    consumed.items = consumed.arguments = consumed.squares = 0;
    pthread_barrier_init(&stream.start, NULL, 2);
    uint64_t ns = time_stream(&stream, report);
    pthread_barrier_destroy(&stream.start);
    verify(&stream, report);
    return (struct batch){stream.end - stream.begin, ns};
}

static double measure(struct ring own, struct report *report) {
    struct batches batches = {run_stream, &own, SMALLEST, LARGEST, ENOUGH_NS};
    atomic_store(&freed, 0);
    run_on_cpu(0);
    return measure_batches(&batches, "ns_per_job", report);
}

static double least(double a, double b) {
    return a < b ? a : b;
}

/* The fastest of three rings. Where two cores share a cache, the first two take 1.5 to 1.65 ns an
 * item, and the third 1.7 to 2.0; where they do not, the first two 2.6 to 3.7, and the third 1.6 to
 * 1.8: bench/NOTES.md, "A floor that was none". */
void floor_spsc_ring(const struct request *request, struct report *report) {
    const struct ends alone = {produce_alone, consume_alone};
    const struct ends giving_back = {produce_alone, consume_alone_giving_back};
    (void)request;
    double ns = measure((struct ring){alone, small, SMALL, 0}, report);
    ns = least(ns, measure((struct ring){alone, large, LARGE, 0}, report));
    ns = least(ns, measure((struct ring){giving_back, huge, HUGE, 0}, report));
    report_metric(report, "ns_per_job", ns);
}

void floor_mpmc_ring(const struct request *request, struct report *report) {
    (void)request;
    measure((struct ring){{produce_shared, consume_shared}, small, SMALL, 0}, report);
}
