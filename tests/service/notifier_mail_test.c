// SPDX-License-Identifier: Apache-2.0
// G2: notes become mails, one for each address and order; tries, pauses, and what a crash leaves.
#include <stdio.h>

#include "common/step/intent.h"
#include "services/notifier/mails.h"
#include "services/notifier/post.h"
#include "services/notifier/store_mail.h"
#include "tests/service/notifier_world.h"

#define NOTE   id_number(1)
#define KERN   id_number(201)
#define CLIENT id_number(101)

struct office {
    struct post post; // first: request.context
    struct fixture *fx;
    struct mail_task task;
    char message[4000], to[200];
    bool found;
    struct sending sending;
};

static void office_begin(struct office *office)
{
    *office = (struct office){ 0 };
    post_init(&office->post);
    office->post.configured = true;
    snprintf(office->post.from, sizeof office->post.from, "haus@haus.example");
    office->fx = fixture_new_with(&notifier_service, office, 0);
}

static void tell_kern(struct fixture *fx, int64_t version, const char *email)
{
    struct staff row = { .id = KERN,
                         .version = version,
                         .name = "Jörg Kern",
                         .email = email,
                         .edited_at = 1,
                         .edited_by = "x" };
    fixture_fact(fx, "contacts", "staff", &row, false);
}

static void tell_firm(struct fixture *fx, const char *email)
{
    struct client_row row = { .id = CLIENT,
                              .version = 1,
                              .name = "Kanzlei A",
                              .email = email,
                              .edited_at = 1,
                              .edited_by = "x" };
    fixture_fact(fx, "contacts", "client", &row, false);
}

static struct call_note note_of(struct fixture *fx, int64_t version, int64_t order)
{
    static struct id to;
    to = KERN;
    return (struct call_note){ .id = NOTE,
                               .version = version,
                               .edition = 1,
                               .client = CLIENT,
                               .to_staff = &to,
                               .to_staff_count = 1,
                               .has_to_client = true,
                               .to_client = true,
                               .contact_name = "Anna Müller",
                               .called_at = fixture_now(fx),
                               .text = "Hallo",
                               .has_mail_order = order > 0,
                               .mail_order = order,
                               .has_mail_at = order > 0,
                               .mail_at = fixture_now(fx),
                               .written_at = 1,
                               .written_by = "x",
                               .edited_at = 1,
                               .edited_by = "x" };
}

static void tell_note(struct fixture *fx, const struct call_note *note)
{
    fixture_fact(fx, "telephony", "call_note", note, false);
}

// Kern and the firm are known, and a note is ordered for both.
static struct call_note office_with_order(struct office *office)
{
    office_begin(office);
    tell_kern(office->fx, 1, "kern@haus.example");
    tell_firm(office->fx, "kanzlei@a.example");
    struct call_note note = note_of(office->fx, 1, 1);
    tell_note(office->fx, &note);
    return note;
}

static void order_for_kern(struct office *office)
{
    tell_kern(office->fx, 1, "kern@haus.example");
    struct call_note note = note_of(office->fx, 1, 1);
    note.to_client = note.has_to_client = false;
    tell_note(office->fx, &note);
}

// --- the port's part
static bool run_begin(struct request *rq, void *argument)
{
    struct office *office = argument;
    office->found = mails_begin(rq, &office->task);
    if (office->found) {
        snprintf(office->message, sizeof office->message, "%s", office->task.message);
        snprintf(office->to, sizeof office->to, "%s", office->task.to);
    }
    return rq->err.code == ERR_NONE;
}

static bool begin(struct office *office)
{
    CHECK(fixture_input(office->fx, run_begin, office));
    return office->found;
}

static bool run_finish(struct request *rq, void *argument)
{
    struct office *office = argument;
    return mails_finish(rq, office->task.intent, office->task.mail, &office->sending);
}

static void finish(struct office *office, enum send_result result)
{
    office->sending =
        (struct sending){ .result = result, .code = 250, .answer = "250 queued as 7" };
    CHECK(fixture_input(office->fx, run_finish, office));
}

static bool run_recover(struct request *rq, void *argument)
{
    (void)argument;
    while (mails_recover(rq))
        ;
    return rq->err.code == ERR_NONE;
}

static struct mail_row newest_mail(struct fixture *fx)
{
    struct mail_row mail = { .version = 0 };
    struct fact fact;
    CHECK(fixture_fact_at(fx, "mail", -1, &fact, &mail));
    return mail;
}

static int64_t mails(struct office *office)
{
    return fixture_rows(office->fx, &mail_table);
}

TEST(a_note_is_mailed_once_to_each_address_and_again_when_ordered_again)
{
    struct office office;
    struct call_note note = office_with_order(&office);
    CHECK_INT(mails(&office), 2);
    note.version = 2; // e.g. the delivery state came back
    tell_note(office.fx, &note);
    CHECK_INT(mails(&office), 2);
    note = note_of(office.fx, 3, 2);
    tell_note(office.fx, &note);
    CHECK_INT(mails(&office), 4);
    // A note without an order is nobody's mail.
    note = note_of(office.fx, 1, 0);
    note.id = id_number(2);
    tell_note(office.fx, &note);
    CHECK_INT(mails(&office), 4);
    fixture_free(office.fx);
}

TEST(the_same_address_gets_one_mail)
{
    struct office office;
    office_begin(&office);
    tell_kern(office.fx, 1, "kanzlei@a.example");
    tell_firm(office.fx, "kanzlei@a.example");
    struct call_note note = note_of(office.fx, 1, 1);
    const char *also = "kanzlei@a.example";
    note.mail_to = &also;
    note.mail_to_count = 1;
    tell_note(office.fx, &note);
    CHECK_INT(mails(&office), 1);
    fixture_free(office.fx);
}

TEST(begun_sent_told)
{
    struct office office;
    office_begin(&office);
    tell_kern(office.fx, 1, "kern@haus.example");
    tell_firm(office.fx, NULL);
    struct call_note note = note_of(office.fx, 1, 1);
    tell_note(office.fx, &note);
    CHECK(office.post.due_us <= fixture_now(office.fx));
    CHECK(begin(&office));
    CHECK_STR(office.to, "kern@haus.example");
    CHECK(strstr(office.message, "To: =?UTF-8?B?"));
    CHECK_INT(newest_mail(office.fx).state, mail_state_STARTED);
    finish(&office, SEND_TAKEN);
    struct mail_row mail = newest_mail(office.fx);
    CHECK_INT(mail.state, mail_state_SENT);
    CHECK_STR(mail.answer, "250 queued as 7");
    CHECK_INT(mail.attempts, 1);
    CHECK_INT(fixture_rows(office.fx, &intent_table), 0);
    // The client has no address: said with what would help, and never tried.
    struct mail_query failed = { .state = mail_state_FAILED };
    struct mail_page page = { 0 };
    CHECK_INT(call_mail_list(&office.fx->client, &failed, &page), CALL_DONE);
    CHECK_INT((int64_t)page.mails_count, 1);
    CHECK(strstr(page.mails[0].reason, "E-Mail-Adresse"));
    CHECK(!begin(&office));
    CHECK_INT(office.post.due_us, INT64_MAX);
    fixture_free(office.fx);
}

TEST(waiting_doubles_until_it_is_given_up)
{
    struct office office;
    office_begin(&office);
    office.post.policy = (struct mail_policy){ SECONDS(30), SECONDS(100), SECONDS(300), true };
    order_for_kern(&office);
    static const int64_t pauses[] = { 30, 60, 100, 100 };
    for (size_t i = 0; i < 4; i++) {
        CHECK(begin(&office));
        finish(&office, SEND_LATER);
        struct mail_row mail = newest_mail(office.fx);
        CHECK_INT(mail.state, mail_state_WANTED);
        CHECK_INT(mail.next_at - fixture_now(office.fx), SECONDS(pauses[i]));
        CHECK(!begin(&office));
        CHECK_INT(office.post.due_us, mail.next_at);
        fixture_wait(office.fx, SECONDS(pauses[i]) - 1);
        CHECK(!begin(&office));
        fixture_wait(office.fx, 1);
    }
    fixture_wait(office.fx, SECONDS(20)); // beyond 300 s
    CHECK(begin(&office));
    finish(&office, SEND_LATER);
    CHECK_INT(newest_mail(office.fx).state, mail_state_FAILED);
    CHECK(!begin(&office));
    fixture_free(office.fx);
}

TEST(what_was_begun_when_the_process_died_is_uncertain)
{
    for (int resend = 0; resend < 2; resend++) {
        struct office office;
        office_begin(&office);
        office.post.policy.resend = resend;
        order_for_kern(&office);
        CHECK(begin(&office));
        char first[4000];
        snprintf(first, sizeof first, "%s", office.message);
        fixture_restart(office.fx);
        CHECK(!begin(&office)); // nothing goes out a second time by itself
        CHECK(fixture_input(office.fx, run_recover, NULL));
        struct mail_row mail = newest_mail(office.fx);
        CHECK_INT(mail.state, resend ? mail_state_WANTED : mail_state_UNKNOWN);
        CHECK(strstr(mail.reason, "vielleicht angekommen"));
        CHECK_INT(fixture_rows(office.fx, &intent_table), 0);
        fixture_wait(office.fx, SECONDS(31));
        CHECK_INT(begin(&office), resend);
        if (resend) {
            CHECK_STR(office.message, first); // to the byte, with its Message-ID
            finish(&office, SEND_TAKEN);
            CHECK(newest_mail(office.fx).repeated);
        }
        fixture_free(office.fx);
    }
}

TEST(a_crash_before_the_commit_of_the_end_is_no_second_row)
{
    struct office office;
    office_begin(&office);
    tell_kern(office.fx, 1, "kern@haus.example");
    struct call_note note = note_of(office.fx, 1, 1);
    tell_note(office.fx, &note);
    fixture_restart(office.fx);
    tell_note(office.fx, &note);
    note.version = 2;
    tell_note(office.fx, &note);
    CHECK(mails(&office) <= 2);
    fixture_free(office.fx);
}

TEST(a_note_for_somebody_not_yet_known_waits_for_them)
{
    struct office office;
    office_begin(&office);
    tell_firm(office.fx, "kanzlei@a.example");
    struct call_note note = note_of(office.fx, 1, 1);
    tell_note(office.fx, &note);
    CHECK_INT(mails(&office), 0);
    tell_kern(office.fx, 1, "kern@haus.example");
    fixture_wait(office.fx, SECONDS(11));
    CHECK_INT(mails(&office), 2);
    fixture_free(office.fx);
}

TEST(old_orders_are_not_sent_by_a_new_store)
{
    struct office office;
    office_begin(&office);
    tell_kern(office.fx, 1, "kern@haus.example");
    tell_firm(office.fx, "kanzlei@a.example");
    struct call_note note = note_of(office.fx, 1, 1);
    note.mail_at = fixture_now(office.fx) - DAYS(3) - 1;
    tell_note(office.fx, &note);
    CHECK(!begin(&office));
    CHECK(strstr(newest_mail(office.fx).reason, "Zu alt"));
    fixture_free(office.fx);
}

TEST(without_a_mail_server_they_wait_and_say_so)
{
    struct office office;
    office_begin(&office);
    office.post.configured = false;
    tell_kern(office.fx, 1, "kern@haus.example");
    tell_firm(office.fx, "kanzlei@a.example");
    struct call_note note = note_of(office.fx, 1, 1);
    tell_note(office.fx, &note);
    CHECK_INT(newest_mail(office.fx).state, mail_state_WANTED);
    CHECK(strstr(newest_mail(office.fx).reason, "notifier.conf"));
    CHECK(!begin(&office));
    office.post.configured = true;
    CHECK(begin(&office));
    fixture_free(office.fx);
}

TEST(a_deleted_note_takes_its_mails_along_even_one_that_is_on_its_way)
{
    struct office office;
    struct call_note note = office_with_order(&office);
    CHECK(begin(&office));
    note.version = 2;
    fixture_fact(office.fx, "telephony", "call_note", &note, true);
    CHECK_INT(mails(&office), 0);
    CHECK_INT(fixture_rows(office.fx, &letter_table), 0);
    finish(&office, SEND_TAKEN);
    CHECK_INT(mails(&office), 0);
    CHECK_INT(fixture_rows(office.fx, &intent_table), 0);
    fixture_free(office.fx);
}

TEST(foreign_scopes_see_no_mail)
{
    struct office office;
    (void)office_with_order(&office);
    const struct {
        struct scope scope;
        int64_t count;
    } cases[] = { { { SCOPE_CLIENT, CLIENT }, 2 },
                  { { SCOPE_CLIENT, id_number(102) }, 0 },
                  { { SCOPE_OWN, id_number(202) }, 0 },
                  { { SCOPE_TEAM, id_number(302) }, 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture_as(office.fx, ROLE_BIT(AGENT), cases[i].scope, "somebody");
        struct mail_query query = { .note = NOTE };
        struct mail_page page = { 0 };
        CHECK_INT(call_mail_list(&office.fx->client, &query, &page), CALL_DONE);
        CHECK_INT((int64_t)page.mails_count, cases[i].count);
    }
    fixture_free(office.fx);
}
