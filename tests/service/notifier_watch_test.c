// SPDX-License-Identifier: Apache-2.0
// The notifier over a fixture: what its watchers are told, and resuming.
#include "tests/service/notifier_world.h"

TEST(each_scope_is_told_its_own_calls)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct watch *house, *client, *team, *agent;

    house = watch_all(fx);
    fixture_as(fx, ROLE_BIT(CLIENT), (struct scope){ SCOPE_CLIENT, id_number(70) }, "firma");
    client = watch_all(fx);
    fixture_as(fx, ROLE_BIT(LEADER), (struct scope){ SCOPE_TEAM, id_number(50) }, "lena");
    team = watch_all(fx);
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, id_number(40) }, "anna");
    agent = watch_all(fx);
    expect_empty_snapshot(house);
    expect_empty_snapshot(client);
    expect_empty_snapshot(team);
    expect_empty_snapshot(agent);

    ring(fx, 1, 1, (const uint32_t[3]){ 70, 41, 51 });
    expect_row(house, stream_kind_CHANGE, 1);
    expect_row(client, stream_kind_CHANGE, 1);
    expect_silence(team);
    expect_silence(agent);
    ring(fx, 2, 1, (const uint32_t[3]){ 71, 40, 50 });
    expect_row(house, stream_kind_CHANGE, 2);
    expect_silence(client);
    expect_row(team, stream_kind_CHANGE, 2);
    expect_row(agent, stream_kind_CHANGE, 2);

    // The call passes from one to the other: who loses it is told so.
    ring(fx, 2, 2, (const uint32_t[3]){ 71, 41, 51 });
    expect_gone(house, 2);
    expect_row(house, stream_kind_CHANGE, 2);
    expect_silence(client);
    expect_gone(team, 2);
    expect_gone(agent, 2);
    hang_up(fx, 2, 3);
    expect_gone(house, 2);
    expect_silence(client);
    expect_silence(team);
    expect_silence(agent);
    fixture_free(fx);
}

TEST(only_who_may_read_boards_may_watch)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct stream_order order = { .board = board_CALLS, .credit = 1 };

    fixture_as(fx, ROLE_BIT(OPERATOR), scope_house, "operator");
    CHECK(!fixture_watch(fx, &order));
    CHECK_REFUSED(&fx->client.refused, ERR_FORBIDDEN, "");
    fixture_as(fx, ROLE_BIT(BOARD), scope_house, "wallboard");
    CHECK(fixture_watch(fx, &order));
    fixture_free(fx);
}

TEST(a_revoked_watcher_is_told_the_end_and_nothing_else)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct watch *anna, *bert;

    fixture_as(fx, ROLE_BIT(AGENT), scope_house, "anna");
    anna = watch_all(fx);
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, "bert");
    bert = watch_all(fx);
    expect_empty_snapshot(anna);
    expect_empty_snapshot(bert);
    fixture_revoke(fx, "anna", true);
    ring_plain(fx, 1, 1);
    expect(anna, stream_kind_CLOSED);
    expect_row(bert, stream_kind_CHANGE, 1);
    ring_plain(fx, 2, 1);
    expect_silence(anna);
    fixture_free(fx);
}

TEST(a_watcher_is_told_as_much_as_the_credit_allows)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct watch *watch =
        fixture_watch(fx, &(struct stream_order){ .board = board_CALLS, .credit = 3 });

    CHECK(watch);
    expect_empty_snapshot(watch);
    ring_plain(fx, 1, 1);
    ring_plain(fx, 2, 1);
    expect_row(watch, stream_kind_CHANGE, 1);
    expect_silence(watch);
    fixture_wait(fx, SECONDS(10));
    CHECK(watch_credit(watch, 0));
    expect_silence(watch);
    fixture_wait(fx, SECONDS(10));
    CHECK(watch_credit(watch, 1));
    expect_row(watch, stream_kind_CHANGE, 2);
    fixture_wait(fx, SECONDS(16));
    expect(watch, stream_kind_CLOSED);
    CHECK(!watch_credit(watch, 1));
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "stream");
    fixture_free(fx);
}

TEST(a_watcher_may_close_or_be_lost)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct watch *closing = watch_all(fx), *lost = watch_all(fx), *second;

    second = watch_another(closing, &(struct stream_order){ .board = board_CALLS, .credit = 9 });
    CHECK(second);
    expect_empty_snapshot(closing);
    expect_empty_snapshot(second);
    expect_empty_snapshot(lost);
    CHECK(watch_close(closing));
    watch_lost(lost);
    ring_plain(fx, 1, 1);
    expect_silence(closing);
    expect_row(second, stream_kind_CHANGE, 1);
    fixture_free(fx);
}

// --- resuming
#define PLACES 60

struct place {
    int64_t epoch, seq;
    struct id id;
    bool deleted;
};

static size_t read_changes(struct watch *watch, struct place *places)
{
    const struct stream_event *event;
    size_t count = 0;

    while ((event = watch_next(watch)) && count < PLACES) {
        if (event->kind == stream_kind_CHANGE)
            places[count++] = (struct place){ event->epoch, event->seq, event->id, event->deleted };
    }
    return count;
}

static void tell_much(struct fixture *fx)
{
    for (uint32_t i = 0; i < 12; i++) {
        ring(fx, i % 3, 3 * i + 1, (const uint32_t[3]){ 70 + i % 2, 0, 0 });
        ring(fx, i % 3, 3 * i + 2, (const uint32_t[3]){ 70 + i % 2, 40, 0 });
        if (i % 4 == 3)
            hang_up(fx, i % 3, 3 * i + 3);
    }
}

// The rest behind places[at] is places[at + 1] ... , whatever happened to the process meanwhile.
static void expect_rest(struct fixture *fx, const struct place *places, size_t count, size_t at)
{
    struct watch *watch = watch_at(fx, places[at].epoch, places[at].seq);

    for (size_t i = at + 1; i < count; i++) {
        const struct stream_event *event = watch_next(watch);

        CHECK(event);
        CHECK_INT(event->nth, (int64_t)(i - at));
        CHECK_INT(event->kind, stream_kind_CHANGE);
        CHECK_INT(event->seq, places[i].seq);
        CHECK(id_equal(event->id, places[i].id));
        CHECK_INT(event->deleted, places[i].deleted);
    }
    expect_silence(watch);
    watch_lost(watch);
}

TEST(resuming_from_every_place_gives_exactly_the_rest)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct watch *watch = watch_all(fx);
    struct place places[PLACES];
    size_t count;

    tell_much(fx);
    count = read_changes(watch, places);
    CHECK(count > 24 && count < PLACES);
    for (size_t at = 0; at < count; at++)
        expect_rest(fx, places, count, at);
    fixture_restart(fx);
    for (size_t at = 0; at < count; at += 3)
        expect_rest(fx, places, count, at);
    fixture_crash(fx);
    fixture_start(fx);
    fixture_settle(fx);
    for (size_t at = 0; at < count; at += 3)
        expect_rest(fx, places, count, at);
    fixture_free(fx);
}

TEST(a_watcher_who_comes_back_after_a_crash_misses_and_hears_nothing_twice)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct watch *watch = watch_all(fx);
    struct place place = { .seq = 0 }, places[PLACES];
    int64_t told = 0;

    for (uint32_t i = 0; i < 10; i++) {
        size_t count;

        ring_plain(fx, 100 + i, 1);
        count = read_changes(watch, places);
        for (size_t k = 0; k < count; k++) {
            CHECK(places[k].seq > place.seq);
            place = places[k];
            told++;
        }
        if (i % 2) {
            fixture_crash(fx);
            fixture_start(fx);
            fixture_settle(fx);
        } else {
            watch_lost(watch);
        }
        ring_plain(fx, 200 + i, 1);
        watch = watch_at(fx, place.epoch, place.seq);
    }
    told += (int64_t)read_changes(watch, places);
    CHECK_INT(told, 20);
    CHECK_INT(fixture_facts(fx, "board_call"), 20);
    fixture_free(fx);
}

TEST(a_place_of_another_life_is_reset)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct place places[PLACES];
    struct watch *watch = watch_all(fx);

    ring_plain(fx, 1, 1);
    CHECK_INT((int64_t)read_changes(watch, places), 1);
    fixture_new_epoch(fx);
    fixture_settle(fx);
    watch = watch_at(fx, places[0].epoch, places[0].seq);
    expect(watch, stream_kind_RESET);
    expect(watch, stream_kind_SNAPSHOT_BEGIN);
    expect_row(watch, stream_kind_ROW, 1);
    expect(watch, stream_kind_SNAPSHOT_END);
    expect_silence(watch);
    fixture_free(fx);
}

TEST(a_place_that_is_too_old_is_reset)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct place places[PLACES];
    struct watch *watch = watch_all(fx);

    ring_plain(fx, 1, 1);
    ring_plain(fx, 2, 1);
    CHECK_INT((int64_t)read_changes(watch, places), 2);
    fx->skew_us = DAYS(8); // a week of this service's life, at once
    ring_plain(fx, 3, 1);
    fixture_wait(fx, SECONDS(60));
    watch = watch_at(fx, places[0].epoch, places[0].seq);
    expect(watch, stream_kind_RESET);
    expect(watch, stream_kind_SNAPSHOT_BEGIN);
    for (uint32_t i = 1; i <= 3; i++)
        expect_row(watch, stream_kind_ROW, i);
    expect(watch, stream_kind_SNAPSHOT_END);
    fixture_free(fx);
}

// --- the board of missed callers
static void tell_missed(struct fixture *fx, int64_t version, uint32_t client, bool done)
{
    struct missed missed = { .id = id_number(7),
                             .version = version,
                             .client = id_number(client),
                             .count = version,
                             .first_at = 1,
                             .last_at = 2,
                             .last_call = id_number(8),
                             .has_done_at = done,
                             .done_at = done ? 3 : 0 };
    fixture_fact(fx, "telephony", "missed", &missed, false);
}

TEST(missed_callers_come_and_go_on_their_own_board)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct stream_order order = { .board = board_MISSED, .credit = 100 };
    struct watch *all = fixture_watch(fx, &order), *foreign;
    struct board_query query = { .board = board_MISSED };
    struct board_page page = { 0 };

    expect_empty_snapshot(all);
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_CLIENT, id_number(102) }, "foreign");
    foreign = fixture_watch(fx, &order);
    expect_empty_snapshot(foreign);
    tell_missed(fx, 1, 101, false);
    tell_missed(fx, 2, 101, false);
    for (int64_t count = 1; count <= 2; count++) {
        struct board_missed row;
        const struct stream_event *event = watch_row(all, board_missed_record(), &row);

        CHECK(event && event->kind == stream_kind_CHANGE && !event->deleted);
        CHECK_INT(row.missed->count, count);
    }
    CHECK_INT(call_board_get(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.missed_count, 0);
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_CLIENT, id_number(101) }, "own");
    CHECK_INT(call_board_get(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.missed_count, 1);
    tell_missed(fx, 3, 101, true);
    expect_gone(all, 7);
    expect_silence(all);
    expect_silence(foreign);
    fixture_free(fx);
}
