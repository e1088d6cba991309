// SPDX-License-Identifier: Apache-2.0
// One box for everything that people type.
#include "tests/service/contacts_world.h"

static const struct id house = { { 0 } };

// Titles of the hits, apart by "|", each with its rank: = exact, ^ name, ~ text, * within.
static const char *typed_by(struct fixture *fx, const struct search_query *query)
{
    static char text[4000];
    struct search_hits out = { 0 };
    size_t used = 0;
    text[0] = '\0';
    CHECK_INT(call_search(&fx->client, query, &out), CALL_DONE);
    for (size_t i = 0; i < out.hits_count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%c", i ? "|" : "",
                                 out.hits[i].title, " =^~*"[out.hits[i].rank]);
    if (out.more)
        (void)snprintf(text + used, sizeof text - used, "+");
    return text;
}

static const char *typed(struct fixture *fx, const char *text)
{
    return typed_by(fx, &(struct search_query){ .text = text });
}

static struct contact rich(struct fixture *fx, struct id client)
{
    struct number phone = { .typed = "030 / 123 45-67" };
    struct address address = { .street = "Lange Straße 7", .town = "Köln" };
    const char *email = "anna@beispiel.de";
    struct contact_new in = { .client = client,
                              .name = "Anna Müller",
                              .organisation = "Müller & Söhne GmbH",
                              .phones = &phone,
                              .phones_count = 1,
                              .addresses = &address,
                              .addresses_count = 1,
                              .emails = &email,
                              .emails_count = 1,
                              .customer_number = "K-4711",
                              .handling_note = "nur vormittags anrufen" };
    struct contact out = { 0 };
    CHECK_INT(call_contact_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

TEST(everything_of_a_contact_finds_it)
{
    struct fixture *fx = world_new();
    rich(fx, house);
    contact_with(fx, house, "Otto Anders", "089 987654");
    static const char *const exact[] = { "anna mueller",  "Anna  MÜLLER",    "k-4711",
                                         "K 4711",        "030 1234567",     "+49 (30) 123-4567",
                                         "0049301234567", "anna@beispiel.de" };
    static const char *const names[] = { "mueller anna", "mül",     "söhne", "an mu",
                                         "beispiel",     "030 123", "+4930", "4711" };
    static const char *const texts[] = { "köln", "lange strasse", "vormit", "koeln anna" };
    static const char *const parts[] = { "ueller", "1234567", "traße", "711", "4567" };
    for (int later = 0; later < 2; later++) {
        for (size_t i = 0; i < COUNT_OF(exact); i++)
            CHECK_STR(typed(fx, exact[i]), "Anna Müller=");
        for (size_t i = 0; i < COUNT_OF(names); i++)
            CHECK_STR(typed(fx, names[i]), "Anna Müller^");
        for (size_t i = 0; i < COUNT_OF(texts); i++)
            CHECK_STR(typed(fx, texts[i]), "Anna Müller~");
        for (size_t i = 0; i < COUNT_OF(parts); i++)
            CHECK_STR(typed(fx, parts[i]), "Anna Müller*");
        CHECK_STR(typed(fx, "anna hamburg"), "");
        CHECK_STR(typed(fx, "&"), "");
        fixture_wait(fx, 3000000); // the marks are settled
    }
    fixture_free(fx);
}

TEST(kinds_take_turns_within_a_rank)
{
    struct fixture *fx = world_new();
    struct client_row client = client_with(fx, "Meier Immobilien", "030 5550");
    contact_with(fx, house, "Meier", NULL);
    contact_with(fx, house, "Anna Meier", NULL);
    contact_with(fx, client.id, "Otto Meier", NULL);
    struct staff_new staff = { .name = "Frau Meier" };
    struct staff made = { 0 };
    CHECK_INT(call_staff_add(&fx->client, &staff, &made), CALL_DONE);
    struct file_new in = { .number = "12/2026-K", .title = "Meier gegen Müller" };
    struct file file = { 0 };
    CHECK_INT(call_file_add(&fx->client, &in, &file), CALL_DONE);
    CHECK_STR(typed(fx, "meier"), "Meier=|Otto Meier^|12/2026-K Meier gegen Müller^|Meier "
                                  "Immobilien^|Frau Meier^|Anna Meier^");
    struct search_query query = { .text = "meier", .has_limit = true, .limit = 2 };
    CHECK_STR(typed_by(fx, &query), "Meier=|Otto Meier^+");
    query = (struct search_query){ .text = "meier", .kind = search_kind_FILE };
    CHECK_STR(typed_by(fx, &query), "12/2026-K Meier gegen Müller^");
    query = (struct search_query){ .text = "meier", .client = client.id };
    CHECK_STR(typed_by(fx, &query), "Otto Meier^|Meier Immobilien^");
    as_agent(fx, client.id);
    CHECK_STR(typed(fx, "meier"), "Otto Meier^|Meier Immobilien^");
    fixture_free(fx);
}

TEST(what_changes_or_goes_is_found_as_it_is)
{
    struct fixture *fx = world_new();
    struct contact row = rich(fx, house), out = { 0 };
    for (int later = 0; later < 2; later++) {
        struct contact_change change = { .id = row.id,
                                         .version = row.version,
                                         .name = later ? "Vierte" : "Zweite" };
        CHECK_INT(call_contact_edit(&fx->client, &change, &row), CALL_DONE);
        CHECK_STR(typed(fx, "anna mueller vorname"), "");
        CHECK_STR(typed(fx, later ? "vierte" : "zweite"), later ? "Vierte=" : "Zweite=");
        CHECK_STR(typed(fx, "anna@beispiel.de"), later ? "Vierte=" : "Zweite=");
        fixture_wait(fx, 3000000);
    }
    struct deletion deletion = { row.id, row.version };
    CHECK_INT(call_contact_delete(&fx->client, &deletion, &out), CALL_DONE);
    CHECK_STR(typed(fx, "vierte"), "");
    fixture_wait(fx, 3000000);
    CHECK_STR(typed(fx, "vierte"), "");
    fixture_free(fx);
}

TEST(a_house_that_restarts_at_any_moment_finds_the_same)
{
    struct fixture *fx = world_new();
    char name[40];
    for (int i = 0; i < 700; i++) {
        (void)snprintf(name, sizeof name, "Person Nummer %d", i);
        contact_with(fx, house, name, NULL);
        if (i % 100 == 50)
            fixture_restart(fx);
    }
    for (int i = 0; i < 700; i += 99) {
        char want[60];
        (void)snprintf(name, sizeof name, "nummer %d person", i);
        (void)snprintf(want, sizeof want, "Person Nummer %d", i);
        const char *got = typed(fx, name);
        CHECK(strstr(got, want) != NULL);
    }
    fixture_free(fx);
}
