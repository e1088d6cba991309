// SPDX-License-Identifier: Apache-2.0
// Every method of contacts over a fixture: rows, facts, refusals, scopes.
#include "tests/service/contacts_world.h"

static const struct id house = { { 0 } };

TEST(contacts_is_whole)
{
    CHECK_STR(fixture_incomplete(&contacts_service), "");
}

TEST(a_contact_is_told_whole)
{
    struct fixture *fx = world_new();
    struct number phone = { .typed = "030 1234567", .label = "Büro" };
    struct contact_new in = { .given_name = "Eva",
                              .family_name = "Groß",
                              .message = "ruft zurück",
                              .handling_note = "duzen",
                              .phones = &phone,
                              .phones_count = 1 };
    struct contact out, told, got;
    struct fact fact;
    CHECK_INT(call_contact_add(&fx->client, &in, &out), CALL_DONE);
    CHECK_STR(out.name, "Eva Groß");
    CHECK_INT(out.version, 1);
    CHECK_INT(out.created_at, fixture_now(fx));
    CHECK_STR(out.edited_by, "tester");
    CHECK_STR(out.message->set_by, "tester");
    CHECK_STR(out.phones[0].e164, "+49301234567");
    CHECK(fixture_fact_at(fx, "contact", -1, &fact, &told));
    CHECK(id_equal(fact.entity, out.id));
    CHECK_STR(told.message->text, "ruft zurück");
    CHECK_STR(told.phones[0].label, "Büro");
    CHECK_INT(call_contact_get(&fx->client, &(struct by_id){ out.id }, &got), CALL_DONE);
    CHECK_STR(got.handling_note, "duzen");
    fixture_free(fx);
}

TEST(the_same_request_again_makes_nothing_twice)
{
    struct fixture *fx = world_new();
    struct contact_new in = { .name = "Eva" };
    struct contact first, second;
    CHECK_INT(call_contact_add(&fx->client, &in, &first), CALL_DONE);
    fixture_next_id(fx, fx->client.request);
    CHECK_INT(call_contact_add(&fx->client, &in, &second), CALL_DONE);
    CHECK(id_equal(first.id, second.id));
    CHECK_INT(fixture_rows(fx, &contact_table), 1);
    CHECK_INT(fixture_facts(fx, "contact"), 1);
    struct deletion deletion = { .id = first.id, .version = 1 };
    CHECK_INT(call_contact_delete(&fx->client, &deletion, &second), CALL_DONE);
    fixture_next_id(fx, fx->client.request);
    CHECK_INT(call_contact_delete(&fx->client, &deletion, &second), CALL_DONE);
    CHECK_INT(fixture_facts(fx, "contact"), 2);
    fixture_free(fx);
}

TEST(a_stale_edit_gets_the_present_row)
{
    struct fixture *fx = world_new();
    struct contact contact = contact_with(fx, house, "Eva", NULL), out, present;
    struct contact_change change = { .id = contact.id, .version = 1, .handling_note = "eins" };
    struct err err = { 0 };
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    change.handling_note = "zwei";
    refused(fx, call_contact_edit(&fx->client, &change, &out), ERR_CONFLICT, "version");
    CHECK(decode(contact_record(), fx->client.current, DECODE_STRICT, fx->client.arena, &present,
                 &err));
    CHECK_STR(present.handling_note, "eins");
    CHECK_INT(present.version, 2);
    refused(fx, call_contact_delete(&fx->client, &(struct deletion){ contact.id, 1 }, &out),
            ERR_CONFLICT, "version");
    CHECK_INT(fixture_facts(fx, "contact"), 2);
    fixture_free(fx);
}

TEST(an_edit_of_nothing_tells_nothing)
{
    struct fixture *fx = world_new();
    struct contact contact = contact_with(fx, house, "Eva", "030 1234567"), out;
    struct contact_change change = { .id = contact.id, .version = 1, .name = "Eva" };
    fixture_wait(fx, 1000000);
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_INT(out.version, 1);
    CHECK_INT(out.edited_at, contact.edited_at);
    CHECK_INT(fixture_facts(fx, "contact"), 1);
    fixture_free(fx);
}

TEST(a_deleted_contact_leaves_a_tombstone)
{
    struct fixture *fx = world_new();
    struct contact contact = contact_with(fx, house, "Eva", "030 1234567"), out, told;
    struct deletion deletion = { contact.id, 1 };
    struct fact fact;
    CHECK_INT(call_contact_delete(&fx->client, &deletion, &out), CALL_DONE);
    CHECK_STR(out.name, "Eva");
    CHECK(fixture_fact_at(fx, "contact", -1, &fact, &told));
    CHECK(fact.has_deleted && fact.deleted);
    CHECK_INT(fact.version, 2);
    CHECK_STR(told.name, "Eva");
    CHECK_INT(fixture_rows(fx, &contact_table), 0);
    refused(fx, call_contact_get(&fx->client, &(struct by_id){ contact.id }, &out), ERR_NOT_FOUND,
            "id");
    deletion.version = 2;
    refused(fx, call_contact_delete(&fx->client, &deletion, &out), ERR_NOT_FOUND, "id");
    fixture_free(fx);
}

static void refuse_new(struct fixture *fx, const struct contact_new *in, const char *field)
{
    struct contact out;
    refused(fx, call_contact_add(&fx->client, in, &out), ERR_INVALID, field);
}

TEST(bad_contacts_are_refused_by_field)
{
    struct fixture *fx = world_new();
    const char *const doubled[] = { "Straße", "STRASSE" };
    const char *const emails[] = { "nobody" };
    const struct address address = { .country = "Deutschland" };
    const struct number phones[] = { { .typed = "1" }, { .typed = NULL, .label = "x" } };
    refuse_new(fx, &(struct contact_new){ .organisation = "ohne Namen" }, "name");
    refuse_new(fx, &(struct contact_new){ .name = "" }, "name");
    refuse_new(fx, &(struct contact_new){ .name = "A", .given_name = " " }, "given_name");
    refuse_new(fx,
               &(struct contact_new){ .name = "A", .categories = doubled, .categories_count = 2 },
               "categories[1]");
    refuse_new(fx, &(struct contact_new){ .name = "A", .emails = emails, .emails_count = 1 },
               "emails[0]");
    refuse_new(fx,
               &(struct contact_new){ .name = "A", .addresses = &address, .addresses_count = 1 },
               "addresses[0].country");
    refuse_new(fx, &(struct contact_new){ .name = "A", .phones = phones, .phones_count = 2 },
               "phones[1].typed");
    refuse_new(fx, &(struct contact_new){ .name = "A", .language = "d" }, "language");
    refuse_new(fx, &(struct contact_new){ .name = "A", .message = "" }, "message");
    CHECK_INT(fixture_rows(fx, &contact_table), 0);
    CHECK_INT(fixture_facts(fx, NULL), 0);
    fixture_free(fx);
}

TEST(an_unknown_client_team_or_row_is_refused)
{
    struct fixture *fx = world_new();
    struct id nobody = { { 9 } };
    struct contact contact;
    struct client_row client;
    struct staff staff;
    refused(fx,
            call_contact_add(&fx->client, &(struct contact_new){ .client = nobody, .name = "A" },
                             &contact),
            ERR_NOT_FOUND, "client");
    refused(fx,
            call_contact_edit(&fx->client, &(struct contact_change){ .id = nobody, .version = 1 },
                              &contact),
            ERR_NOT_FOUND, "id");
    refused(fx, call_client_get(&fx->client, &(struct by_id){ nobody }, &client), ERR_NOT_FOUND,
            "id");
    refused(fx,
            call_client_edit(&fx->client, &(struct client_change){ .id = nobody, .version = 1 },
                             &client),
            ERR_NOT_FOUND, "id");
    refused(fx, call_staff_get(&fx->client, &(struct by_id){ nobody }, &staff), ERR_NOT_FOUND,
            "id");
    refused(
        fx,
        call_staff_edit(&fx->client, &(struct staff_change){ .id = nobody, .version = 1 }, &staff),
        ERR_NOT_FOUND, "id");
    refused(fx,
            call_staff_add(&fx->client, &(struct staff_new){ .name = "A", .team = nobody }, &staff),
            ERR_NOT_FOUND, "team");
    fixture_free(fx);
}

// --- clients
TEST(a_number_belongs_to_one_client)
{
    struct fixture *fx = world_new();
    struct client_row one = client_with(fx, "Eins", "030 1234567"), out;
    const struct number numbers[] = { { .typed = "030 7654321" }, { .typed = "+49 30 1234567" } };
    struct client_new in = { .name = "Zwei", .numbers = numbers, .numbers_count = 2 };
    refused(fx, call_client_add(&fx->client, &in, &out), ERR_CONFLICT, "numbers[1].typed");
    CHECK(strstr(fx->client.refused.german, "Eins") != NULL);
    struct client_change close = { .id = one.id, .version = 1, .has_closed = true, .closed = true };
    CHECK_INT(call_client_edit(&fx->client, &close, &out), CALL_DONE);
    CHECK_INT(call_client_add(&fx->client, &in, &out), CALL_DONE);
    const char *const names[] = { "closed" };
    struct client_change reopen = { .id = one.id, .version = 2, .clear = names, .clear_count = 1 };
    refused(fx, call_client_edit(&fx->client, &reopen, &out), ERR_CONFLICT, "numbers[0].typed");
    CHECK_INT(fixture_rows(fx, &client_table), 2);
    fixture_free(fx);
}

TEST(a_client_is_changed_and_told)
{
    struct fixture *fx = world_new();
    struct client_row one = client_with(fx, "Eins", "030 1234567"), out, told;
    const char *const names[] = { "numbers" };
    struct client_change change = {
        .id = one.id, .version = 1, .greeting = "Guten Tag", .clear = names, .clear_count = 1
    };
    const struct number bad = { .typed = "Zentrale" };
    struct fact fact;
    CHECK_INT(call_client_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_INT((int64_t)out.numbers_count, 0);
    CHECK(fixture_fact_at(fx, "client", -1, &fact, &told));
    CHECK_STR(told.greeting, "Guten Tag");
    CHECK_INT(told.version, 2);
    refused(fx, call_client_edit(&fx->client, &change, &out), ERR_CONFLICT, "version");
    change =
        (struct client_change){ .id = one.id, .version = 2, .numbers = &bad, .numbers_count = 1 };
    refused(fx, call_client_edit(&fx->client, &change, &out), ERR_INVALID, "numbers[0].typed");
    client_with(fx, "Zwei", "030 1234567"); // it is free now
    fixture_free(fx);
}

// --- staff and teams
TEST(an_extension_belongs_to_one_person)
{
    struct fixture *fx = world_new();
    const char *const phones[] = { "101", "102" }, *const second[] = { "103", "102" };
    struct staff_new in = { .name = "Anna", .extensions = phones, .extensions_count = 2 };
    struct staff anna, out;
    CHECK_INT(call_staff_add(&fx->client, &in, &anna), CALL_DONE);
    in = (struct staff_new){ .name = "Bert", .extensions = second, .extensions_count = 2 };
    refused(fx, call_staff_add(&fx->client, &in, &out), ERR_CONFLICT, "extensions[1]");
    CHECK(strstr(fx->client.refused.german, "Anna") != NULL);
    struct staff_change gone = { .id = anna.id, .version = 1, .has_left = true, .left = true };
    CHECK_INT(call_staff_edit(&fx->client, &gone, &out), CALL_DONE);
    CHECK_INT(call_staff_add(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(fixture_facts(fx, "staff"), 3);
    fixture_free(fx);
}

TEST(staff_are_changed_listed_and_seen_by_their_team)
{
    struct fixture *fx = world_new();
    struct team team, other;
    struct staff anna, out;
    struct staff_page page;
    struct team_page teams;
    CHECK_INT(call_team_add(&fx->client, &(struct team_new){ .name = "Büro" }, &team), CALL_DONE);
    CHECK_INT(call_team_add(&fx->client, &(struct team_new){ .name = "Abend" }, &other), CALL_DONE);
    refused(fx, call_team_add(&fx->client, &(struct team_new){ .name = " " }, &other), ERR_INVALID,
            "name");
    CHECK_INT(
        call_staff_add(&fx->client, &(struct staff_new){ .name = "Anna", .team = team.id }, &anna),
        CALL_DONE);
    CHECK_INT(call_staff_add(&fx->client, &(struct staff_new){ .name = "Bert" }, &out), CALL_DONE);
    struct staff_change change = { .id = anna.id, .version = 1, .email = "anna@haus.de" };
    CHECK_INT(call_staff_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_STR(out.email, "anna@haus.de");
    refused(fx, call_staff_edit(&fx->client, &change, &out), ERR_CONFLICT, "version");
    CHECK_INT(call_staff_list(&fx->client, &(struct page){ 0 }, &page), CALL_DONE);
    CHECK_INT((int64_t)page.staff_count, 2);
    fixture_as(fx, ROLE_BIT(LEADER), (struct scope){ SCOPE_TEAM, team.id }, "lena");
    CHECK_INT(call_staff_list(&fx->client, &(struct page){ 0 }, &page), CALL_DONE);
    CHECK_INT((int64_t)page.staff_count, 1);
    CHECK_STR(page.staff[0].name, "Anna");
    CHECK_INT(call_team_list(&fx->client, &(struct page){ 0 }, &teams), CALL_DONE);
    CHECK_INT((int64_t)teams.teams_count, 1);
    CHECK_INT(call_staff_get(&fx->client, &(struct by_id){ anna.id }, &out), CALL_DONE);
    refused(fx, call_staff_add(&fx->client, &(struct staff_new){ .name = "C" }, &out),
            ERR_FORBIDDEN, "");
    fixture_free(fx);
}

// --- scopes
TEST(an_agent_of_one_client_never_meets_another)
{
    struct fixture *fx = world_new();
    struct id one = client_with(fx, "Eins", NULL).id, two = client_with(fx, "Zwei", NULL).id;
    struct contact mine = contact_with(fx, one, "Meiner", NULL);
    struct contact theirs = contact_with(fx, two, "Fremder", NULL), out;
    struct contact_page page;
    struct client_page clients;
    as_agent(fx, one);
    CHECK_INT(call_contact_get(&fx->client, &(struct by_id){ mine.id }, &out), CALL_DONE);
    refused(fx, call_contact_get(&fx->client, &(struct by_id){ theirs.id }, &out), ERR_NOT_FOUND,
            "id");
    struct contact_change change = { .id = theirs.id, .version = 1, .name = "X" };
    refused(fx, call_contact_edit(&fx->client, &change, &out), ERR_NOT_FOUND, "id");
    refused(fx, call_contact_delete(&fx->client, &(struct deletion){ theirs.id, 1 }, &out),
            ERR_NOT_FOUND, "id");
    refused(
        fx,
        call_contact_add(&fx->client, &(struct contact_new){ .client = two, .name = "A" }, &out),
        ERR_NOT_FOUND, "client");
    refused(fx, call_contact_add(&fx->client, &(struct contact_new){ .name = "A" }, &out),
            ERR_FORBIDDEN, "client");
    contact_with(fx, one, "Neuer", NULL);
    CHECK_INT(call_contact_list(&fx->client, &(struct page){ 0 }, &page), CALL_DONE);
    CHECK_INT((int64_t)page.contacts_count, 2);
    CHECK_INT(call_client_list(&fx->client, &(struct page){ 0 }, &clients), CALL_DONE);
    CHECK_INT((int64_t)clients.clients_count, 1);
    CHECK_STR(clients.clients[0].name, "Eins");
    fixture_free(fx);
}

TEST(agents_do_not_edit_the_house)
{
    struct fixture *fx = world_new();
    struct client_row client;
    struct staff staff;
    as_agent(fx, house);
    refused(fx, call_client_add(&fx->client, &(struct client_new){ .name = "A" }, &client),
            ERR_FORBIDDEN, "");
    refused(fx, call_staff_add(&fx->client, &(struct staff_new){ .name = "A" }, &staff),
            ERR_FORBIDDEN, "");
    contact_with(fx, house, "Eva", NULL);
    fixture_as(fx, ROLE_BIT(BOARD), scope_house, "wall");
    struct contact_page page;
    refused(fx, call_contact_list(&fx->client, &(struct page){ 0 }, &page), ERR_FORBIDDEN, "");
    fixture_free(fx);
}

// --- pages and snapshots
TEST(pages_follow_each_other_without_gap)
{
    struct fixture *fx = world_new();
    struct page page = { .has_limit = true, .limit = 2 };
    struct contact_page out;
    struct id last = { 0 };
    size_t seen = 0;
    for (int i = 0; i < 5; i++) {
        contact_with(fx, house, "Eva", NULL);
        fixture_wait(fx, 2000);
    }
    do {
        CHECK_INT(call_contact_list(&fx->client, &page, &out), CALL_DONE);
        for (size_t i = 0; i < out.contacts_count; i++) {
            CHECK(memcmp(&last, &out.contacts[i].id, sizeof last) < 0);
            last = out.contacts[i].id;
        }
        seen += out.contacts_count;
        page.after = last;
    } while (out.more && seen < 10);
    CHECK_INT((int64_t)seen, 5);
    fixture_free(fx);
}

static size_t snapshot_size(struct fixture *fx, const char *kind)
{
    struct snapshot_place place = { .kind = kind };
    struct snapshot_page page = { 0 };
    CHECK_INT(call_snapshot_read(&fx->client, &place, &page), CALL_DONE);
    return page.facts_count;
}

TEST(everything_can_be_read_as_a_snapshot_also_after_a_crash)
{
    struct fixture *fx = world_new();
    struct id one = client_with(fx, "Eins", "030 1234567").id;
    struct team team;
    struct staff staff;
    contact_with(fx, one, "Eva", "030 1234567");
    contact_with(fx, house, "Ida", NULL);
    CHECK_INT(call_team_add(&fx->client, &(struct team_new){ .name = "Büro" }, &team), CALL_DONE);
    CHECK_INT(call_staff_add(&fx->client, &(struct staff_new){ .name = "Anna" }, &staff),
              CALL_DONE);
    fixture_restart(fx);
    fixture_as(fx, ROLE_BIT(SERVICE), scope_house, "telephony");
    CHECK_INT((int64_t)snapshot_size(fx, "contact"), 2);
    CHECK_INT((int64_t)snapshot_size(fx, "client"), 1);
    CHECK_INT((int64_t)snapshot_size(fx, "staff"), 1);
    CHECK_INT((int64_t)snapshot_size(fx, "team"), 1);
    as_admin(fx);
    CHECK_STR(found(fx, &(struct contact_query){ .number = "030 1234567", .client = one }), "Eva!");
    fixture_free(fx);
}
