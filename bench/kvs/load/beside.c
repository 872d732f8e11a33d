#include "beside.h"

static void *run_beside(void *argument) {
    load_beside *b = argument;
    b->error = load_measure(b->load, &b->run, &b->result);
    return NULL;
}

int beside_start(load_beside *b, const load_options *options, const load_run *run,
                 uint32_t connections, uint32_t pipeline) {
    load_options heavy = *options;
    heavy.connections = connections;
    heavy.pipeline = pipeline;
    heavy.has_server_clock = false;
    heavy.seed++;
    b->run = (load_run){.seconds = run->seconds,
                        .warmup_seconds = run->warmup_seconds,
                        .get_share = 1,
                        .end = &b->end,
                        .either = run->either || run->get_share < 1};
    b->load = NULL;
    atomic_init(&b->end, false);
    int error = load_open(&heavy, &b->load);
    if (error != 0)
        return error;
    return pthread_create(&b->thread, NULL, run_beside, b);
}

int beside_join(load_beside *b) {
    atomic_store(&b->end, true);
    int error = pthread_join(b->thread, NULL);
    return error != 0 ? error : b->error;
}

const char *beside_message(const load_beside *b) {
    return load_message(b->load);
}

void beside_end(load_beside *b) {
    load_close(b->load);
    b->load = NULL;
}
