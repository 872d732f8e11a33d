#include "frame_tables.h"

#include <stddef.h>
#include <string.h>
#include <unwind.h>

/* libgcc's, exported since GCC 3.0 but declared in no installed header. */
struct dwarf_eh_bases {
    void *text;
    void *data;
    void *function;
};
extern const void *_Unwind_Find_FDE(void *pc, struct dwarf_eh_bases *bases);

/* libgcc's for C: cleanups only. */
extern _Unwind_Reason_Code __gcc_personality_v0(int version, _Unwind_Action actions,
                                                _Unwind_Exception_Class class_of_exception,
                                                struct _Unwind_Exception *exception,
                                                struct _Unwind_Context *context);

enum { OMITTED = 0xff, INDIRECT = 0x80, PC_RELATIVE = 0x10, FORM = 0x0f };

/* A table being read. `simple` goes false for good at the first thing not understood. */
struct reader {
    const uint8_t *at;
    const uint8_t *end;
    bool simple;
};

static inline bool read_fixed(struct reader *reader, void *value, size_t size) {
    if ((size_t)(reader->end - reader->at) < size) {
        reader->simple = false;
        reader->at = reader->end;
        return false;
    }
    memcpy(value, reader->at, size);
    reader->at += size;
    return true;
}

static inline uint8_t read_u8(struct reader *reader) {
    uint8_t value = 0;
    read_fixed(reader, &value, sizeof value);
    return value;
}

static inline uint16_t read_u16(struct reader *reader) {
    uint16_t value = 0;
    read_fixed(reader, &value, sizeof value);
    return value;
}

static inline uint32_t read_u32(struct reader *reader) {
    uint32_t value = 0;
    read_fixed(reader, &value, sizeof value);
    return value;
}

static inline uint64_t read_u64(struct reader *reader) {
    uint64_t value = 0;
    read_fixed(reader, &value, sizeof value);
    return value;
}

/* `first` is the first byte, and says that there are more. */
static uint64_t read_long_uleb(struct reader *reader, uint8_t first) {
    uint64_t value = first & 0x7f;
    unsigned shift = 7;
    uint8_t byte;
    do {
        byte = read_u8(reader);
        value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        shift += 7;
    } while ((byte & 0x80) != 0);
    return value;
}

static inline uint64_t read_uleb(struct reader *reader) {
    uint8_t first = read_u8(reader);
    return (first & 0x80) == 0 ? first : read_long_uleb(reader, first);
}

static int64_t read_sleb(struct reader *reader) {
    const uint8_t *start = reader->at;
    uint64_t value = read_uleb(reader);
    unsigned bits = 7 * (unsigned)(reader->at - start);
    if (bits > 0 && bits < 64 && (value >> (bits - 1) & 1) != 0)
        value |= ~UINT64_C(0) << bits;
    return (int64_t)value;
}

/* A pointer in one of the encodings that gcc uses on x86-64. */
static uintptr_t read_pointer(struct reader *reader, uint8_t encoding) {
    uintptr_t place = (uintptr_t)reader->at, value;
    switch (encoding & FORM) {
    case 0x00: /* absptr */
    case 0x04: /* udata8 */
    case 0x0c: /* sdata8 */
        value = read_u64(reader);
        break;
    case 0x0b: /* sdata4 */
        value = (uintptr_t)(int64_t)(int32_t)read_u32(reader);
        break;
    default:
        reader->simple = false;
        return 0;
    }
    if ((encoding & ~(INDIRECT | PC_RELATIVE | FORM)) != 0)
        reader->simple = false;
    if (value == 0 || !reader->simple)
        return 0;
    if ((encoding & PC_RELATIVE) != 0)
        value += place;
    return (encoding & INDIRECT) != 0 ? *(const uintptr_t *)value : value;
}

/* A common information entry. */
struct common {
    uint64_t code_align;
    int64_t data_align;
    const uint8_t *personality; /* where the pointer to it stands, or NULL */
    uint8_t personality_encoding;
    uint8_t pointer_encoding;
    uint8_t table_encoding; /* of the pointer to the personality's table */
    struct reader program;
    struct thread_pool_frame_rules initial; /* what the program says */
};

static inline uint32_t word_at(const uint8_t *at) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The body of the entry at `entry`, behind its length. */
static struct reader open_entry(const uint8_t *entry) {
    uint32_t length = word_at(entry);
    bool simple = length != 0 && length != UINT32_MAX;
    return (struct reader){entry + 4, entry + 4 + (simple ? length : 0), simple};
}

static void read_augmentation(struct reader *reader, const char *letters, struct common *common) {
    for (; *letters != '\0' && reader->simple; letters++) {
        if (*letters == 'R')
            common->pointer_encoding = read_u8(reader);
        else if (*letters == 'L')
            common->table_encoding = read_u8(reader);
        else if (*letters == 'P') {
            common->personality_encoding = read_u8(reader);
            common->personality = reader->at;
            read_pointer(reader, common->personality_encoding & FORM);
        } else /* 'S', a signal frame, and what there may come */
            reader->simple = false;
    }
}

static bool read_head_of_common(const uint8_t *entry, struct common *common) {
    struct reader reader = open_entry(entry);
    uint64_t id = read_u32(&reader), version = read_u8(&reader);
    const char *letters = (const char *)reader.at;
    reader.at += strlen(letters) + 1;
    *common = (struct common){.table_encoding = OMITTED};
    common->code_align = read_uleb(&reader);
    common->data_align = read_sleb(&reader);
    uint64_t return_register = read_uleb(&reader); /* a byte in version 1, the same below 128 */
    if (!reader.simple || id != 0 || (version != 1 && version != 3) || letters[0] != 'z' ||
        return_register != THREAD_POOL_FRAME_RETURN)
        return false;
    uint64_t size = read_uleb(&reader);
    struct reader augmentation = {reader.at, reader.at + size, reader.simple};
    read_augmentation(&augmentation, letters + 1, common);
    reader.at += size;
    common->program = reader;
    return reader.simple && augmentation.simple;
}

static uintptr_t read_personality(const struct common *common) {
    if (common->personality == NULL)
        return 0;
    struct reader reader = {common->personality, common->personality + 8, true};
    return read_pointer(&reader, common->personality_encoding);
}

/* A run of call frame instructions: the rules at the address reached. */
struct machine {
    struct thread_pool_frame_rules now;
    struct thread_pool_frame_rules remembered[2]; /* deeper is not simple */
    unsigned depth;
    uintptr_t location;
};

static void save_at(struct reader *reader, struct machine *machine, const struct common *common,
                    uint64_t number) {
    int32_t offset = (int32_t)((int64_t)read_uleb(reader) * common->data_align);
    if (number >= THREAD_POOL_FRAME_RULES) /* a vector register: callers keep no such values */
        return;
    machine->now.saved |= UINT32_C(1) << number;
    machine->now.offset[number] = offset;
}

static void restore(struct machine *machine, const struct common *common, uint64_t number) {
    if (number >= THREAD_POOL_FRAME_RULES)
        return;
    uint32_t bit = UINT32_C(1) << number;
    machine->now.saved = (machine->now.saved & ~bit) | (common->initial.saved & bit);
    machine->now.offset[number] = common->initial.offset[number];
}

static void set_cfa_register(struct reader *reader, struct machine *machine) {
    uint64_t number = read_uleb(reader);
    reader->simple = reader->simple && number < 32 && (THREAD_POOL_FRAME_KNOWN >> number & 1) != 0;
    machine->now.cfa_register = (uint8_t)number;
}

static void remember(struct reader *reader, struct machine *machine) {
    if (machine->depth == sizeof machine->remembered / sizeof *machine->remembered)
        reader->simple = false;
    else
        machine->remembered[machine->depth++] = machine->now;
}

static void recall(struct reader *reader, struct machine *machine) {
    if (machine->depth == 0)
        reader->simple = false;
    else
        machine->now = machine->remembered[--machine->depth];
}

/* The instructions whose operands are not in the opcode. */
static void step_extended(struct reader *reader, struct machine *machine,
                          const struct common *common, uint8_t opcode) {
    switch (opcode) {
    case 0x00: /* nop */
        break;
    case 0x02: /* advance_loc1 */
        machine->location += read_u8(reader) * common->code_align;
        break;
    case 0x03: /* advance_loc2 */
        machine->location += read_u16(reader) * common->code_align;
        break;
    case 0x04: /* advance_loc4 */
        machine->location += read_u32(reader) * common->code_align;
        break;
    case 0x0a:
        remember(reader, machine);
        break;
    case 0x0b:
        recall(reader, machine);
        break;
    case 0x0c: /* def_cfa */
        set_cfa_register(reader, machine);
        machine->now.cfa_offset = (int32_t)read_uleb(reader);
        break;
    case 0x0d: /* def_cfa_register */
        set_cfa_register(reader, machine);
        break;
    case 0x0e: /* def_cfa_offset */
        machine->now.cfa_offset = (int32_t)read_uleb(reader);
        break;
    default: /* expressions, registers saved in registers, pushed arguments */
        reader->simple = false;
    }
}

static void step(struct reader *reader, struct machine *machine, const struct common *common) {
    uint8_t opcode = read_u8(reader), operand = opcode & 0x3f;
    switch (opcode >> 6) {
    case 1: /* advance_loc */
        machine->location += operand * common->code_align;
        break;
    case 2: /* offset */
        save_at(reader, machine, common, operand);
        break;
    case 3: /* restore */
        restore(machine, common, operand);
        break;
    default:
        step_extended(reader, machine, common, opcode);
    }
}

/* Runs `program` as far as it speaks of addresses below `pc`. */
static bool run(struct reader program, struct machine *machine, const struct common *common,
                uintptr_t pc) {
    while (program.simple && program.at < program.end && machine->location < pc)
        step(&program, machine, common);
    return program.simple;
}

static bool read_common(const uint8_t *entry, struct common *common) {
    struct machine machine;
    machine.now.saved = 0;
    machine.depth = 0;
    machine.location = 0;
    if (!read_head_of_common(entry, common) || !run(common->program, &machine, common, UINTPTR_MAX))
        return false;
    common->initial = machine.now;
    return true;
}

/* The entry that this thread has read last; most functions of a program have the same one. Objects
 * come and go: whether it still is that one is for its bytes to say. */
static _Thread_local struct {
    const uint8_t *entry; /* NULL: none */
    uint32_t size;        /* in bytes, a multiple of 4 */
    uint32_t words[10];   /* gcc's have 6 to 8 */
    struct common common;
} last __attribute__((tls_model("initial-exec")));

static inline bool is_last(const uint8_t *entry) {
    if (entry != last.entry)
        return false;
    for (uint32_t i = 0; i < last.size; i += 4)
        if (word_at(entry + i) != last.words[i / 4])
            return false;
    return true;
}

/* NULL: it is not simple. */
static const struct common *find_common(const uint8_t *entry) {
    if (is_last(entry))
        return &last.common;
    last.entry = NULL;
    if (!read_common(entry, &last.common))
        return NULL;
    last.size = 4 + word_at(entry);
    if (last.size % 4 == 0 && last.size <= sizeof last.words) {
        memcpy(last.words, entry, last.size);
        last.entry = entry;
    }
    return &last.common;
}

static bool read_rules(const struct common *common, struct reader program, uintptr_t function,
                       uintptr_t pc, struct thread_pool_frame_rules *rules) {
    struct machine machine;
    machine.now = common->initial;
    machine.depth = 0;
    machine.location = function;
    if (!run(program, &machine, common, pc))
        return false;
    *rules = machine.now;
    return (rules->saved >> THREAD_POOL_FRAME_RETURN & 1) != 0;
}

/* Call sites are in the order of their addresses; one that is not listed has no cleanup. */
bool thread_pool_frame_read_pad(const uint8_t *table, uintptr_t function, uintptr_t pc,
                                uintptr_t *pad) {
    struct reader reader = {table, table + 3, true};
    uint64_t base = read_u8(&reader), types = read_u8(&reader);
    if (base != OMITTED || types != OMITTED || read_u8(&reader) != 0x01 /* uleb128 */)
        return false;
    reader.end += 10; /* a uleb128 is no longer */
    uint64_t size = read_uleb(&reader);
    reader.end = reader.at + size;
    *pad = 0;
    while (reader.at < reader.end) {
        uintptr_t start = function + read_uleb(&reader), length = read_uleb(&reader);
        uintptr_t at = read_uleb(&reader);
        read_uleb(&reader); /* action: cleanups have none */
        if (pc - 1 < start)
            break;
        if (pc - 1 < start + length) {
            *pad = at == 0 ? 0 : function + at;
            break;
        }
    }
    return reader.simple;
}

uintptr_t thread_pool_frame_find(uintptr_t pc, const uint8_t **entry) {
    struct dwarf_eh_bases bases;
    *entry = _Unwind_Find_FDE((char *)pc - 1, &bases);
    return *entry == NULL ? 0 : (uintptr_t)bases.function;
}

/* What comes between the pointer to the common entry and the program. */
static uintptr_t read_head(struct reader *reader, const struct common *common) {
    read_pointer(reader, common->pointer_encoding & FORM); /* known: info->function */
    read_pointer(reader, common->pointer_encoding & FORM); /* length of the code */
    uint64_t size = read_uleb(reader);
    struct reader augmentation = {reader->at, reader->at + size, reader->simple};
    uintptr_t table = 0;
    if (common->table_encoding != OMITTED)
        table = read_pointer(&augmentation, common->table_encoding);
    reader->at += size;
    reader->simple = augmentation.simple;
    return table;
}

bool thread_pool_frame_read(const uint8_t *entry, uintptr_t pc,
                            struct thread_pool_frame_info *info) {
    struct reader reader = open_entry(entry);
    const uint8_t *here = reader.at;
    const struct common *common = reader.simple ? find_common(here - read_u32(&reader)) : NULL;
    if (common == NULL)
        return false;
    uintptr_t table = read_head(&reader, common), personality = read_personality(common);
    info->pad = 0;
    if (!reader.simple || (personality != 0 && personality != (uintptr_t)__gcc_personality_v0))
        return false;
    if (table != 0 &&
        (personality == 0 ||
         !thread_pool_frame_read_pad((const uint8_t *)table, info->function, pc, &info->pad)))
        return false;
    return read_rules(common, reader, info->function, pc, &info->rules);
}
