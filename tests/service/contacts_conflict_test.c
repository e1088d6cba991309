// SPDX-License-Identifier: Apache-2.0
// The conflict check: who appears where, on which side, and that it was asked.
#include "tests/service/contacts_world.h"

#include "services/contacts/store_file.h"

static const struct id house = { { 0 } };

static struct file file_of(struct fixture *fx, const char *number, const struct party *party)
{
    struct file_new in = { .number = number, .parties = party, .parties_count = 1 };
    struct file out = { 0 };
    fixture_wait(fx, 1000000); // its age decides where it comes
    CHECK_INT(call_file_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

// "severity:number/party/match ..." of what is found.
static const char *check(struct fixture *fx, const struct conflict_query *query)
{
    static char text[4000];
    struct conflict out = { 0 };
    size_t used = 0;
    CHECK_INT(call_conflict_check(&fx->client, query, &out), CALL_DONE);
    CHECK_INT(out.found, (int64_t)out.hits_count);
    CHECK(out.complete);
    text[0] = '\0';
    for (size_t i = 0; i < out.hits_count; i++) {
        const struct conflict_hit *hit = &out.hits[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%s/%s/%s", i ? " " : "",
                                 conflict_severity_picks()->values[hit->severity].word, hit->number,
                                 hit->party, conflict_match_picks()->values[hit->matched].word);
    }
    for (size_t i = 0; i < out.ask_count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, " ask:%s", out.ask[i]);
    return text;
}

static const char *check_name(struct fixture *fx, const char *name, enum party_role role)
{
    return check(fx, &(struct conflict_query){ .names = &name, .names_count = 1, .role = role });
}

TEST(the_other_side_of_an_open_file_is_a_conflict)
{
    struct fixture *fx = world_new();
    struct party party = { .name = "Anna Meier", .role = party_role_OPPONENT };
    file_of(fx, "1/26", &party);
    party.role = party_role_CLIENT;
    file_of(fx, "2/26", &party);
    party.role = party_role_WITNESS;
    file_of(fx, "3/26", &party);
    for (int later = 0; later < 2; later++) {
        CHECK_STR(check_name(fx, "Meier, Anna", party_role_CLIENT),
                  "conflict:1/26/Anna Meier/name known:3/26/Anna Meier/name known:2/26/Anna "
                  "Meier/name");
        CHECK_STR(check_name(fx, "Frau Anna Meier", party_role_OPPONENT),
                  "conflict:2/26/Anna Meier/name known:3/26/Anna Meier/name known:1/26/Anna "
                  "Meier/name");
        CHECK_STR(check_name(fx, "Anna Bauer", party_role_CLIENT), "");
        fixture_wait(fx, 3000000);
    }
    fixture_free(fx);
}

TEST(similar_names_and_old_files_are_to_be_checked)
{
    struct fixture *fx = world_new();
    struct party party = { .name = "Ana Mayr", .role = party_role_OPPONENT };
    file_of(fx, "1/26", &party);
    party.name = "Meier GmbH & Co. KG";
    file_of(fx, "2/26", &party);
    party.name = "Anna-Lena Meyer";
    file_of(fx, "3/26", &party);
    party.name = "Peter Meier";
    file_of(fx, "4/26", &party);
    party.name = "Anna Meier";
    struct file old = file_of(fx, "5/19", &party), out = { 0 };
    struct file_change close = { .id = old.id, .version = 1, .state = file_state_ARCHIVED };
    CHECK_INT(call_file_edit(&fx->client, &close, &out), CALL_DONE);
    CHECK_STR(check_name(fx, "Anna Meier", party_role_CLIENT),
              "check:5/19/Anna Meier/name check:3/26/Anna-Lena Meyer/similar check:2/26/Meier "
              "GmbH & Co. KG/similar check:1/26/Ana Mayr/similar");
    fixture_free(fx);
}

TEST(numbers_and_addresses_find_parties_and_contacts)
{
    struct fixture *fx = world_new();
    struct number phone = { .typed = "030 / 123 45-67" };
    const char *email = "Chef@Firma.de", *asked = "chef@firma.de", *number = "+49 30 1234567";
    struct party party = { .name = "Firma",
                           .role = party_role_OPPONENT,
                           .phones = &phone,
                           .phones_count = 1,
                           .emails = &email,
                           .emails_count = 1 };
    file_of(fx, "1/26", &party);
    struct contact contact = contact_with(fx, house, "Frau Zwei", "030 1234567");
    party = (struct party){ .contact = contact.id, .role = party_role_CLIENT };
    file_of(fx, "2/26", &party);
    struct conflict_query query = { .numbers = &number,
                                    .numbers_count = 1,
                                    .role = party_role_OPPONENT };
    CHECK_STR(check(fx, &query), "conflict:2/26/Frau Zwei/number known:1/26/Firma/number");
    query =
        (struct conflict_query){ .emails = &asked, .emails_count = 1, .role = party_role_CLIENT };
    CHECK_STR(check(fx, &query), "conflict:1/26/Firma/email");
    // A contact is found by the name that it has now, and by the one that it had in the file.
    struct contact_change change = { .id = contact.id, .version = 1, .name = "Frau Neumann" };
    CHECK_INT(call_contact_edit(&fx->client, &change, &contact), CALL_DONE);
    CHECK_STR(check_name(fx, "Neumann", party_role_OPPONENT), "conflict:2/26/Frau Zwei/name");
    CHECK_STR(check_name(fx, "Zwei", party_role_OPPONENT), "conflict:2/26/Frau Zwei/name");
    fixture_free(fx);
}

TEST(every_check_is_kept_as_proof)
{
    struct fixture *fx = world_new();
    struct conflict_page page = { 0 };
    struct conflict out = { 0 };
    const char *name = "Anna Meier", *bad = "abc", *none = "&";
    struct conflict_query query = {
        .names = &name, .names_count = 1, .role = party_role_CLIENT, .matter = "Mietzins"
    };
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, "anwalt");
    CHECK_INT(call_conflict_check(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT(out.result, conflict_severity_NONE);
    refused(fx,
            call_conflict_check(&fx->client, &(struct conflict_query){ .role = party_role_CLIENT },
                                &out),
            ERR_INVALID, "names");
    query = (struct conflict_query){ .numbers = &bad, .numbers_count = 1, .role = 1 };
    refused(fx, call_conflict_check(&fx->client, &query, &out), ERR_INVALID, "numbers[0]");
    query = (struct conflict_query){ .names = &none, .names_count = 1, .role = 1 };
    refused(fx, call_conflict_check(&fx->client, &query, &out), ERR_INVALID, "names[0]");
    refused(fx, call_conflict_list(&fx->client, &(struct page){ 0 }, &page), ERR_FORBIDDEN, "");
    fixture_as(fx, ROLE_BIT(LEADER), scope_house, "leitung");
    CHECK_INT(call_conflict_list(&fx->client, &(struct page){ 0 }, &page), CALL_DONE);
    CHECK_INT((int64_t)page.conflicts_count, 1);
    CHECK_STR(page.conflicts[0].asked_by, "anwalt");
    CHECK_STR(page.conflicts[0].query->names[0], "Anna Meier");
    CHECK_STR(page.conflicts[0].query->matter, "Mietzins");
    CHECK_INT(fixture_facts(fx, "conflict"), 1);
    fixture_free(fx);
}

TEST(of_a_locked_file_only_whom_to_ask_is_said)
{
    struct fixture *fx = world_new();
    struct staff_new in = { .name = "Dr. Recht" };
    struct staff lawyer = { 0 };
    CHECK_INT(call_staff_add(&fx->client, &in, &lawyer), CALL_DONE);
    struct party party = { .name = "Anna Meier", .role = party_role_OPPONENT };
    struct file file = file_of(fx, "1/26", &party), out = { 0 };
    CHECK_STR(check_name(fx, "Anna Meier", party_role_CLIENT), "conflict:1/26/Anna Meier/name");
    struct file_change lock = {
        .id = file.id, .version = 1, .lawyer = lawyer.id, .has_locked = true, .locked = true
    };
    CHECK_INT(call_file_edit(&fx->client, &lock, &out), CALL_DONE);
    fixture_wait(fx, 1000000);
    CHECK_STR(check_name(fx, "Anna Meier", party_role_CLIENT), " ask:Dr. Recht");
    fixture_wait(fx, 1000000);
    CHECK_STR(check_name(fx, "Otto Bauer", party_role_CLIENT), "");
    // Nor do old checks tell of it.
    struct conflict_page page = { 0 };
    CHECK_INT(call_conflict_list(&fx->client, &(struct page){ 0 }, &page), CALL_DONE);
    CHECK_INT((int64_t)page.conflicts_count, 3);
    for (size_t i = 0; i < page.conflicts_count; i++)
        CHECK_INT((int64_t)page.conflicts[i].hits_count, 0);
    CHECK_INT(page.conflicts[1].result, conflict_severity_CHECK);
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(lawyer.id).text);
    CHECK_STR(check_name(fx, "Anna Meier", party_role_CLIENT), "conflict:1/26/Anna Meier/name");
    fixture_free(fx);
}

TEST(a_client_is_checked_within_its_own_files)
{
    struct fixture *fx = world_new();
    struct id one = client_with(fx, "Eins", NULL).id, two = client_with(fx, "Zwei", NULL).id;
    struct party party = { .name = "Anna Meier", .role = party_role_OPPONENT };
    struct file_new in = { .client = two, .number = "1/26", .parties = &party, .parties_count = 1 };
    struct file out = { 0 };
    CHECK_INT(call_file_add(&fx->client, &in, &out), CALL_DONE);
    const char *name = "Anna Meier";
    struct conflict_query query = { .names = &name, .names_count = 1, .role = party_role_CLIENT };
    query.client = one;
    CHECK_STR(check(fx, &query), "");
    query.client = two;
    CHECK_STR(check(fx, &query), "conflict:1/26/Anna Meier/name");
    as_agent(fx, one);
    struct conflict refusal = { 0 };
    refused(fx, call_conflict_check(&fx->client, &query, &refusal), ERR_NOT_FOUND, "client");
    CHECK_STR(check_name(fx, "Anna Meier", party_role_CLIENT), "");
    as_agent(fx, two);
    CHECK_STR(check_name(fx, "Anna Meier", party_role_CLIENT), "conflict:1/26/Anna Meier/name");
    fixture_free(fx);
}
