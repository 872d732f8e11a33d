/* kernel.cpp: threads, locks, sleep and time of the simulated machine. */
#include <cstdlib>

#include "machine.hpp"

namespace machine {

using thread = rl::thread_info<THREADS>;

static thread *threads[THREADS]; /* those that have begun */
static map<uintptr_t, rl::generic_mutex_data *> mutexes;
static uint64_t clock_ns;
static bool no_heavy_fence;

void begin_thread() {
    threads[self()] = static_cast<thread *>(rl::ctx().threadx_);
}

void begin_kernel() {
    for (auto &thread : threads)
        thread = nullptr;
    clock_ns = 1000000000;
}

void end_kernel(bool give_back) {
    if (give_back)
        for (auto &entry : mutexes)
            rl::ctx().mutex_dtor(entry.second);
    mutexes.clear();
}

static rl::generic_mutex_data *mutex_at(void *mutex, rl::debug_info_param info) {
    check_alive((uintptr_t)mutex, info);
    rl::generic_mutex_data *&data = mutexes[(uintptr_t)mutex];
    if (data == nullptr)
        data = rl::ctx().mutex_ctor(false, false, false, false);
    return data;
}

static void fence(rl::thread_id_t of) {
    threads[of]->atomic_thread_fence_seq_cst(rl::ctx().seq_cst_fence_order_);
}

} // namespace machine

using namespace machine;

unsigned machine_self(void) {
    return is_simulated() ? (unsigned)self() : 0;
}

unsigned machine_random(unsigned limit) {
    return rl::ctx().rand(limit, rl::sched_type_user);
}

void machine_yield(void) {
    away away;
    rl::ctx().yield(1, site_info(PC));
}

uint64_t machine_clock(void) {
    static const unsigned steps_ns[] = {0, 10, 50, 200, 2000, 20000, 200000};
    step();
    return clock_ns += steps_ns[machine_random(sizeof steps_ns / sizeof *steps_ns)];
}

void machine_lock(void *mutex) {
    rl::debug_info info = site_info(PC);
    rl::generic_mutex_data *data = mutex_at(mutex, info);
    away away;
    data->lock_exclusive(false, info);
}

void machine_unlock(void *mutex) {
    rl::debug_info info = site_info(PC);
    rl::generic_mutex_data *data = mutex_at(mutex, info);
    away away;
    data->unlock_exclusive(info);
}

/* The kernel compares and sleeps in one step. That orders nothing for the program: what the waker
 * did before is the program's to order. */
bool machine_futex_wait(const uint32_t *word, uint32_t expected, bool timed) {
    rl::debug_info info = site_info(PC);
    object &object = atomic_object((uintptr_t)word, sizeof *word, info);
    if (object.newest() != expected)
        return false;
    away away;
    object.data->futex_ws_.park_current(rl::ctx(), timed, true, false, info);
    return true;
}

unsigned machine_futex_wake(const uint32_t *word, unsigned count) {
    step();
    unsigned woken = 0;
    object *object = find_object((uintptr_t)word); /* none, when the memory is gone: allowed */
    while (object != nullptr && woken < count &&
           object->data->futex_ws_.unpark_one(rl::ctx(), site_info(PC)))
        woken++;
    return woken;
}

/* Interrupts one thread after the other, each somewhere between two of its steps. */
void machine_heavy_fence(void) {
    if (no_heavy_fence)
        return;
    step();
    fence(self());
    for (rl::thread_id_t other = 0; other < THREADS; other++)
        if (other != self() && threads[other] != nullptr) {
            fence(other);
            step();
        }
    fence(self());
}

void machine_omit_heavy_fence(void) {
    no_heavy_fence = true;
}
