// SPDX-License-Identifier: Apache-2.0
// What streams may be sent now: each in turn, by credit, to whoever may still see it.
#include <assert.h>
#include <string.h>

#include "common/step/stream_state.h"
#include "common/wire/envelope.h"

struct pump {
    struct streams *streams;
    const struct stream_sink *sink;
    int64_t now_us;
    struct txn *txn; // one snapshot for the whole pump
    int64_t head, oldest;
    struct withdrawal withdrawn;
    bool waits; // a stream waits for others' snapshots to be sent
};

enum next {
    NEXT_MESSAGE,
    NEXT_NOTHING,
    NEXT_CLOSE, // the stream cannot go on
};

// --- the next message of a stream
static bool resume_possible(const struct pump *pump, const struct stream *stream)
{
    if ((uint64_t)stream->resume_epoch != store_epoch(pump->streams->store))
        return false;
    if (stream->seq < pump->withdrawn.seq)
        return false;
    if (stream->seq == pump->head)
        return true;
    return stream->seq < pump->head && pump->oldest > 0 && stream->seq + 1 >= pump->oldest;
}

// Place 0 is that of every message before the snapshot's end: nothing is complete yet, so whoever
// resumes from there begins anew, and nothing was lost.
static enum stream_phase stream_begin(const struct pump *pump, const struct stream *stream)
{
    if (!stream->resume)
        return STREAM_TAKE;
    if (stream->seq == 0 && (uint64_t)stream->resume_epoch == store_epoch(pump->streams->store))
        return STREAM_TAKE;
    return resume_possible(pump, stream) ? STREAM_LIVE : STREAM_RESET;
}

static enum next take_snapshot(struct pump *pump, struct stream *stream, struct stream_event *event)
{
    if (pump->streams->snapshot_bytes + STREAM_SNAPSHOT_BYTES > STREAM_SNAPSHOTS_ALL) {
        pump->waits = true;
        return NEXT_NOTHING;
    }
    if (!snapshot_take(pump->streams, stream, pump->txn))
        return NEXT_CLOSE;
    stream->snapshot_withdrawal = pump->withdrawn.nth;
    stream->phase = STREAM_ROWS;
    event->kind = stream_kind_SNAPSHOT_BEGIN;
    return NEXT_MESSAGE;
}

static enum next begin_anew(struct stream *stream, struct stream_event *event)
{
    stream->phase = STREAM_TAKE;
    event->kind = stream_kind_RESET;
    return NEXT_MESSAGE;
}

static enum next next_row(struct pump *pump, struct stream *stream, struct stream_event *event)
{
    struct stream_snapshot *snapshot = &stream->snapshot;
    const struct snapshot_row *row;

    if (stream->snapshot_withdrawal != pump->withdrawn.nth) {
        snapshot_done(pump->streams, stream);
        return begin_anew(stream, event);
    }
    if (snapshot->next == snapshot->count) {
        snapshot_done(pump->streams, stream);
        stream->phase = STREAM_LIVE;
        stream->seq = stream->snapshot_seq;
        event->kind = stream_kind_SNAPSHOT_END;
        event->seq = stream->seq;
        return NEXT_MESSAGE;
    }
    row = &snapshot->rows[snapshot->next++];
    event->kind = stream_kind_ROW;
    event->id = row->id;
    event->row = (struct bytes){ snapshot->bytes.data + row->begin, row->size };
    return NEXT_MESSAGE;
}

static void tell_change(const struct fact *fact, struct stream_event *event)
{
    event->kind = stream_kind_CHANGE;
    event->seq = fact->seq;
    event->id = fact->entity;
    if (fact->has_deleted && fact->deleted)
        event->has_deleted = event->deleted = true;
    else
        event->row = fact->row;
}

// A fact that the log has lost, or that cannot be read, is never passed over: the watcher gets a
// new snapshot instead.
static enum next next_change(struct pump *pump, struct stream *stream, struct stream_event *event)
{
    struct stream_page *page = &pump->streams->page;

    if (stream->seq < pump->withdrawn.seq)
        return begin_anew(stream, event);
    while (stream->seq < pump->head) {
        struct page_fact *entry;
        const void *row;

        if (stream->facts++ == STREAM_TURN_FACTS) {
            pump->streams->more = true;
            return NEXT_NOTHING;
        }
        entry = page_at(page, pump->txn, stream->seq + 1);
        if (entry && strcmp(entry->fact->kind, stream->source->kind) != 0) {
            stream->seq++;
            continue;
        }
        row = entry ? page_row(page, entry, stream->source->table->record()) : NULL;
        if (!row)
            return begin_anew(stream, event);
        stream->seq++;
        if (stream_sees(stream, row)) {
            tell_change(entry->fact, event);
            return NEXT_MESSAGE;
        }
    }
    return NEXT_NOTHING;
}

static enum next stream_next(struct pump *pump, struct stream *stream, struct stream_event *event)
{
    if (stream->phase == STREAM_BEGIN) {
        stream->phase = stream_begin(pump, stream);
        stream->told = stream->phase == STREAM_LIVE ? stream->seq : 0;
    }
    switch (stream->phase) {
    case STREAM_RESET: return begin_anew(stream, event);
    case STREAM_TAKE: return take_snapshot(pump, stream, event);
    case STREAM_ROWS: return next_row(pump, stream, event);
    case STREAM_BEGIN:
    case STREAM_LIVE: break;
    }
    return next_change(pump, stream, event);
}

// --- sending
static bool may_watch(const struct pump *pump, const struct stream *stream)
{
    struct principal now = { .name = "" };
    struct err ignored = { .code = ERR_NONE };

    if (!pump->sink->principal)
        return true;
    if (!pump->sink->principal(pump->sink->context, stream->principal, &now))
        return false;
    if (!principal_valid(&now, pump->now_us, &ignored))
        return false;
    if (now.scope.kind != stream->principal_scope.kind ||
        !id_equal(now.scope.id, stream->principal_scope.id))
        return false;
    // A gateway watches for somebody whose roles it has told; it must still be one.
    if (stream->roles & ROLE_BIT(GATEWAY))
        return now.roles & ROLE_BIT(GATEWAY);
    return now.roles & method_stream_open.right->roles;
}

static void stream_send(struct pump *pump, struct stream *stream, struct stream_event *event)
{
    struct streams *streams = pump->streams;
    struct envelope envelope = {
        .version = ENVELOPE_VERSION,
        .kind = ENVELOPE_STREAM,
        .has_correlation = true,
        .correlation = stream->correlation,
    };

    event->stream = stream->number;
    event->nth = ++stream->nth;
    event->epoch = (int64_t)store_epoch(streams->store);
    event->board = stream->board;
    stream->told = event->seq;
    mp_writer_reset(&streams->head);
    mp_writer_reset(&streams->body);
    encode(envelope_record(), &envelope, &streams->head);
    encode(stream_event_record(), event, &streams->body);
    pump->sink->send(pump->sink->context, &stream->route, mp_writer_bytes(&streams->head),
                     mp_writer_bytes(&streams->body));
}

// The last word costs no credit.
static void stream_end(struct pump *pump, struct stream *stream)
{
    struct stream_event event = { .kind = stream_kind_CLOSED, .seq = stream->told };

    stream_send(pump, stream, &event);
    stream->gone = true;
}

static void stream_turn(struct pump *pump, struct stream *stream)
{
    int sent = 0;

    stream->facts = 0;
    while (stream->credit > 0 && !stream->gone) {
        struct stream_event event = { .seq = 0 };
        enum next next;

        if (sent++ == STREAM_TURN_MESSAGES) {
            pump->streams->more = true;
            return;
        }
        next = stream_next(pump, stream, &event);
        if (next == NEXT_NOTHING)
            return;
        if (next == NEXT_CLOSE || !may_watch(pump, stream)) {
            stream_end(pump, stream);
            return;
        }
        stream->credit--;
        stream_send(pump, stream, &event);
    }
}

// --- the pump
static bool stream_wants(const struct stream *stream, int64_t head)
{
    return !stream->gone && !stream->staged_open && stream->credit > 0 &&
           (stream->phase != STREAM_LIVE || stream->seq < head);
}

// Nothing is read from the store while no stream has anything to be sent.
static bool pump_begin(struct pump *pump)
{
    struct streams *streams = pump->streams;
    struct err ignored = { .code = ERR_NONE };
    int64_t head = store_head(streams->store);
    bool wanted = false;

    for (size_t i = 0; i < streams->count && !wanted; i++)
        wanted = stream_wants(streams->all[i], head);
    if (!wanted)
        return false;
    pump->txn = store_read(streams->store, &ignored);
    if (!pump->txn)
        return false;
    pump->head = log_head(pump->txn);
    pump->oldest = log_oldest(pump->txn);
    pump->withdrawn = streams_withdrawn(pump->txn);
    return true;
}

static void pump_turns(struct pump *pump)
{
    struct streams *streams = pump->streams;
    size_t held = streams->snapshot_bytes;

    for (size_t i = 0; i < streams->count; i++) {
        struct stream *stream = streams->all[(streams->first + i) % streams->count];

        if (stream_wants(stream, pump->head))
            stream_turn(pump, stream);
    }
    streams->first = streams->count ? (streams->first + 1) % streams->count : 0;
    if (pump->waits && streams->snapshot_bytes < held)
        streams->more = true;
}

void streams_pump(struct streams *streams, int64_t now_us, const struct stream_sink *sink)
{
    struct pump pump = { .streams = streams, .sink = sink, .now_us = now_us };

    assert(!streams->pumping);
    streams->pumping = true;
    streams->more = false;
    if (pump_begin(&pump)) {
        pump_turns(&pump);
        page_forget(&streams->page);
        txn_drop(pump.txn);
    }
    for (size_t i = 0; i < streams->count; i++) {
        struct stream *stream = streams->all[i];

        if (!stream->gone && !stream->staged_open && now_us - stream->sign_us >= STREAM_SILENCE_US)
            stream_end(&pump, stream);
    }
    streams->pumping = false;
    streams_sweep(streams);
}
