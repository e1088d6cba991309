// SPDX-License-Identifier: Apache-2.0
// Pages in the order of an index.
#include "services/contacts/listing.h"

#include "common/wire/codec.h"

#define PAGE_ROWS  50
#define PAGE_BYTES ((size_t)700 << 10) // must fit into a message beside its head
#define LOOKED_AT  5000                // rows; behind them the page ends, and `more` says so

static const struct scope *scope_of(const struct request *rq, const struct listing *listing)
{
    return listing->scope ? listing->scope : &rq->scope;
}

static bool start_behind(struct request *rq, const struct listing *listing, void *row,
                         struct walk_options *options)
{
    if (id_is_zero(listing->after_row))
        return true;
    struct key key = key_of_id(listing->after_row);
    if (!table_get(rq->txn, listing->table, scope_of(rq, listing), &key, rq->arena, row))
        return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_AFTER_UNKNOWN, NULL);
    options->after = listing->place(row, listing->context);
    options->after_row = listing->after_row;
    return true;
}

bool listing_read(struct request *rq, struct listing *listing)
{
    const struct record *record = listing->table->record();
    size_t limit = listing->has_limit ? (size_t)listing->limit : PAGE_ROWS, looked_at = 0;
    struct walk_options options = {
        .index = listing->index,
        .scope = scope_of(rq, listing),
        .prefix = listing->prefix,
        .after = listing->after,
        .down = listing->down,
    };
    uint8_t *rows = arena_array(rq->arena, limit + 1, record->size);
    struct mp_writer writer;
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!start_behind(rq, listing, rows, &options))
        return false;
    mp_writer_init(&writer);
    struct walk *walk = walk_open(rq->txn, listing->table, &options, rq->arena);
    while (!listing->more) {
        void *row = rows + listing->count * record->size;
        if (!walk_next(walk, row) || (listing->ends && listing->ends(row, listing->context)))
            break;
        bool fits = !listing->fits || listing->fits(row, listing->context);
        if (fits)
            encode(record, row, &writer);
        bool full = listing->count == limit || (listing->count && writer.size > PAGE_BYTES);
        listing->more = (fits && full) || ++looked_at == LOOKED_AT;
        listing->count += fits && !full;
    }
    walk_close(walk);
    mp_writer_done(&writer);
    listing->rows = rows;
    return true;
}
