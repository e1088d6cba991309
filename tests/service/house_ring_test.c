// SPDX-License-Identifier: Apache-2.0
// contacts, telephony and the notifier together: a call that a PBX tells pops with who it is.
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/contacts/api.h"
#include "services/contacts/house.h"
#include "services/notifier/api.h"
#include "services/notifier/store.h"
#include "services/telephony/ami_replay.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/switchboard.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static struct contacts_house berlin = { .home = { .country = "49", .area = "30" },
                                        .zone = "Europe/Berlin",
                                        .idle_days = 180,
                                        .announce_days = 7,
                                        .grace_days = 14 };

struct office {
    struct switchboard board;
    struct house *house;
    struct fixture *contacts, *telephony, *notifier;
    struct id client;
    struct watch *watch;
};

static void office_open(struct office *office)
{
    *office = (struct office){ .board = { .home = berlin.home }, .house = house_new(test_seed()) };
    office->contacts = house_add(office->house, &contacts_service, &berlin, 0);
    office->telephony = house_add(office->house, &telephony_service, &office->board, 0);
    office->notifier = house_add(office->house, &notifier_service, NULL, 0);
    struct number number = { .typed = "030 23125-101" };
    struct client_row client;
    CHECK_INT(call_client_add(&office->contacts->client,
                              &(struct client_new){ .name = "Kanzlei Kern",
                                                    .greeting = "Kanzlei Kern, guten Tag",
                                                    .numbers = &number,
                                                    .numbers_count = 1 },
                              &client),
              CALL_DONE);
    office->client = client.id;
    const char *extensions[] = { "101" };
    struct staff staff;
    CHECK_INT(call_staff_add(&office->contacts->client,
                             &(struct staff_new){ .name = "Anna Bäcker",
                                                  .extensions = extensions,
                                                  .extensions_count = 1 },
                             &staff),
              CALL_DONE);
    house_settle(office->house);
}

static struct contact add_caller(struct office *office, const char *name)
{
    struct number phone = { .typed = "040 669690-123" };
    struct contact_new in = { .client = office->client,
                              .name = name,
                              .phones = &phone,
                              .phones_count = 1,
                              .message = "Herr Kern ruft morgen zurück",
                              .handling_note = "duzt sich mit Herrn Kern" };
    struct contact out = { 0 };
    CHECK_INT(call_contact_add(&office->contacts->client, &in, &out), CALL_DONE);
    house_settle(office->house);
    return out;
}

// --- the PBX
static bool run_call(struct request *rq, void *argument)
{
    return calls_record(rq, argument);
}

static void take_call(void *context, const struct call *row)
{
    struct office *office = context;
    struct call copy = *row;
    CHECK(fixture_input(office->telephony, run_call, &copy));
    house_settle(office->house);
}

struct scene {
    struct ami_model *model;
    struct ami_replay *replay;
};

static void scene_open(struct scene *scene, struct office *office, const char *name)
{
    char path[4096];
    struct err err = { 0 };
    snprintf(path, sizeof path, "%s/%s.ami", test_path("data/ami"), name);
    CHECK(ami_replay_open(path, 1, &scene->replay, &err));
    struct ami_model_options options = {
        .source = "pbx", .home = berlin.home, .call = take_call, .context = office
    };
    scene->model = ami_model_new(&options);
}

// Plays until the board holds the call so; false when the capture ends before.
static bool play_until(struct scene *scene, struct office *office, enum call_state state)
{
    const struct ami_replay_step *step;
    while ((step = ami_replay_next(scene->replay))) {
        ami_replay_play(scene->replay, step, scene->model, step->at_us);
        struct call_page page = { 0 };
        CHECK_INT(call_call_list(&office->telephony->client, &(struct call_query){ 0 }, &page),
                  CALL_DONE);
        if (page.calls_count && page.calls[0].state == state)
            return true;
    }
    return false;
}

static void scene_close(struct scene *scene)
{
    ami_model_free(scene->model);
    ami_replay_free(scene->replay);
}

static struct board_call only_row(struct office *office)
{
    struct board_page page = { 0 };
    CHECK_INT(call_board_get(&office->notifier->client,
                             &(struct board_query){ .board = board_CALLS }, &page),
              CALL_DONE);
    CHECK_INT(page.calls_count, 1);
    return page.calls_count ? page.calls[0] : (struct board_call){ 0 };
}

TEST(a_call_pops_with_name_note_message_and_greeting)
{
    struct office office;
    struct scene scene;
    office_open(&office);
    add_caller(&office, "Petra Hansen");
    scene_open(&scene, &office, "inbound_answered_caller_hangs_up");
    CHECK(play_until(&scene, &office, call_state_RINGING));
    struct board_call row = only_row(&office);
    CHECK_STR(row.greeting, "Kanzlei Kern, guten Tag");
    CHECK_INT(row.callers_count, 1);
    CHECK_STR(row.callers[0].name, "Petra Hansen");
    CHECK_INT(row.callers[0].certainty, certainty_EXACT);
    CHECK_STR(row.callers[0].handling_note, "duzt sich mit Herrn Kern");
    CHECK_STR(row.callers[0].message, "Herr Kern ruft morgen zurück");
    CHECK_STR(row.agents[0], "Anna Bäcker");
    CHECK_STR(row.call->caller, "+4940669690123");
    CHECK(play_until(&scene, &office, call_state_TALKING));
    CHECK_STR(only_row(&office).call->agent, "101");
    CHECK(play_until(&scene, &office, call_state_ENDED));
    CHECK_INT(fixture_rows(office.notifier, &board_call_table), 0);
    scene_close(&scene);
    house_free(office.house);
}

// What is noted while it rings is shown at once; who was shown at the ring stays on the record.
TEST(a_note_made_while_it_rings_is_on_the_board)
{
    struct office office;
    struct scene scene;
    office_open(&office);
    struct contact contact = add_caller(&office, "Petra Hansen");
    scene_open(&scene, &office, "inbound_answered_caller_hangs_up");
    CHECK(play_until(&scene, &office, call_state_RINGING));
    struct contact_change edit = { .id = contact.id,
                                   .version = contact.version,
                                   .name = "Petra Hansen-Meier",
                                   .handling_note = "wünscht Rückruf" };
    CHECK_INT(call_contact_edit(&office.contacts->client, &edit, &contact), CALL_DONE);
    house_settle(office.house);
    struct board_call row = only_row(&office);
    CHECK_STR(row.callers[0].name, "Petra Hansen-Meier");
    CHECK_STR(row.callers[0].handling_note, "wünscht Rückruf");
    CHECK_STR(row.call->shown_contact->name, "Petra Hansen");
    scene_close(&scene);
    house_free(office.house);
}

// Every screen pops while contacts is down, and each service comes back by itself.
TEST(it_rings_while_contacts_is_down_and_boards_survive)
{
    struct office office;
    struct scene scene;
    office_open(&office);
    add_caller(&office, "Petra Hansen");
    scene_open(&scene, &office, "inbound_answered_caller_hangs_up");
    fixture_crash(office.contacts);
    CHECK(play_until(&scene, &office, call_state_RINGING));
    CHECK_STR(only_row(&office).callers[0].name, "Petra Hansen");
    fixture_start(office.contacts);
    fixture_restart(office.notifier);
    house_settle(office.house);
    CHECK_STR(only_row(&office).callers[0].name, "Petra Hansen");
    fixture_restart(office.telephony);
    CHECK(play_until(&scene, &office, call_state_ENDED));
    CHECK_INT(fixture_rows(office.notifier, &board_call_table), 0);
    scene_close(&scene);
    house_free(office.house);
}

TEST(a_caller_of_another_client_pops_without_a_name)
{
    struct office office;
    struct scene scene;
    office_open(&office);
    struct number phone = { .typed = "040 669690-123" };
    struct contact_new in = { .name = "Petra Privat", .phones = &phone, .phones_count = 1 };
    struct contact out = { 0 };
    CHECK_INT(call_contact_add(&office.contacts->client, &in, &out), CALL_DONE);
    house_settle(office.house);
    scene_open(&scene, &office, "inbound_answered_caller_hangs_up");
    CHECK(play_until(&scene, &office, call_state_RINGING));
    struct board_call row = only_row(&office);
    CHECK_INT(row.callers_count, 0);
    CHECK_STR(row.call->caller_name, "Petra Hansen"); // as the provider tells it
    scene_close(&scene);
    house_free(office.house);
}

// Somebody says in mid-call who it is: message and note are shown at once, and as they change.
TEST(whoever_is_picked_in_mid_call_shows_message_and_note)
{
    struct office office;
    struct scene scene;
    office_open(&office);
    add_caller(&office, "Petra Hansen");
    struct contact_new in = { .client = office.client,
                              .name = "Otto Schulze",
                              .message = "Termin ist verlegt",
                              .handling_note = "hört schlecht" };
    struct contact otto = { 0 };
    CHECK_INT(call_contact_add(&office.contacts->client, &in, &otto), CALL_DONE);
    struct party party = { .contact = otto.id, .role = party_role_OPPONENT };
    struct file_new matter = {
        .client = office.client, .number = "12/2026-K", .parties = &party, .parties_count = 1
    };
    struct file file = { 0 };
    CHECK_INT(call_file_add(&office.contacts->client, &matter, &file), CALL_DONE);
    scene_open(&scene, &office, "inbound_answered_caller_hangs_up");
    CHECK(play_until(&scene, &office, call_state_TALKING));
    struct board_call row = only_row(&office);
    CHECK_STR(row.callers[0].name, "Petra Hansen");
    CHECK(!row.callers[0].has_opponent);

    struct call_contact_in pick = { .call = row.id, .version = 0, .contact = otto.id };
    struct call call = { 0 };
    CHECK_INT(call_call_contact_set(&office.telephony->client, &pick, &call), CALL_DONE);
    house_settle(office.house);
    row = only_row(&office);
    CHECK_INT(row.callers_count, 1);
    CHECK_STR(row.callers[0].name, "Otto Schulze");
    CHECK_STR(row.callers[0].message, "Termin ist verlegt");
    CHECK_STR(row.callers[0].handling_note, "hört schlecht");
    CHECK(row.callers[0].has_picked && row.callers[0].picked);
    CHECK(row.callers[0].has_opponent && row.callers[0].opponent);
    CHECK_STR(row.callers[0].files[0].number, "12/2026-K");

    struct contact_change edit = { .id = otto.id,
                                   .version = otto.version,
                                   .handling_note = "bitte laut sprechen" };
    CHECK_INT(call_contact_edit(&office.contacts->client, &edit, &otto), CALL_DONE);
    house_settle(office.house);
    CHECK_STR(only_row(&office).callers[0].handling_note, "bitte laut sprechen");
    scene_close(&scene);
    house_free(office.house);
}
