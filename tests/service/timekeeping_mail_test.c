// SPDX-License-Identifier: Apache-2.0
// G8 over a fixture: mails become inquiries, replies find them, answers go out and their delivery
// comes back.
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/store_inquiry.h"
#include "services/timekeeping/store_mail.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static const struct id client_a = { { 0xA } }, client_b = { { 0xB } };
static const struct id ada = { { 1 } }, anna = { { 7 } };

static struct fixture *world(void)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    const char *emails[] = { "ada@kunde.example" };
    struct client_row a = {
        .id = client_a, .version = 1, .name = "A", .email = "hilfe@a.example", .edited_by = "tester"
    };
    struct client_row b = {
        .id = client_b, .version = 1, .name = "B", .email = "hilfe@b.example", .edited_by = "tester"
    };
    struct contact contact = { .id = ada,
                               .version = 1,
                               .client = client_a,
                               .kind = contact_kind_PERSON,
                               .name = "Ada Lovelace",
                               .emails = emails,
                               .emails_count = 1,
                               .edited_by = "tester" };
    struct staff staff = { .id = anna, .version = 1, .name = "Anna", .edited_by = "tester" };

    fixture_fact(fx, "contacts", "client", &a, false);
    fixture_fact(fx, "contacts", "client", &b, false);
    fixture_fact(fx, "contacts", "contact", &contact, false);
    fixture_fact(fx, "contacts", "staff", &staff, false);
    return fx;
}

static struct inquiry_mail_new mail_of(const char *message_id, const char *subject)
{
    static const char *to[] = { "HILFE@a.example" };

    return (struct inquiry_mail_new){ .message_id = message_id,
                                      .from = "Ada@kunde.example",
                                      .from_name = "A. L.",
                                      .to = to,
                                      .to_count = 1,
                                      .subject = subject,
                                      .text = "Der Drucker druckt nicht." };
}

static struct inquiry_mail_taken add(struct fixture *fx, const struct inquiry_mail_new *in)
{
    struct inquiry_mail_taken out = { 0 };

    CHECK(call_inquiry_mail_add(&fx->client, in, &out) == CALL_DONE);
    return out;
}

static struct inquiry inquiry_now(struct fixture *fx, struct id id)
{
    struct inquiry row = { 0 };

    CHECK(fixture_row(fx, &inquiry_table, id, &row));
    return row;
}

TEST(a_mail_becomes_an_inquiry_of_the_right_client_and_contact)
{
    struct fixture *fx = world();
    struct inquiry_mail_new in = mail_of("<1@kunde.example>", "AW: Drucker");
    struct inquiry_mail_taken out = add(fx, &in);
    struct inquiry row = inquiry_now(fx, out.mail->inquiry);

    CHECK(out.opened && !out.known);
    CHECK_STR(row.subject, "Drucker");
    CHECK_INT(row.channel, channel_EMAIL);
    CHECK(id_equal(row.client, client_a) && id_equal(row.contact, ada));
    CHECK_STR(row.contact_name, "Ada Lovelace");
    CHECK_STR(row.text, "Der Drucker druckt nicht.");
    CHECK_STR(out.mail->subject, "AW: Drucker");
    // Once more: nothing.
    int64_t facts = fixture_facts(fx, NULL);
    out = add(fx, &in);
    CHECK(out.known && !out.opened);
    CHECK_INT(fixture_facts(fx, NULL), facts);
    // To another client's address it is another mail, from somebody unknown there.
    const char *to[] = { "hilfe@b.example" };
    in.to = to;
    out = add(fx, &in);
    row = inquiry_now(fx, out.mail->inquiry);
    CHECK(out.opened && id_equal(row.client, client_b) && id_is_zero(row.contact));
    CHECK_STR(row.contact_name, "A. L.");
    fixture_free(fx);
}

TEST(replies_find_their_inquiry)
{
    struct fixture *fx = world();
    struct inquiry_mail_new in = mail_of("<1@kunde.example>", "Drucker");
    struct id inquiry = add(fx, &in).mail->inquiry;
    const char *number = inquiry_now(fx, inquiry).number;
    char subject[60];

    in = mail_of("<2@kunde.example>", "Noch etwas");
    in.in_reply_to = "<1@kunde.example>";
    CHECK(id_equal(add(fx, &in).mail->inquiry, inquiry));
    const char *references[] = { "<fremd@x>", "<2@kunde.example>", "<weg@x>" };
    in = mail_of("<3@kunde.example>", "Und noch etwas");
    in.references = references;
    in.references_count = 3;
    CHECK(id_equal(add(fx, &in).mail->inquiry, inquiry));
    // By its number: only who takes part.
    (void)snprintf(subject, sizeof subject, "Re: [%s] Drucker", number);
    in = mail_of("<4@kunde.example>", subject);
    CHECK(id_equal(add(fx, &in).mail->inquiry, inquiry));
    in = mail_of("<5@fremd.example>", subject);
    in.from = "mallory@fremd.example";
    CHECK(!id_equal(add(fx, &in).mail->inquiry, inquiry));
    // A number without its year's form is somebody else's.
    in = mail_of("<6@kunde.example>", "Re: [1] Drucker");
    CHECK(!id_equal(add(fx, &in).mail->inquiry, inquiry));
    CHECK_INT((int64_t)inquiry_now(fx, inquiry).message_ids_count, 4);
    fixture_free(fx);
}

TEST(a_reply_reopens_what_was_solved_but_an_absence_note_does_not)
{
    struct fixture *fx = world();
    struct inquiry_mail_new in = mail_of("<1@kunde.example>", "Drucker");
    struct id inquiry = add(fx, &in).mail->inquiry;
    struct inquiry_moves moves = { 0 };
    struct inquiry out = { 0 };

    CHECK(call_inquiry_take(&fx->client, &(struct inquiry_taking){ .id = inquiry, .staff = anna },
                            &out) == CALL_DONE);
    CHECK(call_inquiry_solve(&fx->client,
                             &(struct inquiry_solving){ .id = inquiry, .solution = "Papier" },
                             &out) == CALL_DONE);
    in = mail_of("<2@kunde.example>", "Abwesend");
    in.in_reply_to = "<1@kunde.example>";
    in.has_automatic = in.automatic = true;
    CHECK(!add(fx, &in).reopened);
    CHECK_INT(inquiry_now(fx, inquiry).state, inquiry_state_SOLVED);
    in = mail_of("<3@kunde.example>", "Geht nicht");
    in.in_reply_to = "<1@kunde.example>";
    CHECK(add(fx, &in).reopened);
    CHECK_INT(inquiry_now(fx, inquiry).state, inquiry_state_OPEN);
    CHECK(call_inquiry_history(&fx->client, &(struct inquiry_ref){ .id = inquiry }, &moves) ==
          CALL_DONE);
    CHECK_STR(moves.moves[moves.moves_count - 1].reason, "Antwort eingegangen");
    fixture_free(fx);
}

TEST(an_answer_goes_out_and_its_delivery_comes_back)
{
    struct fixture *fx = world();
    struct inquiry_mail_new in = mail_of("<1@kunde.example>", "Drucker");
    struct id inquiry = add(fx, &in).mail->inquiry;
    struct inquiry_answer answer = { .id = inquiry, .text = "Bitte Papier nachlegen." };
    struct inquiry_mail reply = { 0 }, row = { 0 };
    char subject[80];

    CHECK(call_inquiry_reply(&fx->client, &answer, &reply) == CALL_DONE);
    struct inquiry now = inquiry_now(fx, inquiry);
    (void)snprintf(subject, sizeof subject, "[%s] Re: Drucker", now.number);
    CHECK_STR(reply.subject, subject);
    CHECK_STR(reply.to[0], "Ada@kunde.example");
    CHECK_STR(reply.from, "hilfe@a.example");
    CHECK_STR(reply.in_reply_to, "<1@kunde.example>");
    CHECK(strstr(reply.message_id, "@a.example>") != NULL);
    CHECK_INT(reply.state, mail_state_WANTED);
    CHECK(now.has_responded_at);
    // The answer to it threads by our Message-ID.
    in = mail_of("<2@kunde.example>", "Ganz anderer Betreff");
    char ours[201];
    (void)snprintf(ours, sizeof ours, "%s", reply.message_id);
    in.in_reply_to = ours;
    CHECK(id_equal(add(fx, &in).mail->inquiry, inquiry));
    // Our own copy in the mailbox is known.
    in = mail_of(ours, "Kopie");
    CHECK(add(fx, &in).known);
    struct mail_row told = { .id = { { 99 } },
                             .version = 2,
                             .note = reply.id,
                             .order = 1,
                             .subject = "x",
                             .message_id = "<x@y>",
                             .state = mail_state_SENT,
                             .answer = "250 queued as 17",
                             .moved_at = fixture_now(fx) };
    struct id reply_id = reply.id;
    fixture_fact(fx, "notifier", "mail", &told, false);
    CHECK(fixture_row(fx, &inquiry_mail_table, reply_id, &row));
    CHECK_INT(row.state, mail_state_SENT);
    CHECK_STR(row.detail, "250 queued as 17");
    // Of a call note: nothing.
    told.id.bytes[0] = 98;
    told.note.bytes[15] ^= 1;
    fixture_fact(fx, "notifier", "mail", &told, false);
    fixture_free(fx);
}

TEST(without_an_address_it_asks_to_whom)
{
    struct fixture *fx = world();
    struct inquiry out = { 0 };
    struct inquiry_mail reply = { 0 };

    CHECK(call_inquiry_add(&fx->client, &(struct inquiry_new){ .subject = "Anruf" }, &out) ==
          CALL_DONE);
    struct inquiry_answer answer = { .id = out.id, .text = "Hallo" };
    CHECK(call_inquiry_reply(&fx->client, &answer, &reply) == CALL_REFUSED);
    CHECK_STR(fx->client.refused.field, "to");
    answer.to = "kein at";
    CHECK(call_inquiry_reply(&fx->client, &answer, &reply) == CALL_REFUSED);
    answer.to = "x@y.example\r\nBcc: z@y.example";
    CHECK(call_inquiry_reply(&fx->client, &answer, &reply) == CALL_REFUSED);
    answer.to = "x@y.example";
    CHECK(call_inquiry_reply(&fx->client, &answer, &reply) == CALL_DONE);
    CHECK(reply.in_reply_to == NULL);
    fixture_free(fx);
}

TEST(mails_of_other_clients_are_not_seen)
{
    struct fixture *fx = world();
    struct inquiry_mail_new in = mail_of("<1@kunde.example>", "Drucker");
    struct id inquiry = add(fx, &in).mail->inquiry;
    struct scope scope = { SCOPE_CLIENT, client_b };
    struct inquiry_mail_page page = { 0 };
    struct inquiry_mail_taken out = { 0 };

    fixture_as(fx, ROLE_BIT(AGENT), scope, "bea");
    CHECK(call_inquiry_mail_list(&fx->client, &(struct inquiry_mail_query){ .inquiry = inquiry },
                                 &page) == CALL_REFUSED);
    // Nor can anything be put into them, whatever it refers to.
    in = mail_of("<2@kunde.example>", "Drucker");
    in.in_reply_to = "<1@kunde.example>";
    CHECK(call_inquiry_mail_add(&fx->client, &in, &out) == CALL_REFUSED);
    in.client = client_b;
    CHECK(call_inquiry_mail_add(&fx->client, &in, &out) == CALL_DONE);
    CHECK(!id_equal(out.mail->inquiry, inquiry));
    in = mail_of("<1@kunde.example>", "Drucker");
    in.client = client_b;
    CHECK(call_inquiry_mail_add(&fx->client, &in, &out) == CALL_DONE);
    CHECK(out.opened && !out.known);
    fixture_free(fx);
}

TEST(nothing_is_answered_to_a_machine)
{
    struct fixture *fx = world();
    struct inquiry_mail_new in = mail_of("<1@kunde.example>", "Drucker");
    struct inquiry_mail reply = { 0 };

    in.reply_to = "buero@kunde.example";
    struct id inquiry = add(fx, &in).mail->inquiry;
    struct inquiry_answer answer = { .id = inquiry, .text = "Bitte Papier nachlegen." };
    CHECK(call_inquiry_reply(&fx->client, &answer, &reply) == CALL_DONE);
    CHECK_STR(reply.to[0], "buero@kunde.example");
    char ours[201];
    (void)snprintf(ours, sizeof ours, "%s", reply.message_id);
    const char *references[] = { ours };
    in = mail_of("<2@mx.example>", "Undelivered Mail Returned to Sender");
    in.from = "MAILER-DAEMON@mx.example";
    in.references = references;
    in.references_count = 1;
    in.has_automatic = in.automatic = true;
    CHECK(id_equal(add(fx, &in).mail->inquiry, inquiry));
    CHECK(call_inquiry_reply(&fx->client, &answer, &reply) == CALL_DONE);
    CHECK_STR(reply.to[0], "buero@kunde.example");
    CHECK_STR(reply.in_reply_to, "<1@kunde.example>");
    // Whoever writes from where they wanted the answer takes part.
    char subject[60];
    (void)snprintf(subject, sizeof subject, "[%s] Danke", inquiry_now(fx, inquiry).number);
    in = mail_of("<3@kunde.example>", subject);
    in.from = "buero@kunde.example";
    CHECK(id_equal(add(fx, &in).mail->inquiry, inquiry));
    fixture_free(fx);
}

TEST(a_device_that_numbers_nothing_loses_no_mail)
{
    struct fixture *fx = world();
    struct inquiry_mail_new in = mail_of("<1@scanner>", "Scan");

    in.has_at = true;
    in.at = fixture_now(fx) - SECONDS(60);
    struct id first = add(fx, &in).mail->id;
    CHECK(add(fx, &in).known);
    in.at += SECONDS(1);
    struct inquiry_mail_taken out = add(fx, &in);
    CHECK(!out.known && !id_equal(out.mail->id, first));
    CHECK(add(fx, &in).known);
    in.from = "bob@kunde.example";
    CHECK(!add(fx, &in).known);
    // From the future it is now, and still the same.
    in.message_id = "<2@scanner>";
    in.at = fixture_now(fx) + SECONDS(3600);
    CHECK(!add(fx, &in).known && add(fx, &in).known);
    CHECK_INT(fixture_rows(fx, &inquiry_mail_table), 4);
    fixture_free(fx);
}

TEST(an_address_of_several_clients_names_none_of_them)
{
    struct fixture *fx = world();
    struct client_row c = { .id = { { 0xC } },
                            .version = 1,
                            .name = "C",
                            .email = "Hilfe@A.example",
                            .edited_by = "tester" };
    struct inquiry_mail_new in = mail_of("<1@kunde.example>", "Drucker");
    const char *both[] = { "hilfe@a.example", "HILFE@b.example" };

    fixture_fact(fx, "contacts", "client", &c, false);
    CHECK(id_is_zero(add(fx, &in).mail->client));
    in.message_id = "<2@kunde.example>";
    in.to = both;
    in.to_count = 2;
    CHECK(id_equal(add(fx, &in).mail->client, client_b));
    // One that is gone shares nothing any more.
    c.version = 2;
    fixture_fact(fx, "contacts", "client", &c, true);
    in.message_id = "<3@kunde.example>";
    CHECK(id_equal(add(fx, &in).mail->client, client_a));
    fixture_free(fx);
}
