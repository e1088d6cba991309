// SPDX-License-Identifier: Apache-2.0
// Attachments over a fixture: whole after crashes at any piece, once per content, no oracle across
// clients, quota, deletion and age.
#include <sodium.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/store_attachment.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define PIECE 65536
#define SIZE  (3 * PIECE + 1000)

static const struct id client_a = { { 0xA } }, client_b = { { 0xB } };
static uint8_t content[SIZE], hash[32];

static void fill_content(uint8_t seed)
{
    for (size_t i = 0; i < SIZE; i++)
        content[i] = (uint8_t)(i * 31 + i / 251 + seed);
    (void)crypto_generichash(hash, sizeof hash, content, SIZE, NULL, 0);
}

static struct fixture *world(const struct timekeeping_house *house)
{
    struct fixture *fx = fixture_new_with(&timekeeping_service, (void *)house, 0);
    struct client_row a = { .id = client_a, .version = 1, .name = "A", .edited_by = "tester" };
    struct client_row b = { .id = client_b, .version = 1, .name = "B", .edited_by = "tester" };

    fill_content(1);
    fixture_fact(fx, "contacts", "client", &a, false);
    fixture_fact(fx, "contacts", "client", &b, false);
    return fx;
}

// Days pass at once: nobody else's timers are of interest.
static void pass(struct fixture *fx, int64_t duration_us)
{
    fx->skew_us += duration_us;
    fixture_wait(fx, SECONDS(5));
}

static struct id open_one(struct fixture *fx, struct id client)
{
    struct inquiry_new in = { .subject = "Drucker", .client = client };
    struct inquiry out = { 0 };

    CHECK(call_inquiry_add(&fx->client, &in, &out) == CALL_DONE);
    return out.id;
}

static int64_t attachments_of(struct fixture *fx, struct id inquiry)
{
    struct inquiry_match out = { 0 };

    CHECK(call_inquiry_get(&fx->client, &(struct inquiry_ref){ .id = inquiry }, &out) == CALL_DONE);
    return out.inquiry->attachments;
}

static enum call_result begin(struct fixture *fx, struct id inquiry, const char *name,
                              struct attachment *out)
{
    struct attachment_new in = { .inquiry = inquiry,
                                 .name = name,
                                 .content_type = "Application/PDF; charset=x",
                                 .size = SIZE,
                                 .hash = { hash, sizeof hash } };

    return call_attachment_begin(&fx->client, &in, out);
}

static enum call_result chunk(struct fixture *fx, struct id id, int64_t offset,
                              struct attachment *out)
{
    size_t size = SIZE - offset < PIECE ? (size_t)(SIZE - offset) : PIECE;
    struct attachment_piece in = { .id = id,
                                   .offset = offset,
                                   .bytes = { content + offset, size } };

    return call_attachment_chunk(&fx->client, &in, out);
}

static void bring(struct fixture *fx, struct attachment *row)
{
    while (row->state == attachment_state_COMING)
        CHECK(chunk(fx, row->id, row->received, row) == CALL_DONE);
    CHECK_INT(row->state, attachment_state_HERE);
}

static bool reads_back(struct fixture *fx, struct id id)
{
    struct attachment_bytes out = { .more = true };
    int64_t at = 0;

    while (out.more) {
        struct attachment_place in = { .id = id, .offset = at, .has_limit = true, .limit = 50000 };
        if (call_attachment_read(&fx->client, &in, &out) != CALL_DONE || out.bytes.size > 50000 ||
            memcmp(out.bytes.data, content + at, out.bytes.size) != 0)
            return false;
        at += (int64_t)out.bytes.size;
    }
    return at == SIZE;
}

TEST(a_file_comes_in_pieces_and_is_read_back)
{
    struct fixture *fx = world(NULL);
    struct id inquiry = open_one(fx, client_a);
    struct attachment row = { 0 }, again = { 0 };
    struct attachment_page page = { 0 };

    CHECK(begin(fx, inquiry, "C:\\Scans\\../Rechnung 1.pdf", &row) == CALL_DONE);
    CHECK_STR(row.name, "Rechnung 1.pdf");
    CHECK_STR(row.content_type, "application/pdf");
    CHECK_INT(row.state, attachment_state_COMING);
    CHECK_INT(row.received, 0);
    // What is not yet whole is not read, and not counted.
    CHECK(call_attachment_read(&fx->client, &(struct attachment_place){ .id = row.id },
                               &(struct attachment_bytes){ 0 }) != CALL_DONE);
    CHECK_STR(fx->client.refused.field, "id");
    bring(fx, &row);
    CHECK_INT(attachments_of(fx, inquiry), 1);
    CHECK(reads_back(fx, row.id));
    // The same file once more is the same row; its last piece again changes nothing.
    int64_t facts = fixture_facts(fx, NULL);
    CHECK(begin(fx, inquiry, "Rechnung 1.pdf", &again) == CALL_DONE);
    CHECK(id_equal(again.id, row.id));
    CHECK(chunk(fx, row.id, 3 * PIECE, &again) == CALL_DONE);
    CHECK_INT(again.state, attachment_state_HERE);
    CHECK_INT(fixture_facts(fx, NULL), facts);
    CHECK(call_attachment_list(&fx->client, &(struct attachment_query){ .inquiry = inquiry },
                               &page) == CALL_DONE);
    CHECK_INT((int64_t)page.attachments_count, 1);
    fixture_free(fx);
}

TEST(after_a_crash_at_any_piece_it_goes_on_where_it_was)
{
    for (int64_t crash_at = 0; crash_at <= 4; crash_at++) {
        struct fixture *fx = world(NULL);
        struct id inquiry = open_one(fx, client_a);
        struct attachment row = { 0 };

        CHECK(begin(fx, inquiry, "a.bin", &row) == CALL_DONE);
        for (int64_t n = 0; row.state == attachment_state_COMING; n++) {
            if (n == crash_at) {
                fixture_restart(fx);
                // Whoever sends does not know how far it came, and announces it again.
                CHECK(begin(fx, inquiry, "a.bin", &row) == CALL_DONE);
                CHECK_INT(row.received, n * PIECE);
                // A piece that came twice, and one that comes too early.
                if (n > 0)
                    CHECK(chunk(fx, row.id, (n - 1) * PIECE, &row) == CALL_DONE);
                CHECK_INT(row.received, n * PIECE);
                if (n < 3) {
                    CHECK(chunk(fx, row.id, (n + 1) * PIECE, &row) == CALL_REFUSED);
                    CHECK_STR(fx->client.refused.field, "offset");
                }
            }
            CHECK(chunk(fx, row.id, n * PIECE, &row) == CALL_DONE);
        }
        fixture_restart(fx);
        CHECK(reads_back(fx, row.id));
        CHECK_INT(attachments_of(fx, inquiry), 1);
        CHECK_INT(fixture_rows(fx, &blob_piece_table), 4);
        fixture_free(fx);
    }
}

TEST(wrong_content_is_refused_and_dropped)
{
    struct fixture *fx = world(NULL);
    struct id inquiry = open_one(fx, client_a);
    struct attachment row = { 0 };
    struct blob_care care = { 0 };

    CHECK(begin(fx, inquiry, "a.bin", &row) == CALL_DONE);
    content[70000] ^= 1;
    while (row.state == attachment_state_COMING)
        CHECK(chunk(fx, row.id, row.received, &row) == CALL_DONE);
    CHECK_INT(row.state, attachment_state_REFUSED);
    CHECK(!reads_back(fx, row.id));
    CHECK_INT(attachments_of(fx, inquiry), 0);
    pass(fx, SECONDS(60));
    CHECK_INT(fixture_rows(fx, &blob_table), 0);
    CHECK_INT(fixture_rows(fx, &blob_piece_table), 0);
    CHECK(fixture_row(fx, &blob_care_table, id_of_name("blob care", ""), &care));
    CHECK_INT(care.bytes, 0);
    pass(fx, DAYS(1));
    CHECK_INT(fixture_rows(fx, &attachment_table), 0);
    fixture_free(fx);
}

TEST(a_content_is_kept_once_and_goes_with_its_last_row)
{
    struct fixture *fx = world(NULL);
    struct id one = open_one(fx, client_a), two = open_one(fx, client_a);
    struct attachment first = { 0 }, second = { 0 };
    struct attachment_removal removal = { .reason = "falsch zugeordnet" };

    CHECK(begin(fx, one, "a.bin", &first) == CALL_DONE);
    bring(fx, &first);
    CHECK(begin(fx, two, "b.bin", &second) == CALL_DONE);
    CHECK_INT(second.state, attachment_state_HERE);
    CHECK_INT(attachments_of(fx, two), 1);
    CHECK_INT(fixture_rows(fx, &blob_table), 1);
    removal.id = first.id;
    CHECK(call_attachment_delete(&fx->client, &removal, &first) == CALL_DONE);
    CHECK_INT(first.state, attachment_state_DELETED);
    CHECK_STR(first.reason, "falsch zugeordnet");
    CHECK_INT(attachments_of(fx, one), 0);
    pass(fx, SECONDS(60));
    CHECK(reads_back(fx, second.id));
    CHECK(!reads_back(fx, first.id));
    removal.id = second.id;
    CHECK(call_attachment_delete(&fx->client, &removal, &second) == CALL_DONE);
    CHECK(call_attachment_delete(&fx->client, &removal, &second) == CALL_REFUSED);
    pass(fx, SECONDS(60));
    CHECK_INT(fixture_rows(fx, &blob_table), 0);
    CHECK_INT(fixture_rows(fx, &blob_piece_table), 0);
    fixture_free(fx);
}

TEST(a_checksum_tells_nothing_about_other_clients)
{
    struct fixture *fx = world(NULL);
    struct id ours = open_one(fx, client_a), theirs = open_one(fx, client_b);
    struct attachment row = { 0 }, other = { 0 };
    struct scope scope_a = { SCOPE_CLIENT, client_a }, scope_b = { SCOPE_CLIENT, client_b };

    CHECK(begin(fx, ours, "a.bin", &row) == CALL_DONE);
    bring(fx, &row);
    fixture_as(fx, ROLE_BIT(AGENT), scope_b, "bea");
    CHECK(begin(fx, theirs, "a.bin", &other) == CALL_DONE);
    CHECK_INT(other.state, attachment_state_COMING);
    CHECK(!reads_back(fx, row.id));
    CHECK_STR(fx->client.refused.field, "id");
    CHECK(begin(fx, ours, "a.bin", &other) == CALL_REFUSED);
    CHECK(call_attachment_get(&fx->client, &(struct by_id){ row.id }, &other) == CALL_REFUSED);
    CHECK(call_attachment_delete(&fx->client, &(struct attachment_removal){ row.id, "weg" },
                                 &other) == CALL_REFUSED);
    CHECK(begin(fx, theirs, "a.bin", &other) == CALL_DONE);
    bring(fx, &other);
    // Both have it now, and it lies here once.
    pass(fx, SECONDS(60));
    CHECK_INT(fixture_rows(fx, &blob_piece_table), 4);
    CHECK(reads_back(fx, other.id));
    fixture_as(fx, ROLE_BIT(AGENT), scope_a, "abel");
    CHECK(reads_back(fx, row.id));
    CHECK(!reads_back(fx, other.id));
    fixture_free(fx);
}

TEST(there_is_a_quota_and_abandoned_files_give_their_room_back)
{
    struct timekeeping_house house = { .home = { .country = "49" },
                                       .zone = "Europe/Berlin",
                                       .attachments_max_bytes = 2 * SIZE - 1 };
    struct fixture *fx = world(&house);
    struct id inquiry = open_one(fx, client_a);
    struct attachment row = { 0 };

    CHECK(begin(fx, inquiry, "a.bin", &row) == CALL_DONE);
    CHECK(chunk(fx, row.id, 0, &row) == CALL_DONE);
    fill_content(2);
    CHECK(begin(fx, inquiry, "b.bin", &row) == CALL_REFUSED);
    CHECK_STR(fx->client.refused.field, "size");
    pass(fx, DAYS(1) + SECONDS(60));
    CHECK_INT(fixture_rows(fx, &attachment_table), 0);
    CHECK_INT(fixture_rows(fx, &blob_piece_table), 0);
    CHECK(begin(fx, inquiry, "b.bin", &row) == CALL_DONE);
    bring(fx, &row);
    fixture_free(fx);
}

TEST(attachments_go_so_long_after_their_inquiry_was_closed)
{
    struct timekeeping_house house = { .home = { .country = "49" },
                                       .zone = "Europe/Berlin",
                                       .attachments_keep_us = DAYS(10) };
    struct fixture *fx = world(&house);
    struct id closed = open_one(fx, client_a), open = open_one(fx, client_a);
    struct attachment row = { 0 }, kept = { 0 };
    struct inquiry_closing closing = { .id = closed,
                                       .solution = "getauscht",
                                       .has_force = true,
                                       .force = true,
                                       .reason = "ohne Zeit" };
    struct inquiry out = { 0 };

    CHECK(begin(fx, closed, "a.bin", &row) == CALL_DONE);
    bring(fx, &row);
    CHECK(begin(fx, open, "a.bin", &kept) == CALL_DONE);
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, "tester");
    struct staff staff = { .id = { { 7 } }, .version = 1, .name = "Anna", .edited_by = "tester" };
    fixture_fact(fx, "contacts", "staff", &staff, false);
    CHECK(call_inquiry_take(&fx->client,
                            &(struct inquiry_taking){ .id = closed, .staff = staff.id },
                            &out) == CALL_DONE);
    CHECK(call_inquiry_close(&fx->client, &closing, &out) == CALL_DONE);
    pass(fx, DAYS(9));
    CHECK(reads_back(fx, row.id));
    pass(fx, DAYS(3));
    CHECK(!reads_back(fx, row.id));
    CHECK(call_attachment_get(&fx->client, &(struct by_id){ row.id }, &row) == CALL_DONE);
    CHECK_INT(row.state, attachment_state_DELETED);
    CHECK(reads_back(fx, kept.id));
    fixture_free(fx);
}

TEST(small_pieces_and_pieces_beyond_the_end_are_refused)
{
    struct fixture *fx = world(NULL);
    struct id inquiry = open_one(fx, client_a);
    struct attachment row = { 0 };
    struct attachment_piece piece = { .bytes = { content, 1000 } };

    CHECK(begin(fx, inquiry, "a.bin", &row) == CALL_DONE);
    piece.id = row.id;
    CHECK(call_attachment_chunk(&fx->client, &piece, &row) == CALL_REFUSED);
    CHECK_STR(fx->client.refused.field, "bytes");
    CHECK(begin(fx, inquiry, "..", &row) == CALL_REFUSED);
    CHECK_STR(fx->client.refused.field, "name");
    // An empty file is here at once.
    uint8_t empty[32];
    (void)crypto_generichash(empty, sizeof empty, NULL, 0, NULL, 0);
    struct attachment_new in = { .inquiry = inquiry, .name = "leer.txt", .hash = { empty, 32 } };
    CHECK(call_attachment_begin(&fx->client, &in, &row) == CALL_DONE);
    CHECK_INT(row.state, attachment_state_HERE);
    struct attachment_bytes bytes = { .more = true };
    CHECK(call_attachment_read(&fx->client, &(struct attachment_place){ .id = row.id }, &bytes) ==
          CALL_DONE);
    CHECK(!bytes.more && bytes.bytes.size == 0);
    fixture_free(fx);
}
