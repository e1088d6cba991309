// SPDX-License-Identifier: Apache-2.0
// A block is the open entries of one kind for one file or customer under one rule (of one day):
// their sum is rounded, each keeps its own seconds, the last has the difference. What a run has
// taken is a block of its own, and what comes later begins a new one.
#include "services/timekeeping/blocks.h"

#include <string.h>

#include "common/step/rows.h"
#include "services/timekeeping/block_sums.h"
#include "services/timekeeping/entry.h"
#include "services/timekeeping/rounding.h"

static const struct id no_run;

// As it is once `pending` is written.
struct block {
    struct request *rq;
    struct key prefix;
    bool open; // of no run
    const struct entry *pending;
    struct entry_block sums;
    struct block_ends ends;
    bool billed; // something of it is billed or about to be
};

// Where it is rounded as a whole; false: by itself.
static bool block_of(const struct entry *entry, struct key *ret)
{
    if (!entry || entry->state == entry_state_DELETED || !rounding_of_sum(entry->rounding))
        return false;
    *ret = entry_block_key(entry, entry->state == entry_state_OPEN ? no_run : entry->run);
    return true;
}

static bool same_key(const struct key *a, const struct key *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

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
static void set_right(const struct block *block, struct entry *entry)
{
    int64_t sum_s = block->sums.actual_s;
    int64_t over_s = rounding_up(entry->rounding, sum_s) - sum_s;

    entry->rounded_s = entry->actual_s + (id_equal(entry->id, block->ends.last) ? over_s : 0);
    if (block->open) {
        entry->new_block = block->billed && id_equal(entry->id, block->ends.first);
        entry->has_new_block = entry->new_block;
    }
}

static bool put_row(struct request *rq, const struct entry *entry)
{
    if (!table_put(rq->txn, &entry_table, entry, &rq->err))
        return false;
    emit(rq, "entry", entry, false);
    return true;
}

static bool set_row_right(const struct block *block, struct id id)
{
    struct request *rq = block->rq;
    struct key key = key_of_id(id), in;
    struct entry row, right;

    if (id_is_zero(id) || (block->pending && id_equal(id, block->pending->id)) ||
        !table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &row) ||
        !block_of(&row, &in) || !same_key(&in, &block->prefix))
        return true;
    right = row;
    set_right(block, &right);
    if (right.rounded_s == row.rounded_s && right.has_new_block == row.has_new_block)
        return true;
    right.version++;
    return put_row(rq, &right);
}

// Whoever was or is the first or last of it has something to lose or to bear.
static bool settle(struct block *block, const struct entry *gone, struct entry *pending)
{
    struct request *rq = block->rq;
    struct entry_block *sums = &block->sums;

    block->pending = pending;
    if (!block_sums_get(rq, &block->prefix, sums))
        return false;
    sums->entries += (pending != NULL) - (gone != NULL);
    sums->actual_s += (pending ? pending->actual_s : 0) - (gone ? gone->actual_s : 0);
    block->ends = block_ends(rq, &block->prefix, pending ? pending->id : no_run, pending);
    block->billed = block->open && was_billed(rq, &block->prefix);
    if (!set_row_right(block, sums->first) || !set_row_right(block, sums->bearer) ||
        !set_row_right(block, block->ends.first) || !set_row_right(block, block->ends.last))
        return false;
    if (pending)
        set_right(block, pending);
    sums->first = block->ends.first;
    sums->bearer = block->ends.last;
    return block_sums_put(rq, sums);
}

bool block_settle(struct request *rq, const struct entry *like, struct id run)
{
    struct block block = { .rq = rq, .open = id_is_zero(run) };

    if (!rounding_of_sum(like->rounding))
        return true;
    block.prefix = entry_block_key(like, run);
    return settle(&block, NULL, NULL);
}

static bool move_sums(struct request *rq, const struct entry *entry, int64_t entries)
{
    struct key key;

    return !block_of(entry, &key) || block_sums_move(rq, &key, entries, entries * entry->actual_s);
}

bool entry_store(struct request *rq, const struct entry *before, struct entry *entry)
{
    struct key from, to;
    bool was = block_of(before, &from), is = block_of(entry, &to);

    if (was && is && same_key(&from, &to) && before->actual_s == entry->actual_s)
        return put_row(rq, entry);
    if (is) { // what the former block gave it stays there
        entry->rounded_s = entry->actual_s;
        if (entry->state == entry_state_OPEN)
            entry->has_new_block = entry->new_block = false;
    }
    return put_row(rq, entry) && move_sums(rq, before, -1) && move_sums(rq, entry, 1);
}

bool entry_write(struct request *rq, const struct entry *before, struct entry *after)
{
    struct block block = { .rq = rq, .open = true };
    struct key from;
    bool was = block_of(before, &from), is = block_of(after, &block.prefix);
    bool stays = was && is && same_key(&from, &block.prefix);

    after->version = before ? before->version + 1 : 1;
    after->edited_at = rq->now_us;
    after->edited_by = rq->actor;
    if (!row_in_scope(rq, &entry_table, after, NULL))
        return false;
    if (is && !settle(&block, stays ? before : NULL, after))
        return false;
    if (!is) {
        after->rounded_s = entry_rounded(after);
        after->has_new_block = after->new_block = false;
    }
    if (!put_row(rq, after))
        return false;
    return !was || stays || (move_sums(rq, before, -1) && block_settle(rq, before, no_run));
}
