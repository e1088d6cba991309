// SPDX-License-Identifier: Apache-2.0
// Facts that could not be applied: [why, fact] by (service, seq), and (service, kind, id, seq) to
// keep each entity's order.
#include <assert.h>
#include <string.h>

#include "common/store/internal.h"
#include "common/wire/codec.h"

static struct key parked_key(const char *service, int64_t seq)
{
    struct key key;
    key_init(&key);
    key_str(&key, service);
    key_int(&key, seq);
    return key;
}

static struct key entity_key(const char *service, const char *kind, struct id entity)
{
    struct key key;
    key_init(&key);
    key_str(&key, service);
    key_str(&key, kind);
    key_id(&key, entity);
    assert(!key.overflow);
    return key;
}

static struct key entry_key(const char *service, const struct fact *fact)
{
    struct key key = entity_key(service, fact->kind, fact->entity);
    key_int(&key, fact->seq);
    assert(!key.overflow);
    return key;
}

static const struct database *parked(const struct txn *txn)
{
    return &txn->store->own[OWN_PARKED];
}

static const struct database *by_entity(const struct txn *txn)
{
    return &txn->store->own[OWN_PARKED_BY_ENTITY];
}

void parked_put(struct txn *txn, const char *service, const struct fact *fact, const char *why)
{
    struct key key = parked_key(service, fact->seq);
    struct key entry = entry_key(service, fact);
    struct mp_writer *writer = row_begin(txn, parked(txn), 0);
    mp_array(writer, 2);
    mp_bin(writer, (struct bytes){ (const uint8_t *)why, strlen(why) });
    encode(fact_record(), fact, writer);
    row_put(txn, parked(txn), key_bytes(&key));
    entry_put(txn, by_entity(txn), key_bytes(&entry), key_bytes(&key));
}

bool parked_has(struct txn *txn, const char *service, const char *kind, struct id entity)
{
    struct key prefix = entity_key(service, kind, entity);
    struct scan scan;
    bool found = scan_begin(&scan, txn, by_entity(txn), key_bytes(&prefix)) &&
                 starts_with(scan.key, key_bytes(&prefix));
    scan_end(&scan);
    return found;
}

size_t parked_count(struct txn *txn)
{
    return (size_t)database_count(txn, parked(txn));
}

static bool parked_read(struct txn *txn, struct bytes key, struct bytes value, struct arena *arena,
                        struct fact *out)
{
    struct sealed row;
    struct err err = { 0 };
    struct mp_reader reader;
    struct mp_value head, why;
    struct bytes span;
    const char *wrong = row_open(parked(txn), key, value, &row);
    if (!wrong) {
        mp_reader_init(&reader, row.payload, true, &err);
        if (mp_next(&reader, &head) && head.type == MP_ARRAY && head.count >= 2 &&
            mp_next(&reader, &why) && mp_skip(&reader, &span) &&
            decode(fact_record(), span, DECODE_LENIENT, arena, out, &err))
            return true;
        wrong = err.code == ERR_TOO_LARGE ? "does not fit the request's memory"
                                          : "the row cannot be decoded";
    }
    txn_fault_key(txn, parked(txn), key, wrong);
    return false;
}

// Whether no earlier fact of the same entity waits.
static bool is_oldest(struct txn *txn, const char *service, const struct fact *fact)
{
    struct key prefix = entity_key(service, fact->kind, fact->entity);
    struct key own = entry_key(service, fact);
    struct scan scan;
    bool oldest = scan_begin(&scan, txn, by_entity(txn), key_bytes(&prefix)) &&
                  scan.key.size == own.size && memcmp(scan.key.data, own.bytes, own.size) == 0;
    scan_end(&scan);
    return oldest;
}

bool parked_next(struct txn *txn, const char *service, int64_t after_seq, struct arena *arena,
                 struct fact *out)
{
    struct key prefix, from = parked_key(service, after_seq + 1);
    struct scan scan;
    bool hit = false;
    key_init(&prefix);
    key_str(&prefix, service);
    bool found = scan_begin(&scan, txn, parked(txn), key_bytes(&from));
    while (found && !hit && starts_with(scan.key, key_bytes(&prefix))) {
        struct arena *own = txn_scratch(txn)->arena;
        arena_reset(own);
        if (!parked_read(txn, scan.key, scan.value, own, out))
            break;
        // Read again for the caller, whose arena then holds only what is given out.
        hit = is_oldest(txn, service, out);
        if (hit && !parked_read(txn, scan.key, scan.value, arena, out)) {
            hit = false;
            break;
        }
        if (!hit)
            found = scan_next(&scan);
    }
    scan_end(&scan);
    if (!hit)
        *out = (struct fact){ 0 };
    return hit;
}

void parked_del(struct txn *txn, const char *service, int64_t seq)
{
    struct key key = parked_key(service, seq);
    struct bytes value;
    struct fact fact;
    struct arena *arena = txn_scratch(txn)->arena;
    arena_reset(arena);
    if (!database_get(txn, parked(txn), key_bytes(&key), &value) ||
        !parked_read(txn, key_bytes(&key), value, arena, &fact))
        return;
    struct key entry = entry_key(service, &fact);
    if (!database_del(txn, by_entity(txn), key_bytes(&entry)))
        txn_fault_key(txn, by_entity(txn), key_bytes(&entry), "the row's entry is missing");
    (void)database_del(txn, parked(txn), key_bytes(&key)); // it was there
}
