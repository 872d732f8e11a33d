/* The commands that read and write keys. */
#include <errno.h>
#include <stdlib.h>

#include "commands.h"
#include "write.h"

enum { WRITES_ON_STACK = 8 };

/* ---- reading -------------------------------------------------------------------------------- */

static void read_failed(call *c, int error) {
    if (error == EBADMSG) {
        log_line(LOG_ERRORS, "a stored value is corrupted: its checksum is wrong");
        reply_error(c->out, "ERR the stored value of this key is corrupted");
    } else {
        log_line(LOG_ERRORS, "the engine cannot read: error %d", error);
        reply_error(c->out, error == ENOMEM ? "OOM out of memory" : "ERR storage cannot be read");
    }
}

static int begin_view(turn *t) {
    if (t->has_view)
        return 0;
    int error = server_engine_type(t->server)->read_begin(t->server->engine, &t->view);
    t->has_view = error == 0;
    return error;
}

/* Calls `found` for each key; on an error takes back what it has replied. */
static bool look_up(call *c, const kvs_slice *keys, size_t count, kvs_value_function found,
                    void *context) {
    size_t before = c->out->used, failed = 0;
    int error = begin_view(c->turn);
    if (error == 0)
        error = server_engine_type(c->server)->get(c->server->engine, c->turn->view, keys, count,
                                                   found, context, &failed);
    if (error == 0)
        return true;
    c->out->used = before;
    read_failed(c, error);
    return false;
}

static void reply_value(void *context, kvs_slice value) {
    if (value.bytes == NULL)
        reply_null(context);
    else
        reply_bulk(context, value);
}

static void count_value(void *context, kvs_slice value) {
    *(int64_t *)context += value.bytes != NULL;
}

static void measure_value(void *context, kvs_slice value) {
    *(int64_t *)context = (int64_t)value.length;
}

void run_get(call *c) {
    kvs_slice key = call_word(c, 1);
    look_up(c, &key, 1, reply_value, c->out);
}

/* The words from 1 on; freed by the caller. */
static kvs_slice *keys_of(call *c, size_t *count) {
    *count = call_count(c) - 1;
    kvs_slice *keys = malloc(*count * sizeof *keys);
    if (keys == NULL)
        reply_error(c->out, "OOM out of memory");
    for (size_t i = 0; keys != NULL && i < *count; i++)
        keys[i] = call_word(c, i + 1);
    return keys;
}

void run_mget(call *c) {
    size_t count, before = c->out->used;
    kvs_slice *keys = keys_of(c, &count);
    if (keys == NULL)
        return;
    reply_array(c->out, count);
    size_t header = c->out->used - before;
    if (!look_up(c, keys, count, reply_value, c->out)) {
        size_t error = c->out->used - before - header; /* the error goes where the array began */
        memmove(c->out->bytes + before, c->out->bytes + before + header, error);
        c->out->used = before + error;
    }
    free(keys);
}

void run_exists(call *c) {
    size_t count;
    int64_t found = 0;
    kvs_slice *keys = keys_of(c, &count);
    if (keys != NULL && look_up(c, keys, count, count_value, &found))
        reply_integer(c->out, found);
    free(keys);
}

void run_strlen(call *c) {
    int64_t length = 0;
    kvs_slice key = call_word(c, 1);
    if (look_up(c, &key, 1, measure_value, &length))
        reply_integer(c->out, length);
}

void run_dbsize(call *c) {
    uint64_t keys = 0;
    int error = begin_view(c->turn);
    if (error == 0)
        error = server_engine_type(c->server)->count(c->server->engine, c->turn->view, &keys);
    if (error == 0)
        reply_integer(c->out, (int64_t)keys);
    else
        read_failed(c, error);
}

/* ---- replies to writes ---------------------------------------------------------------------- */

/* What hits all writes of a request in the same way. false: nothing of the kind. */
static bool reply_fault(reply_writer *out, const kvs_write_set *set) {
    switch (set->count == 0 ? 0 : set->writes[0].status) {
    case 0:
    case ENOENT:
    case EEXIST:
        return false;
    case EINVAL:
        reply_error(out, "ERR value is not an integer or out of range");
        return true;
    case ERANGE:
        reply_error(out, "ERR increment or decrement would overflow");
        return true;
    case ENOMEM:
        reply_error(out, "OOM out of memory, the write was not done");
        return true;
    case ENOSPC:
        reply_error(out, "ERR no space left, the write was not done");
        return true;
    case EBADMSG:
        reply_error(out, "ERR the stored value of this key is corrupted");
        return true;
    default:
        reply_error(out, "MISCONF storage failed, writes are not accepted until a restart");
        return true;
    }
}

static void reply_stored(reply_writer *out, const kvs_write_set *set) {
    if (reply_fault(out, set))
        return;
    if (set->writes[0].status == 0)
        reply_ok(out);
    else
        reply_null(out); /* NX or XX was not met */
}

static void reply_old(reply_writer *out, const kvs_write_set *set) {
    if (reply_fault(out, set))
        return;
    if (set->writes[0].old == NULL)
        reply_null(out);
    else
        reply_bulk(out, (kvs_slice){set->writes[0].old, set->writes[0].old_length});
}

static void reply_done_count(reply_writer *out, const kvs_write_set *set) {
    int64_t done = 0;
    if (reply_fault(out, set))
        return;
    for (size_t i = 0; i < set->count; i++)
        done += set->writes[i].status == 0;
    reply_integer(out, done);
}

static void reply_sum(reply_writer *out, const kvs_write_set *set) {
    if (!reply_fault(out, set))
        reply_integer(out, set->writes[0].sum);
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool keys_fit(call *c, const kvs_write_set *set) {
    size_t most = server_engine_type(c->server)->key_max;
    for (size_t i = 0; i < set->count; i++)
        if (set->writes[i].key.length > most) {
            call_error(c, "ERR a key has at most %zu bytes with the engine '%s'", most,
                       server_engine_type(c->server)->name);
            return false;
        }
    return true;
}

static void carry_out(call *c, kvs_write *writes, size_t count,
                      void (*reply)(reply_writer *, const kvs_write_set *)) {
    kvs_write_set set = {.writes = writes, .count = count};
    if (!keys_fit(c, &set))
        return;
    if (server_engine_type(c->server)->write == NULL) {
        if (!turn_defer(c->turn, &set, reply))
            reply_error(c->out, "OOM out of memory, the write was not done");
        return;
    }
    server_engine_type(c->server)->write(c->server->engine, &set);
    reply(c->out, &set);
    for (size_t i = 0; i < count; i++)
        free(writes[i].old);
}

static kvs_write put(call *c, size_t key, size_t value, unsigned flags) {
    return (kvs_write){
        .kind = KVS_PUT, .flags = flags, .key = call_word(c, key), .value = call_word(c, value)};
}

/* The words behind SET key value. */
static bool set_options(call *c, unsigned *flags) {
    for (size_t i = 3; i < call_count(c); i++) {
        kvs_slice word = call_word(c, i);
        if (kvs_slice_is(word, "NX"))
            *flags |= KVS_IF_ABSENT;
        else if (kvs_slice_is(word, "XX"))
            *flags |= KVS_IF_PRESENT;
        else if (kvs_slice_is(word, "GET"))
            *flags |= KVS_WANT_OLD;
        else if (kvs_slice_is(word, "EX") || kvs_slice_is(word, "PX") ||
                 kvs_slice_is(word, "EXAT") || kvs_slice_is(word, "PXAT")) {
            reply_error(c->out, "ERR keys do not expire here: EX, PX, EXAT and PXAT are not "
                                "supported");
            return false;
        } else if (!kvs_slice_is(word, "KEEPTTL")) { /* there is none to be kept */
            reply_error(c->out, "ERR syntax error");
            return false;
        }
    }
    if ((*flags & KVS_IF_ABSENT) && (*flags & KVS_IF_PRESENT)) {
        reply_error(c->out, "ERR syntax error");
        return false;
    }
    return true;
}

void run_set(call *c) {
    unsigned flags = 0;
    if (!set_options(c, &flags))
        return;
    kvs_write write = put(c, 1, 2, flags);
    carry_out(c, &write, 1, flags & KVS_WANT_OLD ? reply_old : reply_stored);
}

void run_setnx(call *c) {
    kvs_write write = put(c, 1, 2, KVS_IF_ABSENT);
    carry_out(c, &write, 1, reply_done_count);
}

void run_getset(call *c) {
    kvs_write write = put(c, 1, 2, KVS_WANT_OLD);
    carry_out(c, &write, 1, reply_old);
}

void run_getdel(call *c) {
    kvs_write write = {.kind = KVS_DELETE, .flags = KVS_WANT_OLD, .key = call_word(c, 1)};
    carry_out(c, &write, 1, reply_old);
}

static kvs_write *room(call *c, kvs_write *on_stack, size_t count) {
    kvs_write *writes = count <= WRITES_ON_STACK ? on_stack : malloc(count * sizeof *writes);
    if (writes == NULL)
        reply_error(c->out, "OOM out of memory, the write was not done");
    return writes;
}

void run_mset(call *c) {
    kvs_write on_stack[WRITES_ON_STACK];
    size_t count = call_count(c) / 2;
    if (call_count(c) % 2 == 0) {
        reply_error(c->out, "ERR wrong number of arguments for 'mset' command");
        return;
    }
    kvs_write *writes = room(c, on_stack, count);
    if (writes == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        writes[i] = put(c, 2 * i + 1, 2 * i + 2, 0);
    carry_out(c, writes, count, reply_stored);
    if (writes != on_stack)
        free(writes);
}

void run_del(call *c) {
    kvs_write on_stack[WRITES_ON_STACK];
    size_t count = call_count(c) - 1;
    kvs_write *writes = room(c, on_stack, count);
    if (writes == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        writes[i] = (kvs_write){.kind = KVS_DELETE, .key = call_word(c, i + 1)};
    carry_out(c, writes, count, reply_done_count);
    if (writes != on_stack)
        free(writes);
}

static void add(call *c, int64_t number) {
    kvs_write write = {.kind = KVS_ADD, .key = call_word(c, 1), .number = number};
    carry_out(c, &write, 1, reply_sum);
}

void run_incr(call *c) {
    add(c, 1);
}

void run_decr(call *c) {
    add(c, -1);
}

static bool step_of(call *c, int64_t *step) {
    if (kvs_parse_integer(call_word(c, 2), step))
        return true;
    reply_error(c->out, "ERR value is not an integer or out of range");
    return false;
}

void run_incrby(call *c) {
    int64_t step;
    if (step_of(c, &step))
        add(c, step);
}

void run_decrby(call *c) {
    int64_t step;
    if (!step_of(c, &step))
        return;
    if (step == INT64_MIN)
        reply_error(c->out, "ERR decrement would overflow");
    else
        add(c, -step);
}

void run_flushall(call *c) {
    if (call_count(c) > 2 || (call_count(c) == 2 && !kvs_slice_is(call_word(c, 1), "SYNC") &&
                              !kvs_slice_is(call_word(c, 1), "ASYNC"))) {
        reply_error(c->out, "ERR syntax error");
        return;
    }
    kvs_write write = {.kind = KVS_CLEAR};
    carry_out(c, &write, 1, reply_stored);
}
