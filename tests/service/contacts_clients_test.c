// SPDX-License-Identifier: Apache-2.0
// Clients' people, what holds for a call, why callers are not found again; staff and deputies.
#include "tests/service/contacts_world.h"

static const struct id house = { { 0 } };

static int64_t at(const char *rfc3339)
{
    int64_t time_us = 0;
    CHECK(civil_parse_rfc3339(rfc3339, &time_us));
    return time_us;
}

static struct member member_with(struct fixture *fx, struct id client, const char *name)
{
    struct number phone = { .typed = "030 1234567 DW 12", .label = "Büro" };
    struct member_new in = { .client = client,
                             .name = name,
                             .phones = &phone,
                             .phones_count = 1,
                             .greeting = "{mitarbeiter}, {bearbeiter}" };
    struct member out = { 0 };
    CHECK_INT(call_member_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

TEST(a_clients_person_is_told_whole_and_changed)
{
    struct fixture *fx = world_new();
    struct client_row client = client_with(fx, "Kanzlei", NULL);
    struct member member = member_with(fx, client.id, "Herr Seidel"), out;
    CHECK_STR(member.phones[0].e164, "+49301234567");
    CHECK_STR(member.phones[0].extension, "12");
    struct member_change change = { .id = member.id, .version = 1, .hours = "Mo 9-10" };
    CHECK_INT(call_member_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_STR(out.hours, "Mo 09:00–10:00");
    refused(fx, call_member_edit(&fx->client, &change, &out), ERR_CONFLICT, "version");
    CHECK_INT(fixture_facts(fx, "member"), 2);
    struct member_new lost = { .client = { { 9 } }, .name = "X" };
    refused(fx, call_member_add(&fx->client, &lost, &out), ERR_NOT_FOUND, "client");
    fixture_free(fx);
}

TEST(a_clients_people_are_paged)
{
    struct fixture *fx = world_new();
    struct id client = client_with(fx, "Eins", NULL).id, other = client_with(fx, "Zwei", NULL).id;
    struct member_query query = { .client = client, .has_limit = true, .limit = 2 };
    struct member_page page;
    char seen[10] = "";
    for (int i = 0; i < 5; i++) {
        char name[2] = { (char)('a' + i), 0 };
        (void)member_with(fx, client, name);
        (void)member_with(fx, other, "fremd");
        fixture_wait(fx, 2000);
    }
    do {
        CHECK_INT(call_member_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.members_count; i++)
            strncat(seen, page.members[i].name, 1);
        query.after = page.members[page.members_count - 1].id;
    } while (page.more && strlen(seen) < 9);
    CHECK_STR(seen, "abcde");
    fixture_free(fx);
}

TEST(what_holds_is_asked_for_a_call)
{
    struct fixture *fx = world_new();
    struct client_new in = { .name = "Kanzlei", .hours = "Mo-Fr 8-17", .holidays = "DE-BE" };
    struct client_row client, other = client_with(fx, "Andere", NULL);
    struct staff anna;
    struct effective out;
    CHECK_INT(call_client_add(&fx->client, &in, &client), CALL_DONE);
    CHECK_INT(call_staff_add(&fx->client, &(struct staff_new){ .name = "Anna" }, &anna), CALL_DONE);
    struct member member = member_with(fx, client.id, "Herr Seidel");
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(anna.id).text);
    struct effective_query query = { .client = client.id, .member = member.id };
    CHECK_INT(call_client_effective(&fx->client, &query, &out), CALL_DONE);
    CHECK_STR(out.greeting, "Herr Seidel, Anna");
    CHECK(out.open);
    CHECK_STR(out.inherited[0], "hours");
    query.has_at = true;
    query.at = at("2026-04-03T08:00:00Z");
    CHECK_INT(call_client_effective(&fx->client, &query, &out), CALL_DONE);
    CHECK(!out.open);
    CHECK_STR(out.closed_why, "Karfreitag");
    query.client = other.id;
    refused(fx, call_client_effective(&fx->client, &query, &out), ERR_NOT_FOUND, "member");
    query.client = (struct id){ { 9 } };
    refused(fx, call_client_effective(&fx->client, &query, &out), ERR_NOT_FOUND, "client");
    fixture_free(fx);
}

TEST(telephonys_notice_is_explained)
{
    struct fixture *fx = world_new();
    struct client_new in = {
        .name = "Kanzlei", .style = style_FORMAL, .has_transmission = true, .transmission = true
    };
    struct client_row client;
    struct recognition out;
    CHECK_INT(call_client_add(&fx->client, &in, &client), CALL_DONE);
    struct recognition_query query = { .client = client.id };
    CHECK_INT(call_client_recognition(&fx->client, &query, &out), CALL_DONE);
    CHECK(out.recognised);
    struct client_diversion diversion = {
        .id = client.id, .version = 10, .diverted = true, .calls = 10, .last_at = 1
    };
    fixture_fact(fx, "telephony", "client_diversion", &diversion, false);
    CHECK_INT(call_client_recognition(&fx->client, &query, &out), CALL_DONE);
    CHECK(!out.recognised);
    CHECK_INT(out.obstacles[0].obstacle, obstacle_OWN_NUMBER);
    diversion.version = 11;
    diversion.diverted = false;
    fixture_fact(fx, "telephony", "client_diversion", &diversion, false);
    CHECK_INT(call_client_recognition(&fx->client, &query, &out), CALL_DONE);
    CHECK(out.recognised);
    diversion.version = 12;
    fixture_fact(fx, "telephony", "client_diversion", &diversion, true);
    CHECK_INT(fixture_rows(fx, &diversion_table), 0);
    fixture_free(fx);
}

// --- staff
static struct staff staff_with(struct fixture *fx, const char *name, struct id deputy)
{
    struct staff_new in = { .name = name, .deputy = deputy, .hours = "Mo-Fr 8-16" };
    struct staff out = { 0 };
    CHECK_INT(call_staff_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct absence absence_with(struct fixture *fx, struct id staff, int64_t from, int64_t until)
{
    struct absence_new in = {
        .staff = staff, .reason = absence_reason_ILLNESS, .from = from, .until = until
    };
    struct absence out = { 0 };
    CHECK_INT(call_absence_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

TEST(whoever_is_away_has_a_deputy)
{
    struct fixture *fx = world_new();
    struct staff cem = staff_with(fx, "Cem", house), bert = staff_with(fx, "Bert", cem.id),
                 anna = staff_with(fx, "Anna", bert.id), out;
    struct attendance there;
    int64_t now = fixture_now(fx);
    struct attendance_query query = { .staff = anna.id };
    CHECK_INT(call_staff_present(&fx->client, &query, &there), CALL_DONE);
    CHECK_INT(there.state, attendance_state_PRESENT);
    struct absence absence = absence_with(fx, anna.id, now, now + DAYS(2));
    (void)absence_with(fx, bert.id, now - DAYS(1), now + 1);
    fixture_settle(fx);
    query.has_at = true;
    query.at = now;
    CHECK_INT(call_staff_present(&fx->client, &query, &there), CALL_DONE);
    CHECK_INT(there.state, attendance_state_AWAY);
    CHECK_STR(there.deputy_name, "Cem");
    CHECK(id_equal(there.skipped[0], bert.id));
    query.at = now + 1; // Bert is back
    CHECK_INT(call_staff_present(&fx->client, &query, &there), CALL_DONE);
    CHECK_STR(there.deputy_name, "Bert");
    query.at = now + DAYS(2); // and Anna
    CHECK_INT(call_staff_present(&fx->client, &query, &there), CALL_DONE);
    CHECK_INT(there.state, attendance_state_PRESENT);
    struct absence_change change = {
        .id = absence.id, .version = 1, .has_withdrawn = true, .withdrawn = true
    };
    CHECK_INT(call_absence_edit(&fx->client, &change, &absence), CALL_DONE);
    query.at = now;
    CHECK_INT(call_staff_present(&fx->client, &query, &there), CALL_DONE);
    CHECK_INT(there.state, attendance_state_PRESENT);
    struct staff_change circle = { .id = cem.id, .version = 1, .deputy = anna.id };
    refused(fx, call_staff_edit(&fx->client, &circle, &out), ERR_CONFLICT, "deputy");
    CHECK(strstr(fx->client.refused.german, "Cem → Anna → Bert → Cem") != NULL);
    CHECK_INT(fixture_facts(fx, "absence"), 3);
    fixture_free(fx);
}

TEST(absences_are_listed_the_last_first)
{
    struct fixture *fx = world_new();
    struct id anna = staff_with(fx, "Anna", house).id, bert = staff_with(fx, "Bert", house).id;
    struct absence_query query = { .staff = anna, .has_limit = true, .limit = 2 };
    struct absence_page page;
    for (int i = 0; i < 5; i++)
        (void)absence_with(fx, anna, DAYS(100 + 10 * i), DAYS(101 + 10 * i));
    (void)absence_with(fx, bert, DAYS(100), DAYS(900));
    int64_t last = DAYS(1000);
    size_t seen = 0;
    do {
        CHECK_INT(call_absence_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.absences_count; i++) {
            CHECK(page.absences[i].until < last);
            last = page.absences[i].until;
            query.after = page.absences[i].id;
            seen++;
        }
    } while (page.more && seen < 9);
    CHECK_INT((int64_t)seen, 5);
    fixture_free(fx);
}

// An agent of their own scope notes their own absences; a team's leader those of the team.
TEST(absences_go_with_the_sight_of_the_person)
{
    struct fixture *fx = world_new();
    struct team team;
    struct staff anna, bert;
    struct absence out;
    struct attendance there;
    CHECK_INT(call_team_add(&fx->client, &(struct team_new){ "Büro" }, &team), CALL_DONE);
    CHECK_INT(
        call_staff_add(&fx->client, &(struct staff_new){ .name = "Anna", .team = team.id }, &anna),
        CALL_DONE);
    CHECK_INT(call_staff_add(&fx->client, &(struct staff_new){ .name = "Bert" }, &bert), CALL_DONE);
    struct absence theirs = absence_with(fx, bert.id, 10, 20);
    struct absence_new in = { .reason = absence_reason_VACATION, .from = 5, .until = 6 };
    const struct scope scopes[] = { { SCOPE_OWN, anna.id }, { SCOPE_TEAM, team.id } };
    for (size_t i = 0; i < COUNT_OF(scopes); i++) {
        fixture_as(fx, ROLE_BIT(LEADER), scopes[i], "lena");
        in.staff = anna.id;
        CHECK_INT(call_absence_add(&fx->client, &in, &out), CALL_DONE);
        in.staff = bert.id;
        refused(fx, call_absence_add(&fx->client, &in, &out), ERR_NOT_FOUND, "staff");
        struct absence_change change = { .id = theirs.id, .version = 1, .note = "x" };
        refused(fx, call_absence_edit(&fx->client, &change, &out), ERR_NOT_FOUND, "id");
        refused(
            fx,
            call_staff_present(&fx->client, &(struct attendance_query){ .staff = bert.id }, &there),
            ERR_NOT_FOUND, "staff");
    }
    fixture_free(fx);
}
