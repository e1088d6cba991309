// SPDX-License-Identifier: Apache-2.0
// D3, D4: any number of measures, with state, clerk and time; remote maintenance is one with its
// own start and stop; what is not said is now, me, as measured.
#include <stdio.h>

#include "tests/service/timekeeping_inquiry_world.h"

static struct measure measure(struct fixture *fx, struct measure_new in)
{
    struct measure out = { 0 };
    in.number = "1";
    CHECK_INT(call_measure_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct fixture *with_inquiry(void)
{
    struct fixture *fx = world_new();
    as_anna(fx);
    add(fx, (struct inquiry_new){ .subject = "Server", .client = CLIENT_A });
    return fx;
}

TEST(remote_maintenance_starts_and_stops_with_one_word_each)
{
    struct fixture *fx = with_inquiry();
    struct measure out;
    int64_t began = fixture_now(fx);
    struct measure_starting start = { .number = "1", .has_remote = true, .remote = true };
    CHECK_INT(call_measure_start(&fx->client, &start, &out), CALL_DONE);
    CHECK(out.remote && out.chargeable && id_equal(out.staff, ANNA));
    CHECK_INT(out.started_at, began);
    CHECK_INT(get(fx, "1").open_measures, 1);
    CHECK(get(fx, "1").has_responded_at);
    fixture_wait(fx, SECONDS(90) + MILLISECONDS(500));
    struct measure_stopping stop = { .text = "Update eingespielt" };
    CHECK_INT(call_measure_stop(&fx->client, &stop, &out), CALL_DONE);
    CHECK_INT(out.raw_s, 91); // rounded half up
    CHECK(!out.has_running_since && out.stopped_at == fixture_now(fx));
    refused(fx, call_measure_stop(&fx->client, &stop, &out), ERR_NOT_FOUND, "measure");
    // It goes on: the pause does not count.
    fixture_wait(fx, SECONDS(1000));
    start = (struct measure_starting){ .number = "1/1" };
    CHECK_INT(call_measure_start(&fx->client, &start, &out), CALL_DONE);
    CHECK_INT(call_measure_start(&fx->client, &start, &out), CALL_DONE); // twice is once
    fixture_wait(fx, SECONDS(9) + MILLISECONDS(500));
    struct measure_ending end = { 0 };
    CHECK_INT(call_measure_done(&fx->client, &end, &out), CALL_DONE);
    CHECK_INT(out.raw_s, 100);
    CHECK_INT(out.started_at, began);
    CHECK_STR(out.text, "Update eingespielt");
    CHECK_INT(out.state, measure_state_DONE);
    CHECK_INT(get(fx, "1").measures, 1);
    CHECK_INT(get(fx, "1").open_measures, 0);
    start.number = "1/1";
    refused(fx, call_measure_start(&fx->client, &start, &out), ERR_CONFLICT, "state");
    fixture_free(fx);
}

TEST(nobody_works_on_two_at_once)
{
    struct fixture *fx = with_inquiry();
    add(fx, (struct inquiry_new){ .subject = "anderer" });
    struct measure out;
    struct measure_match first;
    struct measure_starting start = { .number = "1" };
    CHECK_INT(call_measure_start(&fx->client, &start, &out), CALL_DONE);
    fixture_wait(fx, SECONDS(10));
    start.number = "2";
    CHECK_INT(call_measure_start(&fx->client, &start, &out), CALL_DONE);
    struct measure_ref ref = { .measure = "1/1" };
    CHECK_INT(call_measure_get(&fx->client, &ref, &first), CALL_DONE);
    CHECK(!first.measure->has_running_since);
    CHECK_INT(first.measure->raw_s, 10);
    CHECK_STR(first.number, "2026-000001/1");
    CHECK_STR(first.subject, "Server");
    // Somebody else may.
    as_bert(fx);
    start.number = "1";
    CHECK_INT(call_measure_start(&fx->client, &start, &out), CALL_DONE);
    ref.measure = "2/1";
    CHECK_INT(call_measure_get(&fx->client, &ref, &first), CALL_DONE);
    CHECK(first.measure->has_running_since);
    fixture_free(fx);
}

TEST(done_with_a_time_given_or_from_today_s_calls)
{
    struct fixture *fx = with_inquiry();
    struct call_part parts[] = {
        { .agent = "10", .from = fixture_now(fx), .talk_ms = 61500 },
        { .agent = "11", .from = fixture_now(fx), .talk_ms = 30000 },
        { .agent = "10", .from = fixture_now(fx) - DAYS(1), .talk_ms = 5000 },
    };
    struct call call = call_of(fx, 900, CLIENT_A, "+4930123456");
    call.parts = parts;
    call.parts_count = 3;
    answer_call(fx, &call);
    struct inquiry row;
    struct inquiry_call add_call = { .number = "1", .call = call.id };
    struct measure_new today = {
        .number = "1", .has_done = true, .done = true, .has_today = true, .today = true
    };
    struct measure out;
    refused(fx, call_measure_add(&fx->client, &today, &out), ERR_INVALID, "today");
    CHECK_INT(call_inquiry_call_add(&fx->client, &add_call, &row), CALL_DONE);
    CHECK_INT(row.version, 2);
    CHECK_INT(call_inquiry_call_add(&fx->client, &add_call, &row), CALL_DONE); // it has it
    CHECK_INT(row.version, 2);
    out = measure(fx, today);
    CHECK_INT(out.actual_s, 62);
    CHECK(out.has_done_at && out.done_at == fixture_now(fx));
    out = measure(fx, (struct measure_new){ .has_done = true,
                                            .done = true,
                                            .has_started_at = true,
                                            .started_at = fixture_now(fx) - SECONDS(600) });
    CHECK_INT(out.raw_s, 600); // begun then, ended now
    struct measure_new later = { .number = "1",
                                 .has_started_at = true,
                                 .started_at = fixture_now(fx) + 1 };
    refused(fx, call_measure_add(&fx->client, &later, &out), ERR_INVALID, "started_at");
    fixture_free(fx);
}

static int due_told(struct fixture *fx)
{
    int told = 0;
    struct measure row;
    struct fact fact;
    for (int i = 0; fixture_fact_at(fx, "measure", i, &fact, &row); i++)
        told += row.state == measure_state_DUE;
    return told;
}

TEST(a_measure_becomes_due_once_also_after_the_service_was_down)
{
    struct fixture *fx = with_inquiry();
    struct measure row =
        measure(fx, (struct measure_new){ .text = "nachfragen",
                                          .has_due_at = true,
                                          .due_at = fixture_now(fx) + SECONDS(60) });
    fixture_wait(fx, SECONDS(60) - SECONDS(1));
    CHECK_INT(due_told(fx), 0);
    fixture_crash(fx);
    fixture_wait(fx, SECONDS(60));
    fixture_start(fx);
    fixture_wait(fx, SECONDS(3));
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(3));
    CHECK_INT(due_told(fx), 1);
    CHECK_INT(get(fx, "1").open_measures, 1);
    // Put off, it can become due again.
    struct measure out;
    struct measure_change in = { .measure = "1/1",
                                 .version = row.version + 1,
                                 .has_due_at = true,
                                 .due_at = fixture_now(fx) + SECONDS(60) };
    CHECK_INT(call_measure_edit(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.state, measure_state_OPEN);
    refused(fx, call_measure_edit(&fx->client, &in, &out), ERR_CONFLICT, "version");
    fixture_wait(fx, SECONDS(120));
    CHECK_INT(due_told(fx), 2);
    fixture_free(fx);
}

TEST(lists_of_an_inquiry_of_somebody_and_of_all)
{
    struct fixture *fx = with_inquiry();
    char text[12];
    add(fx, (struct inquiry_new){ .subject = "anderer" });
    for (int i = 1; i <= 7; i++) {
        snprintf(text, sizeof text, "Nr. %d", i);
        measure(fx,
                (struct measure_new){
                    .text = text, .staff = i % 2 ? ANNA : BERT, .has_done = true, .done = i > 5 });
        fixture_wait(fx, SECONDS(1));
    }
    struct measure_query query = { .number = "1", .has_limit = true, .limit = 3 };
    struct measure_page page;
    int seen = 0;
    do {
        CHECK_INT(call_measure_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.measures_count; i++)
            CHECK_INT(page.measures[i].measure->place, ++seen);
        query.after = page.measures[page.measures_count - 1].measure->id;
    } while (page.more);
    CHECK_INT(seen, 7);
    query =
        (struct measure_query){ .has_mine = true, .mine = true, .has_open = true, .open = true };
    CHECK_INT(call_measure_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.measures_count, 3);
    CHECK_INT(page.measures[0].measure->place, 5); // the newest first
    CHECK_STR(page.measures[0].staff_name, "Anna Kern");
    query = (struct measure_query){ .state = measure_state_DONE };
    CHECK_INT(call_measure_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.measures_count, 2);
    fixture_free(fx);
}
