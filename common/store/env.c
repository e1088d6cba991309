// SPDX-License-Identifier: Apache-2.0
// Opening and closing a store: its databases, its format and epoch.
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/store/derived.h"
#include "common/store/internal.h"

static const char *const own_names[OWN_COUNT] = {
    "meta",     "log",
    "follower", "cursor",
    "followed", "followed.by_generation",
    "parked",   "parked.by_entity",
    "reply",
};

static void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        abort();
    return memory;
}

static bool name_is_own(const char *name)
{
    for (size_t i = 0; i < OWN_COUNT; i++) {
        if (strcmp(name, own_names[i]) == 0)
            return true;
    }
    return false;
}

static void slot_init(struct slot *slot, const struct table *table)
{
    assert(!name_is_own(table->name));
    assert(table->number < 0xFF00);
    assert(table->index_count <= INDEXES_MAX);
    slot->table = table;
    slot->rows = (struct database){ .name = table->name, .number = table->number };
    slot->indexes = zeroed(table->index_count, sizeof *slot->indexes);
    for (size_t i = 0; i < table->index_count; i++)
        slot->indexes[i] =
            (struct database){ .name = table->indexes[i].name, .number = table->number };
    if (table->derived)
        slot->derived = (struct database){ .name = table->derived->name, .number = table->number };
}

static struct store *store_new(const struct store_options *options)
{
    struct store *store = zeroed(1, sizeof *store);
    store->owner = -1;
    store->read_only = options->read_only;
    store->map_bytes = options->map_bytes;
    store->folder = strdup(options->folder);
    if (!store->folder)
        abort();
    for (size_t i = 0; i < OWN_COUNT; i++)
        store->own[i] = (struct database){ .name = own_names[i], .number = (uint16_t)(0xFF00 + i) };
    store->slot_count = options->table_count;
    store->slots = zeroed(store->slot_count, sizeof *store->slots);
    for (size_t i = 0; i < store->slot_count; i++) {
        for (size_t before = 0; before < i; before++)
            assert(options->tables[before]->number != options->tables[i]->number);
        slot_init(&store->slots[i], options->tables[i]);
    }
    return store;
}

static size_t database_total(const struct store *store)
{
    size_t total = OWN_COUNT + 1; // one that is to be dropped
    for (size_t i = 0; i < store->slot_count; i++)
        total += 1 + store->slots[i].table->index_count + (store->slots[i].table->derived != NULL);
    return total;
}

static bool env_open(struct store *store, struct err *err)
{
    int code = mdb_env_create(&store->env);
    if (code)
        return fail_system(err, "mdb_env_create", code);
    code = mdb_env_set_mapsize(store->env, store->map_bytes);
    if (!code)
        code = mdb_env_set_maxdbs(store->env, (MDB_dbi)database_total(store));
    // Default sync flags, always: every other mode lost acknowledged transactions under test.
    unsigned flags = MDB_NOTLS | (store->read_only ? MDB_RDONLY : 0);
    if (!code)
        code = mdb_env_open(store->env, store->folder, flags, 0600);
    if (code)
        return fail_system(err, store->folder, code);
    if (store->read_only)
        return true;
    // A commit of a killed process can be visible here and not yet be durable.
    code = mdb_env_sync(store->env, 1);
    if (!code)
        code = mdb_reader_check(store->env, NULL);
    if (code)
        return fail_system(err, store->folder, code);
    return true;
}

static bool database_open(struct txn *txn, struct database *database, struct err *err)
{
    unsigned flags = txn->writing ? MDB_CREATE : 0;
    int code = mdb_dbi_open(txn->mdb, database->name, flags, &database->dbi);
    if (code == MDB_NOTFOUND && !txn->writing)
        return true;
    if (code)
        return fail_system(err, database->name, code);
    database->present = true;
    return true;
}

static bool databases_open(struct txn *txn, struct err *err)
{
    struct store *store = txn->store;
    for (size_t i = 0; i < OWN_COUNT; i++) {
        if (i != OWN_META && !database_open(txn, &store->own[i], err))
            return false;
    }
    for (size_t i = 0; i < store->slot_count; i++) {
        struct slot *slot = &store->slots[i];
        if (!database_open(txn, &slot->rows, err))
            return false;
        for (size_t k = 0; k < slot->table->index_count; k++) {
            if (!database_open(txn, &slot->indexes[k], err))
                return false;
        }
        if (slot->table->derived && !database_open(txn, &slot->derived, err))
            return false;
    }
    return true;
}

// Reads the format before anything is created, so that a newer folder stays untouched.
static bool format_check(struct txn *txn, const struct store_options *options, struct err *err)
{
    struct store *store = txn->store;
    uint64_t format = 0;
    if (!number_get(txn, "s:format", &format)) {
        if (!txn_sound(txn))
            return fail(err, ERR_INTERNAL, NULL, TEXT_STORE_DAMAGED, txn_fault(txn), NULL);
        if (!txn->writing)
            return fail(err, ERR_INTERNAL, NULL, TEXT_STORE_DAMAGED, "meta", NULL);
        assert(options->epoch_if_new >= 1);
        assert(options->epoch_if_new <= (uint64_t)INT_LIMIT);
        number_put(txn, "s:format", FORMAT);
        number_put(txn, "s:epoch", options->epoch_if_new);
    } else if (format > FORMAT) {
        return fail(err, ERR_INVALID, "format", TEXT_STORE_NEWER, int_text((int64_t)format).text,
                    int_text(FORMAT).text, NULL);
    }
    uint64_t head = 0;
    if (!number_get(txn, "s:epoch", &store->epoch))
        return fail(err, ERR_INTERNAL, NULL, TEXT_STORE_DAMAGED, "meta", NULL);
    (void)number_get(txn, "s:head", &head); // none before the first fact
    store->head = (int64_t)head;
    if (!txn_sound(txn))
        return fail(err, ERR_INTERNAL, NULL, TEXT_STORE_DAMAGED, txn_fault(txn), NULL);
    return true;
}

static bool fail_commit(struct store *store, struct err *err)
{
    return fail(err, ERR_UNAVAILABLE, NULL, TEXT_STORE_SYSTEM, store->folder, store->last_fault,
                NULL);
}

static bool contents_open(struct store *store, const struct store_options *options, struct err *err)
{
    struct txn *txn = store->read_only ? store_read(store, err) : store_write(store, err);
    if (!txn)
        return false;
    if (!database_open(txn, &store->own[OWN_META], err) || !format_check(txn, options, err) ||
        !databases_open(txn, err)) {
        txn_drop(txn);
        return false;
    }
    txn->head = store->head;
    indexes_look(txn);
    if (store->read_only) {
        // Handles opened in a reading transaction outlive it only when it is committed.
        int code = mdb_txn_commit(txn->mdb);
        txn->mdb = NULL;
        txn_drop(txn);
        return !code || fail_system(err, store->folder, code);
    }
    if (batch_commit(txn) != COMMIT_DONE)
        return fail_commit(store, err);
    return folder_sync(store->folder, err);
}

struct store *store_open(const struct store_options *options, struct err *err)
{
    struct store *store = store_new(options);
    if (!store->read_only) {
        if (!folder_make(store->folder, err)) {
            store_close(store);
            return NULL;
        }
        store->owner = owner_lock(store->folder, err);
        if (store->owner < 0) {
            store_close(store);
            return NULL;
        }
    }
    if (!env_open(store, err) || !contents_open(store, options, err) ||
        (!store->read_only && !indexes_renew(store, err))) {
        store_close(store);
        return NULL;
    }
    ballast_restore(store);
    return store;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    assert(store->open == 0);
    if (store->env)
        mdb_env_close(store->env);
    if (store->owner >= 0)
        close(store->owner); // the lock goes with it
    for (size_t i = 0; i < store->slot_count; i++)
        free(store->slots[i].indexes);
    free(store->slots);
    free(store->folder);
    free(store);
}

uint64_t store_epoch(const struct store *store)
{
    return store->epoch;
}

int64_t store_head(const struct store *store)
{
    return store->head;
}

const char *store_last_fault(const struct store *store)
{
    return store->last_fault;
}

bool store_grow(struct store *store, struct err *err)
{
    // LMDB moves its map: a living transaction would read where nothing is any more.
    if (store->open > 0)
        return fail(err, ERR_UNAVAILABLE, NULL, TEXT_STORE_OPEN, NULL);
    if (store->map_bytes > SIZE_MAX / 4)
        return fail_system(err, store->folder, ENOMEM);
    int code = mdb_env_set_mapsize(store->env, store->map_bytes * 2);
    if (code)
        return fail_system(err, store->folder, code);
    store->map_bytes *= 2;
    return true;
}
