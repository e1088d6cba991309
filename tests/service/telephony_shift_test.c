// SPDX-License-Identifier: Apache-2.0
// E9: agents as they sign on, as calls reach their phones, as time passes; and who may say so.
#include <string.h>

#include "common/base/civil.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static struct switchboard board = { .home = { .country = "49", .area = "30" } };

static struct id number(uint8_t nth)
{
    return (struct id){ { 1, 2, 3, 4, 5, 6, 0x70, 7, 0x80, nth } };
}

static void tell_staff(struct fixture *fx, uint8_t nth, const char *extension, struct id team)
{
    static int64_t version = 1;
    const char *const skills[] = { "dunning" };
    struct staff staff = {
        .id = number(nth),
        .version = version++,
        .name = nth == 1 ? "Anna" : "Jörg",
        .extensions = &extension,
        .extensions_count = 1,
        .skills = skills,
        .skills_count = nth == 1,
        .team = team,
        .edited_at = fixture_now(fx),
        .edited_by = "tester",
    };
    fixture_fact(fx, "contacts", "staff", &staff, false);
}

static struct fixture *house(void)
{
    struct fixture *fx = fixture_new_with(&telephony_service, &board, 0);
    tell_staff(fx, 1, "101", number(50));
    tell_staff(fx, 2, "102", (struct id){ { 0 } });
    return fx;
}

static bool record(struct request *rq, void *argument)
{
    return calls_record(rq, argument);
}

// A phone that rings or talks in the call "1.1"; both NULL: it has ended.
static void phone(struct fixture *fx, const char *rings, const char *talks)
{
    struct call call = {
        .source = "pbx",
        .source_ref = "1.1",
        .state = talks   ? call_state_TALKING
                 : rings ? call_state_RINGING
                         : call_state_ENDED,
        .direction = call_direction_INBOUND,
        .ringing = &rings,
        .ringing_count = rings != NULL,
        .talking = &talks,
        .talking_count = talks != NULL,
        .started_at = SECONDS(1795398000),
        .outcome = rings || talks ? call_outcome_ABSENT : call_outcome_ANSWERED,
    };
    CHECK(fixture_input(fx, record, &call));
}

static struct agent agent_of(struct fixture *fx, uint8_t nth)
{
    struct agent agent = { 0 };
    (void)fixture_row(fx, &agent_table, number(nth), &agent);
    return agent;
}

static struct agent sign_on(struct fixture *fx, uint8_t nth, int64_t wrap_up_s)
{
    struct agent_on_in in = { .staff = number(nth), .has_wrap_up_s = true, .wrap_up_s = wrap_up_s };
    struct agent out = { 0 };
    CHECK_INT(call_agent_sign_on(&fx->client, &in, &out), CALL_DONE);
    return out;
}

TEST(a_shift_with_a_call_and_a_wrap_up)
{
    struct fixture *fx = house();
    CHECK_INT(sign_on(fx, 1, 20).presence, presence_FREE);
    phone(fx, "101", NULL);
    CHECK_INT(agent_of(fx, 1).presence, presence_RINGING);
    phone(fx, NULL, "101");
    CHECK_INT(agent_of(fx, 1).presence, presence_BUSY);
    CHECK_INT((int64_t)agent_of(fx, 1).calls_count, 1);
    phone(fx, NULL, NULL);
    CHECK_INT(agent_of(fx, 1).presence, presence_WRAP_UP);
    fixture_wait(fx, SECONDS(19));
    CHECK_INT(agent_of(fx, 1).presence, presence_WRAP_UP);
    fixture_wait(fx, SECONDS(3));
    CHECK_INT(agent_of(fx, 1).presence, presence_FREE);
    CHECK_INT(fixture_facts(fx, "agent"), 5);
    fixture_free(fx);
}

TEST(a_wrap_up_ends_also_when_the_service_was_down_at_its_time)
{
    struct fixture *fx = house();
    (void)sign_on(fx, 1, 20);
    phone(fx, NULL, "101");
    phone(fx, NULL, NULL);
    fixture_crash(fx);
    fixture_wait(fx, SECONDS(60));
    fixture_start(fx);
    fixture_wait(fx, SECONDS(2));
    CHECK_INT(agent_of(fx, 1).presence, presence_FREE);
    fixture_free(fx);
}

TEST(a_call_that_moves_on_frees_the_first_phone)
{
    struct fixture *fx = house();
    (void)sign_on(fx, 1, 0);
    (void)sign_on(fx, 2, 0);
    phone(fx, NULL, "101");
    phone(fx, "102", NULL);
    CHECK_INT(agent_of(fx, 1).presence, presence_FREE);
    CHECK_INT(agent_of(fx, 2).presence, presence_RINGING);
    phone(fx, NULL, NULL);
    CHECK_INT(agent_of(fx, 2).presence, presence_FREE);
    fixture_free(fx);
}

TEST(moves_that_are_not_possible_are_refused_with_the_reason)
{
    struct fixture *fx = house();
    struct agent_pause_in pause = { .staff = number(1), .reason = "Mittag" };
    struct agent_in nobody = { .staff = number(99) };
    struct agent out = { 0 };
    CHECK_INT(call_agent_pause(&fx->client, &pause, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_CONFLICT, "staff");
    CHECK_INT(call_agent_sign_off(&fx->client, &nobody, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "staff");
    nobody = (struct agent_in){ .staff = { { 0 } } };
    CHECK_INT(call_agent_sign_off(&fx->client, &nobody, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "staff");
    CHECK_INT(fixture_facts(fx, "agent"), 0);
    fixture_free(fx);
}

TEST(agents_move_themselves_and_leaders_their_team)
{
    struct fixture *fx = house();
    struct agent_on_in mine = { 0 }, other = { .staff = number(2) }, hers = { .staff = number(1) };
    struct agent out = { 0 };
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, number(1) }, "anna");
    CHECK_INT(call_agent_sign_on(&fx->client, &mine, &out), CALL_DONE);
    CHECK(id_equal(out.id, number(1)));
    CHECK_INT(call_agent_sign_on(&fx->client, &other, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "staff");
    fixture_as(fx, ROLE_BIT(LEADER), (struct scope){ SCOPE_TEAM, number(50) }, "lead");
    CHECK_INT(call_agent_sign_on(&fx->client, &hers, &out), CALL_DONE);
    CHECK_INT(call_agent_sign_on(&fx->client, &other, &out), CALL_REFUSED);
    fixture_as(fx, ROLE_BIT(CLIENT), (struct scope){ SCOPE_CLIENT, number(7) }, "client");
    CHECK_INT(call_agent_sign_on(&fx->client, &hers, &out), CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_FORBIDDEN);
    fixture_free(fx);
}

TEST(who_is_free_with_this_skill)
{
    struct fixture *fx = house();
    struct agent_query query = { .presence = presence_FREE, .skill = "dunning" };
    struct agent_page page = { 0 };
    (void)sign_on(fx, 1, 0);
    (void)sign_on(fx, 2, 0);
    CHECK_INT(call_agent_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.agents_count, 1);
    CHECK_STR(page.agents_count ? page.agents[0].name : "", "Anna");
    phone(fx, NULL, "101");
    page = (struct agent_page){ 0 };
    CHECK_INT(call_agent_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.agents_count, 0);
    fixture_free(fx);
}

// A member of staff who moves while a call goes on at the phone that they had, or get.
TEST(whoever_changes_phones_is_in_the_calls_of_the_new_one)
{
    struct fixture *fx = house();
    (void)sign_on(fx, 1, 0);
    phone(fx, NULL, "101");
    tell_staff(fx, 1, "103", number(50));
    CHECK_INT(agent_of(fx, 1).presence, presence_FREE);
    CHECK_INT((int64_t)agent_of(fx, 1).calls_count, 0);
    tell_staff(fx, 2, "101", (struct id){ { 0 } });
    CHECK_INT(agent_of(fx, 2).presence, presence_BUSY);
    phone(fx, NULL, NULL);
    CHECK_INT(agent_of(fx, 2).presence, presence_OFFLINE);
    CHECK_INT(agent_of(fx, 1).presence, presence_FREE);
    fixture_free(fx);
}

TEST(whoever_leaves_while_they_talk_talks_no_more)
{
    struct fixture *fx = house();
    (void)sign_on(fx, 1, 20);
    phone(fx, NULL, "101");
    struct staff staff = { .id = number(1),
                           .version = 200,
                           .name = "Anna",
                           .has_left = true,
                           .left = true,
                           .edited_at = 1,
                           .edited_by = "tester" };
    fixture_fact(fx, "contacts", "staff", &staff, false);
    CHECK_INT(agent_of(fx, 1).presence, presence_OFFLINE);
    CHECK_INT((int64_t)agent_of(fx, 1).calls_count, 0);
    phone(fx, NULL, NULL);
    CHECK_INT(agent_of(fx, 1).state, agent_state_OFF);
    fixture_free(fx);
}

TEST(whoever_leaves_the_house_is_signed_off_and_a_deleted_one_is_gone)
{
    struct fixture *fx = house();
    (void)sign_on(fx, 1, 0);
    struct staff staff = { .id = number(1),
                           .version = 100,
                           .name = "Anna",
                           .has_left = true,
                           .left = true,
                           .edited_at = 1,
                           .edited_by = "tester" };
    fixture_fact(fx, "contacts", "staff", &staff, false);
    CHECK_INT(agent_of(fx, 1).presence, presence_OFFLINE);
    staff.version = 101;
    fixture_fact(fx, "contacts", "staff", &staff, true);
    CHECK_INT(fixture_rows(fx, &agent_table), 0);
    // And comes back: newer than the tombstone for everybody who follows.
    struct fact gone, back;
    CHECK(fixture_fact_at(fx, "agent", -1, &gone, NULL));
    CHECK(gone.deleted);
    staff.version = 102;
    staff.has_left = staff.left = false;
    fixture_fact(fx, "contacts", "staff", &staff, false);
    (void)sign_on(fx, 1, 0);
    CHECK(fixture_fact_at(fx, "agent", -1, &back, NULL));
    CHECK(!back.deleted && back.version > gone.version);
    fixture_free(fx);
}
