/* The engine 'lmdb': writing. LMDB has one writer at a time, and a commit costs two flushes of the
 * disk whether it holds one write or a thousand. One thread therefore takes everything that waits,
 * puts it into one transaction, commits, and reports; what arrives meanwhile is the next group.
 * (Group commit: DeWitt et al. 1984.) */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lmdb_engine.h"
#include "write.h"

enum { NS_PER_S = 1000000000, GATHER_MOST_NS = 1000000 };

/* ---- one write ------------------------------------------------------------------------------ */

static int put(kvs_engine *engine, MDB_txn *txn, kvs_slice key, kvs_slice value) {
    lmdb_key space;
    MDB_val name = lmdb_key_of(key, &space);
    MDB_val record = {.mv_size = LMDB_CHECKSUM_SIZE + value.length};
    uint64_t checksum = lmdb_checksum(key, value);
    int error = mdb_put(txn, engine->dbi, &name, &record, MDB_RESERVE);
    if (error != 0)
        return error;
    memcpy(record.mv_data, &checksum, LMDB_CHECKSUM_SIZE);
    if (value.length > 0)
        memcpy((char *)record.mv_data + LMDB_CHECKSUM_SIZE, value.bytes, value.length);
    return 0;
}

static int delete (kvs_engine *engine, MDB_txn *txn, kvs_slice key) {
    lmdb_key space;
    MDB_val name = lmdb_key_of(key, &space);
    return mdb_del(txn, engine->dbi, &name, NULL);
}

static bool needs_present(const kvs_write *write) {
    return write->kind != KVS_PUT || write->flags != 0;
}

/* The value there is now. Its checksum is looked at only when the value itself matters. */
static int find_present(kvs_engine *engine, MDB_txn *txn, kvs_write *write, kvs_slice *present) {
    lmdb_key space;
    MDB_val record, name = lmdb_key_of(write->key, &space);
    bool matters = write->kind == KVS_ADD || (write->flags & KVS_WANT_OLD) != 0;
    int error = mdb_get(txn, engine->dbi, &name, &record);
    if (error == MDB_NOTFOUND)
        return 0;
    if (error != 0)
        return error;
    *present = (kvs_slice){record.mv_data, record.mv_size};
    write->status = matters ? lmdb_open_record(write->key, &record, present) : 0;
    return 0;
}

/* An error is LMDB's and ends the transaction; what only concerns this write goes to its status. */
static int apply(kvs_engine *engine, MDB_txn *txn, kvs_write *write) {
    char text[KVS_NUMBER_MAX + 1];
    kvs_slice present = {NULL, 0}, value;
    write->status = 0;
    free(write->old); /* of an attempt before */
    write->old = NULL;
    if (write->kind == KVS_CLEAR)
        return mdb_drop(txn, engine->dbi, 0);
    int error = needs_present(write) ? find_present(engine, txn, write, &present) : 0;
    if (error != 0 || write->status != 0)
        return error;
    if (kvs_write_decide(write, present, text, &value))
        return put(engine, txn, write->key, value);
    if (write->kind == KVS_DELETE && write->status == 0)
        return delete (engine, txn, write->key);
    return 0;
}

static int apply_commit(kvs_engine *engine, MDB_txn *txn, kvs_commit *commit) {
    int error = 0;
    for (kvs_write_set *set = commit->first; set != NULL && error == 0; set = set->next)
        for (size_t i = 0; i < set->count && error == 0; i++)
            error = apply(engine, txn, &set->writes[i]);
    return error;
}

/* ---- a group -------------------------------------------------------------------------------- */

static int try_group(kvs_engine *engine, kvs_commit *group) {
    MDB_txn *txn;
    int error = mdb_txn_begin(engine->env, NULL, 0, &txn);
    if (error != 0)
        return error;
    for (kvs_commit *commit = group; commit != NULL && error == 0; commit = commit->next)
        error = apply_commit(engine, txn, commit);
    if (error == 0)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return error;
}

/* Errors that leave the storage as good as it was. */
static int harmless(int error) {
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
        return ENOSPC;
    case ENOMEM:
        return ENOMEM;
    default:
        return 0;
    }
}

/* After a failed flush the kernel may have dropped what it could not write and report success the
 * next time. So there is no next time: what is on the disk now stays as it is. */
static int break_down(kvs_engine *engine, int error) {
    char message[KVS_FAULT_MAX];
    engine->broken = true;
    snprintf(message, sizeof message,
             "lmdb: commit failed: %s; no more writes are accepted until the server is restarted",
             mdb_strerror(error));
    engine->on_fault(true, message);
    return EIO;
}

static void complain(kvs_engine *engine, int error) {
    char message[KVS_FAULT_MAX];
    snprintf(message, sizeof message, "lmdb: writes fail: %s", mdb_strerror(error));
    engine->on_fault(false, message);
}

static int status_of(kvs_engine *engine, int error) {
    int status = harmless(error);
    if (status == 0)
        return break_down(engine, error);
    complain(engine, error);
    return status;
}

static void fail_group(kvs_commit *group, int status) {
    for (kvs_commit *commit = group; commit != NULL; commit = commit->next)
        for (kvs_write_set *set = commit->first; set != NULL; set = set->next)
            kvs_write_set_fail(set, status);
}

static void report_group(kvs_commit *group) {
    while (group != NULL) {
        kvs_commit *next = group->next; /* `done` may give the commit away */
        group->next = NULL;
        group->done(group);
        group = next;
    }
}

static void commit_alone(kvs_engine *engine, kvs_commit *commit) {
    int error = engine->broken ? 0 : try_group(engine, commit);
    if (engine->broken)
        fail_group(commit, EROFS);
    else if (error != 0)
        fail_group(commit, status_of(engine, error));
}

/* One request that does not fit must not take its neighbours along. */
static void commit_one_by_one(kvs_engine *engine, kvs_commit *group) {
    for (kvs_commit *commit = group; commit != NULL; commit = commit->next) {
        kvs_commit *next = commit->next;
        commit->next = NULL;
        commit_alone(engine, commit);
        commit->next = next;
    }
}

static void commit_group(kvs_engine *engine, kvs_commit *group) {
    if (engine->broken || group->next == NULL)
        commit_one_by_one(engine, group);
    else {
        int error = try_group(engine, group);
        if (error != 0 && harmless(error) != 0)
            commit_one_by_one(engine, group);
        else if (error != 0)
            fail_group(group, break_down(engine, error));
    }
    report_group(group);
}

/* ---- the thread ----------------------------------------------------------------------------- */

/* Clients that wait for their replies come in waves: those of the last group write again as soon as
 * they have them. To start a commit for the first of them would leave the others to the next one.
 * So a group waits until it is as large as the larger of the last two, for half the time that a
 * commit takes at most; a single client never waits. (PostgreSQL's commit_delay, with the number of
 * siblings measured.) */
static void gather(kvs_engine *engine) {
    struct timespec until;
    size_t wanted = engine->last_groups[0] > engine->last_groups[1] ? engine->last_groups[0]
                                                                    : engine->last_groups[1];
    if (engine->queue_count >= wanted)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(engine->commit_ns / 2);
    until.tv_sec += until.tv_nsec / NS_PER_S;
    until.tv_nsec %= NS_PER_S;
    engine->queue_wanted = wanted;
    int error = 0;
    while (error == 0 && engine->queue_count < wanted && !engine->closing)
        error = pthread_cond_timedwait(&engine->queue_filled, &engine->queue_lock, &until);
    engine->queue_wanted = 1;
}

/* Everything that waits; NULL: the engine closes. */
static kvs_commit *take_group(kvs_engine *engine) {
    pthread_mutex_lock(&engine->queue_lock);
    while (engine->queue_first == NULL && !engine->closing)
        pthread_cond_wait(&engine->queue_filled, &engine->queue_lock);
    gather(engine);
    kvs_commit *group = engine->queue_first;
    engine->last_groups[1] = engine->last_groups[0];
    engine->last_groups[0] = engine->queue_count;
    engine->queue_first = NULL;
    engine->queue_last = &engine->queue_first;
    engine->queue_count = 0;
    pthread_mutex_unlock(&engine->queue_lock);
    return group;
}

static int64_t monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void *committer(void *arg) {
    kvs_engine *engine = arg;
    kvs_commit *group;
    while ((group = take_group(engine)) != NULL) {
        int64_t start = monotonic_ns();
        commit_group(engine, group);
        int64_t took = monotonic_ns() - start;
        if (took > GATHER_MOST_NS * 2)
            took = GATHER_MOST_NS * 2;
        engine->commit_ns += (took - engine->commit_ns) / 8;
    }
    return NULL;
}

void lmdb_submit(kvs_engine *engine, kvs_commit *commit) {
    commit->next = NULL;
    pthread_mutex_lock(&engine->queue_lock);
    *engine->queue_last = commit;
    engine->queue_last = &commit->next;
    bool enough = ++engine->queue_count == engine->queue_wanted;
    pthread_mutex_unlock(&engine->queue_lock);
    if (enough)
        pthread_cond_signal(&engine->queue_filled);
}

int lmdb_committer_start(kvs_engine *engine) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals of the process go to other threads */
    int error = pthread_create(&engine->committer, NULL, committer, engine);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        pthread_setname_np(engine->committer, "kvs-commit");
    return error;
}

void lmdb_committer_stop(kvs_engine *engine) {
    pthread_mutex_lock(&engine->queue_lock);
    engine->closing = true;
    pthread_cond_signal(&engine->queue_filled);
    pthread_mutex_unlock(&engine->queue_lock);
    pthread_join(engine->committer, NULL);
}
