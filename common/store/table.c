// SPDX-License-Identifier: Apache-2.0
// Rows and their indexes: written here and nowhere else, so that they cannot drift apart.
#include <assert.h>
#include <string.h>

#include "common/store/derived_internal.h"
#include "common/wire/codec.h"

static bool decode_into(struct txn *txn, const struct slot *slot, struct bytes key,
                        struct bytes payload, struct arena *arena, void *out)
{
    struct err why = { 0 };
    if (decode(slot->table->record(), payload, DECODE_LENIENT, arena, out, &why))
        return true;
    // What does not fit cannot be passed over in silence: the page would be short of a row.
    const char *wrong = why.code == ERR_TOO_LARGE ? "the row does not fit the request's memory"
                                                  : "the row cannot be decoded";
    txn_fault_key(txn, &slot->rows, key, wrong);
    return false;
}

// In the scratch memory, so that rows passed over cost the caller's arena nothing.
const void *row_scratch(struct txn *txn, const struct slot *slot, struct bytes key,
                        struct bytes payload)
{
    struct arena *arena = txn_scratch(txn)->arena;
    arena_reset(arena);
    void *row = arena_alloc(arena, slot->table->record()->size);
    assert(row);
    return decode_into(txn, slot, key, payload, arena, row) ? row : NULL;
}

enum row_state row_decode(struct txn *txn, const struct slot *slot, struct bytes key,
                          struct bytes payload, const struct scope *scope, struct arena *arena,
                          void *out)
{
    assert(scope);
    if (scope->kind != SCOPE_HOUSE) {
        const void *row = row_scratch(txn, slot, key, payload);
        if (!row)
            return ROW_FAULT;
        if (!scope_sees(scope, slot->table->record(), row))
            return ROW_HIDDEN;
    }
    return decode_into(txn, slot, key, payload, arena, out) ? ROW_SEEN : ROW_FAULT;
}

static bool get_raw(struct txn *txn, const struct slot *slot, const struct scope *scope,
                    struct bytes key, struct arena *arena, void *row)
{
    struct sealed sealed;
    if (row_get(txn, &slot->rows, key, &sealed) &&
        row_decode(txn, slot, key, sealed.payload, scope, arena, row) == ROW_SEEN)
        return true;
    memset(row, 0, slot->table->record()->size);
    return false;
}

bool table_get(struct txn *txn, const struct table *table, const struct scope *scope,
               const struct key *key, struct arena *arena, void *row)
{
    struct bytes bytes = { key->bytes, key->overflow ? 0 : key->size };
    return get_raw(txn, slot_of(txn, table), scope, bytes, arena, row);
}

bool table_get_by(struct txn *txn, const struct index *index, const struct table *table,
                  const struct scope *scope, const struct key *key, struct arena *arena, void *row)
{
    const struct slot *slot = slot_of(txn, table);
    const struct database *database = &slot->indexes[index - table->indexes];
    struct bytes value, row_key = { 0 };
    assert(index->unique);
    memset(row, 0, table->record()->size);
    if (key->overflow || !database_get(txn, database, key_bytes(key), &value))
        return false;
    const char *wrong = entry_open(database, key_bytes(key), value, &row_key);
    if (wrong) {
        txn_fault_key(txn, database, key_bytes(key), wrong);
        return false;
    }
    struct sealed sealed;
    if (!row_get(txn, &slot->rows, row_key, &sealed)) {
        txn_fault_key(txn, database, key_bytes(key), "the entry's row is missing");
        return false;
    }
    if (row_decode(txn, slot, row_key, sealed.payload, scope, arena, row) == ROW_SEEN)
        return true;
    memset(row, 0, table->record()->size);
    return false;
}

uint64_t table_count(struct txn *txn, const struct table *table)
{
    return database_count(txn, &slot_of(txn, table)->rows);
}

// --- writing

// One put or del: the row as it was, if it was, and as it shall be, if it shall.
struct change {
    struct txn *txn;
    const struct slot *slot;
    struct bytes key;
    const void *before, *after;
    uint64_t ordinal;
};

static void collect(const struct index *index, const void *row, struct keys *keys)
{
    keys_reset(keys);
    if (row)
        index->keys(row, keys);
}

// The keys of the row as it shall be: for the checks, and then for writing.
static void collect_after(const struct change *change)
{
    const struct table *table = change->slot->table;
    for (size_t i = 0; i < table->index_count; i++)
        collect(&table->indexes[i], change->after, &txn_scratch(change->txn)->after[i]);
}

static bool fits(const struct change *change, const struct index *index, const struct keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct raw_key raw;
        const struct key *key = &keys->items[i];
        if (key->overflow || key->size == 0)
            return false;
        index_key(&raw, change->slot->table, index, key_bytes(key), change->ordinal, change->key);
        if (raw.overflow)
            return false;
    }
    return true;
}

static bool is_free(const struct change *change, const struct database *database,
                    const struct keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct bytes key = key_bytes(&keys->items[i]), value, holder;
        if (!database_get(change->txn, database, key, &value))
            continue;
        const char *wrong = entry_open(database, key, value, &holder);
        if (wrong)
            txn_fault_key(change->txn, database, key, wrong);
        if (wrong || holder.size != change->key.size ||
            memcmp(holder.data, change->key.data, holder.size) != 0)
            return false;
    }
    return true;
}

// Everything is checked before anything is written: a refused row leaves no trace even without a
// child transaction.
static bool indexes_permit(const struct change *change, struct err *err)
{
    const struct table *table = change->slot->table;
    for (size_t i = 0; i < table->index_count; i++) {
        const struct index *index = &table->indexes[i];
        const struct keys *after = &txn_scratch(change->txn)->after[i];
        if (!fits(change, index, after))
            return fail(err, ERR_TOO_LARGE, index->field, TEXT_STORE_KEY_TOO_LONG, NULL);
        if (index->unique && !is_free(change, &change->slot->indexes[i], after))
            return fail(err, ERR_CONFLICT, index->field, TEXT_STORE_TAKEN, NULL);
    }
    return true;
}

static void index_write(const struct change *change, size_t number)
{
    const struct table *table = change->slot->table;
    const struct index *index = &table->indexes[number];
    const struct database *database = &change->slot->indexes[number];
    struct keys *before = &txn_scratch(change->txn)->before;
    const struct keys *after = &txn_scratch(change->txn)->after[number];
    struct raw_key raw;
    collect(index, change->before, before);
    for (size_t i = 0; i < before->count; i++) {
        struct bytes fields = key_bytes(&before->items[i]);
        if (keys_have(after, fields))
            continue;
        index_key(&raw, table, index, fields, change->ordinal, change->key);
        if (!database_del(change->txn, database, raw_bytes(&raw)))
            txn_fault_key(change->txn, database, raw_bytes(&raw), "the row's entry is missing");
    }
    for (size_t i = 0; i < after->count; i++) {
        struct bytes fields = key_bytes(&after->items[i]);
        if (change->before && keys_have(before, fields))
            continue;
        index_key(&raw, table, index, fields, change->ordinal, change->key);
        entry_put(change->txn, database, raw_bytes(&raw), change->key);
    }
}

static bool fail_fault(struct err *err)
{
    return fail(err, ERR_UNAVAILABLE, NULL, TEXT_STORE_FAULT, NULL);
}

// The row that is there now, in scratch memory.
static bool load_before(struct change *change)
{
    struct sealed sealed;
    if (!row_get(change->txn, &change->slot->rows, change->key, &sealed))
        return false;
    change->ordinal = sealed.ordinal;
    change->before = row_scratch(change->txn, change->slot, change->key, sealed.payload);
    return change->before != NULL;
}

bool table_put(struct txn *txn, const struct table *table, const void *row, struct err *err)
{
    struct key key;
    key_init(&key);
    if (!record_check(table->record(), row, err))
        return false; // it could never be read again
    table->key(row, &key);
    if (key.overflow)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_STORE_KEY_TOO_LONG, NULL);
    if (key.size == 0)
        return fail(err, ERR_INVALID, NULL, TEXT_STORE_KEY_EMPTY, NULL);
    if (!txn_sound(txn))
        return fail_fault(err);
    struct change change = {
        .txn = txn, .slot = slot_of(txn, table), .key = key_bytes(&key), .after = row
    };
    if (!load_before(&change) && txn_sound(txn))
        change.ordinal = txn_ordinal(txn, change.slot);
    if (!txn_sound(txn))
        return fail_fault(err);
    collect_after(&change);
    if (!indexes_permit(&change, err))
        return false;
    for (size_t i = 0; i < table->index_count; i++)
        index_write(&change, i);
    encode(table->record(), row, row_begin(txn, &change.slot->rows, change.ordinal));
    row_put(txn, &change.slot->rows, change.key);
    if (table->derived)
        derived_mark(txn, change.slot, change.ordinal, change.key);
    return txn_sound(txn) || fail_fault(err);
}

bool table_del(struct txn *txn, const struct table *table, const struct key *key)
{
    struct change change = { .txn = txn,
                             .slot = slot_of(txn, table),
                             .key = { key->bytes, key->overflow ? 0 : key->size } };
    if (!load_before(&change))
        return false;
    collect_after(&change);
    for (size_t i = 0; i < table->index_count; i++)
        index_write(&change, i);
    if (table->derived)
        derived_mark(txn, change.slot, change.ordinal, change.key);
    return database_del(txn, &change.slot->rows, change.key);
}
