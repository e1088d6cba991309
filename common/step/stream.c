// SPDX-License-Identifier: Apache-2.0
// Opening, crediting and closing streams, staged until the batch is committed.
#include "common/step/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/step/stream_state.h"

#define PAGE_ARENA     ((size_t)32 << 20)
#define SNAPSHOT_ARENA ((size_t)32 << 20)

static void stream_free(struct streams *streams, struct stream *stream)
{
    snapshot_done(streams, stream);
    free(stream);
}

struct streams *streams_new(const struct service *service, struct store *store)
{
    struct streams *streams = calloc(1, sizeof *streams);

    if (!streams)
        abort();
    streams->service = service;
    streams->store = store;
    streams->page.arena = arena_new(PAGE_ARENA);
    streams->arena = arena_new(SNAPSHOT_ARENA);
    mp_writer_init(&streams->head);
    mp_writer_init(&streams->body);
    return streams;
}

void streams_free(struct streams *streams)
{
    if (!streams)
        return;
    for (size_t i = 0; i < streams->count; i++)
        stream_free(streams, streams->all[i]);
    free(streams->all);
    mp_writer_done(&streams->head);
    mp_writer_done(&streams->body);
    arena_free(streams->arena);
    arena_free(streams->page.arena);
    free(streams);
}

void streams_sweep(struct streams *streams)
{
    size_t kept = 0;

    if (streams->pumping)
        return;
    for (size_t i = 0; i < streams->count; i++) {
        if (streams->all[i]->gone)
            stream_free(streams, streams->all[i]);
        else
            streams->all[kept++] = streams->all[i];
    }
    streams->count = kept;
}

// --- finding
static bool route_equal(const struct route *a, const struct route *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

// Only the route that opened a stream may name it: numbers are no secret.
static struct stream *stream_find(struct streams *streams, struct request *rq, int64_t number)
{
    for (size_t i = 0; rq->route && i < streams->count; i++) {
        struct stream *stream = streams->all[i];

        if (stream->number == number && !stream->gone && !stream->staged_close &&
            route_equal(&stream->route, rq->route))
            return stream;
    }
    fail(&rq->err, ERR_NOT_FOUND, "stream", TEXT_STREAM_NOT_OPEN, int_text(number).text, NULL);
    return NULL;
}

// The stream that an earlier attempt of the same request opened: its answer was lost. A reading
// request need not carry an id.
static struct stream *stream_of_request(struct streams *streams, const struct request *rq)
{
    for (size_t i = 0; !id_is_zero(rq->id) && i < streams->count; i++) {
        struct stream *stream = streams->all[i];

        if (id_equal(stream->request, rq->id) && !stream->gone && !stream->staged_close &&
            route_equal(&stream->route, rq->route))
            return stream;
    }
    return NULL;
}

static const struct board_source *source_find(const struct service *service, enum board board)
{
    const char *word = board_picks()->values[board].word;

    for (size_t i = 0; i < service->board_count; i++)
        if (strcmp(service->boards[i].word, word) == 0)
            return &service->boards[i];
    return NULL;
}

// --- opening
static bool room_for_one(const struct streams *streams, struct request *rq)
{
    size_t same_route = 0;

    for (size_t i = 0; i < streams->count; i++)
        if (!streams->all[i]->gone && route_equal(&streams->all[i]->route, rq->route))
            same_route++;
    if (same_route >= STREAM_ROUTE_MAX)
        fail(&rq->err, ERR_BUSY, NULL, TEXT_STREAM_ROUTE_TAKEN, int_text(STREAM_ROUTE_MAX).text,
             NULL);
    else if (streams->count >= STREAM_ALL_MAX)
        fail(&rq->err, ERR_BUSY, NULL, TEXT_STREAM_ALL_TAKEN, int_text(STREAM_ALL_MAX).text, NULL);
    else
        return true;
    rq->err.retry_after_ms = 5000;
    return false;
}

static bool order_check(const struct streams *streams, struct request *rq,
                        const struct stream_order *order)
{
    if (!rq->route || !rq->principal)
        return fail(&rq->err, ERR_INVALID, NULL, TEXT_STREAM_NO_ROUTE, NULL);
    if (!source_find(streams->service, order->board))
        return fail(&rq->err, ERR_INVALID, "board", TEXT_STREAM_BOARD_UNKNOWN,
                    board_picks()->values[order->board].word, NULL);
    if (order->has_epoch != order->has_seq)
        return fail(&rq->err, ERR_INVALID, order->has_epoch ? "seq" : "epoch",
                    TEXT_STREAM_HALF_PLACE, NULL);
    return true;
}

static void narrow_by(struct stream *stream, enum scope_kind kind, struct id id)
{
    assert(stream->narrow_count < STREAM_NARROW_MAX);
    if (!id_is_zero(id))
        stream->narrow[stream->narrow_count++] = (struct scope){ .kind = kind, .id = id };
}

static struct stream *stream_new(struct streams *streams, const struct request *rq,
                                 const struct stream_order *order)
{
    struct stream *stream = calloc(1, sizeof *stream);

    if (!stream)
        abort();
    *stream = (struct stream){
        .number = ++streams->last_number,
        .correlation = rq->correlation,
        .request = rq->id,
        .route = *rq->route,
        .roles = rq->principal->roles,
        .principal_scope = rq->principal->scope,
        .scope = rq->scope,
        .source = source_find(streams->service, order->board),
        .board = order->board,
        .resume = order->has_epoch,
        .resume_epoch = order->epoch,
        .seq = order->has_seq ? order->seq : 0,
        .credit = order->credit,
        .sign_us = rq->now_us,
        .staged_open = true,
    };
    memcpy(stream->principal, rq->principal->name, sizeof stream->principal);
    mp_writer_init(&stream->snapshot.bytes);
    narrow_by(stream, SCOPE_CLIENT, order->client);
    narrow_by(stream, SCOPE_TEAM, order->team);
    narrow_by(stream, SCOPE_OWN, order->staff);
    return stream;
}

static void streams_add(struct streams *streams, struct stream *stream)
{
    if (streams->count == streams->room) {
        streams->room = streams->room ? 2 * streams->room : 16;
        streams->all = realloc(streams->all, streams->room * sizeof *streams->all);
        if (!streams->all)
            abort();
    }
    streams->all[streams->count++] = stream;
}

bool streams_open(struct streams *streams, struct request *rq, const struct stream_order *order,
                  int64_t *ret_stream)
{
    struct stream *stream;

    if (!order_check(streams, rq, order))
        return false;
    stream = stream_of_request(streams, rq);
    if (!stream) {
        if (!room_for_one(streams, rq))
            return false;
        stream = stream_new(streams, rq, order);
        streams_add(streams, stream);
    }
    *ret_stream = stream->number;
    return true;
}

// --- what a watcher says afterwards
static bool credit_known(const struct stream *stream, struct id request)
{
    const struct credits *known = &stream->credits;

    for (size_t i = 0; i < known->count && i < CREDITS_KEPT; i++)
        if (id_equal(known->ids[i], request))
            return true;
    for (size_t i = 0; i < stream->staged_credit_count; i++)
        if (id_equal(stream->staged_credits[i], request))
            return true;
    return false;
}

static bool credit_stage(struct stream *stream, struct request *rq, int64_t credit)
{
    if (!id_is_zero(rq->id)) {
        if (credit_known(stream, rq->id))
            return true;
        if (stream->staged_credit_count == CREDITS_STAGED)
            return fail(&rq->err, ERR_BUSY, "credit", TEXT_STREAM_CREDITS,
                        int_text(CREDITS_STAGED).text, NULL);
        stream->staged_credits[stream->staged_credit_count++] = rq->id;
    }
    stream->staged_credit += credit;
    return true;
}

bool streams_credit(struct streams *streams, struct request *rq,
                    const struct stream_credit_in *credit)
{
    struct stream *stream = stream_find(streams, rq, credit->stream);

    if (!stream)
        return false;
    stream->staged_sign = true;
    stream->staged_sign_us = rq->now_us;
    return credit_stage(stream, rq, credit->credit);
}

bool streams_close(struct streams *streams, struct request *rq, int64_t number)
{
    struct stream *stream = stream_find(streams, rq, number);

    if (!stream)
        return false;
    stream->staged_close = true;
    return true;
}

// --- for the server
static void stream_settle(struct stream *stream, bool committed)
{
    if (committed && stream->staged_sign) {
        stream->sign_us = stream->staged_sign_us;
        stream->credit += stream->staged_credit;
        if (stream->credit > INT_LIMIT)
            stream->credit = INT_LIMIT;
        for (size_t i = 0; i < stream->staged_credit_count; i++)
            stream->credits.ids[stream->credits.count++ % CREDITS_KEPT] = stream->staged_credits[i];
    }
    if (committed ? stream->staged_close : stream->staged_open)
        stream->gone = true;
    stream->staged_open = stream->staged_close = stream->staged_sign = false;
    stream->staged_credit = 0;
    stream->staged_credit_count = 0;
}

void streams_settle(struct streams *streams, bool committed)
{
    for (size_t i = 0; i < streams->count; i++)
        stream_settle(streams->all[i], committed);
    streams_sweep(streams);
}

void streams_route_lost(struct streams *streams, const struct route *route)
{
    for (size_t i = 0; i < streams->count; i++)
        if (route_equal(&streams->all[i]->route, route))
            streams->all[i]->gone = true;
    streams_sweep(streams);
}

void streams_clock_set_back(struct streams *streams, int64_t by_us)
{
    for (size_t i = 0; i < streams->count; i++)
        streams->all[i]->sign_us -= by_us;
}

int64_t streams_due_us(const struct streams *streams)
{
    int64_t due_us = INT64_MAX;

    if (streams->more)
        return 0;
    for (size_t i = 0; i < streams->count; i++)
        if (streams->all[i]->sign_us + STREAM_SILENCE_US < due_us)
            due_us = streams->all[i]->sign_us + STREAM_SILENCE_US;
    return due_us;
}

size_t streams_count(const struct streams *streams)
{
    size_t count = 0;

    for (size_t i = 0; i < streams->count; i++)
        if (!streams->all[i]->gone)
            count++;
    return count;
}
