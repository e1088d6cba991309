// SPDX-License-Identifier: Apache-2.0
// Answers with attachments over a fixture: what may be promised, and who may read it until when.
#include <sodium.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/store_mail.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define SIZE 1000

static const struct id client_a = { { 0xA } }, client_b = { { 0xB } };
static const struct timekeeping_house small = { .home = { .country = "49" },
                                                .zone = "Europe/Berlin",
                                                .reply_max_bytes = 2 * SIZE };
static uint8_t content[SIZE];

static struct fixture *world(void)
{
    struct fixture *fx = fixture_new_with(&timekeeping_service, (void *)&small, 0);
    struct client_row a = { .id = client_a, .version = 1, .name = "A", .edited_by = "tester" };
    struct client_row b = { .id = client_b, .version = 1, .name = "B", .edited_by = "tester" };

    fixture_fact(fx, "contacts", "client", &a, false);
    fixture_fact(fx, "contacts", "client", &b, false);
    return fx;
}

static struct id open_one(struct fixture *fx, struct id client)
{
    struct inquiry_new in = { .subject = "Drucker",
                              .client = client,
                              .email = "ada@kunde.example" };
    struct inquiry out = { 0 };

    CHECK(call_inquiry_add(&fx->client, &in, &out) == CALL_DONE);
    return out.id;
}

static struct id attach(struct fixture *fx, struct id inquiry, uint8_t seed, bool whole)
{
    uint8_t hash[32];
    struct attachment row = { 0 };
    memset(content, seed, SIZE);
    (void)crypto_generichash(hash, sizeof hash, content, SIZE, NULL, 0);
    struct attachment_new in = {
        .inquiry = inquiry, .name = "a.bin", .size = SIZE, .hash = { hash, sizeof hash }
    };

    CHECK(call_attachment_begin(&fx->client, &in, &row) == CALL_DONE);
    struct attachment_piece piece = { .id = row.id, .bytes = { content, SIZE } };
    if (whole)
        CHECK(call_attachment_chunk(&fx->client, &piece, &row) == CALL_DONE);
    return row.id;
}

static enum call_result reply(struct fixture *fx, struct id inquiry, const struct id *ids,
                              size_t count, struct inquiry_mail *out)
{
    struct inquiry_answer in = {
        .id = inquiry, .text = "Anbei.", .attachments = ids, .attachments_count = count
    };

    return call_inquiry_reply(&fx->client, &in, out);
}

TEST(only_what_is_here_and_belongs_to_the_inquiry_is_promised)
{
    struct fixture *fx = world();
    struct id ours = open_one(fx, client_a), theirs = open_one(fx, client_b);
    struct id one = attach(fx, ours, 1, true), two = attach(fx, ours, 2, true);
    struct id three = attach(fx, ours, 3, true), foreign = attach(fx, theirs, 4, true);
    struct id coming = attach(fx, ours, 5, false);
    struct id all[] = { one, two, one, three };
    struct inquiry_mail mail = { 0 };
    struct attachment row = { 0 };

    CHECK(reply(fx, ours, all, 3, &mail) == CALL_DONE);
    CHECK_INT((int64_t)mail.attachments_count, 2);
    CHECK(id_equal(mail.attachments[1].id, two) && mail.attachments[1].size == SIZE);
    CHECK(reply(fx, ours, all, 4, &mail) == CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_TOO_LARGE);
    CHECK(reply(fx, ours, &foreign, 1, &mail) == CALL_REFUSED);
    CHECK_STR(fx->client.refused.field, "attachments");
    CHECK(reply(fx, ours, &coming, 1, &mail) == CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_CONFLICT);
    CHECK(call_attachment_delete(&fx->client, &(struct attachment_removal){ two, "falsch" },
                                 &row) == CALL_DONE);
    CHECK(reply(fx, ours, &two, 1, &mail) == CALL_REFUSED);
    // What was refused left nothing behind.
    CHECK_INT(fixture_rows(fx, &inquiry_mail_table), 1);
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_CLIENT, client_b }, "bea");
    CHECK(reply(fx, theirs, &one, 1, &mail) == CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_NOT_FOUND);
    fixture_free(fx);
}

static enum call_result read_bytes(struct fixture *fx, struct id mail, struct id attachment,
                                   struct attachment_bytes *out)
{
    struct inquiry_mail_place in = { mail, attachment, 0 };

    return call_inquiry_mail_bytes(&fx->client, &in, out);
}

TEST(the_mail_room_reads_what_was_promised_until_it_is_settled)
{
    struct fixture *fx = world();
    struct id inquiry = open_one(fx, client_a);
    struct id one = attach(fx, inquiry, 1, true), two = attach(fx, inquiry, 2, true);
    struct inquiry_mail mail = { 0 };
    struct attachment_bytes out = { 0 };
    struct attachment row = { 0 };

    CHECK(reply(fx, inquiry, &one, 1, &mail) == CALL_DONE);
    struct id id = mail.id;
    // Not even who may see everything: it is for services.
    CHECK(read_bytes(fx, id, one, &out) == CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_FORBIDDEN);
    fixture_as(fx, ROLE_BIT(SERVICE), scope_house, "notifier");
    CHECK(read_bytes(fx, id, one, &out) == CALL_DONE);
    CHECK(out.bytes.size == SIZE && out.bytes.data[0] == 1 && !out.more);
    CHECK(read_bytes(fx, id, two, &out) == CALL_REFUSED);
    CHECK(read_bytes(fx, inquiry, one, &out) == CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_NOT_FOUND);
    struct mail_row told = { .id = { { 9 } },
                             .version = 2,
                             .note = id,
                             .order = 1,
                             .subject = "x",
                             .message_id = "<x@y>",
                             .state = mail_state_STARTED,
                             .moved_at = fixture_now(fx) };
    fixture_fact(fx, "notifier", "mail", &told, false);
    CHECK(read_bytes(fx, id, one, &out) == CALL_DONE);
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, "tester");
    CHECK(call_attachment_delete(&fx->client, &(struct attachment_removal){ one, "falsch" },
                                 &row) == CALL_DONE);
    fixture_as(fx, ROLE_BIT(SERVICE), scope_house, "notifier");
    CHECK(read_bytes(fx, id, one, &out) == CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_CONFLICT);
    told.version = 3;
    told.state = mail_state_FAILED;
    fixture_fact(fx, "notifier", "mail", &told, false);
    CHECK(read_bytes(fx, id, one, &out) == CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_NOT_FOUND);
    fixture_free(fx);
}
