// SPDX-License-Identifier: Apache-2.0
// Keys of index entries: made from a row, taken apart again.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/internal.h"

const struct slot *slot_of(const struct txn *txn, const struct table *table)
{
    const struct store *store = txn->store;
    for (size_t i = 0; i < store->slot_count; i++) {
        if (store->slots[i].table == table)
            return &store->slots[i];
    }
    // A table that the store was not opened with has no database: our bug.
    abort();
}

void keys_reset(struct keys *keys)
{
    keys->count = 0;
}

bool keys_have(const struct keys *keys, struct bytes key)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct key *item = &keys->items[i];
        if (item->size == key.size && memcmp(item->bytes, key.data, key.size) == 0)
            return true;
    }
    return false;
}

void keys_add(struct keys *keys, const struct key *key)
{
    // A key that did not fit is kept whatever it holds: the put must be refused for it.
    if (!key->overflow && keys_have(keys, key_bytes(key)))
        return;
    if (keys->count == keys->room) {
        size_t room = keys->room ? keys->room * 2 : 8;
        struct key *items = realloc(keys->items, room * sizeof *items);
        if (!items)
            abort();
        keys->items = items;
        keys->room = room;
    }
    struct key *item = &keys->items[keys->count++];
    memcpy(item->bytes, key->bytes, key->size);
    item->size = key->size;
    item->overflow = key->overflow;
}

bool index_bucketed(const struct table *table, const struct index *index)
{
    return table->grows && !index->unique;
}

void index_key(struct raw_key *out, const struct table *table, const struct index *index,
               struct bytes fields, uint64_t ordinal, struct bytes row_key)
{
    raw_init(out);
    if (index_bucketed(table, index)) {
        uint64_t bucket = ordinal >> BUCKET_BITS;
        uint8_t bytes[BUCKET_SIZE] = { (uint8_t)(bucket >> 24), (uint8_t)(bucket >> 16),
                                       (uint8_t)(bucket >> 8), (uint8_t)bucket };
        raw_add(out, (struct bytes){ bytes, sizeof bytes });
    }
    raw_add(out, fields);
    if (!index->unique)
        raw_add(out, row_key);
}

struct bytes index_fields(const struct table *table, const struct index *index, struct bytes key,
                          struct bytes row_key)
{
    size_t before = index_bucketed(table, index) ? BUCKET_SIZE : 0;
    size_t behind = index->unique ? 0 : row_key.size;
    if (key.size < before + behind)
        return (struct bytes){ key.data, 0 };
    return (struct bytes){ key.data + before, key.size - before - behind };
}
