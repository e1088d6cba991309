// SPDX-License-Identifier: Apache-2.0
// Calls of which a part was not seen: a lost line, a broken PBX, our own restart.

#include "tests/unit/ami_story.h"

static void list(struct house *house, const struct leg *legs, size_t count, const char *bridged)
{
    char text[256];
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(text, sizeof text, "Application: Dial\r\nBridgeId: %s\r\n", bridged);
        one(house, "CoreShowChannel", &legs[i], text);
    }
    (void)snprintf(text, sizeof text,
                   "Event: CoreShowChannelsComplete\r\nActionID: a\r\nEventList: "
                   "Complete\r\nListItems: %zu\r\n\r\n",
                   count);
    plain(house, text);
}

static void lose(struct house *house)
{
    ami_model_lost(house->model, house->now_us += SECOND);
    ami_model_connected(house->model, house->now_us += SECOND);
    ami_reader_reset(house->reader);
}

TEST(a_call_that_ended_in_the_gap)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    ring(house, &caller, &phone);
    lose(house);
    CHECK_STR(house->last, "ringing agent - rings 101 talks");
    list(house, NULL, 0, "");
    CHECK_STR(house->last, "ended agent - rings talks unknown by unknown");
    CHECK(!house->row.has_ended_at);
    CHECK_INT(ami_model_live(house->model), 0);
    house_free(house);
}

// The events of its end come before the list: who lifted, and when, was hidden.
TEST(a_call_answered_in_the_gap_that_ends_before_the_list)
{
    for (int by_phone = 0; by_phone < 2; by_phone++) {
        struct house *house = house_up();
        struct leg caller = caller_leg(), phone = phone_leg();
        ring(house, &caller, &phone);
        lose(house);
        caller.state = phone.state = 6;
        hang_up(house, by_phone ? &phone : &caller, by_phone ? &caller : &phone);
        list(house, NULL, 0, "");
        ami_model_due(house->model, house->now_us += 2 * SECOND);
        CHECK_INT(house->row.state, call_state_ENDED);
        CHECK_INT(house->row.outcome, call_outcome_UNKNOWN);
        CHECK_INT(ami_model_live(house->model), 0);
        house_free(house);
    }
}

TEST(a_list_of_which_not_all_was_shown_ends_nothing)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    ring(house, &caller, &phone);
    lose(house);
    plain(house, "Event: CoreShowChannelsComplete\r\nActionID: a\r\nEventList: "
                 "Complete\r\nListItems: 2\r\n\r\n");
    CHECK_INT(ami_model_live(house->model), 1);
    house_free(house);
}

TEST(a_pbx_that_broke_down)
{
    struct leg caller, phone;
    struct house *house = house_talking(&caller, &phone);
    int64_t lost_at = house->now_us + SECOND;
    ami_model_lost(house->model, lost_at);
    house->now_us += 10 * SECOND;
    ami_model_connected(house->model, house->now_us);
    plain(house, "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 2\r\n\r\n");
    CHECK_STR(house->last, "ended agent 101 rings talks answered by pbx crash");
    CHECK(!house->row.has_ended_at);
    CHECK_INT(house->row.talk_ms, 1500);
    house_free(house);
}

TEST(a_long_uptime_means_the_line_was_lost_only)
{
    struct leg caller, phone;
    struct house *house = house_talking(&caller, &phone);
    lose(house);
    plain(house, "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 900\r\n\r\n");
    CHECK_INT(ami_model_live(house->model), 1);
    hang_up(house, &caller, &phone);
    CHECK_STR(house->last, "ended agent 101 rings talks answered by caller");
    house_free(house);
}

static struct call stored_row(void)
{
    static const char *const phones[] = { "101" };
    return (struct call){ .source = "pbx",
                          .source_ref = "1.1",
                          .state = call_state_TALKING,
                          .direction = call_direction_INBOUND,
                          .called = "+493023125101",
                          .agent = "101",
                          .agents_rung = phones,
                          .agents_rung_count = 1,
                          .talking = phones,
                          .talking_count = 1,
                          .started_at = START - 60 * SECOND,
                          .has_ring_at = true,
                          .ring_at = START - 59 * SECOND,
                          .has_answered_at = true,
                          .answered_at = START - 50 * SECOND };
}

// As it was told: held until we were gone, and talking on.
static struct call stored_with_part(void)
{
    static const struct call_part part = {
        .agent = "101", .from = START - 48 * SECOND, .talk_ms = 3000, .held_ms = 2000
    };
    struct call row = stored_row();
    row.parts = &part;
    row.parts_count = 1;
    return row;
}

TEST(a_stored_part_goes_on_after_our_restart)
{
    struct house *house = house_new();
    struct call row = stored_with_part();
    struct leg legs[] = { caller_leg(), phone_leg() };
    legs[0].state = legs[1].state = 6;
    ami_model_restore(house->model, &row);
    ami_model_connected(house->model, house->now_us);
    list(house, legs, 2, "b1");
    CHECK_INT(house->row.parts_count, 1);
    hang_up(house, &legs[1], &legs[0]);
    CHECK_INT(house->row.parts_count, 1);
    const struct call_part *part = &house->parts[0];
    CHECK_INT(part->from, START - 48 * SECOND);
    CHECK(part->has_until);
    CHECK_INT(part->talk_ms, (part->until - part->from) / 1000);
    CHECK_INT(part->held_ms, 2000);
    house_free(house);
}

// It held when we were gone, and nobody asks a PBX whether it still does.
TEST(a_stored_hold_goes_on_until_the_pbx_says_otherwise)
{
    for (int resumes = 0; resumes < 2; resumes++) {
        struct house *house = house_new();
        struct call row = stored_with_part();
        struct call_part part = row.parts[0];
        struct leg legs[] = { caller_leg(), phone_leg() };
        part.has_held = part.held = part.has_held_since = true;
        part.held_since = START - 20 * SECOND;
        row.parts = &part;
        legs[0].state = legs[1].state = 6;
        ami_model_restore(house->model, &row);
        ami_model_connected(house->model, house->now_us);
        list(house, legs, 2, "b1");
        CHECK(house->parts[0].held);
        CHECK_INT(house->parts[0].held_since, part.held_since);
        CHECK_INT(house->parts[0].held_ms, 2000);
        house->now_us = START + 10 * SECOND;
        if (resumes)
            one(house, "Unhold", &legs[1], "");
        int64_t until = house->now_us;
        house->now_us += 5 * SECOND;
        hang_up(house, &legs[1], &legs[0]);
        if (!resumes)
            until = house->parts[0].until;
        CHECK(!house->parts[0].held && !house->parts[0].has_held_since);
        CHECK_INT(house->parts[0].held_ms, 2000 + (until - part.held_since) / 1000);
        house_free(house);
    }
}

// Nor was it held longer.
TEST(a_stored_hold_that_is_gone_was_not_longer_than_it_was_seen)
{
    struct house *house = house_new();
    struct call row = stored_with_part();
    struct call_part part = row.parts[0];
    part.has_held = part.held = part.has_held_since = true;
    part.held_since = START - 20 * SECOND;
    row.parts = &part;
    ami_model_restore(house->model, &row);
    ami_model_connected(house->model, house->now_us);
    list(house, NULL, 0, "");
    CHECK(house->parts[0].has_until && !house->parts[0].held);
    CHECK_INT(house->parts[0].held_ms, 2000);
    house_free(house);
}

TEST(a_stored_part_that_is_gone_was_not_longer_than_it_was_seen)
{
    struct house *house = house_new();
    struct call row = stored_with_part();
    ami_model_restore(house->model, &row);
    ami_model_connected(house->model, house->now_us);
    list(house, NULL, 0, "");
    CHECK_INT(house->row.parts_count, 1);
    CHECK(house->parts[0].has_until);
    CHECK_INT(house->parts[0].until, START - 45 * SECOND);
    CHECK_INT(house->parts[0].talk_ms, 3000);
    house_free(house);
}

TEST(a_stored_call_goes_on_after_our_restart)
{
    struct house *house = house_new();
    struct call row = stored_row();
    struct leg legs[] = { caller_leg(), phone_leg() };
    legs[0].state = legs[1].state = 6;
    ami_model_restore(house->model, &row);
    ami_model_connected(house->model, house->now_us);
    CHECK_INT(house->rows, 0);
    list(house, legs, 2, "b1");
    CHECK_STR(house->last, "talking agent 101 rings talks 101");
    CHECK_STR(house->caller, "-"); // it was withheld when it was stored
    CHECK_INT(house->row.started_at, row.started_at);
    hang_up(house, &legs[1], &legs[0]);
    CHECK_STR(house->last, "ended agent 101 rings talks answered by agent");
    CHECK_INT(house->row.answered_at, row.answered_at);
    CHECK_INT(house->row.talk_ms, (house->row.ended_at - row.answered_at) / 1000 - 1500);
    house_free(house);
}

TEST(a_stored_call_that_is_gone_ended_unseen)
{
    struct house *house = house_new();
    struct call row = stored_row();
    ami_model_restore(house->model, &row);
    ami_model_restore(house->model, &row);
    row.source = "other";
    row.source_ref = "7.7";
    ami_model_restore(house->model, &row);
    CHECK_INT(ami_model_live(house->model), 1);
    ami_model_connected(house->model, house->now_us);
    list(house, NULL, 0, "");
    CHECK_STR(house->last, "ended agent 101 rings talks answered by unknown");
    CHECK(!house->row.has_ended_at);
    house_free(house);
}

TEST(without_a_list_a_lost_call_is_given_up_after_hours)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    ring(house, &caller, &phone);
    lose(house);
    plain(house, "Event: Other\r\n\r\n");
    CHECK_INT(ami_model_live(house->model), 1);
    house->now_us += INT64_C(4) * 3600 * SECOND;
    plain(house, "Event: Other\r\n\r\n");
    CHECK_INT(ami_model_live(house->model), 0);
    CHECK_STR(house->last, "ended agent - rings talks unknown by unknown");
    house_free(house);
}

TEST(a_stored_call_whose_agent_left_unseen)
{
    struct house *house = house_new();
    struct call row = stored_row();
    struct leg caller = caller_leg();
    caller.state = 6;
    ami_model_restore(house->model, &row);
    ami_model_connected(house->model, house->now_us);
    list(house, &caller, 1, "");
    house->now_us += 2 * SECOND;
    one(house, "HangupRequest", &caller, "Cause: 16\r\n");
    one(house, "Hangup", &caller, "Cause: 16\r\n");
    CHECK_STR(house->last, "ended agent 101 rings talks unknown by caller");
    house_free(house);
}

// Its caller is with somebody or something, but with whom is hidden.
TEST(a_call_that_was_answered_in_the_gap)
{
    struct house *house = house_up();
    struct leg legs[] = { caller_leg(), phone_leg() };
    struct leg other = { "PJSIP/102-00000003", "1.3", "1.1", 0, "102", "Jörg", "s" };
    ring(house, &legs[0], &legs[1]);
    lose(house);
    legs[0].state = 6;
    list(house, legs, 1, "");
    one(house, "Newchannel", &other, "");
    dial(house, "DialBegin", &legs[0], &other, "");
    talk(house, &legs[0], &other);
    CHECK(!house->row.has_answered_at && !house->row.agent);
    house->now_us += 2 * SECOND;
    hang_up(house, &legs[0], &other);
    CHECK_STR(house->last, "ended agent - rings talks unknown by caller");
    house_free(house);
}

TEST(a_reason_that_may_lie_in_the_gap_is_not_concluded)
{
    for (int late = 0; late < 2; late++) {
        struct house *house = house_up();
        struct leg legs[] = { caller_leg(), phone_leg() };
        ring(house, &legs[0], &legs[1]);
        talk(house, &legs[0], &legs[1]);
        lose(house);
        list(house, legs, 2, "b1");
        house->now_us += late ? 2 * SECOND : -2 * SECOND;
        bridge(house, "BridgeLeave", &legs[0], "b1");
        one(house, "Hangup", &legs[0], "Cause: 16\r\n");
        house->now_us -= SECOND;
        one(house, "SoftHangupRequest", &legs[1], "Cause: 32\r\n");
        one(house, "Hangup", &legs[1], "Cause: 16\r\n");
        CHECK_STR(house->last, late ? "ended agent 101 rings talks answered by ami"
                                    : "ended agent 101 rings talks answered by unknown");
        house_free(house);
    }
}

// First seen when it was up: what was dialled tells who began it.
TEST(a_phones_call_that_is_first_seen_when_it_is_up)
{
    static const struct {
        const char *dialled;
        enum call_direction direction;
        const char *called;
    } cases[] = {
        { "01713920011", call_direction_OUTBOUND, "01713920011" },
        { "102", call_direction_INTERNAL, "102" },
        { "", call_direction_CLICK_TO_DIAL, "-" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct house *house = house_up();
        struct leg phone = { "PJSIP/101-00000001",    "1.1", "1.1", 6, "+493023125101",
                             "Name wie nach draußen", "102" };
        char more[128];
        one(house, "CoreShowChannel", &phone, "Application: Dial\r\nBridgeId: b1\r\n");
        CHECK_INT(house->row.direction, call_direction_ABSENT);
        CHECK_STR(house->caller, "101");
        CHECK(house->row.caller_name == NULL);
        (void)snprintf(more, sizeof more, "Type: PJSIP\r\nDNID: %s\r\nBridgeID: b1\r\n",
                       cases[i].dialled);
        one(house, "Status", &phone, more);
        CHECK_INT(house->row.direction, cases[i].direction);
        CHECK_STR(house->called, cases[i].called);
        house_free(house);
    }
}
