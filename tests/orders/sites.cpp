/* sites.cpp: the places in the code that access memory, from the table that sites.sh makes of the
 * program, and which of them are weakened. */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <unordered_map>

#include "machine.hpp"

namespace {

struct site {
    std::string function, file, kind; /* kind: load, store, change, swap; else plain */
    unsigned line;
    bool weakened;
    int order; /* that the code says; -1: not executed so far */
};

std::unordered_map<uintptr_t, site> sites; /* by the address that the call returns to */

const char *kind_of(const char *called) {
    if (strncmp(called, "__tsan_atomic", 13) != 0)
        return "plain";
    if (strstr(called, "compare_exchange") != nullptr)
        return "swap";
    if (strstr(called, "_load") != nullptr)
        return "load";
    return strstr(called, "_store") != nullptr ? "store" : "change";
}

site *find(uintptr_t pc) {
    auto found = sites.find(pc);
    return found == sites.end() ? nullptr : &found->second;
}

} // namespace

rl::debug_info machine::site_info(uintptr_t pc) {
    const site *site = find(pc);
    return site == nullptr ? rl::debug_info("?", "?", 0)
                           : rl::debug_info(site->function.c_str(), site->file.c_str(), site->line);
}

/* Relacy's numbers are the compiler's. */
rl::memory_order machine::site_order(uintptr_t pc, int order) {
    if (site *site = find(pc)) {
        site->order = order > site->order ? order : site->order;
        if (site->weakened)
            return rl::mo_relaxed;
    }
    return (rl::memory_order)order;
}

bool machine_read_sites(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == nullptr)
        return false;
    unsigned long pc;
    unsigned line;
    char called[100], function[200], name[400];
    while (fscanf(file, "%lx %99s %199s %399[^:]:%u", &pc, called, function, name, &line) == 5)
        sites[pc] = {function, name, kind_of(called), line, false, -1};
    bool whole = feof(file) != 0 && !sites.empty();
    fclose(file);
    return whole;
}

bool machine_weaken(const char *function, const char *kind, unsigned number) {
    std::set<unsigned> lines;
    for (auto &entry : sites)
        if (entry.second.function == function && entry.second.kind == kind)
            lines.insert(entry.second.line);
    while (number-- > 1 && !lines.empty())
        lines.erase(lines.begin());
    if (lines.empty())
        return false;
    for (auto &entry : sites)
        if (entry.second.function == function && entry.second.kind == kind &&
            entry.second.line == *lines.begin())
            entry.second.weakened = true;
    return true;
}

void machine_list_sites(void) {
    std::set<std::string> lines;
    for (auto &entry : sites)
        if (entry.second.order >= 0)
            lines.insert(entry.second.file + ":" + std::to_string(entry.second.line) + " " +
                         entry.second.function + " " + entry.second.kind + " " +
                         rl::format((rl::memory_order)entry.second.order));
    for (auto &line : lines)
        printf("%s\n", line.c_str());
}
