// SPDX-License-Identifier: Apache-2.0
// The tables and the log as JSON lines, for people and for a way out of this store.
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/store/check.h"
#include "common/store/internal.h"
#include "common/wire/codec.h"
#include "common/wire/json.h"

#define PAGE_ROWS   1000
#define ARENA_LIMIT ((size_t)64 << 20)

struct dump {
    const struct database *database;
    const struct record *record;
    check_listener *listener;
    void *context;
    struct arena *arena;
    bool damaged;
};

static const char *line_of(struct dump *dump, const struct scan *scan)
{
    struct sealed sealed;
    struct err err = { 0 };
    const char *name = dump->database->name;
    const char *json = NULL;
    arena_reset(dump->arena);
    void *row = arena_alloc(dump->arena, dump->record->size);
    assert(row);
    const char *wrong = row_open(dump->database, scan->key, scan->value, &sealed);
    if (!wrong && decode(dump->record, sealed.payload, DECODE_LENIENT, dump->arena, row, &err))
        json = json_write(dump->record, row, JSON_LINE, dump->arena);
    if (json)
        return arena_format(dump->arena, "{\"table\": \"%s\", \"row\": %s}", name, json);
    dump->damaged = true;
    return arena_format(dump->arena, "{\"table\": \"%s\", \"key\": \"%s\", \"fault\": \"%s\"}",
                        name, key_text(scan->key).text,
                        wrong ? wrong : "the row cannot be decoded");
}

// Rows behind `place`, which moves; false at the end.
static bool dump_page(struct dump *dump, struct txn *txn, struct raw_key *place)
{
    struct scan scan;
    size_t rows = 0;
    bool found = scan_begin(&scan, txn, dump->database, raw_bytes(place));
    if (found && place->size && scan.key.size == place->size &&
        starts_with(scan.key, raw_bytes(place)))
        found = scan_next(&scan);
    while (found && rows < PAGE_ROWS) {
        const char *line = line_of(dump, &scan);
        if (line)
            dump->listener(dump->context, line);
        raw_init(place);
        raw_add(place, scan.key);
        rows++;
        found = scan_next(&scan);
    }
    scan_end(&scan);
    return found;
}

static bool dump_database(struct dump *dump, struct store *store, struct err *err)
{
    struct raw_key place;
    bool more = true;
    raw_init(&place);
    while (more) {
        struct txn *txn = store_read(store, err);
        if (!txn)
            return false;
        more = dump_page(dump, txn, &place);
        if (!txn_sound(txn)) {
            (void)fail(err, ERR_INTERNAL, NULL, TEXT_STORE_DAMAGED, txn_fault(txn), NULL);
            more = false;
        }
        txn_drop(txn);
    }
    return err->code == ERR_NONE;
}

bool store_dump(struct store *store, check_listener *listener, void *context, struct err *err)
{
    struct dump dump = { .listener = listener,
                         .context = context,
                         .arena = arena_new(ARENA_LIMIT) };
    bool done = true;
    for (size_t i = 0; done && i < store->slot_count; i++) {
        dump.database = &store->slots[i].rows;
        dump.record = store->slots[i].table->record();
        done = dump_database(&dump, store, err);
    }
    dump.database = &store->own[OWN_LOG];
    dump.record = fact_record();
    done = done && dump_database(&dump, store, err);
    arena_free(dump.arena);
    if (done && dump.damaged)
        return fail(err, ERR_INTERNAL, NULL, TEXT_STORE_DAMAGED, store->folder, NULL);
    return done;
}
