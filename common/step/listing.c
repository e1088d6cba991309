// SPDX-License-Identifier: Apache-2.0
// Pages in the order of an index.
#include "common/step/listing.h"

#include <string.h>

#include "common/wire/codec.h"

#define PAGE_ROWS  50
#define PAGE_BYTES ((size_t)700 << 10) // must fit into a message beside its head
#define LOOKED_AT  5000                // rows at most, when nobody says otherwise

static const struct scope *scope_of(const struct request *rq, const struct listing *listing)
{
    return listing->scope ? listing->scope : &rq->scope;
}

// One of the lists that are read as one, with its next row.
struct lane {
    struct walk *walk;
    struct key prefix;
    void *row; // NULL: no more
};

struct lanes {
    struct request *rq;
    struct listing *listing;
    const struct record *record;
    struct lane *lanes;
    size_t count, looked_at;
    struct key after;
    bool broken_off;
};

// Judged by the walk, so that what is passed over costs the answer no memory. An answer must not
// keep others waiting for long; but an empty page says that there is nothing.
static enum walk_fit judge(void *context, const void *row)
{
    struct lanes *lanes = context;
    const struct listing *listing = lanes->listing;
    size_t most = listing->looked_at ? listing->looked_at : LOOKED_AT;
    if (listing->ends && listing->ends(row, listing->context))
        return WALK_END;
    lanes->broken_off = lanes->broken_off || (++lanes->looked_at > most && listing->count > 0);
    if (lanes->broken_off)
        return WALK_END;
    return !listing->fits || listing->fits(row, listing->context) ? WALK_TAKE : WALK_PASS;
}

static bool start_behind(struct lanes *lanes, void *row)
{
    struct listing *listing = lanes->listing;
    struct request *rq = lanes->rq;
    lanes->after = listing->after;
    if (id_is_zero(listing->after_row))
        return true;
    struct key key = key_of_id(listing->after_row);
    if (!table_get(rq->txn, listing->table, scope_of(rq, listing), &key, rq->arena, row))
        return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_AFTER_UNKNOWN, NULL);
    lanes->after = listing->place(row, listing->context);
    return true;
}

static void advance(struct lane *lane)
{
    if (lane->row && !walk_next(lane->walk, lane->row))
        lane->row = NULL;
}

static void open_lane(struct lanes *lanes, struct key prefix)
{
    const struct listing *listing = lanes->listing;
    struct request *rq = lanes->rq;
    struct walk_options options = {
        .index = listing->index,
        .scope = scope_of(rq, listing),
        .prefix = prefix,
        .after = lanes->after,
        .after_row = listing->after_row,
        .down = listing->down,
        .fits = judge,
        .context = lanes,
    };
    struct lane *lane = &lanes->lanes[lanes->count++];
    if (options.after.size)
        memcpy(options.after.bytes, prefix.bytes, prefix.size);
    lane->prefix = prefix;
    lane->row = arena_alloc(rq->arena, lanes->record->size);
    lane->walk = walk_open(rq->txn, listing->table, &options, rq->arena);
    advance(lane);
}

// Where a lane's row stands among the rows of all.
static int lane_order(const struct lanes *lanes, const struct lane *a, const struct lane *b)
{
    const struct listing *listing = lanes->listing;
    struct key one = listing->place(a->row, listing->context);
    struct key other = listing->place(b->row, listing->context);
    size_t skip = a->prefix.size, least = one.size < other.size ? one.size : other.size;
    int order = memcmp(one.bytes + skip, other.bytes + skip, least - skip);
    return listing->down ? -order : order;
}

// The lane whose row comes next; NULL at the end.
static struct lane *first_lane(const struct lanes *lanes)
{
    const struct table *table = lanes->listing->table;
    struct lane *first = NULL;
    for (size_t i = 0; i < lanes->count; i++) {
        struct lane *lane = &lanes->lanes[i];
        if (!lane->row)
            continue;
        int order = first ? lane_order(lanes, lane, first) : -1;
        if (order == 0) { // as the index: by the rows' own keys
            struct key one, other;
            key_init(&one);
            key_init(&other);
            table->key(lane->row, &one);
            table->key(first->row, &other);
            order = memcmp(one.bytes, other.bytes, one.size < other.size ? one.size : other.size);
            order = lanes->listing->down ? -order : order;
        }
        if (order < 0)
            first = lane;
    }
    return first;
}

static bool open_lanes(struct lanes *lanes)
{
    const struct listing *listing = lanes->listing;
    size_t count = listing->prefixes ? listing->prefix_count : 1;
    lanes->lanes = arena_array(lanes->rq->arena, count, sizeof *lanes->lanes);
    for (size_t i = 0; lanes->lanes && i < count; i++)
        open_lane(lanes, listing->prefixes ? listing->prefixes[i] : listing->prefix);
    return lanes->lanes != NULL;
}

static void gather(struct lanes *lanes, uint8_t *rows, size_t limit)
{
    struct listing *listing = lanes->listing;
    size_t size = lanes->record->size;
    struct mp_writer writer;
    mp_writer_init(&writer);
    // Broken off, another lane's row may stand behind one that nobody has looked at.
    for (struct lane *lane; !listing->more && (lane = first_lane(lanes)); advance(lane)) {
        encode(lanes->record, lane->row, &writer);
        bool full = listing->count == limit || (listing->count && writer.size > PAGE_BYTES);
        listing->more = full || lanes->broken_off;
        if (!listing->more)
            memcpy(rows + listing->count++ * size, lane->row, size);
    }
    listing->more = listing->more || lanes->broken_off;
    mp_writer_done(&writer);
}

bool listing_read(struct request *rq, struct listing *listing)
{
    struct lanes lanes = { .rq = rq, .listing = listing, .record = listing->table->record() };
    size_t limit = listing->has_limit ? (size_t)listing->limit : PAGE_ROWS;
    uint8_t *rows = arena_array(rq->arena, limit + 1, lanes.record->size);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!start_behind(&lanes, rows))
        return false;
    if (!open_lanes(&lanes))
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    gather(&lanes, rows, limit);
    for (size_t i = 0; i < lanes.count; i++)
        walk_close(lanes.lanes[i].walk);
    listing->rows = rows;
    return true;
}
