// SPDX-License-Identifier: Apache-2.0
// The store's fsck. It looks itself, without the sticky faults: one damaged row must not hide the
// next.
#include "common/store/check.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/derived.h"
#include "common/store/internal.h"
#include "common/wire/codec.h"

#define PAGE_ROWS   1000 // of one reading transaction, so that it never holds old pages for long
#define ARENA_LIMIT ((size_t)64 << 20)
#define FAULT_TEXT  512

struct checker {
    struct txn *txn;
    check_listener *listener;
    void *context;
    struct arena *arena;
    struct keys keys;
    struct check_report report;
    int64_t seq_before; // of the fact checked last; 0: none yet
};

static void checker_done(struct checker *checker)
{
    arena_free(checker->arena);
    free(checker->keys.items);
}

static void report(struct checker *checker, const struct database *database, struct bytes key,
                   const char *why)
{
    char text[FAULT_TEXT];
    checker->report.faults++;
    snprintf(text, sizeof text, "%s %s: %s", database->name, key_text(key).text, why);
    if (checker->listener)
        checker->listener(checker->context, text);
}

// LMDB's own look-up; a code of its own is a fault of the database.
static bool look_up(struct checker *checker, const struct database *database, struct bytes key,
                    struct bytes *out)
{
    if (!database->present || key.size == 0 || key.size > RAW_KEY_MAX)
        return false;
    MDB_val raw = { key.size, (void *)(uintptr_t)key.data }, value;
    int code = mdb_get(checker->txn->mdb, database->dbi, &raw, &value);
    if (code && code != MDB_NOTFOUND)
        report(checker, database, key, mdb_strerror(code));
    *out = (struct bytes){ value.mv_data, code ? 0 : value.mv_size };
    return code == 0;
}

// --- rows, and from them to their entries

static bool same(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static void check_entries(struct checker *checker, const struct slot *slot, size_t number,
                          const struct sealed *sealed, struct bytes row_key)
{
    const struct table *table = slot->table;
    const struct index *index = &table->indexes[number];
    const struct database *database = &slot->indexes[number];
    for (size_t i = 0; i < checker->keys.count; i++) {
        struct raw_key key;
        struct bytes value, holder;
        index_key(&key, table, index, key_bytes(&checker->keys.items[i]), sealed->ordinal, row_key);
        if (!look_up(checker, database, raw_bytes(&key), &value)) {
            report(checker, database, raw_bytes(&key), "a row has no entry here");
            continue;
        }
        // A damaged entry is told when the index itself is gone through.
        if (!entry_open(database, raw_bytes(&key), value, &holder) && !same(holder, row_key))
            report(checker, database, raw_bytes(&key), "the entry leads to another row");
    }
}

// The row in the checker's arena; NULL when it is damaged, which is told if `tell`.
static void *open_row(struct checker *checker, const struct slot *slot, struct bytes key,
                      struct bytes value, struct sealed *out)
{
    const char *wrong = row_open(&slot->rows, key, value, out);
    arena_reset(checker->arena);
    void *row = arena_alloc(checker->arena, slot->table->record()->size);
    assert(row);
    struct err err = { 0 };
    if (!wrong &&
        !decode(slot->table->record(), out->payload, DECODE_LENIENT, checker->arena, row, &err))
        wrong = "the row cannot be decoded";
    if (!wrong)
        return row;
    report(checker, &slot->rows, key, wrong);
    return NULL;
}

static void check_row(struct checker *checker, const struct slot *slot, struct bytes key,
                      struct bytes value)
{
    struct sealed sealed;
    struct key own;
    checker->report.rows++;
    const void *row = open_row(checker, slot, key, value, &sealed);
    if (!row)
        return;
    key_init(&own);
    slot->table->key(row, &own);
    if (!same(key_bytes(&own), key))
        report(checker, &slot->rows, key, "the row's own key is another one");
    const char *wrong = slot->table->wrong ? slot->table->wrong(checker->txn, row) : NULL;
    if (wrong)
        report(checker, &slot->rows, key, wrong);
    for (size_t i = 0; i < slot->table->index_count; i++) {
        if (slot->indexes[i].unbuilt)
            continue;
        keys_reset(&checker->keys);
        slot->table->indexes[i].keys(row, &checker->keys);
        check_entries(checker, slot, i, &sealed, key);
    }
}

// --- entries, and from them to their rows

static void check_entry(struct checker *checker, const struct slot *slot, size_t number,
                        struct bytes key, struct bytes value)
{
    const struct index *index = &slot->table->indexes[number];
    const struct database *database = &slot->indexes[number];
    struct bytes row_key, row_value;
    struct sealed sealed;
    struct err err = { 0 };
    checker->report.index_entries++;
    const char *wrong = entry_open(database, key, value, &row_key);
    if (wrong) {
        report(checker, database, key, wrong);
        return;
    }
    if (!look_up(checker, &slot->rows, row_key, &row_value)) {
        report(checker, database, key, "the entry's row is missing");
        return;
    }
    // Damaged rows were told already.
    if (row_open(&slot->rows, row_key, row_value, &sealed))
        return;
    arena_reset(checker->arena);
    void *row = arena_alloc(checker->arena, slot->table->record()->size);
    assert(row);
    if (!decode(slot->table->record(), sealed.payload, DECODE_LENIENT, checker->arena, row, &err))
        return;
    struct bytes fields = index_fields(slot->table, index, key, row_key);
    struct raw_key own;
    keys_reset(&checker->keys);
    index->keys(row, &checker->keys);
    index_key(&own, slot->table, index, fields, sealed.ordinal, row_key);
    if (!keys_have(&checker->keys, fields) || !same(raw_bytes(&own), key))
        report(checker, database, key, "the entry does not follow from its row");
}

// --- the store's own rows

static int64_t seq_of(struct bytes key)
{
    uint64_t value = 0;
    for (size_t i = 0; i < key.size && i < 8; i++)
        value = value << 8 | key.data[i];
    return (int64_t)(value ^ UINT64_C(1) << 63);
}

static void check_fact(struct checker *checker, struct bytes key, struct bytes value)
{
    const struct database *database = &checker->txn->store->own[OWN_LOG];
    struct sealed sealed;
    struct fact fact;
    struct err err = { 0 };
    checker->report.facts++;
    int64_t seq = seq_of(key);
    // A trim may have removed the oldest since the page before; then nothing older is there.
    if (checker->seq_before && seq != checker->seq_before + 1 && seq != log_oldest(checker->txn))
        report(checker, database, key, "facts are missing before this one");
    checker->seq_before = seq;
    arena_reset(checker->arena);
    const char *wrong = row_open(database, key, value, &sealed);
    if (!wrong &&
        !decode(fact_record(), sealed.payload, DECODE_LENIENT, checker->arena, &fact, &err))
        wrong = "the fact cannot be decoded";
    if (!wrong && fact.seq != seq)
        wrong = "the fact's number is another one";
    if (!wrong && seq > log_head(checker->txn))
        wrong = "the fact lies beyond the log's head";
    if (wrong)
        report(checker, database, key, wrong);
}

static void check_own(struct checker *checker, size_t number, struct bytes key, struct bytes value)
{
    const struct database *database = &checker->txn->store->own[number];
    struct sealed sealed;
    struct bytes row_key;
    if (number == OWN_LOG) {
        check_fact(checker, key, value);
        return;
    }
    bool is_index = number == OWN_FOLLOWED_BY_GENERATION || number == OWN_PARKED_BY_ENTITY;
    const char *wrong = is_index ? entry_open(database, key, value, &row_key)
                                 : row_open(database, key, value, &sealed);
    if (wrong)
        report(checker, database, key, wrong);
}

// --- going through everything

// One database: of a slot (rows, or its index number - 1), or of the store's own.
struct part {
    const struct database *database;
    const struct slot *slot; // NULL: own
    size_t number;
};

static void check_one(struct checker *checker, const struct part *part, struct bytes key,
                      struct bytes value)
{
    if (!part->slot)
        check_own(checker, part->number, key, value);
    else if (part->number == 0)
        check_row(checker, part->slot, key, value);
    else
        check_entry(checker, part->slot, part->number - 1, key, value);
}

// Up to `rows` behind `place`, which moves; false at the end of the database.
static bool check_page(struct checker *checker, const struct part *part, struct raw_key *place,
                       size_t rows)
{
    MDB_cursor *cursor = NULL;
    MDB_val key = { place->size, place->bytes }, value;
    if (!part->database->present)
        return false;
    int code = mdb_cursor_open(checker->txn->mdb, part->database->dbi, &cursor);
    if (!code)
        code = mdb_cursor_get(cursor, &key, &value, place->size ? MDB_SET_RANGE : MDB_FIRST);
    if (!code && place->size && key.mv_size == place->size &&
        memcmp(key.mv_data, place->bytes, place->size) == 0)
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    while (!code && rows > 0) {
        struct bytes key_here = { key.mv_data, key.mv_size };
        check_one(checker, part, key_here, (struct bytes){ value.mv_data, value.mv_size });
        raw_init(place);
        raw_add(place, key_here);
        rows--;
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    if (code && code != MDB_NOTFOUND)
        report(checker, part->database, raw_bytes(place), mdb_strerror(code));
    if (cursor)
        mdb_cursor_close(cursor);
    return code == 0;
}

static bool check_part(struct checker *checker, struct store *store, const struct part *part,
                       struct err *err)
{
    struct raw_key place;
    bool more = true;
    raw_init(&place);
    while (more) {
        checker->txn = store_read(store, err);
        if (!checker->txn)
            return false;
        more = check_page(checker, part, &place, PAGE_ROWS);
        txn_drop(checker->txn);
        checker->txn = NULL;
    }
    return true;
}

static bool check_parts(struct checker *checker, struct store *store, struct err *err)
{
    for (size_t i = 0; i < store->slot_count; i++) {
        const struct slot *slot = &store->slots[i];
        struct part part = { &slot->rows, slot, 0 };
        if (!check_part(checker, store, &part, err))
            return false;
        for (size_t k = 0; k < slot->table->index_count; k++) {
            part = (struct part){ &slot->indexes[k], slot, k + 1 };
            if (!check_part(checker, store, &part, err))
                return false;
        }
        uint64_t faults = 0;
        if (slot->table->derived &&
            !derived_check(store, slot->table, checker->listener, checker->context, &faults, err))
            return false;
        checker->report.faults += faults;
    }
    for (size_t i = 0; i < OWN_COUNT; i++) {
        struct part part = { &store->own[i], NULL, i };
        if (!check_part(checker, store, &part, err))
            return false;
    }
    return true;
}

bool store_check(struct store *store, check_listener *listener, void *context,
                 struct check_report *out, struct err *err)
{
    struct checker checker = { .listener = listener,
                               .context = context,
                               .arena = arena_new(ARENA_LIMIT) };
    bool done = check_parts(&checker, store, err);
    *out = checker.report;
    checker_done(&checker);
    return done;
}

size_t store_scrub(struct txn *txn, struct scrub_place *place, size_t rows,
                   check_listener *listener, void *context)
{
    struct store *store = txn->store;
    struct checker checker = {
        .txn = txn, .listener = listener, .context = context, .arena = arena_new(ARENA_LIMIT)
    };
    size_t tables_left = store->slot_count; // small tables: once round at most
    while (rows > checker.report.rows && tables_left > 0) {
        if (place->table >= store->slot_count)
            place->table = 0;
        const struct slot *slot = &store->slots[place->table];
        struct part part = { &slot->rows, slot, 0 };
        struct raw_key at;
        raw_init(&at);
        raw_add(&at, key_bytes(&place->key));
        bool more = check_page(&checker, &part, &at, rows - checker.report.rows);
        if (more && at.size <= KEY_MAX) {
            memcpy(place->key.bytes, at.bytes, at.size);
            place->key.size = at.size;
            continue;
        }
        key_init(&place->key);
        place->table++;
        tables_left--;
    }
    size_t faults = checker.report.faults;
    checker_done(&checker);
    return faults;
}
