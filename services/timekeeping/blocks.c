// SPDX-License-Identifier: Apache-2.0
// A block is the open entries of one kind for one file or customer under one rule (of one day):
// their sum is rounded, each keeps its own seconds, the last has the difference. What a run has
// taken is a block of its own, and what comes later begins a new one.
#include "services/timekeeping/blocks.h"

#include <string.h>

#include "common/step/rows.h"
#include "services/timekeeping/entry.h"
#include "services/timekeeping/rounding.h"
#include "services/timekeeping/store_entry.h"

#define WALK_MEMORY ((size_t)4 << 20)
#define WALK_ROWS   500 // read with one memory; a block may be longer
#define ODD_MAX     60  // rows that are set right in one pass

static const struct id no_run;

struct block {
    struct request *rq;
    const struct entry *pending; // belongs to it and is not written yet; NULL: none
    bool pending_seen;
    struct id run;
    int64_t sum_s;
    size_t count;
    struct id first, last;
    struct id odd[ODD_MAX]; // whose rounded seconds are not their own, or that begin a block
    size_t odd_count;
};

static void look_at(struct block *block, const struct entry *entry)
{
    if (block->count++ == 0)
        block->first = entry->id;
    block->last = entry->id;
    block->sum_s += entry->actual_s;
    bool begins = entry->has_new_block && entry->new_block;
    if ((entry->rounded_s != entry->actual_s || begins) && block->odd_count < ODD_MAX)
        block->odd[block->odd_count++] = entry->id;
}

static bool comes_before(const struct entry *a, const struct entry *b)
{
    if (a->began_at != b->began_at)
        return a->began_at < b->began_at;
    return memcmp(&a->id, &b->id, sizeof a->id) < 0;
}

static void look_at_row(struct block *block, const struct entry *row)
{
    const struct entry *pending = block->pending;

    if (pending && id_equal(pending->id, row->id))
        return;
    if (pending && !block->pending_seen && comes_before(pending, row)) {
        block->pending_seen = true;
        look_at(block, pending);
    }
    look_at(block, row);
}

// All rows of the block in their order, however many there are.
static void read_block(struct block *block, const struct key *prefix)
{
    struct arena *arena = arena_new(WALK_MEMORY);
    struct walk_options options = { .index = entry_by_block,
                                    .scope = &scope_house,
                                    .prefix = *prefix };
    size_t rows;

    do {
        struct entry row;
        struct walk *walk = walk_open(block->rq->txn, &entry_table, &options, arena);
        for (rows = 0; rows < WALK_ROWS && walk_next(walk, &row); rows++) {
            look_at_row(block, &row);
            options.after = *prefix;
            key_int(&options.after, row.began_at);
            options.after_row = row.id;
        }
        walk_close(walk);
        arena_reset(arena);
    } while (rows == WALK_ROWS);
    arena_free(arena);
    if (block->pending && !block->pending_seen)
        look_at(block, block->pending);
}

// Something of this block is billed or about to be.
static bool was_billed(struct request *rq, const struct key *open)
{
    struct entry row;
    struct walk_options options = {
        .index = entry_by_block, .scope = &scope_house, .prefix = *open, .down = true
    };

    options.prefix.size -= sizeof(struct id); // of any run
    struct walk *walk = walk_open(rq->txn, &entry_table, &options, rq->arena);
    bool billed = walk_next(walk, &row) && row.state != entry_state_OPEN;
    walk_close(walk);
    return billed;
}

// What the entry must have in this block.
static void set_right(const struct block *block, bool billed, struct entry *entry)
{
    int64_t over_s = rounding_up(entry->rounding, block->sum_s) - block->sum_s;

    entry->rounded_s = entry->actual_s + (id_equal(entry->id, block->last) ? over_s : 0);
    if (id_is_zero(block->run)) {
        entry->new_block = billed && id_equal(entry->id, block->first);
        entry->has_new_block = entry->new_block;
    }
}

static bool set_row_right(const struct block *block, bool billed, struct id id)
{
    struct request *rq = block->rq;
    struct key key = key_of_id(id);
    struct entry row, right;

    if ((block->pending && id_equal(id, block->pending->id)) ||
        !table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &row))
        return true;
    right = row;
    set_right(block, billed, &right);
    if (right.rounded_s == row.rounded_s && right.has_new_block == row.has_new_block)
        return true;
    right.version++;
    return entry_store(rq, &right);
}

static bool settle(struct request *rq, const struct entry *like, struct id run,
                   struct entry *pending)
{
    struct key prefix = entry_block_key(like, run);
    struct block block;

    do {
        block = (struct block){ .rq = rq, .pending = pending, .run = run };
        read_block(&block, &prefix);
        bool billed = id_is_zero(run) && was_billed(rq, &prefix);
        for (size_t i = 0; i < block.odd_count; i++) {
            if (!set_row_right(&block, billed, block.odd[i]))
                return false;
        }
        if (block.count > 0 && (!set_row_right(&block, billed, block.first) ||
                                !set_row_right(&block, billed, block.last)))
            return false;
        if (pending)
            set_right(&block, billed, pending);
    } while (block.odd_count == ODD_MAX);
    return true;
}

bool block_settle(struct request *rq, const struct entry *like, struct id run)
{
    return !rounding_of_sum(like->rounding) || settle(rq, like, run, NULL);
}

bool entry_store(struct request *rq, struct entry *entry)
{
    if (!table_put(rq->txn, &entry_table, entry, &rq->err))
        return false;
    emit(rq, "entry", entry, false);
    return true;
}

static bool in_block(const struct entry *entry)
{
    return entry && entry->state == entry_state_OPEN && rounding_of_sum(entry->rounding);
}

static bool same_block(const struct entry *a, const struct entry *b)
{
    struct key one = entry_block_key(a, no_run), other = entry_block_key(b, no_run);

    return one.size == other.size && memcmp(one.bytes, other.bytes, one.size) == 0;
}

bool entry_write(struct request *rq, const struct entry *before, struct entry *after)
{
    after->version = before ? before->version + 1 : 1;
    after->edited_at = rq->now_us;
    after->edited_by = rq->actor;
    if (in_block(after)) {
        if (!settle(rq, after, no_run, after))
            return false;
    } else {
        after->rounded_s = entry_rounded(after);
        after->has_new_block = after->new_block = false;
    }
    if (!row_in_scope(rq, &entry_table, after, NULL) || !entry_store(rq, after))
        return false;
    return !in_block(before) || (in_block(after) && same_block(before, after)) ||
           settle(rq, before, no_run, NULL);
}
