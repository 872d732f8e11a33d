/* Hazard 21: a panic on its way out through frames of every kind, in an order drawn by each job. A
 * cleanup finds its variable from the frame's own registers, so a register that was restored
 * wrongly on the way is a variable that is not there, a wrong order, or a crash. */

#include "suite.h"

#include <alloca.h>

enum { PANICS = 20000, MOST_FRAMES = 12, MOST_CLEANUPS = 4 * MOST_FRAMES };

struct guard {
    uint64_t name, check;
};

/* Of the job on this thread: what the frames promised, and what the cleanups did. */
static _Thread_local struct {
    uint64_t names[MOST_CLEANUPS];
    unsigned guards, undone;
    uint64_t random;
    bool has_aligned;
} job;
static atomic_uint handled, incomplete, disordered;
static _Thread_local volatile uint64_t sink;

static uint64_t draw(void) {
    job.random = job.random * 6364136223846793005u + 1442695040888963407u;
    return job.random >> 33;
}

static struct guard promise(uint64_t name) {
    job.names[job.guards++] = name;
    return (struct guard){name, ~name};
}

static void undo(const struct guard *guard) {
    unsigned expected = job.guards - 1 - job.undone++;
    if (expected >= job.guards || guard->name != job.names[expected] ||
        guard->check != ~guard->name)
        atomic_fetch_add(&disordered, 1);
}

#define GUARD(variable, name)                                                                      \
    __attribute__((cleanup(undo))) struct guard variable = promise(name);                          \
    (void)variable

/* Values that live across the call keep the registers of a callee busy. */
typedef void frame(unsigned depth, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
static frame *choose(unsigned depth);

static void without_cleanup(unsigned depth, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    uint64_t x = a * 3, y = b ^ c, z = d + a, w = b * c;
    choose(depth)(depth - 1, b, c, d, a);
    sink = x + y + z + w;
}

static void with_one(unsigned depth, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    GUARD(guard, a ^ depth);
    uint64_t x = a * 3, y = b ^ c;
    choose(depth)(depth - 1, b, c, d, a);
    sink = x + y;
}

static void with_two(unsigned depth, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    GUARD(outer, a + depth);
    {
        GUARD(inner, b + depth);
        choose(depth)(depth - 1, b, c, d, a);
    }
    sink = a + b + c + d;
}

static void of_unknown_size(unsigned depth, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    size_t size = 16 + (a & 127);
    char *room = alloca(size);
    memset(room, 1, size);
    GUARD(guard, c ^ depth);
    uint64_t x = a * 3, y = b ^ c, z = d * a;
    choose(depth)(depth - 1, b, c, d, a);
    sink = x + y + z + (uint64_t)room[3];
}

static void with_early_return(unsigned depth, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    if (depth == MOST_FRAMES)
        return;
    GUARD(guard, d ^ depth);
    if ((a & 1) != 0)
        sink = b * c;
    choose(depth)(depth - 1, b, c, d, a);
    sink = a;
}

static void aligned(unsigned depth, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    __attribute__((aligned(64))) uint64_t line[8] = {a};
    GUARD(guard, b ^ depth);
    choose(depth)(depth - 1, b, c, d, (uint64_t)(uintptr_t)line & 63);
    sink = line[a & 7] + c + d;
}

#ifdef __x86_64__
/* A compiler joins the cleanups of a frame: one goes on to the next. Here the first ends in
 * _Unwind_Resume as the last does, and the call of that has a cleanup of its own. */
extern frame with_two_pads;
extern frame go_deeper;
extern void undo_last(void);

void go_deeper(unsigned depth, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    promise(a);
    promise(b);
    choose(depth)(depth - 1, b, c, d, a);
    sink = a;
}

void undo_last(void) {
    job.undone++;
}

__asm__(".text\n"
        ".type with_two_pads, @function\n"
        "with_two_pads:\n"
        "    .cfi_startproc\n"
        "    .cfi_personality 0x9b, DW.ref.__gcc_personality_v0\n"
        "    .cfi_lsda 0x1b, .Ltwo_pads_table\n"
        "    subq $24, %rsp\n"
        "    .cfi_adjust_cfa_offset 24\n"
        ".Ltwo_pads_call:\n"
        "    call go_deeper\n"
        ".Ltwo_pads_called:\n"
        "    addq $24, %rsp\n"
        "    .cfi_adjust_cfa_offset -24\n"
        "    ret\n"
        "    .cfi_adjust_cfa_offset 24\n"
        ".Ltwo_pads_first:\n"
        "    movq %rax, 8(%rsp)\n"
        "    call undo_last\n"
        "    movq 8(%rsp), %rdi\n"
        ".Ltwo_pads_resume:\n"
        "    call _Unwind_Resume@PLT\n"
        ".Ltwo_pads_second:\n"
        "    movq %rax, 8(%rsp)\n"
        "    call undo_last\n"
        "    movq 8(%rsp), %rdi\n"
        "    call _Unwind_Resume@PLT\n"
        "    .cfi_endproc\n"
        ".size with_two_pads, .-with_two_pads\n"
        ".pushsection .gcc_except_table, \"a\", @progbits\n"
        ".Ltwo_pads_table:\n"
        "    .byte 0xff, 0xff, 0x01\n" /* as gcc's for C: no base, no types, uleb128 */
        "    .uleb128 .Ltwo_pads_end - .Ltwo_pads_sites\n"
        ".Ltwo_pads_sites:\n"
        "    .uleb128 .Ltwo_pads_call - with_two_pads\n"
        "    .uleb128 .Ltwo_pads_called - .Ltwo_pads_call\n"
        "    .uleb128 .Ltwo_pads_first - with_two_pads\n"
        "    .uleb128 0\n"
        "    .uleb128 .Ltwo_pads_resume - with_two_pads\n"
        "    .uleb128 .Ltwo_pads_second - .Ltwo_pads_resume\n"
        "    .uleb128 .Ltwo_pads_second - with_two_pads\n"
        "    .uleb128 0\n"
        ".Ltwo_pads_end:\n"
        ".popsection\n");
#else
#define with_two_pads with_two
#endif

static void last(unsigned depth, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    sink = depth + a + b + c + d;
    thread_pool_panic("far inside");
}

/* Some jobs have no frame of the last kind: with one the unwinder takes over. */
static frame *choose(unsigned depth) {
    static frame *const kinds[] = {without_cleanup,   with_one,      with_two, of_unknown_size,
                                   with_early_return, with_two_pads, aligned};
    enum { KINDS = sizeof kinds / sizeof *kinds, ALIGNED = KINDS - 1 };
    if (depth == 0)
        return last;
    return kinds[draw() % (job.has_aligned ? KINDS : ALIGNED)];
}

static void panic_far_inside(void *seed) {
    job.random = (uintptr_t)seed;
    job.guards = job.undone = 0;
    job.has_aligned = draw() % 4 == 0;
    unsigned depth = (unsigned)(draw() % MOST_FRAMES);
    choose(depth)(depth - 1, draw(), draw(), draw(), draw());
}

static void check(void *unused, const char *message) {
    (void)unused, (void)message;
    atomic_fetch_add(&handled, 1);
    if (job.undone != job.guards)
        atomic_fetch_add(&incomplete, 1);
}

void case_panic_through_frames_of_every_kind(void **state) {
    (void)state;
    thread_pool *pool = make_pool_with(&(thread_pool_options){.threads = 2, .on_panic = check});
    for (uintptr_t seed = 0; seed < PANICS; seed++)
        spawn(pool, panic_far_inside, (void *)seed);
    destroy(pool);
    assert_int_equal(atomic_load(&handled), PANICS);
    assert_int_equal(atomic_load(&incomplete), 0);
    assert_int_equal(atomic_load(&disordered), 0);
}
