// SPDX-License-Identifier: Apache-2.0
// An answer through the house: timekeeping writes it, the notifier sends it once, timekeeping shows
// the proof; whoever crashes in between.
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/notifier/api.h"
#include "services/notifier/mails.h"
#include "services/notifier/post.h"
#include "services/notifier/store_mail.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/store_mail.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

struct office {
    struct post post; // first: request.context of the notifier
    struct house *house;
    struct fixture *timekeeping, *notifier;
    struct mail_task task;
    char message[4000];
    struct sending sending;
    bool found;
};

static void office_begin(struct office *office, uint64_t seed)
{
    *office = (struct office){ 0 };
    post_init(&office->post);
    office->post.configured = true;
    (void)snprintf(office->post.from, sizeof office->post.from, "haus@haus.example");
    office->house = house_new(seed);
    office->timekeeping = house_add(office->house, &timekeeping_service, NULL, 0);
    office->notifier = house_add(office->house, &notifier_service, office, 0);
    house_settle(office->house);
}

static struct inquiry_mail answer(struct office *office)
{
    struct fixture *fx = office->timekeeping;
    struct inquiry_new in = { .subject = "Drucker", .email = "ada@kunde.example" };
    struct inquiry inquiry = { 0 };
    struct inquiry_mail mail = { 0 };

    CHECK(call_inquiry_add(&fx->client, &in, &inquiry) == CALL_DONE);
    struct inquiry_answer reply = { .id = inquiry.id, .text = "Bitte Papier nachlegen." };
    CHECK(call_inquiry_reply(&fx->client, &reply, &mail) == CALL_DONE);
    return mail;
}

static bool run_begin(struct request *rq, void *argument)
{
    struct office *office = argument;

    office->found = mails_begin(rq, &office->task);
    if (office->found)
        (void)snprintf(office->message, sizeof office->message, "%s", office->task.message);
    return rq->err.code == ERR_NONE;
}

static bool run_finish(struct request *rq, void *argument)
{
    struct office *office = argument;

    return mails_finish(rq, office->task.intent, office->task.mail, &office->sending);
}

// How many mails went out.
static int send_all(struct office *office)
{
    int count = 0;

    house_wait(office->house, SECONDS(2));
    while (fixture_input(office->notifier, run_begin, office) && office->found) {
        office->sending = (struct sending){ .result = SEND_TAKEN, .code = 250 };
        (void)snprintf(office->sending.answer, sizeof office->sending.answer, "2.0.0 queued as 7");
        CHECK(fixture_input(office->notifier, run_finish, office));
        count++;
    }
    house_wait(office->house, SECONDS(2));
    return count;
}

TEST(an_answer_is_sent_once_and_proved_whoever_crashes)
{
    for (int crash = 0; crash < 4; crash++) {
        struct office office;
        struct inquiry_mail row = { 0 };

        office_begin(&office, 1);
        struct inquiry_mail mail = answer(&office);
        struct id id = mail.id;
        char message_id[210];
        (void)snprintf(message_id, sizeof message_id, "\r\nMessage-ID: %s\r\n", mail.message_id);
        if (crash & 1)
            fixture_restart(office.timekeeping);
        if (crash & 2)
            fixture_restart(office.notifier);
        CHECK_INT(send_all(&office), 1);
        CHECK(strstr(office.message, message_id) != NULL);
        CHECK(strstr(office.message, "Auto-Submitted") == NULL);
        CHECK(strstr(office.message, "Bitte Papier nachlegen.") != NULL);
        fixture_restart(office.timekeeping);
        fixture_restart(office.notifier);
        CHECK_INT(send_all(&office), 0);
        CHECK(fixture_row(office.timekeeping, &inquiry_mail_table, id, &row));
        CHECK_INT(row.state, mail_state_SENT);
        CHECK_STR(row.detail, "2.0.0 queued as 7");
        house_free(office.house);
    }
}

TEST(a_notifier_that_is_new_does_not_send_the_past_again)
{
    struct office office;

    office_begin(&office, 2);
    (void)answer(&office);
    CHECK_INT(send_all(&office), 1);
    CHECK_INT(fixture_rows(office.notifier, &mail_table), 1);
    fixture_new_epoch(office.timekeeping);
    house_wait(office.house, SECONDS(10));
    CHECK_INT(send_all(&office), 0);
    CHECK_INT(fixture_rows(office.notifier, &mail_table), 1);
    house_free(office.house);
}
