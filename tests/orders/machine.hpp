/* machine.hpp: what the parts of the simulated machine know of each other. They are C++, because
 * Relacy is. */
#ifndef ORDERS_MACHINE_HPP
#define ORDERS_MACHINE_HPP

#include <relacy/relacy.hpp>

/* Relacy's macros for the programs that it usually explores. */
#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef assert
#undef errno
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst
#undef $

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>

#include "machine.h"

namespace machine {

constexpr rl::thread_id_t THREADS = MACHINE_THREADS;

/* While a scenario runs, memory must not come from operator new: Relacy counts that. */
template <typename key, typename value>
using map = std::unordered_map<key, value, std::hash<key>, std::equal_to<key>,
                               rl::raw_allocator<std::pair<const key, value>>>;

bool is_simulated(); /* false before the first run, and between two */
rl::thread_id_t self();

/* ---- explore.cpp: threads and runs ------------------------------------------------------------*/

/* Around whatever may let another thread go on: thread-local variables are kept meanwhile. */
class away {
    rl::thread_id_t me;

  public:
    away();
    ~away();
};

/* Lets others go on, perhaps for long. */
void step();
bool is_thread_local(uintptr_t address);
[[noreturn]] void fail(const char *what, rl::test_result_e how, rl::debug_info_param info);

/* ---- memory.cpp: what is where ----------------------------------------------------------------*/

/* An atomic object: which of its last values a load returns is for Relacy to say. */
struct object {
    rl::atomic_data_impl<THREADS> *data;
    uint64_t values[rl::atomic_history_size];
    uint64_t newest() const { return values[data->current_index_ % rl::atomic_history_size]; }
};

/* Checks that `address` may be accessed atomically, lets others go on before, and returns it. */
object &atomic_object(uintptr_t address, size_t size, rl::debug_info_param info);
object *find_object(uintptr_t address); /* NULL: none is there */
void store_at(object &object, uintptr_t address, size_t size, unsigned index, uint64_t value);
uint64_t value_at(uintptr_t address, size_t size); /* the newest */

void plain_access(uintptr_t address, size_t size, bool write, uintptr_t pc);
void check_alive(uintptr_t address, rl::debug_info_param info);
void forget_memory(bool give_back); /* after a run: to Relacy, if it was not given up */

/* ---- kernel.cpp: threads, locks, sleep, time --------------------------------------------------*/

void begin_thread(); /* on each new one */
void begin_kernel();
void end_kernel(bool give_back); /* as forget_memory */

/* ---- sites.cpp: where in the code an access is ------------------------------------------------*/

rl::debug_info site_info(uintptr_t pc);
/* Of an access at `pc` that says `order`, one of the compiler's numbers: that, or a weaker one. */
rl::memory_order site_order(uintptr_t pc, int order);

template <typename event> void log(rl::debug_info_param info, const event &happened) {
    rl::context &c = rl::ctx();
    if (c.collecting_history())
        c.exec_log(info, happened);
}

} // namespace machine

#define PC ((uintptr_t)__builtin_return_address(0))

#endif
