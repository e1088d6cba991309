// SPDX-License-Identifier: Apache-2.0
// Inquiries through the whole house (D1, D5, D10, D11, G4): from the hotline's ring to the closing,
// with callback, department, resubmission and deputy, as each service learns it from the others.
#include <string.h>

#include "common/base/civil.h"
#include "services/contacts/api.h"
#include "services/notifier/api.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/switchboard.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/store_inquiry.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define CALLER  "+491713920061"
#define HOTLINE "+493023125100"

struct town {
    struct house *house;
    struct fixture *contacts, *telephony, *timekeeping, *notifier;
    struct switchboard board;
    struct client_row firm; // for whom the hotline answers
    struct staff anna, bert;
    struct contact meier;
    int64_t calls;
};

// --- the house
static void add_people(struct town *town)
{
    static const char *const annas = "10", *const berts = "11";
    struct number line = { .typed = "030 23125-100" }, phone = { .typed = "0171 3920061" };
    struct client_new firm = { .name = "Druck AG", .numbers = &line, .numbers_count = 1 };
    struct staff_new bert = { .name = "Bert", .extensions = &berts, .extensions_count = 1 };
    struct staff_new anna = { .name = "Anna", .extensions = &annas, .extensions_count = 1 };
    CHECK_INT(call_client_add(&town->contacts->client, &firm, &town->firm), CALL_DONE);
    CHECK_INT(call_staff_add(&town->contacts->client, &bert, &town->bert), CALL_DONE);
    anna.deputy = town->bert.id;
    CHECK_INT(call_staff_add(&town->contacts->client, &anna, &town->anna), CALL_DONE);
    struct contact_new meier = {
        .client = town->firm.id, .name = "Karl Meier", .phones = &phone, .phones_count = 1
    };
    CHECK_INT(call_contact_add(&town->contacts->client, &meier, &town->meier), CALL_DONE);
}

static void open_town(struct town *town)
{
    struct hotline_new hotline = { .name = "Störungen", .number = HOTLINE };
    struct hotline row;
    *town = (struct town){ .house = house_new(test_seed()) };
    town->board.home = (struct phone_home){ .country = "49", .area = "30" };
    town->contacts = house_add(town->house, &contacts_service, NULL, 0);
    town->telephony = house_add(town->house, &telephony_service, &town->board, 0);
    town->timekeeping = house_add(town->house, &timekeeping_service, NULL, 0);
    town->notifier = house_add(town->house, &notifier_service, NULL, 0);
    add_people(town);
    CHECK_INT(call_hotline_add(&town->telephony->client, &hotline, &row), CALL_DONE);
    house_wait(town->house, SECONDS(5));
}

static void as(struct fixture *fx, const struct staff *staff)
{
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(staff->id).text);
}

// Sees nothing but their own.
static void as_own(struct fixture *fx, const struct staff *staff)
{
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, staff->id },
               id_text(staff->id).text);
}

// --- the PBX
static bool record_call(struct request *rq, void *argument)
{
    return calls_record(rq, argument);
}

static void told(struct town *town, struct call *call)
{
    CHECK(fixture_input(town->telephony, record_call, call));
    house_settle(town->house);
}

static struct call ring(struct town *town, const char *called)
{
    static const char *const refs[] = { "1", "2", "3", "4" };
    bool inbound = strcmp(called, HOTLINE) == 0;
    struct call call = { .source = "pbx",
                         .source_ref = refs[town->calls++],
                         .state = call_state_RINGING,
                         .direction = inbound ? call_direction_INBOUND : call_direction_OUTBOUND,
                         .caller = inbound ? CALLER : "10",
                         .called = called,
                         .started_at = house_now(town->house) };
    told(town, &call);
    return call;
}

static void answer(struct town *town, struct call *call)
{
    call->state = call_state_TALKING;
    call->agent = "10";
    call->has_answered_at = true;
    call->answered_at = house_now(town->house);
    told(town, call);
}

static void hang_up(struct town *town, struct call *call, int64_t talked_us)
{
    house_wait(town->house, talked_us);
    call->state = call_state_ENDED;
    call->outcome = call_outcome_ANSWERED;
    call->has_ended_at = true;
    call->ended_at = house_now(town->house);
    call->talk_ms = (call->ended_at - call->answered_at) / MILLISECONDS(1);
    told(town, call);
}

// As telephony has it now: with id, client, and who was shown.
static struct call youngest(struct town *town)
{
    struct call_query query = { .has_limit = true, .limit = 1 };
    struct call_page page = { 0 };
    CHECK_INT(call_call_list(&town->telephony->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.calls_count, 1);
    return page.calls_count ? page.calls[0] : (struct call){ .version = 0 };
}

// --- what people see
static struct board_page board(struct town *town)
{
    struct board_query query = { .board = board_INQUIRIES };
    struct board_page page = { 0 };
    house_settle(town->house);
    CHECK_INT(call_board_get(&town->notifier->client, &query, &page), CALL_DONE);
    return page;
}

static struct inquiry inquiry_of(struct town *town, const char *number)
{
    struct inquiry_ref ref = { .number = number };
    struct inquiry_match match = { 0 };
    CHECK_INT(call_inquiry_get(&town->timekeeping->client, &ref, &match), CALL_DONE);
    return match.inquiry ? *match.inquiry : (struct inquiry){ .version = 0 };
}

static struct inquiry add_by_hand(struct town *town, const char *subject)
{
    struct inquiry_new in = { .subject = subject, .client = town->firm.id };
    struct inquiry out = { .version = 0 };
    as(town->timekeeping, &town->anna);
    CHECK_INT(call_inquiry_add(&town->timekeeping->client, &in, &out), CALL_DONE);
    return out;
}

// --- D1
TEST(a_hotline_s_call_opens_one_that_knows_everything_and_the_next_is_offered_it)
{
    struct town town;
    open_town(&town);
    struct call call = ring(&town, HOTLINE);
    CHECK_INT((int64_t)board(&town).inquiries_count, 0);
    answer(&town, &call);
    struct inquiry row = inquiry_of(&town, "1");
    CHECK(id_equal(row.contact, town.meier.id) && id_equal(row.staff, town.anna.id));
    CHECK(id_equal(row.client, town.firm.id) && id_equal(row.calls[0], youngest(&town).id));
    CHECK_STR(row.contact_name, "Karl Meier");
    CHECK_STR(row.phone, CALLER);
    CHECK_STR(row.subject, "Anruf von Karl Meier am 02.03.2026 um 09:00");
    CHECK(row.channel == channel_PHONE && row.has_responded_at);
    struct board_page page = board(&town);
    CHECK_INT((int64_t)page.inquiries_count, 1);
    CHECK_STR(page.inquiries[0].client_name, "Druck AG");
    CHECK_STR(page.inquiries[0].staff_name, "Anna");
    hang_up(&town, &call, SECONDS(90));
    // He calls again: no second one, the open one is offered and takes the call.
    call = ring(&town, HOTLINE);
    answer(&town, &call);
    struct inquiry_of_call asked = { .call = youngest(&town).id };
    struct inquiries_of_call found = { 0 };
    CHECK_INT(call_inquiry_for_call(&town.timekeeping->client, &asked, &found), CALL_DONE);
    CHECK_INT((int64_t)found.of_call_count, 0);
    CHECK_INT((int64_t)found.offered_count, 1);
    struct inquiry_call more = { .number = "1", .call = asked.call };
    CHECK_INT(call_inquiry_call_add(&town.timekeeping->client, &more, &row), CALL_DONE);
    CHECK_INT((int64_t)row.calls_count, 2);
    CHECK_INT(fixture_rows(town.timekeeping, &inquiry_table), 1);
    house_free(town.house);
}

TEST(one_request_makes_an_inquiry_of_any_call)
{
    struct town town;
    open_town(&town);
    struct call call = ring(&town, CALLER); // out, which no hotline is
    answer(&town, &call);
    hang_up(&town, &call, SECONDS(60));
    struct inquiry_new in = { .call = youngest(&town).id, .text = "will ein Angebot" };
    struct inquiry row = { .version = 0 };
    CHECK_INT(fixture_rows(town.timekeeping, &inquiry_table), 0);
    CHECK_INT(call_inquiry_add(&town.timekeeping->client, &in, &row), CALL_DONE);
    CHECK_STR(row.phone, CALLER);
    CHECK(id_equal(row.staff, town.anna.id) && id_equal(row.calls[0], in.call));
    CHECK_STR(row.text, "will ein Angebot");
    CHECK(row.opened_at == call.started_at && row.responded_at == call.answered_at);
    house_free(town.house);
}

// --- D5, A11
TEST(an_open_callback_holds_the_closing_back_until_the_call_has_been_made)
{
    struct town town;
    open_town(&town);
    struct call call = ring(&town, HOTLINE);
    answer(&town, &call);
    struct callback_new wish = { .inquiry = inquiry_of(&town, "1").id, .reason = "Teil ist da" };
    struct callback callback;
    as(town.timekeeping, &town.anna);
    CHECK_INT(call_callback_add(&town.timekeeping->client, &wish, &callback), CALL_DONE);
    CHECK_STR(callback.number, CALLER);
    CHECK_STR(callback.contact_name, "Karl Meier");
    hang_up(&town, &call, SECONDS(120));
    struct inquiry_closing close = { .number = "1", .solution = "Walze getauscht" };
    struct inquiry row;
    CHECK_INT(call_inquiry_close(&town.timekeeping->client, &close, &row), CALL_REFUSED);
    CHECK_REFUSED(&town.timekeeping->client.refused, ERR_CONFLICT, "state");
    CHECK(strstr(town.timekeeping->client.refused.german, "Rückrufe: 1") != NULL);
    CHECK(strstr(town.timekeeping->client.refused.english, "callbacks: 1") != NULL);
    // Made: it is offered by the call itself, and said to be it.
    call = ring(&town, CALLER);
    answer(&town, &call);
    struct by_id by_id = { .id = callback.id };
    CHECK_INT(call_callback_get(&town.timekeeping->client, &by_id, &callback), CALL_DONE);
    CHECK_INT(callback.state, callback_state_OFFERED);
    CHECK_INT(call_inquiry_close(&town.timekeeping->client, &close, &row), CALL_REFUSED);
    struct callback_settle settle = { .id = callback.id };
    CHECK_INT(call_callback_done(&town.timekeeping->client, &settle, &callback), CALL_DONE);
    CHECK_INT(call_inquiry_close(&town.timekeeping->client, &close, &row), CALL_DONE);
    CHECK_INT((int64_t)board(&town).inquiries_count, 0);
    house_free(town.house);
}

TEST(forwarded_to_a_department_it_leaves_its_clerk_s_board_until_somebody_takes_it)
{
    struct town town;
    open_town(&town);
    (void)add_by_hand(&town, "Fax verstümmelt");
    as_own(town.notifier, &town.anna);
    CHECK_INT((int64_t)board(&town).inquiries_count, 1);
    struct inquiry_forwarding forward = { .number = "1", .department = "Technik", .reason = "HW" };
    struct inquiry row;
    CHECK_INT(call_inquiry_forward(&town.timekeeping->client, &forward, &row), CALL_DONE);
    CHECK_INT((int64_t)board(&town).inquiries_count, 0);
    fixture_as(town.notifier, ROLE_BIT(LEADER), scope_house, "leiter");
    struct board_page page = board(&town);
    CHECK_INT((int64_t)page.inquiries_count, 1);
    CHECK_STR(page.inquiries[0].inquiry->department, "Technik");
    CHECK_INT(page.inquiries[0].inquiry->state, inquiry_state_FORWARDED);
    CHECK(!page.inquiries[0].staff_name);
    as(town.timekeeping, &town.bert);
    struct inquiry_taking take = { .number = "1" };
    CHECK_INT(call_inquiry_take(&town.timekeeping->client, &take, &row), CALL_DONE);
    as_own(town.notifier, &town.bert);
    CHECK_STR(board(&town).inquiries[0].staff_name, "Bert");
    house_free(town.house);
}

static int64_t times_returned(struct town *town)
{
    struct inquiry row = { .version = 0 };
    struct fact fact;
    int64_t count = 0;
    int64_t last_us = 0;
    for (int i = 0; fixture_fact_at(town->timekeeping, "inquiry", i, &fact, &row); i++) {
        count += row.has_returned_at && row.returned_at != last_us;
        last_us = row.has_returned_at ? row.returned_at : last_us;
    }
    return count;
}

TEST(a_resubmission_comes_back_once_whoever_was_down_at_its_time)
{
    struct town town;
    open_town(&town);
    (void)add_by_hand(&town, "Wartungsvertrag");
    struct inquiry_putting_off off = { .number = "1",
                                       .at = house_now(town.house) + SECONDS(120),
                                       .reason = "Angebot abwarten" };
    struct inquiry row;
    CHECK_INT(call_inquiry_resubmit(&town.timekeeping->client, &off, &row), CALL_DONE);
    CHECK_INT(board(&town).inquiries[0].inquiry->state, inquiry_state_RESUBMISSION);
    fixture_crash(town.timekeeping);
    fixture_crash(town.notifier);
    house_wait(town.house, SECONDS(600));
    fixture_start(town.notifier);
    house_wait(town.house, SECONDS(5));
    CHECK_INT(board(&town).inquiries[0].inquiry->state, inquiry_state_RESUBMISSION);
    fixture_start(town.timekeeping);
    house_wait(town.house, SECONDS(10));
    CHECK_INT(board(&town).inquiries[0].inquiry->state, inquiry_state_OPEN);
    CHECK(board(&town).inquiries[0].inquiry->has_returned_at);
    fixture_crash(town.timekeeping);
    fixture_start(town.timekeeping);
    house_wait(town.house, SECONDS(60));
    CHECK_INT(times_returned(&town), 1);
    house_free(town.house);
}

// --- G4
TEST(while_a_clerk_is_away_the_deputy_sees_their_inquiries)
{
    struct town town;
    open_town(&town);
    (void)add_by_hand(&town, "Toner");
    as_own(town.notifier, &town.bert);
    CHECK_INT((int64_t)board(&town).inquiries_count, 0);
    struct absence_new away = { .staff = town.anna.id,
                                .reason = absence_reason_VACATION,
                                .from = house_now(town.house) + SECONDS(30),
                                .until = house_now(town.house) + SECONDS(300) };
    struct absence absence;
    CHECK_INT(call_absence_add(&town.contacts->client, &away, &absence), CALL_DONE);
    house_wait(town.house, SECONDS(20));
    CHECK_INT((int64_t)board(&town).inquiries_count, 0);
    house_wait(town.house, SECONDS(60));
    CHECK_INT((int64_t)board(&town).inquiries_count, 1);
    as_own(town.notifier, &town.anna); // hers it stays
    CHECK_INT((int64_t)board(&town).inquiries_count, 1);
    house_wait(town.house, SECONDS(300));
    as_own(town.notifier, &town.bert);
    CHECK_INT((int64_t)board(&town).inquiries_count, 0);
    house_free(town.house);
}
