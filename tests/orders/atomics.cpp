/* atomics.cpp: the functions that -fsanitize=thread calls at every access to memory. With
 * ThreadSanitizer's own library they find races of one real execution; here they are the memory. */
#include <cstring>

#include "machine.hpp"

namespace {

using namespace machine;

struct access_event {
    const char *what;
    uintptr_t address;
    uint64_t value;
    rl::memory_order order;
    bool old;
    void output(std::ostream &s) const {
        s << what << " 0x" << std::hex << address << ": 0x" << value << std::dec << ", "
          << rl::format(order) << (old ? ", not the newest value" : "");
    }
};

bool acquires(rl::memory_order order) {
    return order == rl::mo_acquire || order == rl::mo_consume || order == rl::mo_acq_rel;
}

bool releases(rl::memory_order order) {
    return order == rl::mo_release || order == rl::mo_acq_rel;
}

/* These three return where in the history the value is. */
unsigned load_index(const object &object, rl::memory_order order) {
    rl::thread_info_base &thread = *rl::ctx().threadx_;
    if (order == rl::mo_seq_cst)
        return thread.atomic_load_seq_cst(object.data);
    return acquires(order) ? thread.atomic_load_acquire(object.data)
                           : thread.atomic_load_relaxed(object.data);
}

unsigned store_index(const object &object, rl::memory_order order) {
    rl::thread_info_base &thread = *rl::ctx().threadx_;
    if (order == rl::mo_seq_cst)
        return thread.atomic_store_seq_cst(object.data);
    return releases(order) ? thread.atomic_store_release(object.data)
                           : thread.atomic_store_relaxed(object.data);
}

unsigned change_index(const object &object, rl::memory_order order) {
    rl::thread_info_base &thread = *rl::ctx().threadx_;
    bool missed; /* a value in between: of no interest */
    if (order == rl::mo_seq_cst)
        return thread.atomic_rmw_seq_cst(object.data, missed);
    if (order == rl::mo_acq_rel)
        return thread.atomic_rmw_acq_rel(object.data, missed);
    if (releases(order))
        return thread.atomic_rmw_release(object.data, missed);
    return acquires(order) ? thread.atomic_rmw_acquire(object.data, missed)
                           : thread.atomic_rmw_relaxed(object.data, missed);
}

uint64_t load(uintptr_t address, size_t size, int order, uintptr_t pc) {
    rl::debug_info info = site_info(pc);
    object &object = atomic_object(address, size, info);
    rl::memory_order mo = site_order(pc, order);
    uint64_t value = object.values[load_index(object, mo)];
    log(info, access_event{"load", address, value, mo, value != object.newest()});
    return value;
}

void store(uintptr_t address, size_t size, uint64_t value, int order, uintptr_t pc) {
    if (!is_simulated()) { /* the program's constructors */
        memcpy((void *)address, &value, size);
        return;
    }
    rl::debug_info info = site_info(pc);
    object &object = atomic_object(address, size, info);
    rl::memory_order mo = site_order(pc, order);
    store_at(object, address, size, store_index(object, mo), value);
    log(info, access_event{"store", address, value, mo, false});
}

uint64_t truncate(uint64_t value, size_t size) {
    return size == sizeof value ? value : value & ((UINT64_C(1) << 8 * size) - 1);
}

template <typename function>
uint64_t change(uintptr_t address, size_t size, int order, uintptr_t pc, function changed) {
    rl::debug_info info = site_info(pc);
    object &object = atomic_object(address, size, info);
    rl::memory_order mo = site_order(pc, order);
    uint64_t before = object.newest(), after = truncate(changed(before), size);
    store_at(object, address, size, change_index(object, mo), after);
    log(info, access_event{"change", address, after, mo, false});
    return before;
}

/* As load_index, of the newest value. */
unsigned newest_index(const object &object, rl::memory_order order) {
    rl::thread_info_base &thread = *rl::ctx().threadx_;
    if (order == rl::mo_seq_cst)
        return thread.atomic_load_seq_cst_rmw(object.data);
    return acquires(order) ? thread.atomic_load_acquire_rmw(object.data)
                           : thread.atomic_load_relaxed_rmw(object.data);
}

/* The order of the load that a failed comparison is. */
rl::memory_order failing(rl::memory_order order) {
    if (order == rl::mo_seq_cst)
        return order;
    return acquires(order) ? rl::mo_acquire : rl::mo_relaxed;
}

/* A comparison that fails is a load, perhaps of an old value; a weak one may fail for nothing. */
bool compare_and_swap(uintptr_t address, size_t size, uint64_t &expected, uint64_t value, int order,
                      int failure_order, bool weak, uintptr_t pc) {
    rl::debug_info info = site_info(pc);
    object &object = atomic_object(address, size, info);
    rl::memory_order mo = site_order(pc, order), failure = failing(site_order(pc, failure_order));
    bool may_fail = rl::ctx().rand(4, rl::sched_type_cas_fail) == 0,
         differs = object.newest() != expected;
    uint64_t seen = expected;
    if (differs || may_fail)
        seen = object.values[load_index(object, failure)];
    if (differs && seen == expected)
        seen = object.values[newest_index(object, failure)];
    if (seen != expected || (weak && may_fail)) {
        expected = seen;
        log(info, access_event{"compare in vain", address, seen, failure, seen != object.newest()});
        return false;
    }
    store_at(object, address, size, change_index(object, mo), value);
    log(info, access_event{"compare and swap", address, value, mo, false});
    return true;
}

} // namespace

extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void *) {}
void __tsan_func_exit() {}
void __tsan_atomic_signal_fence(int) {}

void __tsan_read_range(void *address, size_t size) {
    plain_access((uintptr_t)address, size, false, PC);
}
void __tsan_write_range(void *address, size_t size) {
    plain_access((uintptr_t)address, size, true, PC);
}

#define PLAIN(prefix, size)                                                                        \
    void __tsan_##prefix##read##size(void *address) {                                              \
        plain_access((uintptr_t)address, size, false, PC);                                         \
    }                                                                                              \
    void __tsan_##prefix##write##size(void *address) {                                             \
        plain_access((uintptr_t)address, size, true, PC);                                          \
    }
PLAIN(, 1)
PLAIN(, 2)
PLAIN(, 4)
PLAIN(, 8)
PLAIN(, 16)
PLAIN(unaligned_, 2)
PLAIN(unaligned_, 4)
PLAIN(unaligned_, 8)
PLAIN(unaligned_, 16)

#define CHANGE(bits, name, expression)                                                             \
    uint##bits##_t __tsan_atomic##bits##_##name(volatile uint##bits##_t *address,                  \
                                                uint##bits##_t operand, int order) {               \
        return (uint##bits##_t)change(                                                             \
            (uintptr_t)address, bits / 8, order, PC,                                               \
            [operand]([[maybe_unused]] uint64_t before) -> uint64_t { return expression; });       \
    }
#define COMPARE(bits, name, weak)                                                                  \
    int __tsan_atomic##bits##_compare_exchange_##name(                                             \
        volatile uint##bits##_t *address, uint##bits##_t *expected, uint##bits##_t value,          \
        int order, int failure_order) {                                                            \
        uint64_t seen = *expected;                                                                 \
        bool done = compare_and_swap((uintptr_t)address, bits / 8, seen, value, order,             \
                                     failure_order, weak, PC);                                     \
        *expected = (uint##bits##_t)seen;                                                          \
        return done;                                                                               \
    }
#define ATOMIC(bits)                                                                               \
    uint##bits##_t __tsan_atomic##bits##_load(const volatile uint##bits##_t *address, int order) { \
        return (uint##bits##_t)load((uintptr_t)address, bits / 8, order, PC);                      \
    }                                                                                              \
    void __tsan_atomic##bits##_store(volatile uint##bits##_t *address, uint##bits##_t value,       \
                                     int order) {                                                  \
        store((uintptr_t)address, bits / 8, value, order, PC);                                     \
    }                                                                                              \
    uint##bits##_t __tsan_atomic##bits##_compare_exchange_val(                                     \
        volatile uint##bits##_t *address, uint##bits##_t expected, uint##bits##_t value,           \
        int order, int failure_order) {                                                            \
        uint64_t seen = expected;                                                                  \
        compare_and_swap((uintptr_t)address, bits / 8, seen, value, order, failure_order, false,   \
                         PC);                                                                      \
        return (uint##bits##_t)seen;                                                               \
    }                                                                                              \
    CHANGE(bits, exchange, operand)                                                                \
    CHANGE(bits, fetch_add, before + operand)                                                      \
    CHANGE(bits, fetch_sub, before - operand)                                                      \
    CHANGE(bits, fetch_and, before &operand)                                                       \
    CHANGE(bits, fetch_or, before | operand)                                                       \
    COMPARE(bits, strong, false)                                                                   \
    COMPARE(bits, weak, true)
ATOMIC(8)
ATOMIC(16)
ATOMIC(32)
ATOMIC(64)
}
