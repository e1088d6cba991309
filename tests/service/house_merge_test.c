// SPDX-License-Identifier: Apache-2.0
// Who follows contacts when two are merged: a call keeps what was shown, the board and later calls
// show the one that stayed.
#include <string.h>

#include "services/contacts/api.h"
#include "services/notifier/api.h"
#include "services/notifier/store.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

struct world {
    struct house *house;
    struct fixture *contacts, *telephony, *notifier;
    struct switchboard board;
    struct contact from, to;
};

static void open_world(struct world *world)
{
    *world = (struct world){ .house = house_new(test_seed()) };
    world->board.home = (struct phone_home){ .country = "49", .area = "30" };
    world->contacts = house_add(world->house, &contacts_service, NULL, 0);
    world->telephony = house_add(world->house, &telephony_service, &world->board, 0);
    world->notifier = house_add(world->house, &notifier_service, NULL, 0);
    struct number phone = { .typed = "0171 3920061" };
    struct contact_new from = { .name = "Anna Meyer", .phones = &phone, .phones_count = 1 };
    struct contact_new to = { .name = "Anna Meier", .handling_note = "duzen" };
    CHECK_INT(call_contact_add(&world->contacts->client, &from, &world->from), CALL_DONE);
    CHECK_INT(call_contact_add(&world->contacts->client, &to, &world->to), CALL_DONE);
    house_wait(world->house, 5000000);
}

static bool record_call(struct request *rq, void *argument)
{
    return calls_record(rq, argument);
}

static void ring(struct world *world, const char *ref)
{
    struct call call = { .source = "pbx",
                         .source_ref = ref,
                         .version = 1,
                         .state = call_state_RINGING,
                         .direction = call_direction_INBOUND,
                         .caller = "+491713920061",
                         .started_at = house_now(world->house) };
    CHECK(fixture_input(world->telephony, record_call, &call));
    house_wait(world->house, 5000000);
}

static struct board_call board_of(struct world *world, int nth)
{
    struct board_page page = { 0 };
    CHECK_INT(call_board_get(&world->notifier->client,
                             &(struct board_query){ .board = board_CALLS }, &page),
              CALL_DONE);
    CHECK(page.calls_count > (size_t)nth);
    return page.calls[nth];
}

// Returns the version of the merge.
static int64_t merge(struct world *world)
{
    struct contact_merge_in in = { world->from.id, world->from.version, world->to.id,
                                   world->to.version };
    struct contact_merge_out out;
    CHECK_INT(call_contact_merge(&world->contacts->client, &in, &out), CALL_DONE);
    house_wait(world->house, 5000000);
    return out.merged->version;
}

TEST(a_merge_during_a_call)
{
    struct world world;
    open_world(&world);
    ring(&world, "1.1");
    struct board_call row = board_of(&world, 0);
    CHECK_STR(row.callers[0].name, "Anna Meyer");
    CHECK_STR(row.callers[0].handling_note, NULL);
    (void)merge(&world);
    row = board_of(&world, 0);
    CHECK_STR(row.call->shown_contact->name, "Anna Meyer"); // as it was at the ring
    CHECK_INT(row.callers_count, 1);
    CHECK_STR(row.callers[0].name, "Anna Meier");
    CHECK_STR(row.callers[0].handling_note, "duzen");
    CHECK(id_equal(row.callers[0].contact, world.to.id));
    // What changes at the one that stayed reaches the row that was rung as the other.
    struct contact_change change = { .id = world.to.id, .version = 2, .handling_note = "siezen" };
    struct contact out;
    CHECK_INT(call_contact_edit(&world.contacts->client, &change, &out), CALL_DONE);
    house_wait(world.house, 5000000);
    CHECK_STR(board_of(&world, 0).callers[0].handling_note, "siezen");
    // The old id, picked by somebody whose screen still has it, means the one that stayed.
    struct call_contact_in said = { .call = row.id, .contact = world.from.id };
    struct call call;
    CHECK_INT(call_call_contact_set(&world.telephony->client, &said, &call), CALL_DONE);
    CHECK(id_equal(call.contact->contact, world.to.id));
    ring(&world, "1.2");
    row = board_of(&world, 1);
    CHECK_STR(row.call->shown_contact->name, "Anna Meier");
    house_free(world.house);
}

TEST(taken_back_during_a_call)
{
    struct world world;
    struct contact_unmerge_out out;
    open_world(&world);
    ring(&world, "1.1");
    struct contact_unmerge_in undo = { world.from.id, merge(&world) };
    CHECK_INT(call_contact_unmerge(&world.contacts->client, &undo, &out), CALL_DONE);
    house_wait(world.house, 5000000);
    struct board_call row = board_of(&world, 0);
    CHECK_STR(row.callers[0].name, "Anna Meyer");
    CHECK(id_equal(row.callers[0].contact, world.from.id));
    CHECK_INT(fixture_rows(world.notifier, &shown_merged_table), 0);
    CHECK_INT(fixture_rows(world.telephony, &known_merged_table), 0);
    ring(&world, "1.2");
    CHECK_STR(board_of(&world, 1).call->shown_contact->name, "Anna Meyer");
    house_free(world.house);
}
