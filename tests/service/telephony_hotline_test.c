// SPDX-License-Identifier: Apache-2.0
// D1: calls on a hotline are marked; who waits, how long, who gave up.
#include "common/base/civil.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static struct switchboard board = { .home = { .country = "49", .area = "30" } };

static bool record(struct request *rq, void *argument)
{
    return calls_record(rq, argument);
}

static struct call call_in(struct fixture *fx, const char *ref, const char *called,
                           const char *queue, int64_t at_us)
{
    struct call call = { .source = "pbx",
                         .source_ref = ref,
                         .state = call_state_WAITING,
                         .direction = call_direction_INBOUND,
                         .called = called,
                         .queue = queue,
                         .started_at = at_us };
    struct fact fact;
    struct call row = { 0 };
    CHECK(fixture_input(fx, record, &call));
    CHECK(fixture_fact_at(fx, "call", -1, &fact, &row));
    return row;
}

TEST(calls_to_a_hotline_are_marked_however_the_number_is_written)
{
    struct fixture *fx = fixture_new_with(&telephony_service, &board, 0);
    struct hotline_new number = { .name = "Störungen", .number = "030 23125-100" };
    struct hotline_new queue = { .name = "Support", .queue = "support" };
    struct hotline row = { 0 };
    int64_t at_us = fixture_now(fx);
    CHECK_INT(call_hotline_add(&fx->client, &number, &row), CALL_DONE);
    CHECK_STR(row.number, "+493023125100");
    CHECK_INT(call_hotline_add(&fx->client, &queue, &row), CALL_DONE);
    CHECK(call_in(fx, "1", "+493023125100", NULL, at_us).hotline);
    CHECK(call_in(fx, "2", "03023125100", NULL, at_us).hotline);
    CHECK(call_in(fx, "3", "+493023125101", "support", at_us).hotline);
    CHECK(!call_in(fx, "4", "+493023125101", "zentrale", at_us).hotline);
    CHECK_INT(call_hotline_add(&fx->client, &number, &row), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_CONFLICT, "number");
    number.queue = "support";
    CHECK_INT(call_hotline_add(&fx->client, &number, &row), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "number");
    fixture_free(fx);
}

TEST(a_hotline_that_is_none_any_more_marks_nothing)
{
    struct fixture *fx = fixture_new_with(&telephony_service, &board, 0);
    struct hotline_new queue = { .name = "Support", .queue = "support" };
    struct hotline row = { 0 }, gone = { 0 };
    CHECK_INT(call_hotline_add(&fx->client, &queue, &row), CALL_DONE);
    struct deletion deletion = { .id = row.id, .version = row.version + 1 };
    CHECK_INT(call_hotline_delete(&fx->client, &deletion, &gone), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_CONFLICT, "version");
    deletion.version = row.version;
    CHECK_INT(call_hotline_delete(&fx->client, &deletion, &gone), CALL_DONE);
    CHECK(!call_in(fx, "1", "+49301", "support", fixture_now(fx)).hotline);
    fixture_free(fx);
}

TEST(queues_are_told_for_the_time_and_the_client_asked_for)
{
    struct fixture *fx = fixture_new_with(&telephony_service, &board, 0);
    int64_t now_us = fixture_now(fx);
    struct queue_query query = { .has_from = true, .from = now_us - SECONDS(60) };
    struct queue_figures out = { 0 };
    (void)call_in(fx, "1", "+49301", "zentrale", now_us - SECONDS(90));
    (void)call_in(fx, "2", "+49301", "zentrale", now_us - SECONDS(60));
    (void)call_in(fx, "3", "+49301", "zentrale", now_us - SECONDS(10));
    (void)call_in(fx, "4", "+49301", "lokal", now_us - SECONDS(5));
    CHECK_INT(call_queue_list(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT((int64_t)out.queues_count, 2);
    CHECK_STR(out.queues[0].queue, "zentrale");
    CHECK_INT(out.queues[0].waiting, 2);
    CHECK_INT(out.queues[0].longest_ms, 60000);
    query.has_until = true;
    query.until = now_us - SECONDS(5);
    query.queue = "lokal";
    out = (struct queue_figures){ 0 };
    CHECK_INT(call_queue_list(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT((int64_t)out.queues_count, 0);
    // A client's people see their own calls only.
    fixture_as(fx, ROLE_BIT(CLIENT), (struct scope){ SCOPE_CLIENT, { { 7 } } }, "client");
    query = (struct queue_query){ .has_from = true, .from = 1 };
    CHECK_INT(call_queue_list(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT((int64_t)out.queues_count, 0);
    fixture_free(fx);
}
