// SPDX-License-Identifier: Apache-2.0
// The log of facts: one row a number, without gaps, in the transaction that decided them.
#include "common/store/log.h"

#include <assert.h>
#include <string.h>

#include "common/store/internal.h"
#include "common/wire/codec.h"

static const struct database *the_log(const struct txn *txn)
{
    return &txn->store->own[OWN_LOG];
}

static struct key seq_key(int64_t seq)
{
    struct key key;
    key_init(&key);
    key_int(&key, seq);
    return key;
}

static int64_t seq_of(struct bytes key)
{
    uint64_t value = 0;
    for (size_t i = 0; i < key.size && i < 8; i++)
        value = value << 8 | key.data[i];
    return (int64_t)(value ^ UINT64_C(1) << 63);
}

int64_t log_append(struct txn *txn, struct fact *fact)
{
    if (!txn_sound(txn))
        return 0;
    fact->seq = txn->head + 1;
    struct err err = { 0 };
    // A fact that breaks its record could never be read again, by us or by a follower.
    assert(record_check(fact_record(), fact, &err));
    struct key key = seq_key(fact->seq);
    encode(fact_record(), fact, row_begin(txn, the_log(txn), 0));
    row_put(txn, the_log(txn), key_bytes(&key));
    if (!txn_sound(txn))
        return 0;
    txn->head = fact->seq;
    txn->head_changed = true;
    return fact->seq;
}

int64_t log_head(struct txn *txn)
{
    uint64_t head = 0;
    if (txn->writing)
        return txn->head;
    // The snapshot's own number, not the store's, which may be newer by now.
    (void)number_get(txn, "s:head", &head); // none before the first fact
    return (int64_t)head;
}

int64_t log_oldest(struct txn *txn)
{
    struct scan scan;
    bool found = scan_begin(&scan, txn, the_log(txn), (struct bytes){ NULL, 0 });
    int64_t seq = found ? seq_of(scan.key) : 0;
    scan_end(&scan);
    return seq;
}

enum fact_state { FACT_READ, FACT_NO_ROOM, FACT_DAMAGED };

// Reads the scan's fact; a damaged one is a sticky fault.
static enum fact_state fact_read(struct scan *scan, struct arena *arena, struct fact *out)
{
    struct sealed row;
    struct err err = { 0 };
    const char *wrong = row_open(scan->database, scan->key, scan->value, &row);
    if (!wrong && decode(fact_record(), row.payload, DECODE_LENIENT, arena, out, &err))
        return FACT_READ;
    if (!wrong && err.code == ERR_TOO_LARGE)
        return FACT_NO_ROOM;
    txn_fault_key(scan->txn, scan->database, scan->key, wrong ? wrong : "cannot be decoded");
    return FACT_DAMAGED;
}

size_t log_facts(struct txn *txn, int64_t after, size_t limit, size_t bytes_max,
                 struct arena *arena, const struct fact **ret_facts)
{
    struct fact *facts = arena_array(arena, limit, sizeof *facts);
    struct key from = seq_key(after + 1);
    struct scan scan;
    size_t count = 0, bytes = 0;
    *ret_facts = facts;
    bool found = scan_begin(&scan, txn, the_log(txn), key_bytes(&from));
    while (found && facts && count < limit) {
        if (count > 0 && scan.value.size > bytes_max - bytes)
            break;
        enum fact_state state = fact_read(&scan, arena, &facts[count]);
        // What fits is given; the next call has a fresh arena. Not even one must not look like
        // the log's end.
        if (state == FACT_NO_ROOM && count == 0)
            txn_fault_key(txn, scan.database, scan.key, "does not fit the request's memory");
        if (state != FACT_READ)
            break;
        count++;
        bytes += scan.value.size;
        if (bytes >= bytes_max)
            break;
        found = scan_next(&scan);
    }
    if (found && !facts)
        txn_fault_key(txn, scan.database, scan.key, "does not fit the request's memory");
    scan_end(&scan);
    return count;
}

size_t log_trim(struct txn *txn, int64_t seq, int64_t before_us)
{
    struct scan scan;
    size_t count = 0;
    bool found = scan_begin(&scan, txn, the_log(txn), (struct bytes){ NULL, 0 });
    while (found && count < STEP_MAX && seq_of(scan.key) < seq) {
        struct arena *arena = txn_scratch(txn)->arena;
        struct fact fact;
        arena_reset(arena);
        if (fact_read(&scan, arena, &fact) != FACT_READ || fact.at >= before_us)
            break;
        scan_del(&scan);
        count++;
        found = scan_next(&scan);
    }
    scan_end(&scan);
    return count;
}
