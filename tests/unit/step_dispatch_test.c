// SPDX-License-Identifier: Apache-2.0
// The order of checks: who, what, may he, was it done, is it too late, is it right.

#include "tests/unit/step_desk.h"

TEST(a_request_is_carried_out_and_answered)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct team_new in = { .name = "north" };
    struct team out;

    CHECK(call_team_add(&fx->client, &in, &out) == CALL_DONE);
    CHECK_STR(out.name, "north");
    CHECK_STR(out.edited_by, "tester");
    CHECK_INT(fx->client.seen.seq, 1);
    CHECK_INT(fixture_rows(fx, &desk_teams), 1);
    CHECK_INT(fixture_facts(fx, "team"), 1);
    fixture_free(fx);
}

TEST(a_refusal_drops_only_what_its_request_wrote)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    const char *const names[] = { "one", "late", "two" };

    for (size_t i = 0; i < COUNT_OF(names); i++) { // all three in one batch
        struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, i));

        desk_send(desk, &envelope, names[i]);
    }
    fixture_settle(fx);
    CHECK_INT((int64_t)desk->answers, 3);
    CHECK_INT(fixture_rows(fx, &desk_teams), 2);
    CHECK_INT(fixture_facts(fx, NULL), 2);
    // It had written, so that the batch was run twice; whoever looks does not see it.
    CHECK_INT(server_figure(fx->server, "batches_repeated"), 1);
    CHECK_INT(server_figure(fx->server, "requests"), 2);
    CHECK_INT(server_figure(fx->server, "refused"), 1);
    int lines = 0;
    for (const char *line; (line = server_log_line(fx->server)) != NULL;)
        lines += strstr(line, "method=team_add") != NULL;
    CHECK_INT(lines, 3);
    CHECK(desk_add_team(fx, "late") == CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_CONFLICT, "name");
    CHECK(desk_add_team(fx, "mute") == CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INTERNAL, "");
    desk_free(desk);
    fixture_free(fx);
}

TEST(principals_are_checked_on_every_message)
{
    struct fixture *fx = fixture_new(&desk_service);

    CHECK(desk_add_team(fx, "one") == CALL_DONE);
    fixture_revoke(fx, "tester", true);
    CHECK(desk_add_team(fx, "two") == CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_UNAUTHENTICATED, "");
    fixture_revoke(fx, "tester", false);
    CHECK(desk_add_team(fx, "three") == CALL_DONE);
    fixture_free(fx);
}

TEST(keys_have_their_time)
{
    struct principal principal = { .name = "anna", .not_before_us = 100, .not_after_us = 200 };
    struct err early = { 0 }, in_time = { 0 }, late = { 0 };

    CHECK(!principal_valid(&principal, 99, &early));
    CHECK_REFUSED(&early, ERR_UNAUTHENTICATED, "");
    CHECK(principal_valid(&principal, 100, &in_time));
    CHECK(principal_valid(&principal, 199, &in_time));
    CHECK(!principal_valid(&principal, 201, &late));
    CHECK_REFUSED(&late, ERR_UNAUTHENTICATED, "");
}

TEST(rights_are_by_role)
{
    struct fixture *fx = fixture_new(&desk_service);

    fixture_as(fx, ROLE_BIT(AGENT), scope_house, "agent");
    CHECK(desk_add_team(fx, "one") == CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_FORBIDDEN, "");
    CHECK_INT(fixture_rows(fx, &desk_teams), 0);
    struct log_place in = { .name = "agent", .epoch = 1 };
    struct log_page out;
    CHECK(call_log_read(&fx->client, &in, &out) == CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_FORBIDDEN, "");
    fixture_free(fx);
}

TEST(only_a_gateway_speaks_for_others)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *anna = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct desk_caller *gateway = desk_caller(fx, "gateway", ROLE_BIT(GATEWAY));
    const char *const admin[] = { "admin" };
    const char *const service[] = { "service" };
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, 1));

    CHECK_STR(desk_ask(gateway, &envelope, "itself"), "forbidden");
    envelope.actor = "berta";
    envelope.roles = admin;
    envelope.roles_count = 1;
    envelope.scope = "house";
    CHECK_STR(desk_ask(anna, &envelope, "for berta"), "forbidden");
    CHECK_STR(desk_ask(gateway, &envelope, "for berta"), "ok");
    envelope.request = desk_id(fx, 0, 2);
    envelope.roles = service;
    CHECK(strcmp(desk_ask(gateway, &envelope, "as a service"), "ok") != 0);
    envelope.roles = admin;
    envelope.scope = "client:nobody";
    CHECK_STR(desk_ask(gateway, &envelope, "in no scope"), "invalid");
    struct fact fact;
    CHECK(fixture_fact_at(fx, "team", -1, &fact, NULL));
    CHECK_STR(fact.actor, "berta");
    CHECK_INT(fixture_rows(fx, &desk_teams), 1);
    desk_free(anna);
    desk_free(gateway);
    fixture_free(fx);
}

TEST(what_is_unknown_or_malformed_is_said)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct envelope envelope = desk_envelope("team_sell", desk_id(fx, 0, 1));

    CHECK_STR(desk_ask(desk, &envelope, "x"), "not_found");
    CHECK_STR(desk->problem.field, "method");
    CHECK_INT(desk->head.correlation, 7);
    envelope.method = "team_add";
    envelope.kind = ENVELOPE_HINT;
    CHECK_STR(desk_ask(desk, &envelope, "x"), "invalid");
    envelope.kind = ENVELOPE_REQUEST;
    envelope.method = "client_get"; // the body has a field that by_id does not know
    CHECK_STR(desk_ask(desk, &envelope, "x"), "not_found");
    envelope.method = "team_list";
    CHECK_STR(desk_ask(desk, &envelope, "x"), "invalid");
    house_send(fx->house, fx, desk->caller, (struct bytes){ (const uint8_t *)"\xc1", 1 },
               (struct bytes){ (const uint8_t *)"\x80", 1 });
    fixture_settle(fx);
    CHECK(server_figure(fx->server, "malformed") >= 1);
    CHECK(desk_add_team(fx, "still there") == CALL_DONE);
    desk_free(desk);
    fixture_free(fx);
}

// --- the deadline
TEST(after_waits_for_what_is_followed_and_then_times_out)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, 1));
    struct seen elsewhere = { "telephony", 5, 9 };
    struct seen own = { "contacts", 5, 9 };

    envelope.has_wait_ms = true;
    envelope.wait_ms = 2000;
    envelope.after = &elsewhere; // not followed: it cannot show here
    envelope.after_count = 1;
    CHECK_STR(desk_ask(desk, &envelope, "one"), "ok");
    envelope.request = desk_id(fx, 0, 2);
    envelope.after = &own; // another epoch of our own log: never
    CHECK_STR(desk_ask(desk, &envelope, "two"), "nothing");
    fixture_wait(fx, SECONDS(3));
    CHECK_STR(desk->head.status, "timeout");
    CHECK_INT(fixture_rows(fx, &desk_teams), 1);
    desk_free(desk);
    fixture_free(fx);
}

// --- too much at once
TEST(beyond_the_cap_is_busy)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));

    for (uint64_t i = 0; i < 65; i++) {
        struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, i));

        desk_send(desk, &envelope, "one of many");
    }
    fixture_settle(fx);
    CHECK_INT((int64_t)desk->answers, 65);
    CHECK_INT(fixture_rows(fx, &desk_teams), 64);
    CHECK_INT(server_figure(fx->server, "busy"), 1);
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, 64));
    CHECK_STR(desk_ask(desk, &envelope, "one of many"), "ok");
    desk_free(desk);
    fixture_free(fx);
}

// --- a full map
TEST(a_full_map_grows_and_nothing_is_done_twice)
{
    struct fixture *fx = fixture_new_with(&desk_service, NULL, (size_t)1 << 20);

    fx->client.wait_ms = 60000;
    for (int i = 0; i < 1500; i++)
        CHECK(desk_add_team(fx, "a team with a name that takes some room in the store") ==
              CALL_DONE);
    CHECK_INT(fixture_rows(fx, &desk_teams), 1500);
    CHECK_INT(fixture_facts(fx, "team"), 1500);
    fixture_free(fx);
}
