// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/block_sums.h"

#include <string.h>

#include "services/timekeeping/rounding.h"

#define EDITION     1 // counted up when a row's sums mean something else: all are made anew
#define WALK_MEMORY ((size_t)4 << 20)
#define WALK_ROWS   500 // read with one memory; a block may be longer

static const struct id none;

// --- ends
static bool comes_before(const struct entry *a, const struct entry *b)
{
    if (a->began_at != b->began_at)
        return a->began_at < b->began_at;
    return memcmp(&a->id, &b->id, sizeof a->id) < 0;
}

static bool stored_end(struct request *rq, const struct key *prefix, bool down, struct id without,
                       struct entry *ret)
{
    struct walk_options options = {
        .index = entry_by_block, .scope = &scope_house, .prefix = *prefix, .down = down
    };
    struct walk *walk = walk_open(rq->txn, &entry_table, &options, rq->arena);
    bool found = walk_next(walk, ret);

    while (found && id_equal(ret->id, without))
        found = walk_next(walk, ret);
    walk_close(walk);
    return found;
}

struct block_ends block_ends(struct request *rq, const struct key *prefix, struct id without,
                             const struct entry *pending)
{
    struct block_ends ends = { none, none };
    struct entry first, last;

    if (!stored_end(rq, prefix, false, without, &first) ||
        !stored_end(rq, prefix, true, without, &last)) {
        if (pending)
            ends.first = ends.last = pending->id;
        return ends;
    }
    ends.first = pending && comes_before(pending, &first) ? pending->id : first.id;
    ends.last = pending && comes_before(&last, pending) ? pending->id : last.id;
    return ends;
}

// --- the row
static void id_key(const void *row, struct key *key)
{
    key_id(key, ((const struct entry_block *)row)->id);
}

static struct id block_id(const struct key *prefix)
{
    char text[2 * sizeof prefix->bytes + 1];
    size_t used = 0;

    for (size_t i = 0; i < prefix->size; i++) {
        text[used++] = (char)('a' + (prefix->bytes[i] >> 4));
        text[used++] = (char)('a' + (prefix->bytes[i] & 15));
    }
    text[used] = '\0';
    return id_of_name("block of entries", text);
}

// All rows of the block in their order, however many there are.
static void add_up(struct txn *txn, const struct key *prefix, struct entry_block *block)
{
    struct arena *arena = arena_new(WALK_MEMORY);
    struct walk_options options = { .index = entry_by_block,
                                    .scope = &scope_house,
                                    .prefix = *prefix };
    size_t rows;

    *block = (struct entry_block){ .id = block_id(prefix), .edition = EDITION };
    do {
        struct entry row;
        struct walk *walk = walk_open(txn, &entry_table, &options, arena);
        for (rows = 0; rows < WALK_ROWS && walk_next(walk, &row); rows++) {
            if (block->entries++ == 0)
                block->first = row.id;
            block->bearer = row.id;
            block->actual_s += row.actual_s;
            options.after = *prefix;
            key_int(&options.after, row.began_at);
            options.after_row = row.id;
        }
        walk_close(walk);
        arena_reset(arena);
    } while (rows == WALK_ROWS);
    arena_free(arena);
}

static bool stored(struct txn *txn, struct id id, struct arena *arena, struct entry_block *ret)
{
    struct key key;

    key_init(&key);
    key_id(&key, id);
    return table_get(txn, &entry_block_table, &scope_house, &key, arena, ret) &&
           ret->edition == EDITION;
}

bool block_sums_get(struct request *rq, const struct key *prefix, struct entry_block *ret)
{
    if (stored(rq->txn, block_id(prefix), rq->arena, ret))
        return true;
    add_up(rq->txn, prefix, ret);
    return rq->err.code == ERR_NONE;
}

bool block_sums_put(struct request *rq, struct entry_block *row)
{
    struct key key = key_of_id(row->id);

    if (row->entries > 0)
        return table_put(rq->txn, &entry_block_table, row, &rq->err);
    (void)table_del(rq->txn, &entry_block_table, &key);
    return true;
}

bool block_sums_move(struct request *rq, const struct key *prefix, int64_t entries,
                     int64_t actual_s)
{
    struct entry_block row;

    if (!stored(rq->txn, block_id(prefix), rq->arena, &row))
        return true;
    row.entries += entries;
    row.actual_s += actual_s;
    return block_sums_put(rq, &row);
}

// --- the check
static const char *wrong_sums(struct txn *txn, const void *checked)
{
    const struct entry_block *row = checked;
    struct arena *arena = arena_new(WALK_MEMORY);
    struct entry_block right = { .entries = 0 };
    struct entry bearer;
    struct key key = key_of_id(row->bearer);
    bool known =
        row->edition != EDITION || table_get(txn, &entry_table, &scope_house, &key, arena, &bearer);

    if (known && row->edition == EDITION && rounding_of_sum(bearer.rounding)) {
        struct key prefix =
            entry_block_key(&bearer, bearer.state == entry_state_OPEN ? none : bearer.run);
        add_up(txn, &prefix, &right);
    }
    arena_free(arena);
    if (row->edition != EDITION)
        return NULL; // not used any more
    if (!id_equal(row->id, right.id))
        return "its last entry is not of this block";
    if (row->entries != right.entries || row->actual_s != right.actual_s)
        return "the block's entries add up to something else";
    if (!id_equal(row->bearer, right.bearer) || !id_equal(row->first, right.first))
        return "another entry is the first or last of the block";
    return NULL;
}

const struct table entry_block_table = {
    .name = "entry_block",
    .number = 13,
    .record = entry_block_record,
    .key = id_key,
    .wrong = wrong_sums,
};
