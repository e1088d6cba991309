// SPDX-License-Identifier: Apache-2.0
// Streams: the order of what is told, the place of each message, and credit.
#include "tests/unit/stream_world.h"

// --- order and places
TEST(a_snapshot_comes_first_then_every_change)
{
    struct world *world = world_new();
    int64_t stream;

    put(world, 1, 0, NULL);
    put(world, 2, 0, NULL);
    take(world, 1);
    put(world, 3, 0, NULL);
    stream = open_plain(world);
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 2);
    expect_row(world, stream_kind_ROW, 0, 3);
    expect(world, stream_kind_SNAPSHOT_END, 4);
    expect_silence(world);

    put(world, 2, 0, "Hallo");
    take(world, 3);
    pump(world);
    expect_row(world, stream_kind_CHANGE, 5, 2);
    expect_gone(world, 6, 3);
    expect_silence(world);
    for (size_t i = 0; i < world->told_count; i++) {
        CHECK_INT(world->told[i].event.nth, (int64_t)i + 1);
        CHECK_INT(world->told[i].event.stream, stream);
        CHECK_INT(world->told[i].head.correlation, 55);
        CHECK_STR(world->told[i].head.method, NULL);
    }
    world_free(world);
}

TEST(a_snapshot_holds_every_row_once_in_order)
{
    struct world *world = world_new();

    for (uint32_t i = 1; i <= 150; i++)
        put(world, i, i % 2 ? 70 : 71, NULL);
    open_plain(world);
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    for (uint32_t i = 1; i <= 150; i++)
        expect_row(world, stream_kind_ROW, 0, i);
    expect(world, stream_kind_SNAPSHOT_END, 150);
    expect_silence(world);
    world_free(world);
}

TEST(what_changes_while_the_snapshot_is_sent_is_told_behind_it)
{
    struct world *world = world_new();
    int64_t stream;

    put(world, 1, 0, NULL);
    put(world, 2, 0, NULL);
    stream = open_with(world, &(struct stream_order){ .board = board_CALLS, .credit = 2 });
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 1);
    expect_silence(world);
    take(world, 2);
    put(world, 3, 0, NULL);
    give(world, stream, 10);
    expect_row(world, stream_kind_ROW, 0, 2);
    expect(world, stream_kind_SNAPSHOT_END, 2);
    expect_gone(world, 3, 2);
    expect_row(world, stream_kind_CHANGE, 4, 3);
    expect_silence(world);
    world_free(world);
}

TEST(resuming_from_every_place_gives_exactly_the_rest)
{
    struct world *world = world_new();
    size_t all;

    open_plain(world);
    for (uint32_t i = 1; i <= 12; i++) {
        put(world, i % 5 + 1, 0, i % 2 ? "eins" : "zwei");
        if (i % 4 == 0)
            take(world, i % 5 + 1);
    }
    pump(world);
    all = world->told_count;
    CHECK_INT((int64_t)all, 2 + 15);
    for (size_t i = 2; i < all; i++) {
        const struct stream_event *place = &world->told[i].event;

        world->read = world->told_count;
        open_at(world, place->epoch, place->seq);
        for (size_t k = i + 1; k < all; k++) {
            const struct stream_event *want = &world->told[k].event, *got = next_event(world);

            CHECK(got);
            CHECK_INT(got->nth, (int64_t)(k - i));
            CHECK_INT(got->kind, want->kind);
            CHECK_INT(got->seq, want->seq);
            CHECK(id_equal(got->id, want->id));
            CHECK_INT(got->deleted, want->deleted);
            CHECK_INT((int64_t)got->row.size, (int64_t)want->row.size);
        }
        expect_silence(world);
    }
    world_free(world);
}

TEST(resuming_before_the_end_of_a_snapshot_begins_it_anew)
{
    struct world *world = world_new();

    put(world, 1, 0, NULL);
    open_at(world, EPOCH, 0);
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 1);
    expect(world, stream_kind_SNAPSHOT_END, 1);
    expect_silence(world);
    world_free(world);
}

TEST(places_that_are_lost_are_reset)
{
    struct world *world = world_new();

    for (uint32_t i = 0; i < 6; i++)
        put(world, 1, 0, NULL);
    take(world, 1);
    open_at(world, EPOCH + 1, 3); // another life of the store
    expect(world, stream_kind_RESET, 0);
    expect_empty_snapshot(world, 7);
    open_at(world, EPOCH + 1, 0);
    expect(world, stream_kind_RESET, 0);
    expect_empty_snapshot(world, 7);
    open_at(world, EPOCH, 8); // ahead of us
    expect(world, stream_kind_RESET, 0);
    expect_empty_snapshot(world, 7);
    open_at(world, EPOCH, 7); // nothing missed
    expect_silence(world);
    trim(world, 4);
    open_at(world, EPOCH, 2); // fact 3 is forgotten
    expect(world, stream_kind_RESET, 0);
    expect_empty_snapshot(world, 7);
    open_at(world, EPOCH, 3);
    for (int64_t seq = 4; seq <= 6; seq++)
        expect_row(world, stream_kind_CHANGE, seq, 1);
    expect_gone(world, 7, 1);
    expect_silence(world);
    world_free(world);
}

TEST(a_log_trimmed_behind_a_pause_is_a_reset)
{
    struct world *world = world_new();
    int64_t stream;

    stream = open_with(world, &(struct stream_order){ .board = board_CALLS, .credit = 2 });
    expect_empty_snapshot(world, 0);
    put(world, 1, 0, NULL);
    put(world, 1, 0, NULL);
    trim(world, 2);
    give(world, stream, 10);
    expect(world, stream_kind_RESET, 0);
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_row(world, stream_kind_ROW, 0, 1);
    expect(world, stream_kind_SNAPSHOT_END, 2);
    expect_silence(world);
    world_free(world);
}

TEST(half_a_place_is_refused)
{
    struct world *world = world_new();
    struct stream_order order = { .board = board_CALLS, .credit = 1, .has_seq = true, .seq = 3 };
    int64_t stream;

    CHECK(!try_open(world, 1, &order, &stream));
    CHECK_REFUSED(&world->err, ERR_INVALID, "epoch");
    order = (struct stream_order){ .board = board_CALLS, .credit = 1, .has_epoch = true };
    CHECK(!try_open(world, 1, &order, &stream));
    CHECK_REFUSED(&world->err, ERR_INVALID, "seq");
    world_free(world);
}

// --- credit
TEST(no_message_without_credit)
{
    struct world *world = world_new();
    int64_t stream;

    stream = open_with(world, &(struct stream_order){ .board = board_CALLS, .credit = 1 });
    expect(world, stream_kind_SNAPSHOT_BEGIN, 0);
    expect_silence(world);
    give(world, stream, 0);
    expect_silence(world);
    give(world, stream, 1);
    expect(world, stream_kind_SNAPSHOT_END, 0);
    put(world, 1, 0, NULL);
    pump(world);
    expect_silence(world);
    give(world, stream, 1);
    expect_row(world, stream_kind_CHANGE, 1, 1);
    expect_silence(world);
    world_free(world);
}

TEST(credit_told_twice_by_one_request_counts_once)
{
    struct world *world = world_new();
    struct route route = route_number(1);
    struct stream_credit_in in = { .credit = 1 };
    struct request rq;

    in.stream = open_with(world, &(struct stream_order){ .board = board_CALLS, .credit = 2 });
    rq = asking(world, &route);
    for (int i = 0; i < 2; i++)
        CHECK(streams_credit(world->streams, &rq, &in));
    streams_settle(world->streams, true);
    CHECK(streams_credit(world->streams, &rq, &in));
    streams_settle(world->streams, true);
    put(world, 1, 0, NULL);
    put(world, 2, 0, NULL);
    pump(world);
    expect_empty_snapshot(world, 0);
    expect_row(world, stream_kind_CHANGE, 1, 1);
    expect_silence(world);
    world_free(world);
}

// The network may deliver a repeat long after the next one.
TEST(a_repeat_of_credit_counts_nothing_however_late_it_comes)
{
    struct world *world = world_new();
    struct route route = route_number(1);
    struct stream_credit_in in = { .credit = 1 };
    struct request all[3];

    in.stream = open_with(world, &(struct stream_order){ .board = board_CALLS, .credit = 2 });
    for (int i = 0; i < 3; i++)
        all[i] = asking(world, &route);
    for (int batch = 0; batch < 2; batch++) {
        for (int i = 0; i < 6; i++)
            CHECK(streams_credit(world->streams, &all[i % 3], &in));
        streams_settle(world->streams, true);
    }
    for (uint32_t i = 1; i <= 5; i++)
        put(world, i, 0, NULL);
    pump(world);
    expect_empty_snapshot(world, 0);
    for (uint32_t i = 1; i <= 3; i++)
        expect_row(world, stream_kind_CHANGE, i, i);
    expect_silence(world);
    world_free(world);
}

// What a batch gave that failed is given by its repeat.
TEST(credit_of_a_failed_batch_is_given_by_its_repeat)
{
    struct world *world = world_new();
    struct route route = route_number(1);
    struct stream_credit_in in = { .credit = 1 };

    in.stream = open_with(world, &(struct stream_order){ .board = board_CALLS, .credit = 2 });
    struct request rq = asking(world, &route);
    CHECK(streams_credit(world->streams, &rq, &in));
    streams_settle(world->streams, false);
    CHECK(streams_credit(world->streams, &rq, &in));
    streams_settle(world->streams, true);
    put(world, 1, 0, NULL);
    pump(world);
    expect_empty_snapshot(world, 0);
    expect_row(world, stream_kind_CHANGE, 1, 1);
    world_free(world);
}

TEST(requests_without_an_id_are_never_repeats)
{
    struct world *world = world_new();
    struct stream_order order = { .board = board_CALLS, .credit = 1 };
    struct stream_credit_in in = { .credit = 1 };
    struct route route = route_number(1);
    struct request rq = asking(world, &route);

    rq.id = (struct id){ { 0 } };
    CHECK(streams_open(world->streams, &rq, &order, &in.stream));
    CHECK(streams_open(world->streams, &rq, &order, &in.stream));
    streams_settle(world->streams, true);
    CHECK_INT((int64_t)streams_count(world->streams), 2);
    CHECK(streams_credit(world->streams, &rq, &in));
    CHECK(streams_credit(world->streams, &rq, &in));
    streams_settle(world->streams, true);
    put(world, 1, 0, NULL);
    pump(world);
    CHECK_INT((int64_t)world->told_count, 1 + 3);
    world_free(world);
}

TEST(a_silent_watcher_is_closed_a_living_one_is_not)
{
    struct world *world = world_new();
    int64_t stream = open_plain(world);

    expect_empty_snapshot(world, 0);
    CHECK_INT(streams_due_us(world->streams), START_US + STREAM_SILENCE_US);
    world->now_us += STREAM_SILENCE_US - 1;
    give(world, stream, 0);
    CHECK_INT(streams_due_us(world->streams), world->now_us + STREAM_SILENCE_US);
    put(world, 1, 0, NULL);
    world->now_us += STREAM_SILENCE_US - 1;
    pump(world);
    expect_row(world, stream_kind_CHANGE, 1, 1);
    expect_silence(world);
    world->now_us += 1;
    pump(world);
    CHECK_INT(expect(world, stream_kind_CLOSED, 1)->nth, 4);
    expect_silence(world);
    CHECK_INT((int64_t)streams_count(world->streams), 0);
    CHECK_INT(streams_due_us(world->streams), INT64_MAX);
    CHECK(!try_credit(world, 1, stream, 1));
    CHECK_REFUSED(&world->err, ERR_NOT_FOUND, "stream");
    world_free(world);
}

TEST(the_last_word_needs_no_credit)
{
    struct world *world = world_new();

    open_with(world, &(struct stream_order){ .board = board_CALLS, .credit = 2 });
    expect_empty_snapshot(world, 0);
    world->now_us += STREAM_SILENCE_US;
    pump(world);
    expect(world, stream_kind_CLOSED, 0);
    world_free(world);
}

static int64_t told_to(const struct world *world, int64_t stream)
{
    int64_t count = 0;

    for (size_t i = 0; i < world->told_count; i++)
        if (world->told[i].event.stream == stream)
            count++;
    return count;
}

TEST(a_long_backlog_is_sent_in_turns)
{
    struct world *world = world_new();
    struct stream_order order = { .board = board_CALLS,
                                  .credit = 10000,
                                  .has_epoch = true,
                                  .epoch = EPOCH,
                                  .has_seq = true,
                                  .seq = 1 };
    int64_t streams[3];

    for (uint32_t i = 1; i <= 501; i++)
        put(world, 1, 0, NULL);
    for (int i = 0; i < 3; i++)
        CHECK(try_open(world, 1, &order, &streams[i]));
    streams_settle(world->streams, true);
    for (int64_t turn = 1; turn <= 3; turn++) {
        pump(world);
        for (int i = 0; i < 3; i++)
            CHECK_INT(told_to(world, streams[i]), turn < 3 ? 200 * turn : 500);
        CHECK_INT(streams_due_us(world->streams), turn < 3 ? 0 : START_US + STREAM_SILENCE_US);
    }
    for (int i = 0; i < 3; i++) {
        int64_t seq = 1;

        for (size_t k = 0; k < world->told_count; k++)
            if (world->told[k].event.stream == streams[i])
                CHECK_INT(world->told[k].event.seq, ++seq);
        CHECK_INT(seq, 501);
    }
    world_free(world);
}
