// SPDX-License-Identifier: Apache-2.0
// Walking a table in the order of its key or of an index. The buckets of an index that grows are
// merged: one cursor each, in a heap by the entries' fields.
#include <assert.h>
#include <string.h>

#include "common/store/internal.h"

#define JUDGED_MEMORY ((size_t)4 << 20) // of one row

struct lane {
    MDB_cursor *cursor;
    struct bytes key;   // as in the database
    struct bytes order; // without the bucket: what lanes are compared by
    struct bytes value;
};

struct walk {
    struct txn *txn;
    const struct slot *slot;
    const struct database *database;
    const struct index *index; // NULL: by primary key
    struct walk_options options;
    struct arena *arena;
    struct arena *judged; // the row that options.fits looks at
    size_t lead;          // bytes of the bucket before each key
    struct lane *lanes;
    size_t count;
    bool begun; // the heap's top was given out already
};

static int compare(struct bytes a, struct bytes b)
{
    size_t least = a.size < b.size ? a.size : b.size;
    int order = least ? memcmp(a.data, b.data, least) : 0;
    if (order)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

// --- one lane

// Reads the cursor's place; false at the end or on a fault.
static bool lane_move(struct walk *walk, struct lane *lane, MDB_val *key, MDB_cursor_op op)
{
    MDB_val value;
    int code = mdb_cursor_get(lane->cursor, key, &value, op);
    if (code && code != MDB_NOTFOUND)
        txn_fault_code(walk->txn, code, walk->database, "walk");
    if (code)
        return false;
    lane->key = (struct bytes){ key->mv_data, key->mv_size };
    lane->value = (struct bytes){ value.mv_data, value.mv_size };
    return true;
}

static bool lane_at_least(struct walk *walk, struct lane *lane, const struct raw_key *target)
{
    MDB_val key = { .mv_size = target->size, .mv_data = (void *)(uintptr_t)target->bytes };
    return lane_move(walk, lane, &key, target->size ? MDB_SET_RANGE : MDB_FIRST);
}

// The last place below the target; without a target (all are below): the last of all.
static bool lane_below(struct walk *walk, struct lane *lane, const struct raw_key *target)
{
    MDB_val key;
    if (!target || !lane_at_least(walk, lane, target))
        return txn_sound(walk->txn) && lane_move(walk, lane, &key, MDB_LAST);
    return lane_move(walk, lane, &key, MDB_PREV);
}

static void lane_prefix(const struct walk *walk, uint32_t bucket, struct raw_key *out)
{
    uint8_t bytes[BUCKET_SIZE] = { (uint8_t)(bucket >> 24), (uint8_t)(bucket >> 16),
                                   (uint8_t)(bucket >> 8), (uint8_t)bucket };
    raw_init(out);
    raw_add(out, (struct bytes){ bytes, walk->lead });
    raw_add(out, key_bytes(&walk->options.prefix));
}

// `after` as a place in this bucket. Exact when it is one entry; otherwise it stands for all
// entries with these fields.
static bool lane_after(const struct walk *walk, const struct raw_key *prefix, struct raw_key *out)
{
    bool fields_only = walk->index && !walk->index->unique;
    raw_init(out);
    raw_add(out, (struct bytes){ prefix->bytes, walk->lead });
    raw_add(out, key_bytes(&walk->options.after));
    if (!fields_only)
        return true;
    if (id_is_zero(walk->options.after_row))
        return false;
    raw_add(out, (struct bytes){ walk->options.after_row.bytes, sizeof(struct id) });
    return true;
}

static bool lane_up(struct walk *walk, struct lane *lane, const struct raw_key *prefix)
{
    struct raw_key after;
    if (walk->options.after.size == 0)
        return lane_at_least(walk, lane, prefix);
    bool exact = lane_after(walk, prefix, &after);
    struct raw_key target = after;
    if (!exact && !raw_behind(&target))
        return false;
    if (compare(raw_bytes(&target), raw_bytes(prefix)) < 0)
        return lane_at_least(walk, lane, prefix);
    if (!lane_at_least(walk, lane, &target))
        return false;
    MDB_val key;
    if (exact && compare(lane->key, raw_bytes(&after)) == 0)
        return lane_move(walk, lane, &key, MDB_NEXT);
    return true;
}

static bool lane_down(struct walk *walk, struct lane *lane, const struct raw_key *prefix)
{
    struct raw_key end = *prefix, after;
    bool has_end = raw_behind(&end);
    if (walk->options.after.size > 0) {
        (void)lane_after(walk, prefix, &after);
        if (!has_end || compare(raw_bytes(&after), raw_bytes(&end)) < 0) {
            end = after;
            has_end = true;
        }
    }
    return lane_below(walk, lane, has_end ? &end : NULL);
}

// Whether the lane stands on an entry of its own bucket and the walk's prefix.
static bool lane_settle(struct walk *walk, struct lane *lane, bool found,
                        const struct raw_key *prefix)
{
    if (!found || !txn_sound(walk->txn) || !starts_with(lane->key, raw_bytes(prefix)))
        return false;
    lane->order = (struct bytes){ lane->key.data + walk->lead, lane->key.size - walk->lead };
    return true;
}

// --- the heap of lanes, the next entry on top

static bool lane_first(const struct walk *walk, size_t a, size_t b)
{
    int order = compare(walk->lanes[a].order, walk->lanes[b].order);
    return walk->options.down ? order > 0 : order < 0;
}

static void lane_swap(struct walk *walk, size_t a, size_t b)
{
    struct lane kept = walk->lanes[a];
    walk->lanes[a] = walk->lanes[b];
    walk->lanes[b] = kept;
}

static void heap_up(struct walk *walk, size_t at)
{
    while (at > 0 && lane_first(walk, at, (at - 1) / 2)) {
        lane_swap(walk, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static void heap_down(struct walk *walk, size_t at)
{
    for (;;) {
        size_t first = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < walk->count; child++) {
            if (lane_first(walk, child, first))
                first = child;
        }
        if (first == at)
            return;
        lane_swap(walk, at, first);
        at = first;
    }
}

static void heap_step(struct walk *walk)
{
    struct lane *top = &walk->lanes[0];
    struct raw_key prefix;
    uint32_t bucket = 0;
    MDB_val key;
    for (size_t i = 0; i < walk->lead; i++)
        bucket = bucket << 8 | top->key.data[i];
    lane_prefix(walk, bucket, &prefix);
    bool found = lane_move(walk, top, &key, walk->options.down ? MDB_PREV : MDB_NEXT);
    if (!lane_settle(walk, top, found, &prefix)) {
        mdb_cursor_close(top->cursor);
        *top = walk->lanes[--walk->count];
    }
    heap_down(walk, 0);
}

// --- opening

// Adds the bucket's lane unless it has nothing for this walk; its cursor is then kept in `probe`
// for the next bucket.
static void lane_open(struct walk *walk, uint32_t bucket, struct lane *probe)
{
    struct raw_key prefix;
    if (!probe->cursor) {
        int code = mdb_cursor_open(walk->txn->mdb, walk->database->dbi, &probe->cursor);
        if (code) {
            txn_fault_code(walk->txn, code, walk->database, "walk");
            return;
        }
    }
    lane_prefix(walk, bucket, &prefix);
    bool found =
        walk->options.down ? lane_down(walk, probe, &prefix) : lane_up(walk, probe, &prefix);
    if (!lane_settle(walk, probe, found, &prefix))
        return;
    walk->lanes[walk->count] = *probe;
    *probe = (struct lane){ 0 };
    heap_up(walk, walk->count++);
}

// The highest bucket with an entry, by the database itself: no number must be kept for it.
static bool bucket_last(struct walk *walk, uint32_t *out)
{
    struct lane lane = { 0 };
    MDB_val key;
    int code = mdb_cursor_open(walk->txn->mdb, walk->database->dbi, &lane.cursor);
    if (code) {
        txn_fault_code(walk->txn, code, walk->database, "walk");
        return false;
    }
    bool found = lane_move(walk, &lane, &key, MDB_LAST) && lane.key.size >= BUCKET_SIZE;
    *out = 0;
    for (size_t i = 0; found && i < BUCKET_SIZE; i++)
        *out = *out << 8 | lane.key.data[i];
    mdb_cursor_close(lane.cursor);
    return found;
}

static void lanes_open(struct walk *walk)
{
    struct lane probe = { 0 };
    uint32_t last = 0;
    if (walk->lead && !bucket_last(walk, &last))
        return;
    walk->lanes = arena_array(walk->arena, (size_t)last + 1, sizeof *walk->lanes);
    if (!walk->lanes) {
        txn_fault_key(walk->txn, walk->database, (struct bytes){ NULL, 0 },
                      "the walk does not fit the request's memory");
        return;
    }
    for (uint32_t bucket = 0; bucket <= last && txn_sound(walk->txn); bucket++)
        lane_open(walk, bucket, &probe);
    if (probe.cursor)
        mdb_cursor_close(probe.cursor);
}

// Never NULL, even when the arena is full: the walk is then empty and the fault is sticky.
static struct walk *walk_new(struct txn *txn, struct arena *arena)
{
    static struct walk nowhere; // never changed: it has no lanes
    struct walk *walk = arena_alloc(arena, sizeof *walk);
    if (walk)
        return walk;
    txn_fault_key(txn, &txn->store->own[OWN_META], (struct bytes){ NULL, 0 },
                  "a walk does not fit the request's memory");
    return &nowhere;
}

struct walk *walk_open(struct txn *txn, const struct table *table,
                       const struct walk_options *options, struct arena *arena)
{
    const struct slot *slot = slot_of(txn, table);
    assert(options->scope);
    assert(!txn->has_child);
    struct walk *walk = walk_new(txn, arena);
    if (!txn_sound(txn))
        return walk;
    walk->txn = txn;
    walk->slot = slot;
    walk->index = options->index;
    walk->options = *options;
    walk->arena = arena;
    walk->database = &slot->rows;
    txn->walks++;
    if (walk->index) {
        walk->database = &slot->indexes[walk->index - table->indexes];
        walk->lead = index_bucketed(table, walk->index) ? BUCKET_SIZE : 0;
    }
    if (walk->database->present && !options->prefix.overflow && !options->after.overflow)
        lanes_open(walk);
    return walk;
}

// The row that the top entry stands for.
static bool top_row(struct walk *walk, struct bytes *ret_key, struct sealed *out)
{
    const struct lane *top = &walk->lanes[0];
    const char *wrong;
    *ret_key = top->key;
    if (!walk->index) {
        wrong = row_open(walk->database, top->key, top->value, out);
    } else {
        wrong = entry_open(walk->database, top->key, top->value, ret_key);
        if (!wrong && !row_get(walk->txn, &walk->slot->rows, *ret_key, out))
            wrong = "the entry's row is missing";
    }
    if (wrong)
        txn_fault_key(walk->txn, walk->database, top->key, wrong);
    return !wrong;
}

// Whether the row is wanted, judged in a memory of its own: whoever judges may read the store.
static enum walk_fit judge(struct walk *walk, struct bytes key, const struct sealed *sealed)
{
    const struct walk_options *options = &walk->options;
    if (!options->fits)
        return WALK_TAKE;
    if (!walk->judged)
        walk->judged = arena_new(JUDGED_MEMORY);
    arena_reset(walk->judged);
    void *row = arena_alloc(walk->judged, walk->slot->table->record()->size);
    assert(row);
    if (row_decode(walk->txn, walk->slot, key, sealed->payload, options->scope, walk->judged,
                   row) != ROW_SEEN)
        return WALK_PASS;
    return options->fits(options->context, row);
}

bool walk_next(struct walk *walk, void *row)
{
    struct bytes key;
    struct sealed sealed;
    enum walk_fit fit = WALK_PASS;
    while (fit != WALK_END && walk->count > 0 && txn_sound(walk->txn)) {
        if (walk->begun)
            heap_step(walk);
        walk->begun = true;
        if (walk->count == 0 || !txn_sound(walk->txn) || !top_row(walk, &key, &sealed))
            break;
        fit = judge(walk, key, &sealed);
        if (fit == WALK_TAKE && row_decode(walk->txn, walk->slot, key, sealed.payload,
                                           walk->options.scope, walk->arena, row) == ROW_SEEN)
            return true;
    }
    if (walk->slot)
        memset(row, 0, walk->slot->table->record()->size);
    return false;
}

void walk_close(struct walk *walk)
{
    if (!walk || !walk->txn)
        return;
    for (size_t i = 0; i < walk->count; i++)
        mdb_cursor_close(walk->lanes[i].cursor);
    arena_free(walk->judged);
    walk->judged = NULL;
    walk->count = 0;
    walk->txn->walks--;
    walk->txn = NULL;
}
