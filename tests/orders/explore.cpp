/* explore.cpp: runs a scenario again and again, each time with other choices: which thread goes on
 * at each step, which value a load returns. */
#include <link.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "machine.hpp"

namespace machine {

static void (*scenario)(), (*begin_program_thread)();
static int threads_begun; /* in this run, by others */

/* Relacy's threads share one real thread. So each one's thread-local variables are elsewhere while
 * it does not run. */
static char *locals;
static size_t locals_size;
static std::vector<char> fresh_locals, locals_of[THREADS];

bool is_simulated() {
    return rl::is_ctx() && rl::ctx().threadx_ != nullptr;
}

rl::thread_id_t self() {
    return rl::ctx().threadx_->index_;
}

bool is_thread_local(uintptr_t address) {
    return address - (uintptr_t)locals < locals_size;
}

away::away() : me(self()) {
    memcpy(locals_of[me].data(), locals, locals_size);
}

away::~away() {
    memcpy(locals, locals_of[me].data(), locals_size);
}

/* Now and then a thread is stopped for a while, or for long. */
void step() {
    enum { STOP_ONE_IN = 100, STOP_LEAST = 4, STOP_MOST_DOUBLINGS = 11 };
    rl::context &c = rl::ctx();
    away away;
    c.sched();
    if (machine_random(STOP_ONE_IN) == 0)
        for (unsigned stop = machine_random(STOP_LEAST << machine_random(STOP_MOST_DOUBLINGS));
             stop > 0; stop--)
            c.sched();
}

void fail(const char *what, rl::test_result_e how, rl::debug_info_param info) {
    rl::ctx().fail_test(what, how, info);
    abort(); /* not reached: the run is over */
}

struct start {
    void *(*function)(void *);
    void *argument;
};

static void begin_any_thread() {
    memcpy(locals, fresh_locals.data(), locals_size);
    begin_thread();
    begin_program_thread();
}

static void *run_thread(void *p) {
    start begun = *(start *)p;
    (free)(p);
    begin_any_thread();
    return begun.function(begun.argument);
}

static void forget(bool give_back) {
    end_kernel(give_back);
    forget_memory(give_back);
}

struct exploration : rl::test_suite<exploration, 1> {
    static rl::thread_id_t const dynamic_thread_count = THREADS - 1;
    void before() {
        forget(false); /* a run that failed has left everything as it was */
        begin_kernel();
        threads_begun = 0;
    }
    void thread(unsigned) {
        begin_any_thread();
        scenario();
    }
    void after() { forget(true); }
};

static int find_locals(dl_phdr_info *info, size_t, void *) {
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_TLS) {
            locals = (char *)info->dlpi_tls_data;
            locals_size = info->dlpi_phdr[i].p_memsz;
        }
    return 1; /* the program itself comes first */
}

static void prepare_locals() {
    dl_iterate_phdr(find_locals, nullptr);
    fresh_locals.assign(locals, locals + locals_size);
    for (auto &mine : locals_of)
        mine = fresh_locals;
}

/* What Relacy prints of a run that failed: the end of its steps, in the order in which they were
 * made; it goes on with those of each thread. */
static void print_end(const rl::string &report) {
    enum { CHARACTERS = 12000 };
    size_t end = report.find("\nthread 0:"), begin = 0;
    if (end == rl::string::npos)
        end = report.size();
    if (end > CHARACTERS)
        begin = report.find('\n', end - CHARACTERS) + 1;
    fwrite(report.data() + begin, 1, end - begin, stdout);
}

} // namespace machine

using namespace machine;

void *machine_thread(void *(*function)(void *), void *argument) {
    start *begun = (start *)(malloc)(sizeof *begun);
    if (begun == nullptr)
        abort();
    *begun = {function, argument};
    step();
    machine_check(++threads_begun < THREADS, "the machine has too few threads for the scenario");
    return rl::ctx().create_thread(run_thread, begun);
}

void machine_join(void *thread) {
    away away;
    static_cast<rl::win_waitable_object *>(thread)->wait(false, false, site_info(PC));
}

void machine_check(bool holds, const char *what) {
    if (!holds)
        fail(what, rl::test_result_user_assert_failed, site_info(PC));
}

bool machine_explore(void (*of)(void), void (*begin_thread)(void), unsigned long runs) {
    enum { STEPS_MOST = 500000 };
    scenario = of;
    begin_program_thread = begin_thread;
    prepare_locals();
    rl::ostringstream report, progress; /* which do not grow by operator new */
    rl::test_params params;
    params.output_stream = &report;
    params.progress_stream = &progress;
    params.iteration_count = runs;
    params.execution_depth_limit = STEPS_MOST;
    bool clean = rl::simulate<exploration>(params);
    if (!clean) {
        print_end(report.str());
        printf("run %lu failed: %s\n", (unsigned long)params.stop_iteration,
               rl::test_result_str(params.test_result));
    }
    forget(false);
    return clean;
}
