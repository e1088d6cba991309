// SPDX-License-Identifier: Apache-2.0
// Case files and projects: numbers, parties, responsibility, locks, and lists of them.
#include "tests/service/contacts_world.h"

#include "services/contacts/find_files.h"
#include "services/contacts/store_file.h"

static const struct id house = { { 0 } };

static struct id staff_with(struct fixture *fx, const char *name)
{
    struct staff_new in = { .name = name };
    struct staff out = { 0 };
    CHECK_INT(call_staff_add(&fx->client, &in, &out), CALL_DONE);
    return out.id;
}

// The caller is from now on this member of staff.
static void as_staff(struct fixture *fx, struct id staff)
{
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(staff).text);
}

static struct file file_with(struct fixture *fx, struct id client, const char *number)
{
    struct file_new in = { .client = client, .number = number };
    struct file out = { 0 };
    CHECK_INT(call_file_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

// A file with one party.
static struct file file_about(struct fixture *fx, const char *number, struct id contact,
                              enum party_role role)
{
    struct party party = { .contact = contact, .role = role };
    struct file_new in = { .number = number, .parties = &party, .parties_count = 1 };
    struct file out = { 0 };
    CHECK_INT(call_file_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

// Numbers of the files found, apart by "|", with + when there are more.
static const char *numbers(struct fixture *fx, const struct file_query *query)
{
    static char text[4000];
    struct file_matches out = { 0 };
    size_t used = 0;
    text[0] = '\0';
    CHECK_INT(call_file_find(&fx->client, query, &out), CALL_DONE);
    for (size_t i = 0; i < out.matches_count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? "|" : "",
                                 out.matches[i].file->number);
    if (out.more)
        (void)snprintf(text + used, sizeof text - used, "+");
    return text;
}

static const char *containing(struct fixture *fx, const char *part)
{
    return numbers(fx, &(struct file_query){ .part = part });
}

TEST(any_part_of_the_number_finds_a_file)
{
    struct fixture *fx = world_new();
    file_with(fx, house, "12/2026-K");
    file_with(fx, house, "112/2025-Z");
    file_with(fx, house, "7/2026-K");
    CHECK_STR(containing(fx, "2"), "7/2026-K|112/2025-Z|12/2026-K");
    CHECK_STR(containing(fx, "12"), "112/2025-Z|12/2026-K");
    CHECK_STR(containing(fx, "12/2026"), "12/2026-K");
    CHECK_STR(containing(fx, "12 2026"), "12/2026-K");
    CHECK_STR(containing(fx, "2/"), "112/2025-Z|12/2026-K");
    CHECK_STR(containing(fx, "-k"), "7/2026-K|12/2026-K");
    CHECK_STR(containing(fx, "6-K"), "7/2026-K|12/2026-K");
    CHECK_STR(containing(fx, "122026"), "");
    fixture_wait(fx, 5000000);
    CHECK_STR(containing(fx, "12/2026"), "12/2026-K");
    fixture_free(fx);
}

TEST(a_number_belongs_to_one_file_of_a_client)
{
    struct fixture *fx = world_new();
    struct id one = client_with(fx, "Eins", NULL).id;
    struct file_new again = { .number = "12 / 2026 - k" };
    struct file_new nameless = { .number = " / " };
    struct file out = { 0 };
    file_with(fx, house, "12/2026-K");
    file_with(fx, one, "12/2026-K");
    refused(fx, call_file_add(&fx->client, &again, &out), ERR_CONFLICT, "number");
    refused(fx, call_file_add(&fx->client, &nameless, &out), ERR_INVALID, "number");
    CHECK_INT(fixture_facts(fx, "file"), 2);
    fixture_free(fx);
}

TEST(an_edit_changes_what_is_given_and_tells_it)
{
    struct fixture *fx = world_new();
    struct file row = file_with(fx, house, "12/2026-K"), out = { 0 };
    struct file_change close = { .id = row.id, .version = 1, .state = file_state_CLOSED };
    CHECK_INT(call_file_edit(&fx->client, &close, &out), CALL_DONE);
    CHECK_INT(out.version, 2);
    CHECK(out.has_closed_at && out.closed_at == fixture_now(fx));
    refused(fx, call_file_edit(&fx->client, &close, &out), ERR_CONFLICT, "version");
    struct file_change reopen = { .id = row.id, .version = 2, .state = file_state_OPEN };
    CHECK_INT(call_file_edit(&fx->client, &reopen, &out), CALL_DONE);
    CHECK(!out.has_closed_at);
    CHECK_INT(call_file_edit(&fx->client,
                             &(struct file_change){ .id = row.id, .version = 3, .title = NULL },
                             &out),
              CALL_DONE);
    CHECK_INT(out.version, 3); // nothing was given
    struct fact fact;
    struct file told;
    CHECK(fixture_fact_at(fx, "file", -1, &fact, &told));
    CHECK_INT(fact.version, 3);
    CHECK_INT(told.state, file_state_OPEN);
    CHECK_INT(fixture_facts(fx, "file"), 3);
    fixture_free(fx);
}

TEST(wrong_files_are_refused_by_field)
{
    struct fixture *fx = world_new();
    struct file out = { 0 };
    struct id nobody = { { 1, 2, 3 } };
    struct party nameless = { .role = party_role_COURT };
    struct party court = { .role = party_role_COURT, .name = "Amtsgericht Mitte" };
    struct party twice[2] = { court, court };
    struct file_new in = { .number = "1", .lawyer = nobody };
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_NOT_FOUND, "lawyer");
    in = (struct file_new){ .number = "1", .seen_by = &nobody, .seen_by_count = 1 };
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_NOT_FOUND, "seen_by[0]");
    in = (struct file_new){ .number = "1", .client = nobody };
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_NOT_FOUND, "client");
    in = (struct file_new){ .number = "1", .parties = &nameless, .parties_count = 1 };
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_INVALID, "parties[0].name");
    in = (struct file_new){ .number = "1", .parties = twice, .parties_count = 2 };
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_INVALID, "parties[1].name");
    in = (struct file_new){ .number = "1", .has_locked = true, .locked = true };
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_INVALID, "locked");
    in = (struct file_new){ .number = "1", .has_closed_at = true, .closed_at = 5000000 };
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_INVALID, "closed_at");
    CHECK_INT(fixture_facts(fx, "file"), 0);
    fixture_free(fx);
}

TEST(a_contacts_files_come_open_ones_first_then_the_youngest)
{
    struct fixture *fx = world_new();
    struct id meier = contact_with(fx, house, "Meier", NULL).id;
    struct id lawyer = staff_with(fx, "Dr. Recht");
    struct file_query query = { .contact = meier, .has_limit = true, .limit = 2 };
    struct file_matches out = { 0 };
    file_about(fx, "1/26", meier, party_role_CLIENT);
    struct file second = file_about(fx, "2/26", meier, party_role_OPPONENT);
    struct file third = file_about(fx, "3/26", meier, party_role_WITNESS);
    file_with(fx, house, "4/26"); // not Meier's
    struct file_change close = {
        .id = third.id, .version = 1, .state = file_state_CLOSED, .lawyer = lawyer
    };
    CHECK_INT(call_file_edit(&fx->client, &close, &third), CALL_DONE);
    CHECK_STR(numbers(fx, &query), "2/26|1/26+");
    query.after = second.id;
    CHECK_STR(numbers(fx, &query), "1/26|3/26");
    query.after = third.id;
    CHECK_STR(numbers(fx, &query), "");
    query = (struct file_query){ .contact = meier, .part = "26" };
    CHECK_STR(numbers(fx, &query), "2/26|1/26|3/26");
    CHECK_INT(call_file_find(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT(out.matches[0].role, party_role_OPPONENT);
    CHECK_INT(out.matches[0].side, party_side_OPPOSING);
    CHECK_INT(out.matches[1].side, party_side_OURS);
    CHECK_INT(out.matches[2].side, party_side_NEUTRAL);
    CHECK_STR(out.matches[2].lawyer_name, "Dr. Recht");
    CHECK_STR(out.matches[2].file->parties[0].name, "Meier");
    query = (struct file_query){ .staff = lawyer };
    CHECK_STR(numbers(fx, &query), "3/26");
    query = (struct file_query){ .state = file_state_CLOSED };
    CHECK_STR(numbers(fx, &query), "3/26");
    query = (struct file_query){ .words = "meier 2" };
    CHECK_STR(numbers(fx, &query), "3/26|2/26|1/26"); // by age: all begin a word with 2
    fixture_free(fx);
}

TEST(a_client_sees_its_own_files_only)
{
    struct fixture *fx = world_new();
    struct id one = client_with(fx, "Eins", NULL).id, two = client_with(fx, "Zwei", NULL).id;
    struct id theirs = contact_with(fx, two, "Meier von Zwei", NULL).id;
    struct file own = file_with(fx, one, "1/26");
    struct file other = file_with(fx, two, "2/26");
    struct file_match match = { 0 };
    struct file out = { 0 };
    file_with(fx, house, "3/26");
    as_agent(fx, one);
    CHECK_STR(containing(fx, "/26"), "1/26");
    CHECK_STR(numbers(fx, &(struct file_query){ .client = two }), "");
    CHECK_INT(call_file_get(&fx->client, &(struct by_id){ own.id }, &match), CALL_DONE);
    CHECK_STR(match.client_name, "Eins");
    refused(fx, call_file_get(&fx->client, &(struct by_id){ other.id }, &match), ERR_NOT_FOUND,
            "id");
    struct file_change change = { .id = other.id, .version = 1, .title = "Neugier" };
    refused(fx, call_file_edit(&fx->client, &change, &out), ERR_NOT_FOUND, "id");
    struct file_new in = { .number = "9/26" };
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_FORBIDDEN, "client");
    // Nor through a party.
    struct party party = { .contact = theirs, .role = party_role_CLIENT };
    in =
        (struct file_new){ .client = one, .number = "9/26", .parties = &party, .parties_count = 1 };
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_NOT_FOUND, "parties[0].contact");
    as_admin(fx);
    refused(fx, call_file_add(&fx->client, &in, &out), ERR_NOT_FOUND, "parties[0].contact");
    fixture_free(fx);
}

TEST(a_locked_file_is_for_those_named_in_it)
{
    struct fixture *fx = world_new();
    struct id lawyer = staff_with(fx, "Dr. Recht"), friend = staff_with(fx, "Frau Vertraut");
    struct id other = staff_with(fx, "Herr Neugier");
    struct id meier = contact_with(fx, house, "Meier", NULL).id;
    struct party party = { .contact = meier, .role = party_role_OPPONENT };
    struct file_new in = { .number = "1/26",
                           .title = "Geheimsache Spinne",
                           .lawyer = lawyer,
                           .seen_by = &friend,
                           .seen_by_count = 1,
                           .parties = &party,
                           .parties_count = 1,
                           .has_locked = true,
                           .locked = true };
    struct file file = { 0 }, out = { 0 };
    struct file_match match = { 0 };
    struct search_hits hits = { 0 };
    CHECK_INT(call_file_add(&fx->client, &in, &file), CALL_DONE);
    struct file_change change = { .id = file.id, .version = 1, .title = "Offen" };
    struct search_query typed = { .text = "spinne" };
    for (int who = 0; who < 2; who++) {
        if (who == 1)
            as_staff(fx, other); // at first the administrator
        CHECK_STR(containing(fx, "1/26"), "");
        CHECK_STR(numbers(fx, &(struct file_query){ .contact = meier }), "");
        refused(fx, call_file_get(&fx->client, &(struct by_id){ file.id }, &match), ERR_NOT_FOUND,
                "id");
        refused(fx, call_file_edit(&fx->client, &change, &out), ERR_NOT_FOUND, "id");
        CHECK_INT(call_search(&fx->client, &typed, &hits), CALL_DONE);
        CHECK_INT((int64_t)hits.hits_count, 0);
        CHECK(!hits.more);
    }
    const struct id named[] = { lawyer, friend };
    for (int who = 0; who < 2; who++) {
        as_staff(fx, named[who]);
        CHECK_STR(containing(fx, "1/26"), "1/26");
        CHECK_STR(numbers(fx, &(struct file_query){ .contact = meier }), "1/26");
        CHECK_INT(call_file_get(&fx->client, &(struct by_id){ file.id }, &match), CALL_DONE);
        CHECK_INT(call_search(&fx->client, &typed, &hits), CALL_DONE);
        CHECK_INT((int64_t)hits.hits_count, 1);
    }
    fixture_free(fx);
}

TEST(somebody_can_be_let_into_a_locked_file_and_that_is_kept)
{
    struct fixture *fx = world_new();
    struct id lawyer = staff_with(fx, "Dr. Recht"), deputy = staff_with(fx, "Dr. Vertretung");
    struct file_new in = { .number = "1/26", .lawyer = lawyer, .has_locked = true, .locked = true };
    struct file file = { 0 };
    struct file_match match = { 0 };
    struct nothing nothing;
    CHECK_INT(call_file_add(&fx->client, &in, &file), CALL_DONE);
    file_with(fx, house, "2/26");
    struct file_admission let = { .number = "1-26", .staff = deputy, .reason = "Krankheit" };
    as_staff(fx, deputy); // not by oneself
    refused(fx, call_file_admit(&fx->client, &let, &nothing), ERR_FORBIDDEN, "");
    as_admin(fx);
    CHECK_INT(call_file_admit(&fx->client, &let, &nothing), CALL_DONE);
    CHECK_INT(call_file_admit(&fx->client, &let, &nothing), CALL_DONE); // once is enough
    refused(fx, call_file_get(&fx->client, &(struct by_id){ file.id }, &match), ERR_NOT_FOUND,
            "id");
    let.number = "2/26";
    refused(fx, call_file_admit(&fx->client, &let, &nothing), ERR_INVALID, "number");
    let.number = "3/26";
    refused(fx, call_file_admit(&fx->client, &let, &nothing), ERR_NOT_FOUND, "number");
    as_staff(fx, deputy);
    CHECK_INT(call_file_get(&fx->client, &(struct by_id){ file.id }, &match), CALL_DONE);
    CHECK_INT(match.file->version, 2);
    CHECK_INT((int64_t)match.file->admissions_count, 1);
    CHECK_STR(match.file->admissions[0].by, "tester");
    CHECK_STR(match.file->admissions[0].reason, "Krankheit");
    fixture_free(fx);
}

static bool ask_party(struct request *rq, void *argument)
{
    const struct id *contact = argument;
    return contact_is_party(rq, *contact);
}

TEST(who_takes_part_in_a_file_can_be_told_before_a_purge)
{
    struct fixture *fx = world_new();
    struct id meier = contact_with(fx, house, "Meier", NULL).id;
    struct id bauer = contact_with(fx, house, "Bauer", NULL).id;
    file_about(fx, "1/26", meier, party_role_CLIENT);
    CHECK(fixture_input(fx, ask_party, &meier));
    CHECK(!fixture_input(fx, ask_party, &bauer));
    fixture_free(fx);
}

// What every party of a fact needs for the pop is in the fact.
TEST(the_fact_tells_the_parts_of_its_parties)
{
    struct fixture *fx = world_new();
    struct id meier = contact_with(fx, house, "Meier", NULL).id;
    struct fact fact;
    struct file told;
    file_about(fx, "1/26", meier, party_role_OPPONENT);
    CHECK(fixture_fact_at(fx, "file", -1, &fact, &told));
    CHECK(id_equal(told.parties[0].contact, meier));
    CHECK_INT(told.parties[0].role, party_role_OPPONENT);
    CHECK_STR(told.parties[0].name, "Meier");
    CHECK_INT(told.state, file_state_OPEN);
    fixture_free(fx);
}
