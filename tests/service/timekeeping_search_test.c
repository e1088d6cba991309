// SPDX-License-Identifier: Apache-2.0
// Everything that was recorded, in one search: words, filters, order, pages; and what must not
// show.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define ID(n) ((struct id){ { (n), 0x5E } })

static const struct id client_a = { { 0xA, 1 } }, client_b = { { 0xB, 1 } };
static const struct id anna = { { 0x51, 1 } }, otto = { { 0x52, 1 } };

// --- rows, as the services that own them would write them

struct put {
    const struct table *table;
    const void *row;
};

static bool put_row(struct request *rq, void *argument)
{
    const struct put *put = argument;

    return table_put(rq->txn, put->table, put->row, &rq->err);
}

static void put(struct fixture *fx, const struct table *table, const void *row)
{
    CHECK(fixture_input(fx, put_row, &(struct put){ table, row }));
}

static void put_inquiry(struct fixture *fx, uint8_t n, struct inquiry inquiry)
{
    char number[20];

    (void)snprintf(number, sizeof number, "2026-%06d", n);
    inquiry.id = ID(n);
    inquiry.version = 1;
    inquiry.number = number;
    inquiry.state = inquiry.state ? inquiry.state : inquiry_state_OPEN;
    inquiry.channel = channel_PHONE;
    inquiry.priority = priority_NORMAL;
    inquiry.opened_at = inquiry.opened_at ? inquiry.opened_at : SECONDS(1000) + n;
    inquiry.opened_by = inquiry.edited_by = "tester";
    inquiry.edited_at = inquiry.opened_at;
    put(fx, &inquiry_table, &inquiry);
}

static void put_entry_as(struct fixture *fx, struct entry entry)
{
    entry.version = 1;
    entry.state = entry.state ? entry.state : entry_state_OPEN;
    entry.origin = entry_origin_HAND;
    entry.kind = ID(200);
    entry.key = "T";
    entry.rule = rule_level_HOUSE;
    entry.booked_at = entry.edited_at = entry.began_at;
    entry.booked_by = entry.edited_by = "tester";
    put(fx, &entry_table, &entry);
}

static void put_entry(struct fixture *fx, uint8_t n, struct entry entry)
{
    entry.id = ID(n);
    entry.began_at = entry.began_at ? entry.began_at : SECONDS(1000) + n;
    put_entry_as(fx, entry);
}

static void put_measure(struct fixture *fx, uint8_t n, struct measure measure)
{
    measure.id = ID(n);
    measure.version = 1;
    measure.state = measure_state_OPEN;
    measure.place = n;
    measure.added_at = measure.edited_at = SECONDS(1000) + n;
    measure.added_by = measure.edited_by = "tester";
    put(fx, &measure_table, &measure);
}

static void tell_file(struct fixture *fx, struct file file)
{
    file.version = file.version ? file.version : 1;
    file.kind = file_kind_FILE;
    file.state = file_state_OPEN;
    file.edited_by = "tester";
    file.opened_at = SECONDS(10);
    fixture_fact(fx, "contacts", "file", &file, false);
}

static void tell_contact(struct fixture *fx, struct contact contact)
{
    contact.version = contact.version ? contact.version : 1;
    contact.kind = contact_kind_PERSON;
    contact.edited_by = "tester";
    contact.created_at = SECONDS(20);
    fixture_fact(fx, "contacts", "contact", &contact, false);
}

// --- asking

// The second id bytes' first ones: "3 1 7", "+" when there is more.
static const char *asked(struct fixture *fx, struct record_query query)
{
    static char text[2000];
    struct record_hits out = { 0 };
    size_t used = 0;

    text[0] = '\0';
    CHECK_INT(call_record_search(&fx->client, &query, &out), CALL_DONE);
    for (size_t i = 0; i < out.hits_count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i ? " " : "",
                                 out.hits[i].id.bytes[0]);
    if (out.more)
        (void)snprintf(text + used, sizeof text - used, "+");
    return text;
}
#define ASKED(fx, ...) asked(fx, (struct record_query){ __VA_ARGS__ })

TEST(words_in_any_order_form_and_length)
{
    struct fixture *fx = fixture_new(&timekeeping_service);

    put_inquiry(fx, 1,
                (struct inquiry){ .subject = "Drucker streift", .text = "In allen Häusern" });
    put_entry(fx, 2, (struct entry){ .text = "Haus besichtigt, Drucker getauscht" });
    put_measure(fx, 3, (struct measure){ .inquiry = ID(1), .text = "Wärmezähler ablesen" });
    tell_contact(fx, (struct contact){ .id = anna, .name = "Anna Häusler" });
    for (int later = 0; later < 2; later++) {
        CHECK_STR(ASKED(fx, .text = "haus drucker"), "2 1");
        CHECK_STR(ASKED(fx, .text = "DRUCKERN Häuser"), "2 1");
        CHECK_STR(ASKED(fx, .text = "streif druck"), "1");
        CHECK_STR(ASKED(fx, .text = "Haeus"), "2 1 81");
        CHECK_STR(ASKED(fx, .text = "waermezaehl"), "3");
        CHECK_STR(ASKED(fx, .text = "zaehler"), ""); // begins no word
        CHECK_STR(ASKED(fx, .text = "zaehler", .order = record_order_RELEVANCE), "3");
        CHECK_STR(ASKED(fx, .text = "…"), "");
        CHECK_STR(ASKED(fx, .text = "drucker", .kind = record_kind_ENTRY), "2");
        fixture_wait(fx, 3000000);
        fixture_restart(fx);
    }
    fixture_free(fx);
}

TEST(filters_hold_together_and_leave_out_what_cannot_have_them)
{
    struct fixture *fx = fixture_new(&timekeeping_service);

    put_entry(fx, 1,
              (struct entry){ .text = "Telefonat",
                              .staff = otto,
                              .team = ID(90),
                              .chargeable = true,
                              .contact = anna,
                              .file = ID(70) });
    put_entry(fx, 2,
              (struct entry){ .text = "Telefonat",
                              .state = entry_state_BILLED,
                              .chargeable = true,
                              .client = client_a });
    put_inquiry(fx, 3, (struct inquiry){ .subject = "Telefonat", .contact = anna, .file = ID(70) });
    put_measure(fx, 4, (struct measure){ .inquiry = ID(3), .text = "Telefonat", .staff = otto });
    put_inquiry(fx, 5,
                (struct inquiry){ .subject = "Telefonat",
                                  .state = inquiry_state_CLOSED,
                                  .opened_at = SECONDS(50) });
    tell_file(fx, (struct file){ .id = ID(70), .number = "7/26" });
    CHECK_STR(ASKED(fx, .text = "telefonat"), "4 3 2 1 5");
    CHECK_STR(ASKED(fx, .staff = otto), "4 1");
    CHECK_STR(ASKED(fx, .team = ID(90)), "1");
    CHECK_STR(ASKED(fx, .contact = anna), "4 3 1");
    CHECK_STR(ASKED(fx, .file = ID(70)), "4 3 1 70");
    CHECK_STR(ASKED(fx, .client = client_a), "2");
    CHECK_STR(ASKED(fx, .state = "closed"), "5");
    CHECK_STR(ASKED(fx, .has_chargeable = true, .chargeable = true), "2 1");
    CHECK_STR(ASKED(fx, .has_chargeable = true), "4 3 5");
    CHECK_STR(ASKED(fx, .has_billed = true, .billed = true), "2");
    CHECK_STR(ASKED(fx, .has_billed = true), "1");
    // What was deleted shows only to who asks for it.
    put_entry(fx, 6, (struct entry){ .text = "Telefonat", .state = entry_state_DELETED });
    CHECK_STR(ASKED(fx, .text = "telefonat"), "4 3 2 1 5");
    CHECK_STR(ASKED(fx, .has_billed = true), "1");
    CHECK_STR(ASKED(fx, .text = "telefonat", .state = "deleted"), "6");
    CHECK_STR(ASKED(fx, .text = "telefonat", .has_until = true, .until = SECONDS(1000)), "5");
    CHECK_STR(ASKED(fx, .has_from = true, .from = SECONDS(1000) + 2, .has_until = true,
                    .until = SECONDS(1000) + 4),
              "3 2");
    fixture_free(fx);
}

TEST(a_merged_contact_is_found_under_each_of_its_ids)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct contact_merged merged = { .id = otto,
                                     .version = 1,
                                     .to = anna,
                                     .from_name = "Otto",
                                     .to_name = "Anna",
                                     .merged_by = "tester" };

    tell_contact(fx, (struct contact){ .id = anna, .name = "Anna" });
    put_entry(fx, 1, (struct entry){ .text = "vorher", .contact = otto });
    put_entry(fx, 2, (struct entry){ .text = "nachher", .contact = anna });
    CHECK_STR(ASKED(fx, .contact = anna, .kind = record_kind_ENTRY), "2");
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    CHECK_STR(ASKED(fx, .contact = anna, .kind = record_kind_ENTRY), "2 1");
    CHECK_STR(ASKED(fx, .contact = otto, .kind = record_kind_ENTRY), "2 1");
    fixture_free(fx);
}

TEST(names_are_found_as_they_are_now)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct contact gone = { .id = anna,
                            .version = 3,
                            .kind = contact_kind_PERSON,
                            .name = "Anna Neumann",
                            .edited_by = "tester" };

    for (int later = 0; later < 2; later++) {
        tell_contact(fx, (struct contact){ .id = anna, .name = "Anna Altmann" });
        tell_file(fx, (struct file){ .id = ID(70), .number = "7/26", .title = "Altmann" });
        fixture_wait(fx, later * 3000000);
        CHECK_STR(ASKED(fx, .text = "altm"), "81 70");
        tell_contact(fx, (struct contact){ .id = anna, .version = 2, .name = "Anna Neumann" });
        tell_file(
            fx, (struct file){ .id = ID(70), .version = 2, .number = "7/26", .title = "Neumann" });
        CHECK_STR(ASKED(fx, .text = "altm"), "");
        CHECK_STR(ASKED(fx, .text = "neum"), "81 70");
        fixture_wait(fx, later * 3000000);
        CHECK_STR(ASKED(fx, .text = "altm", .order = record_order_RELEVANCE), "");
        CHECK_STR(ASKED(fx, .text = "neum"), "81 70");
        fixture_fact(fx, "contacts", "contact", &gone, true);
        CHECK_STR(ASKED(fx, .text = "neum"), "70");
        fixture_free(fx);
        fx = fixture_new(&timekeeping_service);
    }
    fixture_free(fx);
}

// Page by page it is the same as at once, for either order and while the index is behind.
TEST(pages_follow_each_other_without_gap_or_double)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    static const enum record_order orders[] = { record_order_TIME, record_order_RELEVANCE };

    for (uint8_t n = 1; n < 60; n++) {
        put_entry(fx, n,
                  (struct entry){ .text = n % 3 ? "Brief" : "Entwurf, Briefkopf",
                                  .began_at = SECONDS(n % 7 + 1) });
        put_inquiry(fx, (uint8_t)(n + 100),
                    (struct inquiry){ .subject = "Brief fehlt", .opened_at = SECONDS(n % 5 + 1) });
    }
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct record_query query = {
            .text = "brief", .order = orders[i], .has_limit = true, .limit = 100
        };
        char *whole = strdup(asked(fx, query)), pages[2000] = "";
        struct record_hits out = { .more = true };
        query.limit = 7;
        for (int page = 0; out.more; page++) {
            out = (struct record_hits){ 0 };
            CHECK_INT(call_record_search(&fx->client, &query, &out), CALL_DONE);
            for (size_t k = 0; k < out.hits_count && strlen(pages) < 1900; k++)
                snprintf(pages + strlen(pages), 8, "%s%d", *pages ? " " : "",
                         out.hits[k].id.bytes[0]);
            query.after = out.next;
            if (strlen(pages) >= strlen(whole) - 1)
                break;
        }
        CHECK(strncmp(pages, whole, strlen(whole) - 1) == 0);
        free(whole);
    }
    fixture_free(fx);
}

TEST(phone_numbers_in_whatever_form)
{
    struct fixture *fx = fixture_new(&timekeeping_service);

    put_inquiry(fx, 1, (struct inquiry){ .subject = "Rückruf", .phone = "+4315551234" });
    put_entry(fx, 2, (struct entry){ .text = "Akt 0117/2026 und 0118/26" });
    CHECK_STR(ASKED(fx, .text = "+43 1 5551234"), "1");
    CHECK_STR(ASKED(fx, .text = "0043/1/555 12-34"), "1");
    CHECK_STR(ASKED(fx, .text = "+43 1 555 12 35"), "");
    CHECK_STR(ASKED(fx, .text = "0117/2026"), "2");
    CHECK_STR(ASKED(fx, .text = "0118/26"), "2");
    CHECK_STR(ASKED(fx, .text = "2026/0117"), "2");
    fixture_free(fx);
}

static bool is_refused(struct fixture *fx, struct record_query query, const char *field)
{
    struct record_hits out = { 0 };

    return call_record_search(&fx->client, &query, &out) == CALL_REFUSED &&
           strcmp(fx->client.refused.field, field) == 0;
}

TEST(what_makes_no_sense_is_told)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    static const char *const pages[] = { "1:x",
                                         "99999999999999999999:-,-,-,-,-,-,-",
                                         "9223372036854775807:-,-,-,-,-,-,-",
                                         "-1:-,-,-,-,-,-,-",
                                         "1:-,-,-,-,-,-,-,-",
                                         "1:-,-,-,-,-,-" };

    for (size_t i = 0; i < COUNT_OF(pages); i++)
        CHECK(is_refused(fx, (struct record_query){ .after = pages[i] }, "after"));
    CHECK(is_refused(fx, (struct record_query){ .state = "quatsch" }, "state"));
    CHECK(is_refused(fx, (struct record_query){ .state = "OPEN" }, "state"));
    CHECK_STR(ASKED(fx, .state = "ringing"), "");
    fixture_free(fx);
}

static const char *detail_of(struct fixture *fx, const char *words)
{
    struct record_query query = { .text = words };
    struct record_hits out = { 0 };

    CHECK_INT(call_record_search(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT((int64_t)out.hits_count, 1);
    return out.hits[0].detail;
}

TEST(what_is_shown_of_a_long_text_has_what_was_sought)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    char text[4000];
    size_t used = 0;

    used += (size_t)snprintf(text, sizeof text, "Zu Beginn.\r\n");
    while (used < 3000)
        used += (size_t)snprintf(text + used, sizeof text - used, "Überlänge und so weiter. ");
    used += (size_t)snprintf(text + used, sizeof text - used, "Alle Häuser sind naß. ");
    while (used < 3900)
        used += (size_t)snprintf(text + used, sizeof text - used, "Kürze. ");
    put_inquiry(fx, 1, (struct inquiry){ .subject = "Wasser", .text = text });
    CHECK(strncmp(detail_of(fx, "wasser"), "Zu Beginn.  Über", 16) == 0);
    CHECK(strncmp(detail_of(fx, "beginn"), "Zu Beginn.  Über", 16) == 0);
    CHECK(strncmp(detail_of(fx, "haus"), "… ", strlen("… ")) == 0);
    CHECK(strstr(detail_of(fx, "haus"), "Alle Häuser sind naß. Kürze. ") != NULL);
    CHECK(strstr(detail_of(fx, "nass"), "Häuser sind naß") != NULL);
    CHECK(strstr(detail_of(fx, "kurz"), "sind naß. Kürze") != NULL);
    fixture_free(fx);
}

// All pages, one after the other.
static const char *asked_on(struct fixture *fx, struct record_query query)
{
    static char text[2000];
    struct record_hits out = { .more = true };
    int pages = 0;

    text[0] = '\0';
    while (out.more) {
        CHECK(pages++ < 50);
        CHECK_INT(call_record_search(&fx->client, &query, &out), CALL_DONE);
        CHECK(!out.more || out.next);
        for (size_t i = 0; i < out.hits_count && strlen(text) < 1900; i++)
            (void)snprintf(text + strlen(text), 8, "%s%d", *text ? " " : "",
                           out.hits[i].id.bytes[0]);
        query.after = out.next;
    }
    return text;
}

// The rows of a locked file are as many as somebody has patience for.
TEST(pages_go_on_behind_what_is_hidden)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct record_query query = { .text = "geheim" };

    tell_file(
        fx,
        (struct file){
            .id = ID(70), .number = "7/26", .has_locked = true, .locked = true, .lawyer = anna });
    for (int i = 0; i < 700; i++) {
        struct entry entry = { .text = "geheim", .file = ID(70), .began_at = SECONDS(2000 + i) };
        entry.id = (struct id){ { 99, (uint8_t)(i >> 8), (uint8_t)i, 1 } };
        put_entry_as(fx, entry);
    }
    put_inquiry(fx, 1, (struct inquiry){ .subject = "Geheim", .opened_at = SECONDS(2100) });
    put_entry(fx, 2, (struct entry){ .text = "Geheim", .began_at = SECONDS(2050) });
    put_inquiry(fx, 3, (struct inquiry){ .subject = "Geheim", .opened_at = SECONDS(2000) });
    put_entry(fx, 4, (struct entry){ .text = "Geheim", .began_at = SECONDS(1000) });
    for (int later = 0; later < 2; later++) {
        query.order = record_order_TIME;
        CHECK_STR(asked_on(fx, query), "1 2 3 4");
        query.order = record_order_RELEVANCE;
        CHECK_INT((int64_t)strlen(asked_on(fx, query)), 7);
        fixture_wait(fx, 3000000);
    }
    fixture_free(fx);
}

TEST(what_lies_outside_the_scope_or_in_a_locked_file_never_shows)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct inquiry_similar_hits similar = { 0 };
    struct inquiry_similar_query query = { .text = "geheim" };

    tell_file(fx, (struct file){ .id = ID(70),
                                 .number = "GEHEIM 7",
                                 .has_locked = true,
                                 .locked = true,
                                 .lawyer = anna });
    put_entry(fx, 1, (struct entry){ .text = "geheim", .file = ID(70) });
    put_inquiry(fx, 2, (struct inquiry){ .subject = "geheim", .solution = "ja", .file = ID(70) });
    put_measure(fx, 3, (struct measure){ .inquiry = ID(2), .text = "geheim" });
    put_inquiry(fx, 4,
                (struct inquiry){ .subject = "geheim", .solution = "ja", .client = client_b });
    put_inquiry(fx, 5,
                (struct inquiry){ .subject = "geheim", .solution = "ja", .client = client_a });
    tell_contact(fx, (struct contact){ .id = ID(6), .name = "Geheim", .client = client_b });
    CHECK_STR(ASKED(fx, .text = "geheim"), "5 4 6");
    CHECK_STR(ASKED(fx, .file = ID(70)), "");
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(anna).text);
    CHECK_STR(ASKED(fx, .text = "geheim"), "5 4 3 2 1 6 70");
    // Who worked on an inquiry of somebody else: the lock holds all the same.
    put_measure(fx, 7, (struct measure){ .inquiry = ID(2), .text = "geheim", .staff = otto });
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, otto }, id_text(otto).text);
    CHECK_STR(ASKED(fx, .text = "geheim", .kind = record_kind_MEASURE), "");
    fixture_as(fx, ROLE_BIT(CLIENT), (struct scope){ SCOPE_CLIENT, client_a }, "gast");
    for (int later = 0; later < 2; later++) {
        CHECK_STR(ASKED(fx, .text = "geheim"), "5");
        CHECK_STR(ASKED(fx, .text = "geheim", .client = client_b), "");
        CHECK_STR(ASKED(fx, .text = "geheim", .order = record_order_RELEVANCE), "5");
        CHECK_INT(call_inquiry_similar(&fx->client, &query, &similar), CALL_DONE);
        CHECK_INT((int64_t)similar.hits_count, 1);
        CHECK(id_equal(similar.hits[0].id, ID(5)));
        query.client = client_b;
        CHECK_INT(call_inquiry_similar(&fx->client, &query, &similar), CALL_DONE);
        CHECK_INT((int64_t)similar.hits_count, 0);
        query.client = (struct id){ { 0 } };
        fixture_wait(fx, 3000000);
    }
    fixture_free(fx);
}

// --- past ones like it

TEST(each_solution_shows_once_and_the_one_at_hand_not_at_all)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct inquiry_similar_query query = { .text = "toner streift" };
    struct inquiry_similar_hits out = { 0 };

    put_inquiry(fx, 1, (struct inquiry){ .subject = "Toner streift", .solution = "Trommel neu" });
    put_inquiry(fx, 2,
                (struct inquiry){ .subject = "Toner streift", .solution = "Trommel neu, ok" });
    put_inquiry(fx, 3,
                (struct inquiry){ .subject = "Toner leer", .solution = "Kartusche bestellt" });
    put_inquiry(fx, 4, (struct inquiry){ .subject = "Toner streift" }); // no help
    put_inquiry(fx, 5, (struct inquiry){ .subject = "Toner streift", .solution = "Fixierer" });
    query.except = ID(5);
    CHECK_INT(call_inquiry_similar(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT((int64_t)out.hits_count, 2);
    CHECK_INT(out.hits[0].id.bytes[0], 1); // the shorter one
    CHECK_INT(out.hits[0].alike, 1);
    CHECK_INT(out.hits[1].id.bytes[0], 3);
    query.text = "qwxyz";
    CHECK_INT(call_inquiry_similar(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT((int64_t)out.hits_count, 0);
    fixture_free(fx);
}

// As people write from a list of set texts.
TEST(a_solution_of_very_many_hides_no_other)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct inquiry_similar_query query = { .text = "drucker hängt" };
    struct inquiry_similar_hits out = { 0 };

    put_inquiry(fx, 1, (struct inquiry){ .subject = "Drucker hängt", .solution = "Treiber neu." });
    for (uint8_t n = 10; n < 110; n++)
        put_inquiry(fx, n,
                    (struct inquiry){ .subject = "Drucker hängt", .solution = "Gestartet." });
    CHECK_INT(call_inquiry_similar(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT((int64_t)out.hits_count, 2);
    CHECK_STR(out.hits[0].solution, "Gestartet.");
    CHECK_INT(out.hits[0].alike, 99);
    CHECK_STR(out.hits[1].solution, "Treiber neu.");
    fixture_free(fx);
}
