// SPDX-License-Identifier: Apache-2.0
// The records of calls over a fixture: who is shown at the ring, what a record keeps, who may see
// it.
#include "tests/service/telephony_world.h"

#define CALLER "+4940669690123"
#define OWN    "+493023125101"

static void as_client(struct fixture *fx, uint32_t client)
{
    fixture_as(fx, ROLE_BIT(CLIENT), (struct scope){ SCOPE_CLIENT, id_number(client) }, "firma");
}

TEST(every_method_and_fact_is_served)
{
    CHECK_STR(fixture_incomplete(&telephony_service), "");
}

TEST(the_caller_is_recognised_within_the_client_that_was_dialled)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_client(fx, 70, "Kanzlei Kern", OWN);
    tell_client(fx, 71, "Praxis Dr. Weiß", "+493023125102");
    tell_contact(fx, 1, 70, "Anna Kern-Kundin", CALLER);
    tell_contact(fx, 2, 71, "Anna Patientin", CALLER);
    tell_contact(fx, 3, 0, "Anna Haus", CALLER);
    struct call one = seen_call("1.1", CALLER, OWN);
    rings(fx, &one);
    struct call row = newest(fx);
    CHECK_STR(row.client_name, "Kanzlei Kern");
    CHECK_STR(row.shown_contact->name, "Anna Kern-Kundin");
    CHECK_INT(row.shown_contact->certainty, certainty_EXACT);
    struct call two = seen_call("2.1", CALLER, "+493023125102");
    two.started_at += SECONDS(60);
    rings(fx, &two);
    CHECK_STR(newest(fx).shown_contact->name, "Anna Patientin");
    struct call three = seen_call("3.1", CALLER, "+493023125103");
    three.started_at += SECONDS(120);
    rings(fx, &three);
    row = newest(fx);
    CHECK(id_is_zero(row.client));
    CHECK_STR(row.shown_contact->name, "Anna Haus");
    fixture_free(fx);
}

TEST(the_dialled_number_is_known_in_every_spelling)
{
    static const char *const spellings[] = { "+493023125101", "00493023125101", "03023125101",
                                             "493023125101", "23125101" };
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_client(fx, 70, "Kanzlei Kern", OWN);
    for (int i = 0; i < 5; i++) {
        char ref[16];
        snprintf(ref, sizeof ref, "%d.1", i);
        struct call call = seen_call(ref, CALLER, spellings[i]);
        call.started_at += SECONDS(60) * i;
        rings(fx, &call);
        struct call row = newest(fx);
        CHECK_STR(row.client_name, "Kanzlei Kern");
        CHECK_STR(row.called, spellings[i]);
    }
    fixture_free(fx);
}

TEST(behind_a_main_number_somebody_is_possible)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_contact(fx, 1, 0, "Firma Brandt", "+493012345");
    struct call call = seen_call("1.1", "+49301234567", OWN);
    rings(fx, &call);
    struct call row = newest(fx);
    CHECK_INT(row.shown_contact->certainty, certainty_POSSIBLE);
    CHECK_STR(row.shown_contact->name, "Firma Brandt");
    fixture_free(fx);
}

TEST(several_with_one_number_are_all_reported)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_contact(fx, 1, 0, "Anna", CALLER);
    tell_contact(fx, 2, 0, "Bernd", CALLER);
    struct call call = seen_call("1.1", CALLER, OWN);
    rings(fx, &call);
    struct call row = newest(fx);
    CHECK(id_is_zero(row.shown_contact->contact) && !row.shown_contact->name);
    CHECK_INT(row.shown_contact->matches_count, 2);
    fixture_free(fx);
}

TEST(who_was_shown_at_the_ring_never_changes)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    struct call call = seen_call("1.1", CALLER, OWN);
    rings(fx, &call);
    CHECK_INT(newest(fx).shown_contact->certainty, certainty_NONE);
    tell_contact(fx, 1, 0, "Anna", CALLER); // noted while it rings
    answered(fx, &call);
    ends(fx, &call, call_outcome_ANSWERED);
    CHECK_INT(newest(fx).shown_contact->certainty, certainty_NONE);
    fixture_free(fx);
}

// The number moves: from one client to the other, one version on.
static void move_number(struct fixture *fx, uint32_t from, uint32_t to)
{
    struct number own = { .typed = OWN, .e164 = OWN };
    struct client_row client = { .id = id_number(from),
                                 .version = 2,
                                 .name = "Kanzlei Kern",
                                 .edited_at = 2,
                                 .edited_by = "x" };
    fixture_fact(fx, "contacts", "client", &client, false);
    client.id = id_number(to);
    client.name = "Praxis Dr. Weiß";
    client.numbers = &own;
    client.numbers_count = 1;
    fixture_fact(fx, "contacts", "client", &client, false);
}

TEST(a_waiting_call_stays_with_its_client_when_the_number_moves)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_client(fx, 70, "Kanzlei Kern", OWN);
    tell_contact(fx, 1, 70, "Anna Kern-Kundin", CALLER);
    tell_contact(fx, 2, 71, "Anna Patientin", CALLER);
    struct call call = seen_call("1.1", CALLER, OWN), out;
    report(fx, &call);
    struct call_contact_in said = { .call = newest(fx).id, .contact = id_number(1) };
    CHECK_INT(call_call_contact_set(&fx->client, &said, &out), CALL_DONE);
    move_number(fx, 70, 71);
    rings(fx, &call);
    struct call row = newest(fx);
    CHECK(id_equal(row.client, id_number(70)));
    CHECK_STR(row.client_name, "Kanzlei Kern");
    CHECK_STR(row.shown_contact->name, "Anna Kern-Kundin");
    struct call_page page = { 0 };
    as_client(fx, 71);
    CHECK_INT(call_call_list(&fx->client, &(struct call_query){ 0 }, &page), CALL_DONE);
    CHECK_INT(page.calls_count, 0);
    fixture_free(fx);
}

TEST(a_withheld_callers_call_stays_with_its_client_too)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_client(fx, 70, "Kanzlei Kern", OWN);
    struct call call = seen_call("1.1", NULL, OWN);
    rings(fx, &call);
    move_number(fx, 70, 71);
    answered(fx, &call);
    CHECK(id_equal(newest(fx).client, id_number(70)));
    fixture_free(fx);
}

TEST(a_call_of_nobody_finds_its_client_until_it_rings)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    struct call first = seen_call("1.1", CALLER, OWN), second = seen_call("2.1", CALLER, OWN);
    report(fx, &first);
    second.started_at += SECONDS(60);
    rings(fx, &second);
    tell_client(fx, 70, "Kanzlei Kern", OWN);
    answered(fx, &second);
    CHECK(id_is_zero(newest(fx).client));
    ends(fx, &second, call_outcome_ANSWERED);
    rings(fx, &first);
    struct call_query query = { .client = id_number(70) };
    CHECK_STR(only_call(fx, &query).source_ref, "1.1");
    fixture_free(fx);
}

TEST(who_was_shown_stays_when_the_caller_waits_again)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    struct call call = seen_call("1.1", CALLER, OWN);
    rings(fx, &call);
    tell_contact(fx, 1, 0, "Anna", CALLER);
    call.state = call_state_WAITING; // nobody has lifted, the queue goes on
    call.ringing_count = 0;
    report(fx, &call);
    call.queue = "zentrale";
    report(fx, &call);
    CHECK_INT(newest(fx).shown_contact->certainty, certainty_NONE);
    fixture_free(fx);
}

TEST(a_withheld_number_shows_nobody)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_contact(fx, 1, 0, "Anna", CALLER);
    struct call call = seen_call("1.1", NULL, OWN);
    rings(fx, &call);
    struct call row = newest(fx);
    CHECK(!row.shown_contact && !row.caller);
    fixture_free(fx);
}

TEST(a_record_is_one_row_and_survives_a_restart)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    struct call call = seen_call("1.1", CALLER, OWN);
    report(fx, &call);
    rings(fx, &call);
    struct id id = newest(fx).id;
    fixture_restart(fx);
    report(fx, &call); // told once more after the restart
    answered(fx, &call);
    call.has_ring_at = false; // the source has forgotten it
    ends(fx, &call, call_outcome_ANSWERED);
    struct call row = newest(fx);
    CHECK(id_equal(row.id, id));
    CHECK(row.has_ring_at && row.has_answered_at && row.has_ended_at);
    CHECK_INT(fixture_rows(fx, &call_table), 1);
    CHECK_INT(row.version, 4);
    CHECK_INT(fixture_facts(fx, "call"), 4);
    call.outcome = call_outcome_MISSED; // an ended call stays as it is
    report(fx, &call);
    CHECK_INT(newest(fx).outcome, call_outcome_ANSWERED);
    CHECK_INT(fixture_facts(fx, "call"), 4);
    fixture_free(fx);
}

TEST(the_same_id_at_another_pbx_is_another_call)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    struct call one = seen_call("1.1", CALLER, OWN), two = one;
    two.source = "berlin";
    report(fx, &one);
    report(fx, &two);
    CHECK_INT(fixture_rows(fx, &call_table), 2);
    fixture_free(fx);
}

TEST(whose_phones_rang_is_on_the_record)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_staff(fx, 40, 50, "Anna Bäcker", "101");
    struct call call = seen_call("1.1", CALLER, OWN);
    rings(fx, &call);
    struct call row = newest(fx);
    CHECK_INT(row.staff_count, 1);
    CHECK(id_equal(row.staff[0], id_number(40)));
    CHECK_INT(row.teams_count, 1);
    CHECK(id_equal(row.teams[0], id_number(50)));
    fixture_free(fx);
}

// --- lists
static void some_calls(struct fixture *fx)
{
    tell_client(fx, 70, "Kanzlei Kern", OWN);
    tell_client(fx, 71, "Praxis", "+493023125102");
    for (int i = 0; i < 6; i++) {
        char ref[16];
        snprintf(ref, sizeof ref, "%d.1", i);
        struct call call =
            seen_call(ref, i % 3 ? CALLER : "+4971133333", i % 2 ? OWN : "+493023125102");
        call.started_at += SECONDS(60) * i;
        rings(fx, &call);
        if (i < 5)
            ends(fx, &call, i % 2 ? call_outcome_MISSED : call_outcome_ABANDONED);
    }
}

static size_t count(struct fixture *fx, struct call_query query)
{
    struct call_page page = { 0 };
    CHECK_INT(call_call_list(&fx->client, &query, &page), CALL_DONE);
    return page.calls_count;
}

TEST(calls_are_filtered)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    some_calls(fx);
    CHECK_INT(count(fx, (struct call_query){ 0 }), 6);
    CHECK_INT(count(fx, (struct call_query){ .client = id_number(70) }), 3);
    CHECK_INT(count(fx, (struct call_query){ .number = "0711 33333" }), 2);
    CHECK_INT(count(fx, (struct call_query){ .number = "040 669690123", .client = id_number(70) }),
              2);
    CHECK_INT(count(fx, (struct call_query){ .agent = "101" }), 6);
    CHECK_INT(count(fx, (struct call_query){ .agent = "102" }), 0);
    CHECK_INT(count(fx, (struct call_query){ .outcome = call_outcome_MISSED }), 2);
    CHECK_INT(count(fx, (struct call_query){ .has_live = true, .live = true }), 1);
    CHECK_INT(count(fx, (struct call_query){ .has_live = true, .live = false }), 5);
    CHECK_INT(count(fx, (struct call_query){ .has_from = true, .from = BEGAN + SECONDS(120) }), 4);
    CHECK_INT(count(fx, (struct call_query){ .has_until = true, .until = BEGAN + SECONDS(120) }),
              2);
    fixture_free(fx);
}

TEST(pages_follow_each_other_newest_first)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    struct id after = { 0 };
    int64_t last = INT64_MAX;
    int pages = 0, rows = 0;
    some_calls(fx);
    for (bool more = true; more && pages < 10; pages++) {
        struct call_query query = { .has_limit = true, .limit = 2, .after = after };
        struct call_page page = { 0 };
        CHECK_INT(call_call_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.calls_count; i++, rows++) {
            CHECK(page.calls[i].started_at < last);
            last = page.calls[i].started_at;
            after = page.calls[i].id;
        }
        more = page.more;
    }
    CHECK_INT(rows, 6);
    CHECK_INT(pages, 3);
    struct call_query unknown = { .after = id_number(99) };
    struct call_page page = { 0 };
    CHECK_INT(call_call_list(&fx->client, &unknown, &page), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "after");
    fixture_free(fx);
}

TEST(a_client_sees_its_own_calls_only)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    some_calls(fx);
    struct id foreign =
        only_call(fx,
                  &(struct call_query){ .client = id_number(71), .has_limit = true, .limit = 1 })
            .id;
    as_client(fx, 70);
    CHECK_INT(count(fx, (struct call_query){ 0 }), 3);
    CHECK_INT(count(fx, (struct call_query){ .client = id_number(71) }), 0);
    CHECK_INT(count(fx, (struct call_query){ .number = CALLER }), 2);
    CHECK_INT(count(fx, (struct call_query){ .number = "+4971133333" }), 1);
    struct call out;
    CHECK_INT(call_call_get(&fx->client, &(struct by_id){ .id = foreign }, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "id");
    struct call_query after = { .after = foreign };
    struct call_page page = { 0 };
    CHECK_INT(call_call_list(&fx->client, &after, &page), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "after");
    fixture_free(fx);
}

TEST(an_agent_sees_the_calls_of_its_own_phone_and_team)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_staff(fx, 40, 50, "Anna Bäcker", "101");
    struct call one = seen_call("1.1", CALLER, OWN), two = seen_call("2.1", CALLER, OWN);
    rings(fx, &one);
    two.started_at += SECONDS(60);
    report(fx, &two); // rings nobody
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, id_number(40) }, "anna");
    CHECK_STR(newest(fx).source_ref, "1.1");
    CHECK_INT(count(fx, (struct call_query){ 0 }), 1);
    fixture_as(fx, ROLE_BIT(LEADER), (struct scope){ SCOPE_TEAM, id_number(50) }, "lena");
    CHECK_INT(count(fx, (struct call_query){ 0 }), 1);
    fixture_as(fx, ROLE_BIT(LEADER), (struct scope){ SCOPE_TEAM, id_number(51) }, "otto");
    CHECK_INT(count(fx, (struct call_query){ 0 }), 0);
    fixture_free(fx);
}

// --- who it really was
TEST(who_it_was_is_said_in_versions)
{
    struct switchboard board;
    struct fixture *fx = world_new(&board);
    tell_client(fx, 70, "Kanzlei Kern", OWN);
    tell_contact(fx, 1, 70, "Anna", CALLER);
    tell_contact(fx, 2, 70, "Bernd", NULL);
    tell_contact(fx, 3, 71, "Fremd", NULL);
    struct call call = seen_call("1.1", CALLER, OWN);
    rings(fx, &call);
    struct call_contact_in in = { .call = newest(fx).id, .contact = id_number(2) };
    struct call out;
    CHECK_INT(call_call_contact_set(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.contact->version, 1);
    CHECK_STR(out.contact->set_by, "tester");
    answered(fx, &call); // the PBX goes on telling; what was said stays
    ends(fx, &call, call_outcome_ANSWERED);
    struct call row = newest(fx);
    CHECK(row.contact && id_equal(row.contact->contact, id_number(2)));
    CHECK_STR(row.shown_contact->name, "Anna");

    in.contact = id_number(1); // as seen before the first was said
    CHECK_INT(call_call_contact_set(&fx->client, &in, &out), CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_CONFLICT);
    in.version = 1;
    CHECK_INT(call_call_contact_set(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.contact->version, 2);
    in.version = 2;
    in.contact = id_number(3);
    CHECK_INT(call_call_contact_set(&fx->client, &in, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "contact");
    as_client(fx, 70);
    CHECK_INT(call_call_contact_set(&fx->client, &in, &out), CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, ERR_FORBIDDEN);
    fixture_free(fx);
}
