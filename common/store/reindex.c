// SPDX-License-Identifier: Apache-2.0
// Brings the indexes of an older store to those of this program: new ones and those of another
// edition are built from the rows, vanished ones go. Which ones are whole is written in meta.
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/store/derived.h"
#include "common/store/internal.h"

#define PAGE_ROWS    2000 // of one transaction: each is synced
#define MARK         "s:index:"
#define MARK_MAX     256
#define UNFINISHED   0
#define EDITION_BITS 16

struct mark {
    char text[MARK_MAX];
};

static struct mark mark_of(const char *index)
{
    struct mark mark;
    int size = snprintf(mark.text, sizeof mark.text, "%s%s", MARK, index);
    assert(size > 0 && (size_t)size < sizeof mark.text);
    return mark;
}

// Whatever makes other entries of the same rows; never UNFINISHED.
static uint64_t definition_of(const struct table *table, const struct index *index)
{
    uint64_t kind = 1u | (index->unique ? 2u : 0u) | (index_bucketed(table, index) ? 4u : 0u);
    return (uint64_t)table->number << (EDITION_BITS + 3) | (uint64_t)index->edition << 3 | kind;
}

static bool is_whole(struct txn *txn, const struct slot *slot, size_t number)
{
    const struct index *index = &slot->table->indexes[number];
    uint64_t held = UNFINISHED;
    return number_get(txn, mark_of(index->name).text, &held) &&
           held == definition_of(slot->table, index);
}

static void mark(struct txn *txn, const struct slot *slot, size_t number, bool whole)
{
    const struct index *index = &slot->table->indexes[number];
    number_put(txn, mark_of(index->name).text,
               whole ? definition_of(slot->table, index) : UNFINISHED);
}

static bool fail_commit(struct store *store, enum commit_result result, struct err *err)
{
    if (result == COMMIT_DAMAGED)
        return fail(err, ERR_INTERNAL, NULL, TEXT_STORE_DAMAGED, store->last_fault, NULL);
    return fail(err, ERR_UNAVAILABLE, NULL, TEXT_STORE_SYSTEM, store->folder, store->last_fault,
                NULL);
}

// --- what is missing
void indexes_look(struct txn *txn)
{
    for (size_t s = 0; s < txn->store->slot_count; s++) {
        struct slot *slot = &txn->store->slots[s];
        for (size_t i = 0; i < slot->table->index_count; i++) {
            struct database *database = &slot->indexes[i];
            database->unbuilt = !is_whole(txn, slot, i);
            if (!database->unbuilt)
                continue;
            if (!txn->writing) {
                database->present = false; // reads as empty, and is not checked
                continue;
            }
            // Also what an earlier attempt left half built.
            database_clear(txn, database);
            database->unbuilt = database_count(txn, &slot->rows) > 0;
            mark(txn, slot, i, !database->unbuilt);
        }
    }
}

// --- building
struct building {
    struct store *store;
    struct slot *slot;
    struct raw_key place; // the last row that was gone through
    bool more;
};

static bool is_taken(struct txn *txn, const struct database *database, struct bytes key,
                     struct bytes row_key)
{
    struct bytes value, holder;
    return database_get(txn, database, key, &value) &&
           (entry_open(database, key, value, &holder) || holder.size != row_key.size ||
            memcmp(holder.data, row_key.data, holder.size) != 0);
}

static bool build_entries(struct txn *txn, const struct slot *slot, size_t number, const void *row,
                          const struct sealed *sealed, struct bytes row_key, struct err *err)
{
    const struct index *index = &slot->table->indexes[number];
    const struct database *database = &slot->indexes[number];
    struct keys *keys = &txn_scratch(txn)->before;
    keys_reset(keys);
    index->keys(row, keys);
    for (size_t i = 0; i < keys->count; i++) {
        struct raw_key raw;
        struct bytes fields = key_bytes(&keys->items[i]);
        index_key(&raw, slot->table, index, fields, sealed->ordinal, row_key);
        if (keys->items[i].overflow || fields.size == 0 || raw.overflow)
            return fail(err, ERR_TOO_LARGE, index->field, TEXT_STORE_KEY_TOO_LONG, NULL);
        if (index->unique && is_taken(txn, database, raw_bytes(&raw), row_key))
            return fail(err, ERR_CONFLICT, index->field, TEXT_STORE_INDEX_TAKEN, index->name,
                        key_text(row_key).text, NULL);
        entry_put(txn, database, raw_bytes(&raw), row_key);
    }
    return true;
}

static bool build_row(struct building *building, const struct scan *scan, struct err *err)
{
    struct slot *slot = building->slot;
    struct sealed sealed;
    raw_init(&building->place);
    raw_add(&building->place, scan->key);
    struct bytes row_key = raw_bytes(&building->place);
    const char *wrong = row_open(&slot->rows, row_key, scan->value, &sealed);
    if (wrong)
        txn_fault_key(scan->txn, &slot->rows, row_key, wrong);
    const void *row = wrong ? NULL : row_scratch(scan->txn, slot, row_key, sealed.payload);
    for (size_t i = 0; row && i < slot->table->index_count; i++) {
        if (slot->indexes[i].unbuilt &&
            !build_entries(scan->txn, slot, i, row, &sealed, row_key, err))
            return false;
    }
    return true;
}

// A page of rows behind the place, which moves.
static bool build_rows(struct building *building, struct txn *txn, struct err *err)
{
    const struct database *rows = &building->slot->rows;
    struct raw_key from = building->place;
    struct scan scan;
    bool built = true, found = scan_begin(&scan, txn, rows, raw_bytes(&from));
    if (found && from.size > 0 && scan.key.size == from.size &&
        memcmp(scan.key.data, from.bytes, from.size) == 0)
        found = scan_next(&scan);
    for (int i = 0; found && built && i < PAGE_ROWS; i++) {
        built = build_row(building, &scan, err);
        found = scan_next(&scan);
    }
    scan_end(&scan);
    building->more = found;
    return built;
}

static void mark_built(struct txn *txn, const struct slot *slot)
{
    for (size_t i = 0; i < slot->table->index_count; i++) {
        if (slot->indexes[i].unbuilt)
            mark(txn, slot, i, true);
    }
}

// One transaction; the last one says that the indexes are whole.
static bool build_page(struct building *building, struct err *err)
{
    struct store *store = building->store;
    struct raw_key before = building->place;
    struct txn *txn = store_write(store, err);
    if (!txn)
        return false;
    if (!build_rows(building, txn, err)) {
        txn_drop(txn);
        return false;
    }
    if (!building->more)
        mark_built(txn, building->slot);
    enum commit_result result = batch_commit(txn);
    if (result == COMMIT_FULL) {
        building->place = before;
        building->more = true;
        return store_grow(store, err);
    }
    return result == COMMIT_DONE || fail_commit(store, result, err);
}

static bool build_table(struct store *store, struct slot *slot, struct err *err)
{
    struct building building = { .store = store, .slot = slot, .more = false };
    raw_init(&building.place);
    for (size_t i = 0; i < slot->table->index_count; i++)
        building.more = building.more || slot->indexes[i].unbuilt;
    while (building.more) {
        if (!build_page(&building, err))
            return false;
    }
    for (size_t i = 0; i < slot->table->index_count; i++)
        slot->indexes[i].unbuilt = false;
    return true;
}

// --- what this program does not know
static bool is_known(const struct store *store, const char *name)
{
    for (size_t s = 0; s < store->slot_count; s++) {
        const struct slot *slot = &store->slots[s];
        if (strcmp(slot->rows.name, name) == 0 ||
            (slot->derived.name && strcmp(slot->derived.name, name) == 0))
            return true;
        for (size_t i = 0; i < slot->table->index_count; i++) {
            if (strcmp(slot->indexes[i].name, name) == 0)
                return true;
        }
    }
    return false;
}

static bool find_vanished(struct txn *txn, struct mark *out)
{
    const struct bytes prefix = { (const uint8_t *)MARK, strlen(MARK) };
    struct scan scan;
    bool vanished = false;
    bool found = scan_begin(&scan, txn, &txn->store->own[OWN_META], prefix);
    while (found && !vanished && starts_with(scan.key, prefix)) {
        if (scan.key.size < sizeof out->text) {
            memcpy(out->text, scan.key.data, scan.key.size);
            out->text[scan.key.size] = '\0';
            vanished = !is_known(txn->store, out->text + strlen(MARK));
        }
        found = scan_next(&scan);
    }
    scan_end(&scan);
    return vanished;
}

// Were it kept, a program that knows it again would trust entries of rows that have changed since.
static bool drop_vanished(struct store *store, bool *ret_dropped, struct err *err)
{
    struct mark vanished;
    struct txn *txn = store_write(store, err);
    if (!txn)
        return false;
    *ret_dropped = find_vanished(txn, &vanished);
    if (!*ret_dropped) {
        bool sound = txn_sound(txn) ||
                     fail(err, ERR_INTERNAL, NULL, TEXT_STORE_DAMAGED, txn_fault(txn), NULL);
        txn_drop(txn);
        return sound;
    }
    database_drop(txn, vanished.text + strlen(MARK));
    (void)database_del(
        txn, &store->own[OWN_META],
        (struct bytes){ (const uint8_t *)vanished.text, strlen(vanished.text) }); // it was there
    enum commit_result result = batch_commit(txn);
    if (result == COMMIT_FULL)
        return store_grow(store, err);
    return result == COMMIT_DONE || fail_commit(store, result, err);
}

bool indexes_renew(struct store *store, struct err *err)
{
    bool dropped = true;
    while (dropped) {
        if (!drop_vanished(store, &dropped, err))
            return false;
    }
    for (size_t s = 0; s < store->slot_count; s++) {
        if (!build_table(store, &store->slots[s], err))
            return false;
    }
    return true;
}
