// SPDX-License-Identifier: Apache-2.0
// Transactions: their life, their sticky fault, and the one door to durability.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/derived_internal.h"

#define READERS_EVERY 64 // commits

static struct txn *txn_new(struct store *store, MDB_txn *mdb, bool writing)
{
    struct txn *txn = calloc(1, sizeof *txn + store->slot_count * sizeof txn->counters[0]);
    if (!txn)
        abort();
    txn->store = store;
    txn->mdb = mdb;
    txn->writing = writing;
    txn->head = store->head;
    store->open++;
    if (writing)
        store->writing = true;
    return txn;
}

static void scratch_free(struct scratch *scratch)
{
    if (!scratch)
        return;
    arena_free(scratch->arena);
    mp_writer_done(&scratch->writer);
    doc_free(scratch->doc);
    free(scratch->before.items);
    for (size_t i = 0; i < INDEXES_MAX; i++)
        free(scratch->after[i].items);
    free(scratch);
}

static void txn_free(struct txn *txn)
{
    assert(!txn->has_child);
    if (!txn->parent) {
        scratch_free(txn->scratch);
        txn->store->open--;
        if (txn->writing)
            txn->store->writing = false;
    }
    free(txn);
}

struct txn *store_write(struct store *store, struct err *err)
{
    assert(!store->read_only);
    if (store->writing) { // LMDB would wait for itself
        (void)fail(err, ERR_INTERNAL, NULL, TEXT_STORE_OPEN, NULL);
        return NULL;
    }
    MDB_txn *mdb = NULL;
    int code = mdb_txn_begin(store->env, NULL, 0, &mdb);
    if (code) {
        (void)fail_system(err, store->folder, code);
        return NULL;
    }
    return txn_new(store, mdb, true);
}

struct txn *store_write_hoping(struct store *store, struct err *err)
{
    struct txn *txn = store_write(store, err);
    if (txn)
        txn->hoping = true;
    return txn;
}

struct txn *store_read(struct store *store, struct err *err)
{
    MDB_txn *mdb = NULL;
    int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &mdb);
    // The owner has grown its map since we opened.
    if (code == MDB_MAP_RESIZED && store->open == 0) {
        code = mdb_env_set_mapsize(store->env, 0);
        if (!code)
            code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &mdb);
    }
    if (code) {
        (void)fail_system(err, store->folder, code);
        return NULL;
    }
    return txn_new(store, mdb, false);
}

struct txn *txn_child(struct txn *parent)
{
    assert(parent->writing);
    assert(!parent->has_child);
    if (!txn_sound(parent))
        return NULL;
    MDB_txn *mdb = parent->mdb;
    int code = parent->hoping ? 0 : mdb_txn_begin(parent->store->env, parent->mdb, 0, &mdb);
    if (code) {
        txn_fault_code(parent, code, NULL, "begin of a child");
        return NULL;
    }
    size_t counters = parent->store->slot_count * sizeof parent->counters[0];
    struct txn *child = calloc(1, sizeof *child + counters);
    if (!child)
        abort();
    child->store = parent->store;
    child->mdb = mdb;
    child->parent = parent;
    child->writing = true;
    child->hoping = parent->hoping;
    child->head = parent->head;
    child->head_changed = parent->head_changed;
    child->scratch = txn_scratch(parent);
    memcpy(child->counters, parent->counters, counters);
    parent->has_child = true;
    return child;
}

// A fault of a child is the whole batch's: what the child did not find may have been there.
static void fault_up(struct txn *child)
{
    struct txn *parent = child->parent;
    if (txn_sound(child) && child->hoping && child->wrote > 0) {
        child->fault = COMMIT_AGAIN;
        snprintf(child->fault_text, sizeof child->fault_text, "a child was dropped");
    }
    if (txn_sound(child) || !txn_sound(parent))
        return;
    parent->fault = child->fault;
    memcpy(parent->fault_text, child->fault_text, sizeof parent->fault_text);
}

bool txn_merge(struct txn *child)
{
    struct txn *parent = child->parent;
    assert(parent);
    assert(child->walks == 0);
    if (!txn_sound(child)) {
        txn_drop(child);
        return false;
    }
    int code = child->hoping ? 0 : mdb_txn_commit(child->mdb);
    child->mdb = NULL;
    if (code) {
        txn_fault_code(child, code, NULL, "merge of a child");
        txn_drop(child);
        return false;
    }
    parent->head = child->head;
    parent->head_changed = child->head_changed;
    parent->wrote += child->wrote;
    memcpy(parent->counters, child->counters, child->store->slot_count * sizeof child->counters[0]);
    parent->has_child = false;
    txn_free(child);
    return true;
}

void txn_drop(struct txn *txn)
{
    if (!txn)
        return;
    assert(txn->walks == 0);
    assert(!txn->has_child);
    if (txn->mdb && !(txn->parent && txn->hoping))
        mdb_txn_abort(txn->mdb);
    if (txn->parent) {
        fault_up(txn);
        txn->parent->has_child = false;
    }
    txn_free(txn);
}

static void numbers_flush(struct txn *txn)
{
    if (txn->head_changed)
        number_put(txn, "s:head", (uint64_t)txn->head);
    for (size_t i = 0; i < txn->store->slot_count; i++) {
        char name[128];
        if (!txn->counters[i].changed)
            continue;
        snprintf(name, sizeof name, "s:ordinal:%s", txn->store->slots[i].table->name);
        number_put(txn, name, txn->counters[i].next);
    }
}

enum commit_result batch_commit(struct txn *txn)
{
    struct store *store = txn->store;
    assert(txn->writing);
    assert(!txn->parent);
    assert(!txn->has_child);
    assert(txn->walks == 0);
    numbers_flush(txn);
    if (txn_sound(txn)) {
        int code = mdb_txn_commit(txn->mdb);
        txn->mdb = NULL;
        if (code)
            txn_fault_code(txn, code, NULL, "commit");
    }
    enum commit_result result = txn->fault;
    memcpy(store->last_fault, txn->fault_text, sizeof store->last_fault);
    if (result == COMMIT_DONE)
        store->head = txn->head;
    txn_drop(txn);
    if (result == COMMIT_NO_SPACE)
        ballast_drop(store);
    if (result != COMMIT_DONE)
        return result;
    ballast_restore(store);
    // A reader of another process that was killed would keep old pages for ever and let the file
    // grow. Failing to look is no fault of this commit.
    if (++store->commits % READERS_EVERY == 0)
        (void)mdb_reader_check(store->env, NULL);
    return COMMIT_DONE;
}

uint64_t txn_next_ordinal(struct txn *txn, const struct slot *slot)
{
    struct counter *counter = &txn->counters[slot - txn->store->slots];
    if (counter->next == 0) {
        char name[128];
        snprintf(name, sizeof name, "s:ordinal:%s", slot->table->name);
        if (!number_get(txn, name, &counter->next))
            counter->next = 1;
    }
    return counter->next;
}

uint64_t txn_ordinal(struct txn *txn, const struct slot *slot)
{
    struct counter *counter = &txn->counters[slot - txn->store->slots];
    (void)txn_next_ordinal(txn, slot);
    counter->changed = true;
    return counter->next++;
}
