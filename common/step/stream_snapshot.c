// SPDX-License-Identifier: Apache-2.0
// The board as it is at one moment, kept encoded until the watcher's credit has let it all through.
#include <assert.h>
#include <stdlib.h>

#include "common/step/stream_state.h"

// Rows decoded before the arena is emptied again.
#define PAGE_ROWS 64

void snapshot_done(struct streams *streams, struct stream *stream)
{
    struct stream_snapshot *snapshot = &stream->snapshot;

    streams->snapshot_bytes -= snapshot->bytes.size;
    mp_writer_done(&snapshot->bytes);
    free(snapshot->rows);
    *snapshot = (struct stream_snapshot){ .count = 0 };
    mp_writer_init(&snapshot->bytes);
}

static void snapshot_add(struct streams *streams, struct stream *stream, const void *row)
{
    const struct record *record = stream->source->table->record();
    const struct field *id = record_field(record, "id");
    struct stream_snapshot *snapshot = &stream->snapshot;
    size_t begin = snapshot->bytes.size;

    assert(id);
    if (snapshot->count == snapshot->room) {
        snapshot->room = snapshot->room ? 2 * snapshot->room : 64;
        snapshot->rows = realloc(snapshot->rows, snapshot->room * sizeof *snapshot->rows);
        if (!snapshot->rows)
            abort();
    }
    encode(record, row, &snapshot->bytes);
    streams->snapshot_bytes += snapshot->bytes.size - begin;
    snapshot->rows[snapshot->count++] = (struct snapshot_row){
        .id = *(const struct id *)(const void *)((const uint8_t *)row + id->offset),
        .begin = begin,
        .size = snapshot->bytes.size - begin,
    };
}

// One page of rows behind options->after, which is moved on; false at the end of the table. The
// arena is emptied between pages, so that a large board does not need it all at once.
static bool snapshot_page(struct streams *streams, struct stream *stream, struct txn *txn,
                          struct walk_options *options)
{
    const struct table *table = stream->source->table;
    struct walk *walk;
    void *row;
    int count = 0;

    arena_reset(streams->arena);
    row = arena_alloc(streams->arena, table->record()->size);
    assert(row);
    walk = walk_open(txn, table, options, streams->arena);
    while (count < PAGE_ROWS && stream->snapshot.bytes.size <= STREAM_SNAPSHOT_BYTES &&
           walk_next(walk, row)) {
        key_init(&options->after);
        table->key(row, &options->after);
        if (stream_sees(stream, row))
            snapshot_add(streams, stream, row);
        count++;
    }
    walk_close(walk);
    return count == PAGE_ROWS;
}

bool snapshot_take(struct streams *streams, struct stream *stream, struct txn *txn)
{
    struct walk_options options = { .scope = &stream->scope };

    snapshot_done(streams, stream);
    stream->snapshot_seq = log_head(txn);
    while (snapshot_page(streams, stream, txn, &options))
        if (stream->snapshot.bytes.size > STREAM_SNAPSHOT_BYTES)
            break;
    arena_reset(streams->arena);
    if (stream->snapshot.bytes.size <= STREAM_SNAPSHOT_BYTES && !*txn_fault(txn))
        return true;
    snapshot_done(streams, stream);
    return false;
}
