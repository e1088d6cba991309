// SPDX-License-Identifier: Apache-2.0
// A1, A10, E11: what is asked of a PBX is wanted, begun once, and seen to its end.
#include <string.h>

#include "common/base/civil.h"
#include "common/step/intent.h"
#include "services/telephony/acts.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static struct switchboard board;

static struct id number(uint8_t nth)
{
    return (struct id){ { 1, 2, 3, 4, 5, 6, 0x70, 7, 0x80, nth } };
}

static void tell_staff(struct fixture *fx, uint8_t nth, const char *extension)
{
    struct staff staff = { .id = number(nth),
                           .version = 1,
                           .name = nth == 1 ? "Anna" : "Jörg",
                           .extensions = &extension,
                           .extensions_count = 1,
                           .edited_at = 1,
                           .edited_by = "tester" };
    fixture_fact(fx, "contacts", "staff", &staff, false);
}

static struct fixture *house(void)
{
    board = (struct switchboard){
        .home = { "49", "30" },
        .links = { { .source = "pbx", .kind = "ami", .connected = true },
                   { .source = "tape", .kind = "replay", .connected = true } },
        .link_count = 2,
        .dialling = { { "49", "30" }, "", "from-internal", "PJSIP/{}", false, false },
    };
    struct fixture *fx = fixture_new_with(&telephony_service, &board, 0);
    tell_staff(fx, 1, "101");
    tell_staff(fx, 2, "102");
    return fx;
}

static bool record(struct request *rq, void *argument)
{
    return calls_record(rq, argument);
}

static struct id call_in(struct fixture *fx, const char *ref, const char *talks)
{
    struct call call = {
        .source = "pbx",
        .source_ref = ref,
        .state = talks ? call_state_TALKING : call_state_RINGING,
        .direction = call_direction_INBOUND,
        .talking = &talks,
        .talking_count = talks != NULL,
        .started_at = SECONDS(1795398000),
    };
    struct fact fact;
    CHECK(fixture_input(fx, record, &call));
    CHECK(fixture_fact_at(fx, "call", -1, &fact, NULL));
    return fact.entity;
}

static bool start(struct request *rq, void *argument)
{
    struct act acts[10];
    return acts_start(rq, acts, 10, argument);
}

static size_t started(struct fixture *fx)
{
    size_t count = 0;
    CHECK(fixture_input(fx, start, &count));
    return count;
}

static struct id finishing;

static bool finish_done(struct request *rq, void *argument)
{
    (void)argument;
    return acts_finish(rq, finishing, intent_state_DONE, TEXT_NONE, NULL);
}

static bool recover(struct request *rq, void *argument)
{
    (void)argument;
    return acts_recover(rq);
}

static struct act dial(struct fixture *fx, const char *typed)
{
    struct dial_in in = { .number = typed, .extension = "101" };
    struct act act = { 0 };
    CHECK_INT(call_call_dial(&fx->client, &in, &act), CALL_DONE);
    return act;
}

static struct act act_of(struct fixture *fx, struct id id)
{
    struct act act = { 0 };
    CHECK(fixture_row(fx, &act_table, id, &act));
    return act;
}

TEST(dialling_is_wanted_begun_once_and_done)
{
    struct fixture *fx = house();
    struct act act = dial(fx, "0171 3920011");
    CHECK_INT(act.state, intent_state_WANTED);
    CHECK_STR(act.number, "+491713920011");
    CHECK_STR(act.source, "pbx");
    CHECK_INT((int64_t)started(fx), 1);
    CHECK_INT((int64_t)started(fx), 0);
    CHECK_INT(act_of(fx, act.id).state, intent_state_STARTED);
    finishing = act.id;
    CHECK(fixture_input(fx, finish_done, NULL));
    CHECK(fixture_input(fx, finish_done, NULL)); // heard twice
    CHECK_INT(act_of(fx, act.id).state, intent_state_DONE);
    CHECK_INT(fixture_facts(fx, "act"), 3);
    fixture_free(fx);
}

TEST(the_same_request_again_dials_once)
{
    struct fixture *fx = house();
    struct id id = { { 0x01, 0x9d, 0, 0, 0, 1, 0x70, 1, 0x80, 1 } };
    int64_t ms = fixture_now(fx) / 1000;
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    fixture_next_id(fx, id);
    struct act first = dial(fx, "0171 3920011");
    fixture_next_id(fx, id);
    struct act again = dial(fx, "0171 3920011");
    CHECK(id_equal(first.id, again.id));
    CHECK_INT((int64_t)started(fx), 1);
    fixture_free(fx);
}

TEST(what_was_begun_when_the_process_died_is_unknown_and_never_dialled_again)
{
    struct fixture *fx = house();
    struct act act = dial(fx, "0171 3920011");
    CHECK_INT((int64_t)started(fx), 1);
    fixture_crash(fx);
    fixture_start(fx);
    CHECK(fixture_input(fx, recover, NULL));
    CHECK_INT(act_of(fx, act.id).state, intent_state_UNKNOWN);
    CHECK(act_of(fx, act.id).reason != NULL);
    CHECK_INT((int64_t)started(fx), 0);
    // The PBX's own events tell that it did happen: the call bears the order's id.
    (void)call_in(fx, id_text(act.id).text, "101");
    act = act_of(fx, act.id);
    CHECK_INT(act.state, intent_state_DONE);
    CHECK(!id_is_zero(act.call));
    fixture_free(fx);
}

TEST(what_waited_too_long_is_not_done_any_more)
{
    struct fixture *fx = house();
    struct act act = dial(fx, "0171 3920011");
    fixture_wait(fx, ACT_LATE_US + 1);
    CHECK_INT((int64_t)started(fx), 0);
    act = act_of(fx, act.id);
    CHECK_INT(act.state, intent_state_FAILED);
    CHECK(act.reason && strstr(act.reason, "20 s"));
    fixture_free(fx);
}

TEST(a_conversation_is_forwarded_to_a_member_of_staff)
{
    struct fixture *fx = house();
    struct forward_in in = { .call = call_in(fx, "1.1", "101"), .staff = number(2) };
    struct act act = { 0 };
    CHECK_INT(call_call_forward(&fx->client, &in, &act), CALL_DONE);
    CHECK_INT(act.kind, act_kind_FORWARD_BLIND);
    CHECK_STR(act.number, "102");
    CHECK_STR(act.extension, "101");
    CHECK_STR(act.source_ref, "1.1");
    fixture_free(fx);
}

TEST(what_cannot_be_done_is_refused_before_it_is_wanted)
{
    struct fixture *fx = house();
    struct id rings = call_in(fx, "1.1", NULL), talks = call_in(fx, "2.1", "101");
    struct act act = { 0 };
    struct dial_in both = { .number = "030 1234567", .contact = number(9), .extension = "101" };
    struct dial_in nobody = { .number = "030 1234567" };
    struct dial_in stranger = { .number = "030 1234567", .extension = "199" };
    struct dial_in help = { .number = "112", .extension = "101" };
    struct forward_in silent = { .call = rings, .number = "102" };
    struct pick_up_in busy = { .call = talks, .extension = "102" };
    struct hang_up_in none = { .call = number(77) };
    CHECK_INT(call_call_dial(&fx->client, &both, &act), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "number");
    CHECK_INT(call_call_dial(&fx->client, &nobody, &act), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "extension");
    CHECK_INT(call_call_dial(&fx->client, &stranger, &act), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "extension");
    CHECK_INT(call_call_dial(&fx->client, &help, &act), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_FORBIDDEN, "number");
    CHECK_INT(call_call_forward(&fx->client, &silent, &act), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "extension");
    CHECK_INT(call_call_pick_up(&fx->client, &busy, &act), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_CONFLICT, "call");
    CHECK_INT(call_call_hang_up(&fx->client, &none, &act), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "call");
    CHECK_INT(fixture_rows(fx, &act_table), 0);
    CHECK_INT(fixture_rows(fx, &intent_table), 0);
    fixture_free(fx);
}

TEST(without_a_linked_pbx_nothing_is_wanted)
{
    struct fixture *fx = house();
    struct dial_in in = { .number = "030 1234567", .extension = "101" };
    struct act act = { 0 };
    board.links[0].connected = false;
    fx->client.wait_ms = 500;
    CHECK(call_call_dial(&fx->client, &in, &act) != CALL_DONE);
    CHECK_INT(fixture_rows(fx, &act_table), 0);
    fixture_free(fx);
}

TEST(agents_act_with_their_own_phone_and_in_their_own_calls)
{
    struct fixture *fx = house();
    struct id anna = call_in(fx, "1.1", "101");
    struct dial_in own = { .number = "030 1234567" };
    struct dial_in other = { .number = "030 1234567", .extension = "102" };
    struct hang_up_in hang_up = { .call = anna };
    struct act act = { 0 };
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, number(1) }, "anna");
    CHECK_INT(call_call_dial(&fx->client, &own, &act), CALL_DONE);
    CHECK_STR(act.extension, "101");
    CHECK_INT(call_call_dial(&fx->client, &other, &act), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "extension");
    CHECK_INT(call_call_hang_up(&fx->client, &hang_up, &act), CALL_DONE);
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, number(2) }, "joerg");
    CHECK_INT(call_call_hang_up(&fx->client, &hang_up, &act), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "call");
    fixture_as(fx, ROLE_BIT(BOARD), scope_house, "board");
    CHECK_INT(call_call_hang_up(&fx->client, &hang_up, &act), CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_FORBIDDEN);
    fixture_free(fx);
}
