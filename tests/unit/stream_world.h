// SPDX-License-Identifier: Apache-2.0
// A board, a store and watchers without a server: what the tests of streams share.
#pragma once

#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/step/service.h"
#include "common/step/stream.h"
#include "common/wire/codec.h"
#include "common/wire/envelope.h"
#include "tests/harness/test.h"

#define EPOCH    7001
#define START_US SECONDS(1000000)

// --- a board of its own
static inline void row_key(const void *row, struct key *key)
{
    const struct board_call *board_call = row;

    key_id(key, board_call->id);
}

static const struct table row_table = {
    .name = "board_call", .number = 1, .record = board_call_record, .key = row_key
};
static const struct table *const tables[] = { &row_table };
static const struct board_source boards[] = { { "calls", "board_call", &row_table } };
static const struct service service = {
    .tables = tables, .table_count = 1, .boards = boards, .board_count = 1
};

struct told {
    uint8_t route;
    struct envelope head;
    struct stream_event event;
};

struct world {
    struct arena *arena;
    struct store *store;
    struct streams *streams;
    int64_t now_us;
    uint32_t requests;
    struct principal principal; // as it was when a stream opened
    struct principal present;   // as the sink tells it
    bool known;
    struct told told[6000];
    size_t told_count, read;
    struct err err;
};

static inline void keep(void *context, const struct route *route, struct bytes head,
                        struct bytes body)
{
    struct world *world = context;
    struct told *told = &world->told[world->told_count];

    CHECK(world->told_count < COUNT_OF(world->told));
    world->told_count++;
    told->route = route->bytes[0];
    CHECK_INT(envelope_kind(head), ENVELOPE_STREAM);
    CHECK(decode(envelope_record(), head, DECODE_STRICT, world->arena, &told->head, &world->err));
    CHECK(decode(stream_event_record(), body, DECODE_STRICT, world->arena, &told->event,
                 &world->err));
}

static inline bool look_up(void *context, const char *name, struct principal *out)
{
    struct world *world = context;

    CHECK_STR(name, world->principal.name);
    *out = world->present;
    return world->known;
}

static inline void store_begin(struct world *world)
{
    struct store_options options = { .folder = test_folder(),
                                     .tables = tables,
                                     .table_count = 1,
                                     .map_bytes = (size_t)256 << 20,
                                     .epoch_if_new = EPOCH };

    world->store = store_open(&options, &world->err);
    CHECK_OK(&world->err);
    world->streams = streams_new(&service, world->store);
}

static inline struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);

    CHECK(world);
    world->arena = arena_new((size_t)64 << 20);
    world->now_us = START_US;
    world->principal = (struct principal){ .name = "anna",
                                           .roles = ROLE_BIT(AGENT),
                                           .scope = { .kind = SCOPE_HOUSE } };
    world->present = world->principal;
    world->known = true;
    store_begin(world);
    return world;
}

static inline void world_free(struct world *world)
{
    streams_free(world->streams);
    store_close(world->store);
    arena_free(world->arena);
    free(world);
}

static inline void pump(struct world *world)
{
    struct stream_sink sink = { .principal = look_up, .send = keep, .context = world };

    streams_pump(world->streams, world->now_us, &sink);
}

// --- rows
static inline struct id id_number(uint32_t number)
{
    struct id id = { { 1 } };

    for (int i = 0; i < 4; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

static inline struct bytes encoded(struct world *world, const struct board_call *row)
{
    struct mp_writer writer;
    struct bytes bytes;

    mp_writer_init(&writer);
    encode(board_call_record(), row, &writer);
    bytes.size = writer.size;
    bytes.data = (const uint8_t *)arena_text(world->arena, writer.data, writer.size);
    mp_writer_done(&writer);
    return bytes;
}

static inline void log_row(struct world *world, struct txn *txn, const struct board_call *row,
                           bool deleted)
{
    struct fact fact = { .kind = "board_call",
                         .entity = row->id,
                         .version = row->version,
                         .at = world->now_us,
                         .actor = "test",
                         .has_deleted = deleted,
                         .deleted = deleted,
                         .row = encoded(world, row) };

    CHECK(log_append(txn, &fact) > 0);
}

static const struct call some_call = {
    .version = 1, .source = "pbx", .source_ref = "1", .state = call_state_RINGING, .started_at = 1
};

// The row `number` of this client (0: of the house), replaced as the notifier would: a row that
// passes to another client is told as gone first.
static inline void put(struct world *world, uint32_t number, uint32_t client, const char *greeting)
{
    struct txn *txn = store_write(world->store, &world->err);
    struct key key = key_of_id(id_number(number));
    struct call call = some_call;
    struct board_call before, row = { .id = id_number(number), .version = 1, .call = &call };

    call.id = row.id;
    row.greeting = greeting;
    if (client)
        row.client = call.client = id_number(client);
    if (table_get(txn, &row_table, &scope_house, &key, world->arena, &before)) {
        row.version = before.version + 1;
        if (!id_is_zero(before.client) && !id_equal(before.client, row.client))
            log_row(world, txn, &before, true);
    }
    CHECK(table_put(txn, &row_table, &row, &world->err));
    log_row(world, txn, &row, false);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
}

static inline void take(struct world *world, uint32_t number)
{
    struct txn *txn = store_write(world->store, &world->err);
    struct key key = key_of_id(id_number(number));
    struct board_call row;

    CHECK(table_get(txn, &row_table, &scope_house, &key, world->arena, &row));
    CHECK(table_del(txn, &row_table, &key));
    log_row(world, txn, &row, true);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
}

static inline void trim(struct world *world, int64_t below)
{
    struct txn *txn = store_write(world->store, &world->err);

    CHECK(log_trim(txn, below, INT64_MAX) > 0);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
}

// --- asking
static inline struct request asking(struct world *world, const struct route *route)
{
    return (struct request){ .arena = world->arena,
                             .now_us = world->now_us,
                             .service = &service,
                             .id = id_number(1000000 + world->requests++),
                             .actor = world->principal.name,
                             .roles = world->principal.roles,
                             .scope = world->principal.scope,
                             .principal = &world->principal,
                             .route = route,
                             .correlation = 55 };
}

static inline struct route route_number(uint8_t number)
{
    return (struct route){ .size = 1, .bytes = { number } };
}

static inline bool try_open(struct world *world, uint8_t on, const struct stream_order *order,
                            int64_t *ret_stream)
{
    struct route route = route_number(on);
    struct request rq = asking(world, &route);
    bool opened = streams_open(world->streams, &rq, order, ret_stream);

    world->err = rq.err;
    return opened;
}

static inline int64_t open_with(struct world *world, const struct stream_order *order)
{
    int64_t stream = 0;

    CHECK(try_open(world, 1, order, &stream));
    streams_settle(world->streams, true);
    pump(world);
    return stream;
}

static inline int64_t open_plain(struct world *world)
{
    return open_with(world, &(struct stream_order){ .board = board_CALLS, .credit = 10000 });
}

static inline int64_t open_at(struct world *world, int64_t epoch, int64_t seq)
{
    return open_with(world, &(struct stream_order){ .board = board_CALLS,
                                                    .credit = 10000,
                                                    .has_epoch = true,
                                                    .epoch = epoch,
                                                    .has_seq = true,
                                                    .seq = seq });
}

static inline bool try_credit(struct world *world, uint8_t on, int64_t stream, int64_t credit)
{
    struct route route = route_number(on);
    struct request rq = asking(world, &route);
    struct stream_credit_in in = { .stream = stream, .credit = credit };
    bool done = streams_credit(world->streams, &rq, &in);

    world->err = rq.err;
    return done;
}

static inline void give(struct world *world, int64_t stream, int64_t credit)
{
    CHECK(try_credit(world, 1, stream, credit));
    streams_settle(world->streams, true);
    pump(world);
}

// --- what was told
static inline const struct stream_event *next_event(struct world *world)
{
    return world->read < world->told_count ? &world->told[world->read++].event : NULL;
}

static inline const struct stream_event *expect(struct world *world, enum stream_kind kind,
                                                int64_t seq)
{
    static const struct stream_event none = { .nth = 0 };
    const struct stream_event *event = next_event(world);

    CHECK(event);
    if (!event)
        return &none;
    CHECK_INT(event->kind, kind);
    CHECK_INT(event->seq, seq);
    CHECK_INT(event->epoch, EPOCH);
    CHECK_INT(event->board, board_CALLS);
    return event;
}

static inline void expect_row(struct world *world, enum stream_kind kind, int64_t seq,
                              uint32_t number)
{
    const struct stream_event *event = expect(world, kind, seq);
    struct board_call row;

    CHECK(id_equal(event->id, id_number(number)));
    CHECK(!event->deleted);
    CHECK(decode(board_call_record(), event->row, DECODE_STRICT, world->arena, &row, &world->err));
    CHECK(id_equal(row.id, id_number(number)));
}

static inline void expect_gone(struct world *world, int64_t seq, uint32_t number)
{
    const struct stream_event *event = expect(world, stream_kind_CHANGE, seq);

    CHECK(id_equal(event->id, id_number(number)));
    CHECK(event->deleted);
    CHECK_INT((int64_t)event->row.size, 0);
}

static inline void expect_silence(struct world *world)
{
    CHECK(!next_event(world));
}

static inline void expect_empty_snapshot(struct world *world, int64_t seq)
{
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect(world, stream_kind_SNAPSHOT_END, seq);
}
