// SPDX-License-Identifier: Apache-2.0
// A note through the whole house: telephony writes it, contacts makes the caller (C1), the notifier
// mails it (G2), telephony shows the proof; whoever crashes in between.
#include <stdio.h>

#include "services/contacts/api.h"
#include "services/contacts/store.h"
#include "services/notifier/api.h"
#include "services/notifier/mails.h"
#include "services/notifier/post.h"
#include "services/notifier/store_mail.h"
#include "tests/service/telephony_lines_world.h"

struct town {
    struct switchboard board;
    struct post post;
    struct house *house;
    struct fixture *contacts, *telephony, *notifier;
    struct mail_task task;
    bool found;
};

static void town_begin(struct town *town, uint64_t seed)
{
    *town = (struct town){ .board = { .home = { "49", "30" } } };
    post_init(&town->post);
    town->post.configured = true;
    snprintf(town->post.from, sizeof town->post.from, "haus@haus.example");
    town->house = house_new(seed);
    town->contacts = house_add(town->house, &contacts_service, NULL, 0);
    town->telephony = house_add(town->house, &telephony_service, &town->board, 0);
    town->notifier = house_add(town->house, &notifier_service, &town->post, 0);
    house_settle(town->house);
}

static bool run_begin(struct request *rq, void *argument)
{
    struct town *town = argument;
    town->found = mails_begin(rq, &town->task);
    return rq->err.code == ERR_NONE;
}

static bool run_finish(struct request *rq, void *argument)
{
    struct town *town = argument;
    struct sending sending = { .result = SEND_TAKEN, .code = 250, .answer = "250 queued as 9" };
    return mails_finish(rq, town->task.intent, town->task.mail, &sending);
}

static struct client_row add_client(struct town *town)
{
    struct number number = { .typed = "030 1111111" };
    struct client_new in = {
        .name = "Kanzlei A", .numbers = &number, .numbers_count = 1, .email = "kanzlei@a.example"
    };
    struct client_row out = { .version = 0 };
    CHECK_INT(call_client_add(&town->contacts->client, &in, &out), CALL_DONE);
    house_settle(town->house);
    return out;
}

static struct call_note write_note(struct town *town)
{
    struct new_caller caller = { .name = "Neu Anrufer", .email = "neu@b.example" };
    struct hook_seen seen = ring(town->telephony, "1", "030 777777", "030 1111111");
    struct note_new in = { .call = seen.call,
                           .text = "Bitte melden",
                           .new_caller = &caller,
                           .has_to_client = true,
                           .to_client = true };
    struct call_note note = { .version = 0 };
    CHECK_INT(call_note_add(&town->telephony->client, &in, &note), CALL_DONE);
    return note;
}

static void check_end(struct town *town, struct id note_id, struct id client)
{
    struct by_id get = { note_id };
    struct call_note note = { .version = 0 };
    CHECK_INT(call_note_get(&town->telephony->client, &get, &note), CALL_DONE);
    CHECK(!note.new_caller);
    struct by_id of_contact = { note.contact };
    struct contact contact = { .version = 0 };
    CHECK_INT(call_contact_get(&town->contacts->client, &of_contact, &contact), CALL_DONE);
    CHECK_STR(contact.name, "Neu Anrufer");
    CHECK_STR(contact.categories[0], "caller");
    CHECK_STR(contact.phones[0].e164, "+4930777777");
    CHECK(id_equal(contact.client, client));
    CHECK_INT(fixture_rows(town->contacts, &contact_table), 1);
    CHECK_INT(fixture_facts(town->contacts, "contact"), 1);
    CHECK_INT(fixture_rows(town->notifier, &mail_table), 1);
    CHECK_INT((int64_t)note.mails_count, 1);
    CHECK_STR(note.mails[0].to, "kanzlei@a.example");
    CHECK_INT(note.mails[0].state, mail_state_SENT);
    CHECK_STR(note.mails[0].detail, "250 queued as 9");
    // The next call from there is recognised.
    struct hook_seen again = ring(town->telephony, "2", "030 777777", "030 1111111");
    struct call call = call_row(town->telephony, again.call);
    CHECK(call.shown_contact && id_equal(call.shown_contact->contact, note.contact));
}

TEST(a_note_makes_the_caller_and_the_mail_once)
{
    struct town town;
    town_begin(&town, 1);
    struct client_row client = add_client(&town);
    struct call_note note = write_note(&town);
    house_wait(town.house, SECONDS(30));
    CHECK(fixture_input(town.notifier, run_begin, &town) && town.found);
    CHECK(fixture_input(town.notifier, run_finish, &town));
    house_wait(town.house, SECONDS(30));
    check_end(&town, note.id, client.id);
    house_free(town.house);
}

TEST(whoever_crashes_meanwhile)
{
    for (int who = 0; who < 3; who++) {
        struct town town;
        town_begin(&town, (uint64_t)who + 2);
        struct client_row client = add_client(&town);
        struct fixture *const services[] = { town.contacts, town.telephony, town.notifier };
        struct call_note note = write_note(&town);
        fixture_restart(services[who]);
        house_wait(town.house, SECONDS(30));
        CHECK(fixture_input(town.notifier, run_begin, &town) && town.found);
        fixture_restart(town.telephony);
        CHECK(fixture_input(town.notifier, run_finish, &town));
        fixture_restart(services[who]);
        house_wait(town.house, SECONDS(30));
        check_end(&town, note.id, client.id);
        house_free(town.house);
    }
}

// A contact that was deleted afterwards stays deleted, whatever becomes of the note.
TEST(a_deleted_caller_does_not_come_back_with_the_next_edit)
{
    struct town town;
    town_begin(&town, 9);
    add_client(&town);
    struct call_note note = write_note(&town), out;
    house_wait(town.house, SECONDS(30));
    struct contact contact = { .version = 0 };
    CHECK(fixture_row(town.contacts, &contact_table, note.contact, &contact));
    struct deletion gone = { note.contact, contact.version };
    CHECK_INT(call_contact_delete(&town.contacts->client, &gone, &contact), CALL_DONE);
    struct note_change change = { .id = note.id, .edition = 1, .text = "anders" };
    CHECK_INT(call_note_edit(&town.telephony->client, &change, &out), CALL_DONE);
    house_wait(town.house, SECONDS(30));
    CHECK_INT(fixture_rows(town.contacts, &contact_table), 0);
    house_free(town.house);
}

// A note that says once more whom it wished for, before telephony has heard of the contact.
TEST(a_caller_who_was_merged_or_deleted_is_not_mixed_up_with_a_new_one)
{
    struct fixture *fx = fixture_new(&contacts_service);
    struct new_caller caller = { .name = "Neu Anrufer" };
    struct call_note note = { .id = { { 1, 2, 3, 4, 5, 6, 0x70, 7, 0x80, 9 } },
                              .version = 1,
                              .edition = 1,
                              .contact = { { 1, 2, 3, 4, 5, 6, 0x80, 7, 0x80, 9 } },
                              .new_caller = &caller,
                              .text = "Bitte melden",
                              .called_at = 1,
                              .written_at = 1,
                              .written_by = "tester",
                              .edited_at = 1,
                              .edited_by = "tester" };
    struct contact made = { .version = 0 }, other = { .version = 0 }, gone;
    struct contact_merge_out merged;
    struct contact_unmerge_out back;
    fixture_fact(fx, "telephony", "call_note", &note, false);
    CHECK(fixture_row(fx, &contact_table, note.contact, &made));
    CHECK_INT(call_contact_add(&fx->client, &(struct contact_new){ .name = "Alt" }, &other),
              CALL_DONE);
    CHECK_INT(call_contact_merge(
                  &fx->client,
                  &(struct contact_merge_in){ made.id, made.version, other.id, other.version },
                  &merged),
              CALL_DONE);
    int64_t merge = merged.merged->version;
    note.version = note.edition = 2;
    fixture_fact(fx, "telephony", "call_note", &note, false);
    CHECK_INT(fixture_rows(fx, &contact_table), 1);
    CHECK_INT(call_contact_unmerge(&fx->client, &(struct contact_unmerge_in){ note.contact, merge },
                                   &back),
              CALL_DONE);
    int64_t version = back.from->version;
    CHECK_INT(call_contact_delete(&fx->client, &(struct deletion){ note.contact, version }, &gone),
              CALL_DONE);
    note.version = note.edition = 3;
    fixture_fact(fx, "telephony", "call_note", &note, false);
    CHECK(!fixture_row(fx, &contact_table, note.contact, &made));
    CHECK_INT(fixture_rows(fx, &caller_made_table), 1);
    note.version = 4;
    note.new_caller = NULL;
    fixture_fact(fx, "telephony", "call_note", &note, false);
    CHECK_INT(fixture_rows(fx, &caller_made_table), 0);
    fixture_free(fx);
}
