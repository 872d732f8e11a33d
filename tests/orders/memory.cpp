/* memory.cpp: memory as C11 has it. Atomic objects have a history, of which a load may return an
 * old value where nothing forbids it; plain accesses must be ordered by happens-before. Freed
 * memory stays until the run ends, so that a late access shows. */
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "machine.hpp"

namespace machine {

using variable = rl::var_data_impl<THREADS>; /* who read and wrote it plainly, and when */

struct region {
    size_t size;
    rl::thread_id_t writer; /* who allocated it, and when */
    rl::timestamp_t when;
    bool freed;
};

constexpr uintptr_t GRANULE = 4;                 /* bytes that are one variable */
constexpr uintptr_t NOWHERE = 4096;              /* pointers below it are NULL and an offset */
static map<uintptr_t, object> objects;           /* by address */
static map<uintptr_t, variable *> plain;         /* by address / GRANULE */
static rl::map<uintptr_t, region>::type regions; /* by address; sorted */

struct plain_event {
    bool write;
    uintptr_t address;
    size_t size;
    void output(std::ostream &s) const {
        s << (write ? "write 0x" : "read 0x") << std::hex << address << std::dec << ", " << size
          << " bytes";
    }
};

static region *region_of(uintptr_t address) {
    auto after = regions.upper_bound(address);
    if (after == regions.begin())
        return nullptr;
    auto found = std::prev(after);
    return address < found->first + found->second.size ? &found->second : nullptr;
}

static variable *variable_at(uintptr_t granule) {
    variable *&var = plain[granule];
    if (var == nullptr) {
        var = static_cast<variable *>(rl::ctx().var_ctor());
        if (const region *region = region_of(granule * GRANULE))
            var->store_acq_rel_timestamp_[region->writer] = region->when;
    }
    return var;
}

void check_alive(uintptr_t address, rl::debug_info_param info) {
    const region *region = region_of(address);
    if (address < NOWHERE || (region != nullptr && region->freed))
        fail("", rl::test_result_access_to_freed_memory, info);
}

static void check_race(uintptr_t address, size_t size, bool write, rl::debug_info_param info) {
    rl::thread_info_base &thread = *rl::ctx().threadx_;
    for (uintptr_t at = address / GRANULE; at <= (address + size - 1) / GRANULE; at++) {
        variable *var = variable_at(at);
        if (!(write ? var->store(thread) : var->load(thread)))
            fail("one access is plain", rl::test_result_data_race, info);
    }
}

static void forget_objects(uintptr_t address, size_t size) {
    for (uintptr_t at = address; at < address + size; at++)
        if (object *object = find_object(at)) {
            rl::ctx().atomic_dtor(object->data);
            objects.erase(at);
        }
}

/* A plain write begins the life of what was an atomic object there anew. */
void plain_access(uintptr_t address, size_t size, bool write, uintptr_t pc) {
    if (!is_simulated() || size == 0 || is_thread_local(address))
        return;
    rl::debug_info info = site_info(pc);
    log(info, plain_event{write, address, size});
    check_alive(address, info);
    check_race(address, size, write, info);
    if (write)
        forget_objects(address, size);
}

uint64_t value_at(uintptr_t address, size_t size) {
    uint64_t value = 0;
    memcpy(&value, (const void *)address, size); /* little endian */
    return value;
}

/* The value that the memory held before is there for everybody: who comes here has been checked to
 * come after it was written. */
static void begin_history(object &object, uintptr_t address, size_t size) {
    object.data = static_cast<rl::atomic_data_impl<THREADS> *>(rl::ctx().atomic_ctor(nullptr));
    auto &first = object.data->history_[0];
    first.busy_ = true;
    first.thread_id_ = 0;
    first.acq_rel_timestamp_ = 0;
    for (rl::thread_id_t i = 0; i < THREADS; i++) {
        first.acq_rel_order_[i] = 0;
        first.first_seen_order_[i] = (rl::timestamp_t)-1;
    }
    object.values[0] = value_at(address, size);
}

object &atomic_object(uintptr_t address, size_t size, rl::debug_info_param info) {
    step();
    check_alive(address, info);
    check_race(address, size, false, info);
    object &object = objects[address];
    if (object.data == nullptr)
        begin_history(object, address, size);
    return object;
}

object *find_object(uintptr_t address) {
    auto found = objects.find(address);
    return found == objects.end() ? nullptr : &found->second;
}

void store_at(object &object, uintptr_t address, size_t size, unsigned index, uint64_t value) {
    object.values[index] = value;
    memcpy((void *)address, &value, size);
}

void forget_memory(bool give_back) {
    if (give_back) {
        for (auto &entry : objects)
            rl::ctx().atomic_dtor(entry.second.data);
        for (auto &entry : plain)
            rl::ctx().var_dtor(entry.second);
    }
    objects.clear();
    plain.clear();
    for (auto &entry : regions)
        (free)((void *)entry.first);
    regions.clear();
}

} // namespace machine

using namespace machine;

/* All of it counts as written, by this thread. */
void *machine_allocate(size_t alignment, size_t size) {
    void *memory = (aligned_alloc)(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr)
        abort();
    rl::thread_info_base &thread = *rl::ctx().threadx_;
    thread.own_acq_rel_order_ += 1;
    regions[(uintptr_t)memory] = {size, self(), thread.own_acq_rel_order_, false};
    return memory;
}

/* As a write to all of it. */
void machine_free(void *memory) {
    if (memory == nullptr)
        return;
    uintptr_t address = (uintptr_t)memory;
    rl::debug_info info = site_info(PC);
    check_alive(address, info);
    region &region = regions.at(address);
    for (uintptr_t at = address / GRANULE; at < (address + region.size) / GRANULE; at++) {
        auto var = plain.find(at);
        if (var != plain.end() && !var->second->store(*rl::ctx().threadx_))
            fail("with the end of the memory", rl::test_result_data_race, info);
    }
    forget_objects(address, region.size);
    region.freed = true;
}
