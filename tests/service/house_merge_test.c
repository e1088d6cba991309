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

// --- what telephony's rows name
static size_t notes_of(struct world *world, struct id contact)
{
    struct note_page page = { 0 };
    CHECK_INT(call_note_list(&world->telephony->client, &(struct note_query){ .contact = contact },
                             &page),
              CALL_DONE);
    return page.notes_count;
}

static void note(struct world *world, struct id contact)
{
    struct note_new in = { .contact = contact, .outcome = note_outcome_DONE, .text = "x" };
    struct call_note out;
    CHECK_INT(call_note_add(&world->telephony->client, &in, &out), CALL_DONE);
    house_wait(world->house, 1000000);
}

TEST(notes_are_found_under_the_one_that_stayed_and_back)
{
    struct world world;
    struct note_query paged = { .has_limit = true, .limit = 1 };
    struct note_page page = { 0 };
    struct contact_unmerge_out undone;
    open_world(&world);
    note(&world, world.from.id);
    note(&world, world.to.id);
    struct contact_unmerge_in undo = { world.from.id, merge(&world) };
    note(&world, world.from.id); // by a screen that still has it
    CHECK_INT((int64_t)notes_of(&world, world.to.id), 3);
    CHECK_INT((int64_t)notes_of(&world, world.from.id), 3);
    // Newest first, page by page, whichever of the two a note names.
    paged.contact = world.to.id;
    int64_t before = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        CHECK_INT(call_note_list(&world.telephony->client, &paged, &page), CALL_DONE);
        CHECK_INT((int64_t)page.notes_count, 1);
        CHECK(page.notes[0].called_at < before && page.more == (i < 2));
        before = page.notes[0].called_at;
        paged.after = page.notes[0].id;
    }
    CHECK_INT(call_contact_unmerge(&world.contacts->client, &undo, &undone), CALL_DONE);
    house_wait(world.house, 5000000);
    CHECK_INT((int64_t)notes_of(&world, world.to.id), 1);
    CHECK_INT((int64_t)notes_of(&world, world.from.id), 2);
    house_free(world.house);
}

TEST(what_is_told_after_a_merge_finds_the_call_from_before)
{
    struct world world;
    struct message_told told;
    open_world(&world);
    ring(&world, "1.1");
    (void)merge(&world);
    struct contact_change change = { .id = world.to.id, .version = 2, .message = "Termin verlegt" };
    struct contact out;
    CHECK_INT(call_contact_edit(&world.contacts->client, &change, &out), CALL_DONE);
    CHECK_INT(call_message_tell(&world.contacts->client,
                                &(struct message_tell_in){ .contact = world.to.id }, &told),
              CALL_DONE);
    house_wait(world.house, 5000000);
    struct told_in_calls lines = { 0 };
    CHECK_INT(
        call_call_told(&world.telephony->client, &(struct by_id){ board_of(&world, 0).id }, &lines),
        CALL_DONE);
    CHECK_INT((int64_t)lines.messages_count, 1);
    house_free(world.house);
}

static void miss(struct world *world, const char *ref, const char *caller)
{
    struct call call = { .source = "pbx",
                         .source_ref = ref,
                         .state = call_state_ENDED,
                         .direction = call_direction_INBOUND,
                         .caller = caller,
                         .outcome = call_outcome_MISSED,
                         .started_at = house_now(world->house) };
    CHECK(fixture_input(world->telephony, record_call, &call));
    house_wait(world->house, 5000000);
}

static struct missed only_missed(struct world *world)
{
    struct missed_page page = { 0 };
    struct board_page board = { 0 };
    CHECK_INT(call_missed_list(&world->telephony->client, &(struct missed_query){ 0 }, &page),
              CALL_DONE);
    CHECK_INT(page.missed_count, 1);
    // The board shows the same.
    CHECK_INT(call_board_get(&world->notifier->client,
                             &(struct board_query){ .board = board_MISSED }, &board),
              CALL_DONE);
    CHECK(board.missed_count == 1 &&
          id_equal(board.missed[0].missed->contact, page.missed[0].contact));
    CHECK_STR(board.missed[0].missed->name, page.missed[0].name);
    return page.missed[0];
}

TEST(whoever_is_to_be_called_back_is_named_as_they_are_now)
{
    struct world world;
    struct contact_unmerge_out undone;
    open_world(&world);
    miss(&world, "1.1", "+491713920061");
    CHECK_STR(only_missed(&world).name, "Anna Meyer");
    struct contact_unmerge_in undo = { world.from.id, merge(&world) };
    struct missed row = only_missed(&world);
    CHECK(id_equal(row.contact, world.to.id));
    CHECK_STR(row.name, "Anna Meier");
    CHECK_INT(call_contact_unmerge(&world.contacts->client, &undo, &undone), CALL_DONE);
    house_wait(world.house, 5000000);
    row = only_missed(&world);
    CHECK(id_equal(row.contact, world.from.id));
    CHECK_STR(row.name, "Anna Meyer");
    house_free(world.house);
}

TEST(missed_calls_of_both_are_one_entry_after_a_merge)
{
    struct world world;
    struct missed_page page = { 0 };
    open_world(&world);
    miss(&world, "1.1", "+491713920061");
    (void)merge(&world);
    struct number phone = { .typed = "030 5550001" };
    struct contact_change change = {
        .id = world.to.id, .version = 2, .phones = &phone, .phones_count = 1
    };
    struct contact out;
    CHECK_INT(call_contact_edit(&world.contacts->client, &change, &out), CALL_DONE);
    house_wait(world.house, 5000000);
    miss(&world, "1.2", "+49305550001");
    CHECK_INT(call_missed_list(&world.telephony->client, &(struct missed_query){ 0 }, &page),
              CALL_DONE);
    CHECK_INT((int64_t)page.missed_count, 1);
    CHECK_INT(page.missed_count ? page.missed[0].count : 0, 2);
    house_free(world.house);
}
