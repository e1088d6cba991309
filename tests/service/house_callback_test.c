// SPDX-License-Identifier: Apache-2.0
// A callback from the call in which it was wished for to the one in which it was made, through all
// services; and to the deputy's board while its agent is away, whatever crashes.
#include <string.h>

#include "services/contacts/api.h"
#include "services/notifier/api.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/switchboard.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/store_callback.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

struct town {
    struct house *house;
    struct fixture *contacts, *telephony, *timekeeping, *notifier;
    struct switchboard board;
    struct staff anna, bert;
    struct contact meier;
};

static void open_town(struct town *town)
{
    *town = (struct town){ .house = house_new(test_seed()) };
    town->board.home = (struct phone_home){ .country = "49", .area = "30" };
    town->contacts = house_add(town->house, &contacts_service, NULL, 0);
    town->telephony = house_add(town->house, &telephony_service, &town->board, 0);
    town->timekeeping = house_add(town->house, &timekeeping_service, NULL, 0);
    town->notifier = house_add(town->house, &notifier_service, NULL, 0);
    struct staff_new bert = { .name = "Bert" }, anna = { .name = "Anna" };
    struct number phone = { .typed = "0171 3920061" };
    struct contact_new meier = { .name = "Karl Meier", .phones = &phone, .phones_count = 1 };
    CHECK_INT(call_staff_add(&town->contacts->client, &bert, &town->bert), CALL_DONE);
    anna.deputy = town->bert.id;
    CHECK_INT(call_staff_add(&town->contacts->client, &anna, &town->anna), CALL_DONE);
    CHECK_INT(call_contact_add(&town->contacts->client, &meier, &town->meier), CALL_DONE);
    house_wait(town->house, SECONDS(5));
}

static bool record_call(struct request *rq, void *argument)
{
    return calls_record(rq, argument);
}

static struct call call_made(struct town *town, const char *ref, enum call_direction direction)
{
    static const char number[] = "+491713920061";
    bool inbound = direction == call_direction_INBOUND;
    struct call call = { .source = "pbx",
                         .source_ref = ref,
                         .version = 1,
                         .state = call_state_RINGING,
                         .direction = direction,
                         .caller = inbound ? number : NULL,
                         .called = inbound ? NULL : number,
                         .started_at = house_now(town->house) };
    CHECK(fixture_input(town->telephony, record_call, &call));
    call.state = call_state_ENDED;
    call.has_answered_at = call.has_ended_at = true;
    call.answered_at = call.ended_at = house_now(town->house);
    call.outcome = call_outcome_ANSWERED;
    CHECK(fixture_input(town->telephony, record_call, &call));
    house_wait(town->house, SECONDS(5));
    struct call_page page = { 0 };
    struct call_query query = { .has_limit = true, .limit = 1 };
    CHECK_INT(call_call_list(&town->telephony->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.calls_count, 1);
    return page.calls_count ? page.calls[0] : call;
}

static struct board_page board(struct town *town)
{
    struct board_page page = { 0 };
    struct board_query query = { .board = board_CALLBACKS };
    CHECK_INT(call_board_get(&town->notifier->client, &query, &page), CALL_DONE);
    return page;
}

TEST(a_callback_goes_from_call_to_call_and_over_the_deputys_board)
{
    struct town town;
    open_town(&town);
    struct call wish = call_made(&town, "1", call_direction_INBOUND);
    struct callback_new in = { .call = wish.id, .reason = "Angebot", .staff = town.anna.id };
    struct callback row;
    CHECK_INT(call_callback_add(&town.timekeeping->client, &in, &row), CALL_DONE);
    CHECK(id_equal(row.contact, town.meier.id));
    CHECK_STR(row.contact_name, "Karl Meier");
    house_wait(town.house, SECONDS(5));
    struct board_page page = board(&town);
    CHECK_INT((int64_t)page.callbacks_count, 1);
    CHECK_STR(page.callbacks[0].staff_name, "Anna");
    // She goes; each service dies meanwhile.
    struct absence_new away = { .staff = town.anna.id,
                                .reason = absence_reason_ILLNESS,
                                .from = house_now(town.house) + SECONDS(60),
                                .until = house_now(town.house) + SECONDS(7200) };
    struct absence absence;
    CHECK_INT(call_absence_add(&town.contacts->client, &away, &absence), CALL_DONE);
    fixture_crash(town.timekeeping);
    house_wait(town.house, SECONDS(90));
    fixture_start(town.timekeeping);
    fixture_restart(town.notifier);
    house_wait(town.house, SECONDS(10));
    fixture_as(town.notifier, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, town.bert.id }, "bert");
    CHECK_INT((int64_t)board(&town).callbacks_count, 1);
    // He makes it.
    struct call made = call_made(&town, "2", call_direction_OUTBOUND);
    CHECK_INT((int64_t)board(&town).callbacks_count, 1);
    CHECK_INT(board(&town).callbacks[0].callback->state, callback_state_OFFERED);
    CHECK(id_equal(board(&town).callbacks[0].callback->offered_call, made.id));
    fixture_as(town.timekeeping, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, town.bert.id },
               "bert");
    struct callback_settle settle = { .id = row.id, .result = "nimmt an" };
    CHECK_INT(call_callback_done(&town.timekeeping->client, &settle, &row), CALL_DONE);
    house_wait(town.house, SECONDS(5));
    CHECK_INT((int64_t)board(&town).callbacks_count, 0);
    CHECK_INT(fixture_facts(town.timekeeping, "callback"), 4);
    house_free(town.house);
}
