// SPDX-License-Identifier: Apache-2.0
// D1: a hotline's call opens one inquiry by itself, or is offered to the caller's open ones. G5:
// what was agreed runs in business hours.
#include "tests/service/timekeeping_inquiry_world.h"

static struct call hotline_call_of(struct fixture *fx, uint32_t number, struct id client,
                                   const char *caller)
{
    struct call call = call_of(fx, number, client, caller);
    call.has_hotline = call.hotline = true;
    return call;
}

static struct inquiries_of_call for_call(struct fixture *fx, struct id call)
{
    struct inquiry_of_call in = { call };
    struct inquiries_of_call out = { 0 };
    CHECK_INT(call_inquiry_for_call(&fx->client, &in, &out), CALL_DONE);
    return out;
}

TEST(an_answered_hotline_call_opens_one_pre_filled_and_once)
{
    struct fixture *fx = world_new();
    struct shown_contact shown = { .contact = EVA, .certainty = certainty_EXACT };
    struct call call = hotline_call_of(fx, 900, CLIENT_A, "+4930123456");
    call.shown_contact = &shown;
    tell_call(fx, &call);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 0); // it only rings
    answer_call(fx, &call);
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(60));
    end_call(fx, &call);
    call.version++; // told again, a little different
    tell_call(fx, &call);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 1);
    struct inquiry row = get(fx, "1");
    CHECK_STR(row.subject, "Anruf von Eva Müller am 02.03.2026 um 09:00");
    CHECK_STR(row.opened_by, "timekeeping");
    CHECK(id_equal(row.contact, EVA) && id_equal(row.staff, ANNA) &&
          id_equal(row.client, CLIENT_A));
    CHECK_INT(row.responded_at, call.answered_at);
    struct inquiries_of_call found = for_call(fx, call.id);
    CHECK_INT((int64_t)found.of_call_count, 1);
    CHECK_INT((int64_t)found.offered_count, 0);
    fixture_free(fx);
}

TEST(a_missed_one_opens_one_for_nobody_yet)
{
    struct fixture *fx = world_new();
    struct call call = hotline_call_of(fx, 900, CLIENT_A, "+4930999999");
    call.agent = NULL;
    end_call(fx, &call);
    struct inquiry row = get(fx, "1");
    CHECK_STR(row.subject, "Verpasster Anruf von +4930999999 am 02.03.2026 um 09:00");
    CHECK(id_is_zero(row.staff) && !row.has_responded_at);
    // Who it was is said later.
    struct call_contact who = { .contact = EVA, .version = 1, .set_at = 1, .set_by = "x" };
    call.contact = &who;
    call.version++;
    tell_call(fx, &call);
    CHECK(id_equal(get(fx, "1").contact, EVA));
    fixture_free(fx);
}

TEST(other_calls_open_none)
{
    struct fixture *fx = world_new();
    struct call plain = call_of(fx, 900, CLIENT_A, "+4930999999");
    end_call(fx, &plain);
    struct call out = hotline_call_of(fx, 901, CLIENT_A, NULL);
    out.direction = call_direction_OUTBOUND;
    answer_call(fx, &out);
    struct call old = hotline_call_of(fx, 902, CLIENT_A, "+4930999999");
    old.started_at -= DAYS(8);
    end_call(fx, &old);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 0);
    fixture_free(fx);
}

TEST(a_caller_with_an_open_one_is_offered_it_within_the_client)
{
    struct fixture *fx = world_new();
    struct inquiry out;
    struct call first = hotline_call_of(fx, 900, CLIENT_A, "+4930999999");
    answer_call(fx, &first);
    struct call again = hotline_call_of(fx, 901, CLIENT_A, "+4930999999");
    answer_call(fx, &again);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 1);
    struct inquiries_of_call found = for_call(fx, again.id);
    CHECK_INT((int64_t)found.of_call_count, 0);
    CHECK_INT((int64_t)found.offered_count, 1);
    // With another client they are a stranger.
    struct call other = hotline_call_of(fx, 902, CLIENT_B, "+4930999999");
    answer_call(fx, &other);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 2);
    // Closed while they still talk: the end of that call opens none.
    struct inquiry_solving solve = { .number = "1", .solution = "geklärt" };
    CHECK_INT(call_inquiry_solve(&fx->client, &solve, &out), CALL_DONE);
    end_call(fx, &again);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 2);
    CHECK_INT((int64_t)for_call(fx, again.id).offered_count, 0);
    // It gets the call only when somebody says so, and only of its own client.
    struct inquiry_call add_call = { .number = "1", .call = again.id };
    CHECK_INT(call_inquiry_call_add(&fx->client, &add_call, &out), CALL_DONE);
    CHECK_INT((int64_t)out.calls_count, 2);
    CHECK_INT((int64_t)for_call(fx, again.id).of_call_count, 1);
    add_call.call = other.id;
    refused(fx, call_inquiry_call_add(&fx->client, &add_call, &out), ERR_INVALID, "call");
    // The next call finds nothing open.
    struct call third = hotline_call_of(fx, 903, CLIENT_A, "+4930999999");
    answer_call(fx, &third);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 3);
    fixture_free(fx);
}

TEST(one_made_by_hand_of_the_call_is_the_one)
{
    struct fixture *fx = world_new();
    struct call call = hotline_call_of(fx, 900, CLIENT_A, NULL);
    tell_call(fx, &call);
    add(fx, (struct inquiry_new){ .call = call.id, .subject = "schon notiert" });
    answer_call(fx, &call);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 1);
    fixture_free(fx);
}

// --- agreements
static void agree(struct fixture *fx, struct id client, enum priority priority, int64_t respond,
                  int64_t solve)
{
    struct sla out;
    struct sla_setting in = { .client = client,
                              .priority = priority,
                              .has_respond_minutes = respond > 0,
                              .respond_minutes = respond,
                              .has_solve_minutes = solve > 0,
                              .solve_minutes = solve };
    CHECK_INT(call_sla_set(&fx->client, &in, &out), CALL_DONE);
}

TEST(deadlines_follow_the_client_s_hours_else_the_house_s_agreement)
{
    struct fixture *fx = world_new(); // Monday 09:00 in Berlin; open until 18:00
    agree(fx, CLIENT_A, priority_NORMAL, 60, 600);
    agree(fx, CLIENT_A, priority_URGENT, 10, 60);
    agree(fx, (struct id){ 0 }, priority_NORMAL, 0, 1440);
    int64_t now = fixture_now(fx);
    struct inquiry row = add(fx, (struct inquiry_new){ .subject = "x", .client = CLIENT_A }), out;
    CHECK_INT(row.respond_by - now, SECONDS(3600));
    CHECK_STR(civil_rfc3339(row.solve_by).text, "2026-03-03T08:00:00.000000Z");
    row = add(fx, (struct inquiry_new){ .subject = "x", .client = CLIENT_B });
    CHECK(!row.has_respond_by);
    CHECK_STR(civil_rfc3339(row.solve_by).text,
              "2026-03-04T12:00:00.000000Z");              // 24 hours of business
    row = add(fx, (struct inquiry_new){ .subject = "x" }); // the house: day and night
    CHECK_INT(row.solve_by - now, DAYS(1));
    row = add(fx, (struct inquiry_new){ .subject = "x", .priority = priority_LOW });
    CHECK(!row.has_solve_by);
    struct inquiry_change in = { .number = "1", .version = 1, .priority = priority_URGENT };
    CHECK_INT(call_inquiry_edit(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.respond_by - now, SECONDS(600));
    // Taken away, the house's counts.
    agree(fx, CLIENT_A, priority_NORMAL, 0, 0);
    row = add(fx, (struct inquiry_new){ .subject = "x", .client = CLIENT_A });
    CHECK_STR(civil_rfc3339(row.solve_by).text, "2026-03-04T12:00:00.000000Z");
    struct page page = { 0 };
    struct sla_page slas;
    CHECK_INT(call_sla_list(&fx->client, &page, &slas), CALL_DONE);
    CHECK_INT((int64_t)slas.slas_count, 3);
    as_anna(fx); // an agent does not agree on anything
    struct sla_setting sla = { .priority = priority_LOW };
    struct sla sla_out;
    CHECK_INT(call_sla_set(&fx->client, &sla, &sla_out), CALL_REFUSED);
    fixture_free(fx);
}

static int missed_told(struct fixture *fx, bool solution)
{
    int told = 0;
    bool before = false;
    struct inquiry row;
    struct fact fact;
    for (int i = 0; fixture_fact_at(fx, "inquiry", i, &fact, &row); i++) {
        bool missed = solution ? row.has_solve_missed_at : row.has_respond_missed_at;
        told += missed && !before;
        before = missed;
    }
    return told;
}

TEST(what_is_missed_is_told_once_and_waiting_stands_the_clock)
{
    struct fixture *fx = world_new();
    struct inquiry out;
    agree(fx, CLIENT_A, priority_NORMAL, 1, 2);
    struct inquiry row =
        add(fx, (struct inquiry_new){ .subject = "x", .client = CLIENT_A, .staff = ANNA });
    fixture_wait(fx, SECONDS(59));
    CHECK_INT(missed_told(fx, false), 0);
    fixture_wait(fx, SECONDS(2));
    CHECK_INT(missed_told(fx, false), 1);
    struct inquiry_waiting wait = { .number = "1" };
    int64_t began = fixture_now(fx);
    CHECK_INT(call_inquiry_wait(&fx->client, &wait, &out), CALL_DONE);
    CHECK(out.has_responded_at);
    fixture_wait(fx, SECONDS(120));
    CHECK_INT(missed_told(fx, true), 0);
    int64_t waited = fixture_now(fx) - began;
    struct inquiry_taking take = { .number = "1", .staff = ANNA };
    CHECK_INT(call_inquiry_take(&fx->client, &take, &out), CALL_DONE);
    CHECK_INT(out.solve_by, row.solve_by + waited);
    CHECK_INT(out.waited_ms, waited / 1000);
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(120));
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(missed_told(fx, true), 1);
    CHECK_INT(missed_told(fx, false), 1);
    // Solved, the customer is content: while it was, the clock stood.
    struct inquiry_solving solve = { .number = "1", .solution = "ja" };
    struct inquiry_reopening reopen = { .number = "1", .reason = "nein" };
    CHECK_INT(call_inquiry_solve(&fx->client, &solve, &row), CALL_DONE);
    fixture_wait(fx, SECONDS(30));
    CHECK_INT(call_inquiry_reopen(&fx->client, &reopen, &out), CALL_DONE);
    CHECK_INT(out.solve_by - row.solve_by, SECONDS(30));
    fixture_free(fx);
}

// What the call did counts from the call, whenever somebody says that it belongs there.
TEST(a_call_that_is_added_later_was_the_answer_then)
{
    struct fixture *fx = world_new();
    struct inquiry row;
    agree(fx, CLIENT_A, priority_NORMAL, 1, 20);
    struct inquiry_new mail = { .subject = "x", .client = CLIENT_A, .channel = channel_EMAIL };
    add(fx, mail);
    // The house calls: its own phone is answered, theirs is not.
    struct call vain = call_of(fx, 801, CLIENT_A, NULL);
    vain.direction = call_direction_CLICK_TO_DIAL;
    vain.called = "+4930123456";
    tell_call(fx, &vain);
    answer_call(fx, &vain);
    end_call(fx, &vain);
    vain.version++;
    vain.outcome = call_outcome_MISSED;
    tell_call(fx, &vain);
    struct inquiry_call adding = { .number = "1", .call = vain.id };
    CHECK_INT(call_inquiry_call_add(&fx->client, &adding, &row), CALL_DONE);
    CHECK(!row.has_responded_at);
    // They call, and are spoken with in time; it is added when that has passed.
    fixture_wait(fx, SECONDS(30));
    struct call call = call_of(fx, 802, CLIENT_A, "+4930123456");
    tell_call(fx, &call);
    answer_call(fx, &call);
    end_call(fx, &call);
    fixture_wait(fx, SECONDS(60));
    CHECK_INT(missed_told(fx, false), 1);
    adding.call = call.id;
    CHECK_INT(call_inquiry_call_add(&fx->client, &adding, &row), CALL_DONE);
    CHECK_INT(row.responded_at, call.answered_at);
    CHECK(!row.has_respond_missed_at);
    fixture_free(fx);
}
