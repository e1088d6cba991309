// SPDX-License-Identifier: Apache-2.0
// Streams by chance: whoever folds what is told holds what the board holds.
#include "tests/unit/stream_world.h"

#define ROWS     12
#define WATCHERS 6

struct watcher {
    uint8_t route;
    struct scope scope;
    int64_t stream, nth, epoch, seq; // stream 0: not connected
    bool placed;
    bool shown[ROWS];
    int64_t version[ROWS];
};

static void fold(struct watcher *watcher, const struct stream_event *event, struct world *world)
{
    uint32_t row = (uint32_t)event->id.bytes[15];
    struct board_call decoded;

    CHECK_INT(event->nth, ++watcher->nth);
    if (event->kind == stream_kind_CHANGE)
        CHECK(event->seq > watcher->seq);
    watcher->epoch = event->epoch;
    watcher->seq = event->seq;
    watcher->placed = true;
    if (event->kind == stream_kind_SNAPSHOT_BEGIN)
        memset(watcher->shown, 0, sizeof watcher->shown);
    if (event->kind == stream_kind_CLOSED)
        watcher->stream = 0;
    if (event->kind != stream_kind_ROW && event->kind != stream_kind_CHANGE)
        return;
    watcher->shown[row] = !event->deleted;
    if (event->deleted)
        return;
    CHECK(decode(board_call_record(), event->row, DECODE_STRICT, world->arena, &decoded,
                 &world->err));
    watcher->version[row] = decoded.version;
}

static void connect(struct world *world, struct watcher *watcher, struct rng *rng)
{
    struct route route = route_number(watcher->route);
    struct stream_order order = { .board = board_CALLS,
                                  .credit = 1 + (int64_t)rng_below(rng, 5),
                                  .has_epoch = watcher->placed,
                                  .epoch = watcher->epoch,
                                  .has_seq = watcher->placed,
                                  .seq = watcher->seq };
    struct request rq = asking(world, &route);

    rq.scope = watcher->scope;
    CHECK(streams_open(world->streams, &rq, &order, &watcher->stream));
    watcher->nth = 0;
}

static void hear(struct world *world, struct watcher *watchers)
{
    for (; world->read < world->told_count; world->read++) {
        struct told *told = &world->told[world->read];
        struct watcher *watcher = &watchers[told->route];

        if (watcher->stream == told->event.stream)
            fold(watcher, &told->event, world);
    }
    world->read = world->told_count = 0;
}

static void one_thing(struct world *world, struct watcher *watchers, struct rng *rng)
{
    struct watcher *watcher = &watchers[rng_below(rng, WATCHERS)];
    uint32_t row = (uint32_t)rng_below(rng, ROWS);
    struct key key = key_of_id(id_number(row));
    struct txn *txn = store_read(world->store, &world->err);
    struct board_call present;
    bool there = table_get(txn, &row_table, &scope_house, &key, world->arena, &present);
    struct route route = route_number(watcher->route);

    txn_drop(txn);
    switch (rng_below(rng, 8)) {
    case 0:
    case 1:
    case 2:
        put(world, row, (uint32_t)rng_below(rng, 3) * 70, rng_below(rng, 2) ? "x" : NULL);
        break;
    case 3:
        if (there)
            take(world, row);
        break;
    case 4:
        if (!watcher->stream)
            connect(world, watcher, rng);
        break;
    case 5: // the connection breaks: what was on its way is lost
        pump(world);
        streams_route_lost(world->streams, &route);
        watcher->stream = 0;
        break;
    default:
        if (watcher->stream)
            CHECK(try_credit(world, watcher->route, watcher->stream, (int64_t)rng_below(rng, 6)));
        break;
    }
}

static void compare(struct world *world, const struct watcher *watcher)
{
    struct txn *txn = store_read(world->store, &world->err);

    for (uint32_t row = 0; row < ROWS; row++) {
        struct key key = key_of_id(id_number(row));
        struct board_call present;
        bool there = table_get(txn, &row_table, &watcher->scope, &key, world->arena, &present);

        CHECK_INT(watcher->shown[row], there);
        if (there)
            CHECK_INT(watcher->version[row], present.version);
    }
    txn_drop(txn);
}

static void restart(struct world *world, struct watcher *watchers)
{
    streams_free(world->streams);
    store_close(world->store);
    store_begin(world);
    for (size_t i = 0; i < WATCHERS; i++)
        watchers[i].stream = 0;
}

TEST(whoever_folds_the_stream_holds_the_board)
{
    struct world *world = world_new();
    struct watcher watchers[WATCHERS] = { { .route = 0 } };
    struct rng rng;

    rng_seed(&rng, test_seed());
    for (uint8_t i = 0; i < WATCHERS; i++) {
        watchers[i].route = i;
        if (i % 3)
            watchers[i].scope = (struct scope){ SCOPE_CLIENT, id_number(70 * (i % 3)) };
    }
    for (int round = 0; round < 1500; round++) {
        arena_reset(world->arena);
        one_thing(world, watchers, &rng);
        streams_settle(world->streams, true);
        pump(world);
        hear(world, watchers);
        if (round % 200 == 199 && rng_below(&rng, 2))
            restart(world, watchers);
        if (round % 400 == 399)
            trim(world, store_head(world->store) - 20);
    }
    arena_reset(world->arena);
    for (size_t i = 0; i < WATCHERS; i++) {
        if (!watchers[i].stream)
            connect(world, &watchers[i], &rng);
        CHECK(try_credit(world, watchers[i].route, watchers[i].stream, 5000));
    }
    streams_settle(world->streams, true);
    do {
        pump(world);
        hear(world, watchers);
    } while (streams_due_us(world->streams) == 0);
    for (size_t i = 0; i < WATCHERS; i++)
        compare(world, &watchers[i]);
    world_free(world);
}
