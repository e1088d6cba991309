// SPDX-License-Identifier: Apache-2.0
// Streams: who is told what, and what ends a stream.
#include "tests/unit/stream_world.h"

// --- sight
TEST(a_watcher_sees_what_the_scope_allows)
{
    struct world *world = world_new();

    world->principal.scope = (struct scope){ SCOPE_CLIENT, id_number(70) };
    world->present = world->principal;
    put(world, 1, 70, NULL);
    put(world, 2, 71, NULL);
    put(world, 3, 0, NULL);
    open_plain(world);
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 1);
    expect(world, stream_kind_SNAPSHOT_END, 3);
    put(world, 2, 71, "x"); // 4: another client's
    put(world, 3, 70, "x"); // 5: now theirs
    take(world, 2);         // 6
    put(world, 1, 71, "x"); // 7: gone from their sight, 8: the other's from now on
    pump(world);
    expect_row(world, stream_kind_CHANGE, 5, 3);
    expect_gone(world, 7, 1);
    expect_silence(world);
    world_free(world);
}

TEST(an_order_narrows_what_the_scope_allows)
{
    struct world *world = world_new();

    put(world, 1, 70, NULL);
    put(world, 2, 71, NULL);
    open_with(world, &(struct stream_order){
                         .board = board_CALLS, .credit = 99, .client = id_number(71) });
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 2);
    expect(world, stream_kind_SNAPSHOT_END, 2);
    put(world, 1, 70, "x");
    put(world, 1, 71, "x"); // 4: gone from 70, 5
    pump(world);
    expect_row(world, stream_kind_CHANGE, 5, 1);
    expect_silence(world);

    // Narrowing never widens: another client's rows stay out of sight.
    world->principal.scope = (struct scope){ SCOPE_CLIENT, id_number(70) };
    world->present = world->principal;
    open_with(world, &(struct stream_order){
                         .board = board_CALLS, .credit = 99, .client = id_number(71) });
    expect_empty_snapshot(world, 5);
    world_free(world);
}

// --- what is withdrawn
static void withdraw(struct world *world)
{
    struct txn *txn = store_write(world->store, &world->err);
    struct request rq = { .txn = txn };

    streams_withdraw(&rq);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
}

TEST(what_was_withdrawn_is_told_nobody_who_comes_back)
{
    struct world *world = world_new();

    put(world, 1, 0, "secret");
    put(world, 1, 0, "secret");
    withdraw(world);
    put(world, 1, 0, NULL); // 3
    put(world, 2, 0, NULL); // 4
    open_at(world, EPOCH, 1);
    expect(world, stream_kind_RESET, 0);
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 1);
    expect_row(world, stream_kind_ROW, 0, 2);
    expect(world, stream_kind_SNAPSHOT_END, 4);
    open_at(world, EPOCH, 2); // has seen it all
    expect_row(world, stream_kind_CHANGE, 3, 1);
    expect_row(world, stream_kind_CHANGE, 4, 2);
    expect_silence(world);
    world_free(world);
}

TEST(what_was_withdrawn_is_not_told_whoever_is_behind)
{
    struct world *world = world_new();
    struct stream_order few = { .board = board_CALLS, .credit = 2 };

    int64_t live = open_with(world, &few), between;
    expect_empty_snapshot(world, 0);
    put(world, 1, 0, "secret");
    between = open_with(world, &few); // in the middle of its snapshot
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 1);
    withdraw(world);
    put(world, 1, 0, NULL);
    give(world, live, 10);
    expect(world, stream_kind_RESET, 0);
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 1);
    expect(world, stream_kind_SNAPSHOT_END, 2);
    give(world, between, 10);
    expect(world, stream_kind_RESET, 0);
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 1);
    expect(world, stream_kind_SNAPSHOT_END, 2);
    expect_silence(world);
    world_free(world);
}

TEST(whoever_was_up_to_date_goes_on_after_a_withdrawal)
{
    struct world *world = world_new();

    open_plain(world);
    put(world, 1, 0, "secret");
    pump(world);
    expect_empty_snapshot(world, 0);
    expect_row(world, stream_kind_CHANGE, 1, 1);
    withdraw(world);
    put(world, 1, 0, NULL);
    pump(world);
    expect_row(world, stream_kind_CHANGE, 2, 1);
    expect_silence(world);
    world_free(world);
}

// --- rights, looked at before every message
static void change_closes(void (*change)(struct principal *present))
{
    struct world *world = world_new();

    world->principal.scope = (struct scope){ SCOPE_CLIENT, id_number(70) };
    world->present = world->principal;
    open_plain(world);
    expect_empty_snapshot(world, 0);
    change(&world->present);
    pump(world);
    expect_silence(world);
    put(world, 1, 70, NULL);
    pump(world);
    expect(world, stream_kind_CLOSED, 0);
    expect_silence(world);
    CHECK_INT((int64_t)streams_count(world->streams), 0);
    world_free(world);
}

static void revoke(struct principal *present)
{
    present->revoked = true;
}

static void expire(struct principal *present)
{
    present->not_after_us = START_US - 1;
}

static void lose_role(struct principal *present)
{
    present->roles = ROLE_BIT(OPERATOR);
}

static void change_scope(struct principal *present)
{
    present->scope.id = id_number(71);
}

static void widen_scope(struct principal *present)
{
    present->scope = scope_house;
}

TEST(a_revoked_principal_sees_nothing_more)
{
    change_closes(revoke);
}

TEST(an_expired_principal_sees_nothing_more)
{
    change_closes(expire);
}

TEST(a_principal_without_the_role_sees_nothing_more)
{
    change_closes(lose_role);
}

TEST(a_principal_of_another_scope_sees_nothing_more)
{
    change_closes(change_scope);
}

TEST(a_principal_of_a_wider_scope_begins_anew)
{
    change_closes(widen_scope);
}

TEST(a_principal_that_is_gone_sees_nothing_more)
{
    struct world *world = world_new();

    put(world, 1, 0, NULL);
    world->known = false;
    open_plain(world);
    expect(world, stream_kind_CLOSED, 0);
    expect_silence(world);
    world_free(world);
}

TEST(whoever_is_closed_at_once_may_resume_where_he_was)
{
    struct world *world = world_new();

    put(world, 1, 0, NULL);
    put(world, 1, 0, NULL);
    world->present.revoked = true;
    open_at(world, EPOCH, 1);
    expect(world, stream_kind_CLOSED, 1);
    expect_silence(world);
    world_free(world);
}

TEST(a_gateway_watches_while_it_is_one)
{
    struct world *world = world_new();

    world->principal.roles = world->present.roles = ROLE_BIT(GATEWAY);
    open_plain(world);
    expect_empty_snapshot(world, 0);
    world->present.roles = ROLE_BIT(ADMIN);
    put(world, 1, 0, NULL);
    pump(world);
    expect(world, stream_kind_CLOSED, 0);
    world_free(world);
}

// --- routes, batches, limits
TEST(only_the_route_that_opened_a_stream_may_name_it)
{
    struct world *world = world_new();
    struct route other = route_number(2), own = route_number(1);
    struct request rq = asking(world, &other);
    int64_t stream = open_plain(world);

    CHECK(!try_credit(world, 2, stream, 1));
    CHECK_REFUSED(&world->err, ERR_NOT_FOUND, "stream");
    CHECK(!streams_close(world->streams, &rq, stream));
    CHECK_REFUSED(&rq.err, ERR_NOT_FOUND, "stream");
    rq = asking(world, &own);
    CHECK(streams_close(world->streams, &rq, stream));
    CHECK(!try_credit(world, 1, stream, 1));
    streams_settle(world->streams, true);
    CHECK_INT((int64_t)streams_count(world->streams), 0);
    world->told_count = world->read = 0;
    put(world, 1, 0, NULL);
    pump(world);
    expect_silence(world);
    world_free(world);
}

TEST(a_lost_route_ends_its_streams_without_a_word)
{
    struct world *world = world_new();
    struct route lost = route_number(1);
    struct stream_order order = { .board = board_CALLS, .credit = 9 };
    int64_t other;

    open_plain(world);
    open_plain(world);
    CHECK(try_open(world, 2, &order, &other));
    streams_settle(world->streams, true);
    pump(world);
    world->read = world->told_count;
    streams_route_lost(world->streams, &lost);
    CHECK_INT((int64_t)streams_count(world->streams), 1);
    put(world, 1, 0, NULL);
    pump(world);
    CHECK_INT(world->told[world->read].route, 2);
    CHECK_INT(expect(world, stream_kind_CHANGE, 1)->stream, other);
    expect_silence(world);
    world_free(world);
}

TEST(what_a_failed_batch_did_is_forgotten)
{
    struct world *world = world_new();
    struct stream_order order = { .board = board_CALLS, .credit = 2 };
    struct route route = route_number(1);
    struct request rq = asking(world, &route);
    int64_t stream, forgotten;

    CHECK(try_open(world, 1, &order, &forgotten));
    streams_settle(world->streams, false);
    CHECK_INT((int64_t)streams_count(world->streams), 0);

    stream = open_with(world, &order);
    expect_empty_snapshot(world, 0);
    CHECK(try_credit(world, 1, stream, 5));
    CHECK(streams_close(world->streams, &rq, stream));
    streams_settle(world->streams, false);
    put(world, 1, 0, NULL);
    pump(world);
    expect_silence(world);
    give(world, stream, 1);
    expect_row(world, stream_kind_CHANGE, 1, 1);
    world_free(world);
}

TEST(an_open_stream_says_nothing_before_its_batch_is_durable)
{
    struct world *world = world_new();
    struct stream_order order = { .board = board_CALLS, .credit = 2 };
    int64_t stream;

    CHECK(try_open(world, 1, &order, &stream));
    pump(world);
    expect_silence(world);
    streams_settle(world->streams, true);
    pump(world);
    expect_empty_snapshot(world, 0);
    world_free(world);
}

TEST(a_repeated_order_opens_no_second_stream)
{
    struct world *world = world_new();
    struct stream_order order = { .board = board_CALLS, .credit = 9 };
    struct route route = route_number(1);
    struct request rq = asking(world, &route);
    int64_t first, again;

    CHECK(streams_open(world->streams, &rq, &order, &first));
    streams_settle(world->streams, true);
    CHECK(streams_open(world->streams, &rq, &order, &again));
    streams_settle(world->streams, true);
    CHECK_INT(again, first);
    CHECK_INT((int64_t)streams_count(world->streams), 1);
    world_free(world);
}

TEST(too_many_streams_are_refused_as_busy)
{
    struct world *world = world_new();
    struct stream_order order = { .board = board_CALLS, .credit = 1 };
    int64_t stream;

    for (int i = 0; i < STREAM_ROUTE_MAX; i++)
        CHECK(try_open(world, 0, &order, &stream));
    CHECK(!try_open(world, 0, &order, &stream));
    CHECK_REFUSED(&world->err, ERR_BUSY, "");
    CHECK(world->err.retry_after_ms > 0);
    for (int i = STREAM_ROUTE_MAX; i < STREAM_ALL_MAX; i++)
        CHECK(try_open(world, (uint8_t)(1 + i / STREAM_ROUTE_MAX), &order, &stream));
    CHECK(!try_open(world, 255, &order, &stream));
    CHECK_REFUSED(&world->err, ERR_BUSY, "");
    world_free(world);
}

TEST(a_board_too_large_for_a_snapshot_closes_the_stream)
{
    struct world *world = world_new();
    char note[400] = "";

    memset(note, 'x', sizeof note - 1);
    for (uint32_t i = 1; i <= 30; i++) {
        struct txn *txn = store_write(world->store, &world->err);

        for (uint32_t k = 0; k < 1000; k++) {
            struct call call = some_call;
            struct board_caller caller = { .contact = id_number(1),
                                           .name = "x",
                                           .certainty = certainty_EXACT,
                                           .handling_note = note };
            struct board_call row = { .id = id_number(1000 * i + k),
                                      .version = 1,
                                      .call = &call,
                                      .callers = &caller,
                                      .callers_count = 1 };

            call.id = row.id;
            CHECK(table_put(txn, &row_table, &row, &world->err));
        }
        CHECK_INT(batch_commit(txn), COMMIT_DONE);
    }
    open_plain(world);
    expect(world, stream_kind_CLOSED, 0);
    expect_silence(world);
    CHECK_INT((int64_t)streams_count(world->streams), 0);
    world_free(world);
}
