// SPDX-License-Identifier: Apache-2.0
// The notifier over a fixture: what its board shows.
#include "tests/service/notifier_world.h"

TEST(the_notifier_is_whole)
{
    CHECK_STR(fixture_incomplete(&notifier_service), "");
}

TEST(a_call_comes_changes_and_leaves)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct watch *watch = watch_all(fx);
    struct call call = call_of(1, 2);

    expect_empty_snapshot(watch);
    ring_plain(fx, 1, 1);
    expect_row(watch, stream_kind_CHANGE, 1);
    call.state = call_state_TALKING;
    tell_call(fx, &call);
    expect_row(watch, stream_kind_CHANGE, 1);
    hang_up(fx, 1, 3);
    expect_row(watch, stream_kind_CHANGE, 1); // how it ended
    expect_gone(watch, 1);
    CHECK_INT(fixture_rows(fx, &board_call_table), 0);
    hang_up(fx, 1, 4); // somebody said afterwards who it was
    hang_up(fx, 2, 1); // it had ended before we heard of it
    expect_silence(watch);
    fixture_free(fx);
}

TEST(a_call_that_telephony_deletes_leaves_the_board)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct call call = call_of(1, 2);

    ring_plain(fx, 1, 1);
    CHECK_INT(fixture_rows(fx, &board_call_table), 1);
    fixture_fact(fx, "telephony", "call", &call, true);
    CHECK_INT(fixture_rows(fx, &board_call_table), 0);
    CHECK_INT(fixture_facts(fx, "board_call"), 2);
    fixture_free(fx);
}

TEST(versions_grow_even_when_a_call_comes_back)
{
    struct fixture *fx = fixture_new(&notifier_service);
    int64_t last = 0;

    for (int64_t version = 1; version < 9; version += 2) {
        ring(fx, 1, version, (const uint32_t[3]){ 70, 0, 0 });
        ring(fx, 1, version + 1, (const uint32_t[3]){ 71, 0, 0 });
        if (version % 4 == 3)
            hang_up(fx, 1, version + 2);
    }
    for (int i = 0; i < fixture_facts(fx, "board_call"); i++) {
        struct fact fact;

        CHECK(fixture_fact_at(fx, "board_call", i, &fact, NULL));
        CHECK(fact.version > last);
        last = fact.version;
    }
    CHECK(last > 8);
    fixture_free(fx);
}

TEST(a_caller_is_shown_as_the_contact_is_now)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct shown_contact shown = { .contact = id_number(30),
                                   .name = "At The Ring",
                                   .certainty = certainty_EXACT };
    struct message message = { .text = "tell her", .set_at = 1, .set_by = "x" };
    struct contact contact = contact_of(30, 1, "First");
    struct call call = call_of(1, 1);
    struct board_call row;

    call.shown_contact = &shown;
    tell_call(fx, &call);
    CHECK(board_row(fx, 1, &row));
    CHECK_INT((int64_t)row.callers_count, 1);
    CHECK_STR(row.callers[0].name, "At The Ring");

    fixture_fact(fx, "contacts", "contact", &contact, false);
    CHECK(board_row(fx, 1, &row));
    CHECK_STR(row.callers[0].name, "First");

    contact = contact_of(30, 2, "Second");
    contact.message = &message;
    contact.handling_note = "speak up";
    fixture_fact(fx, "contacts", "contact", &contact, false);
    CHECK(board_row(fx, 1, &row));
    CHECK_STR(row.callers[0].name, "Second");
    CHECK_STR(row.callers[0].message, "tell her");
    CHECK_STR(row.callers[0].handling_note, "speak up");

    contact.version = 3;
    fixture_fact(fx, "contacts", "contact", &contact, true);
    CHECK(board_row(fx, 1, &row));
    CHECK_STR(row.callers[0].name, "At The Ring");
    CHECK_STR(row.callers[0].message, NULL);
    CHECK_INT(fixture_facts(fx, "board_call"), 4);
    fixture_free(fx);
}

TEST(what_a_board_does_not_show_changes_nothing)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct shown_contact shown = { .contact = id_number(30),
                                   .name = "Ada",
                                   .certainty = certainty_EXACT };
    struct contact contact = contact_of(30, 1, "Ada");
    struct call call = call_of(1, 1);

    call.shown_contact = &shown;
    tell_call(fx, &call);
    CHECK_INT(fixture_facts(fx, "board_call"), 1);
    contact.language = "de";
    fixture_fact(fx, "contacts", "contact", &contact, false);
    contact = contact_of(31, 1, "Somebody Else");
    fixture_fact(fx, "contacts", "contact", &contact, false);
    tell_client(fx, 70, 1, "Hallo");
    tell_staff(fx, 40, 1, "Anna", "10");
    CHECK_INT(fixture_facts(fx, "board_call"), 1);
    fixture_free(fx);
}

TEST(the_greeting_is_the_clients_as_it_is_now)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct board_call row;

    tell_client(fx, 70, 1, "Guten Tag");
    ring(fx, 1, 1, (const uint32_t[3]){ 70, 0, 0 });
    ring(fx, 2, 1, (const uint32_t[3]){ 71, 0, 0 });
    CHECK(board_row(fx, 1, &row));
    CHECK_STR(row.greeting, "Guten Tag");
    tell_client(fx, 70, 2, "Moin");
    CHECK(board_row(fx, 1, &row));
    CHECK_STR(row.greeting, "Moin");
    CHECK(board_row(fx, 2, &row));
    CHECK_STR(row.greeting, NULL);
    CHECK_INT(fixture_facts(fx, "board_call"), 3);
    fixture_free(fx);
}

TEST(agents_are_those_whose_phones_they_are_now)
{
    struct fixture *fx = fixture_new(&notifier_service);
    const char *ringing[] = { "10", "11" };
    struct call call = call_of(1, 1);
    struct board_call row;

    call.ringing = ringing;
    call.ringing_count = COUNT_OF(ringing);
    tell_call(fx, &call);
    CHECK(board_row(fx, 1, &row));
    CHECK_INT((int64_t)row.agents_count, 0);
    tell_staff(fx, 40, 1, "Anna", "10");
    tell_staff(fx, 41, 1, "Bert", "11");
    CHECK(board_row(fx, 1, &row));
    CHECK_INT((int64_t)row.agents_count, 2);
    CHECK_STR(row.agents[0], "Anna");
    CHECK_STR(row.agents[1], "Bert");

    tell_staff(fx, 41, 2, "Bert", NULL); // gives the phone up
    tell_staff(fx, 42, 1, "Cora", "11");
    CHECK(board_row(fx, 1, &row));
    CHECK_INT((int64_t)row.agents_count, 2);
    CHECK_STR(row.agents[1], "Cora");
    tell_staff(fx, 42, 2, "Cora Neu", "11");
    CHECK(board_row(fx, 1, &row));
    CHECK_STR(row.agents[1], "Cora Neu");
    fixture_free(fx);
}

TEST(whoever_has_left_the_house_is_nobody)
{
    struct fixture *fx = fixture_new(&notifier_service);
    const char *phone = "10";
    struct call call = call_of(1, 1);
    struct staff staff = { .id = id_number(40),
                           .version = 2,
                           .name = "Anna",
                           .extensions = &phone,
                           .extensions_count = 1,
                           .has_left = true,
                           .left = true,
                           .edited_at = 1,
                           .edited_by = "x" };
    struct board_call row;

    call.talking = &phone;
    call.talking_count = 1;
    tell_staff(fx, 40, 1, "Anna", "10");
    tell_call(fx, &call);
    CHECK(board_row(fx, 1, &row));
    CHECK_INT((int64_t)row.agents_count, 1);
    fixture_fact(fx, "contacts", "staff", &staff, false);
    CHECK(board_row(fx, 1, &row));
    CHECK_INT((int64_t)row.agents_count, 0);
    fixture_free(fx);
}

TEST(a_change_in_very_many_rows_is_made_in_chunks)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct board_call row;
    const uint32_t calls = 400;

    for (uint32_t i = 1; i <= calls; i++)
        ring(fx, i, 1, (const uint32_t[3]){ 70, 0, 0 });
    tell_client(fx, 70, 1, "Guten Tag");
    fixture_wait(fx, SECONDS(30));
    for (uint32_t i = 1; i <= calls; i++) {
        CHECK(board_row(fx, i, &row));
        CHECK_STR(row.greeting, "Guten Tag");
        fixture_reset(fx);
    }
    CHECK_INT(fixture_facts(fx, "board_call"), 2 * calls);
    fixture_free(fx);
}

// --- asking for the rows once
TEST(a_board_is_read_page_by_page)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct board_query query = { .board = board_CALLS, .has_limit = true, .limit = 2 };
    struct board_page page;
    uint32_t next = 1;

    for (uint32_t i = 1; i <= 5; i++)
        ring_plain(fx, i, 1);
    do {
        CHECK_INT(call_board_get(&fx->client, &query, &page), CALL_DONE);
        CHECK(page.calls_count > 0);
        for (size_t i = 0; i < page.calls_count; i++)
            CHECK(id_equal(page.calls[i].id, id_number(next++)));
        query.after = page.calls[page.calls_count - 1].id;
        CHECK_INT(page.more, next <= 5);
    } while (page.more && next < 10);
    CHECK_INT(next, 6);
    query = (struct board_query){ .board = board_CALLS };
    CHECK_INT(call_board_get(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.calls_count, 5);
    CHECK(!page.more);
    fixture_free(fx);
}

static int64_t rows_read(struct fixture *fx, const struct board_query *query)
{
    struct board_page page;

    CHECK_INT(call_board_get(&fx->client, query, &page), CALL_DONE);
    return (int64_t)page.calls_count;
}

TEST(a_page_holds_what_scope_and_query_allow)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct board_query all = { .board = board_CALLS }, query = all;

    ring(fx, 1, 1, (const uint32_t[3]){ 70, 40, 0 });
    ring(fx, 2, 1, (const uint32_t[3]){ 70, 41, 50 });
    ring(fx, 3, 1, (const uint32_t[3]){ 71, 41, 50 });
    ring(fx, 4, 1, (const uint32_t[3]){ 0, 0, 0 });
    CHECK_INT(rows_read(fx, &all), 4);
    query.client = id_number(70);
    CHECK_INT(rows_read(fx, &query), 2);
    query.staff = id_number(41);
    CHECK_INT(rows_read(fx, &query), 1);
    query = all;
    query.team = id_number(50);
    CHECK_INT(rows_read(fx, &query), 2);
    fixture_as(fx, ROLE_BIT(CLIENT), (struct scope){ SCOPE_CLIENT, id_number(70) }, "firma");
    CHECK_INT(rows_read(fx, &all), 2);
    query = all;
    query.client = id_number(71);
    CHECK_INT(rows_read(fx, &query), 0);
    fixture_as(fx, ROLE_BIT(LEADER), (struct scope){ SCOPE_TEAM, id_number(50) }, "lena");
    CHECK_INT(rows_read(fx, &all), 2);
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, id_number(40) }, "anna");
    CHECK_INT(rows_read(fx, &all), 1);
    fixture_free(fx);
}
