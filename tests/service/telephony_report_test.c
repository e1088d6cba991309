// SPDX-License-Identifier: Apache-2.0
// Webhooks (G12) in any order, calls by hand (A3), case files, retention.
#include <stdio.h>

#include "tests/service/telephony_lines_world.h"

enum word { RING, ANSWER, END, WORDS };

static enum call_result say(struct fixture *fx, enum word word, const char *ref, int64_t at)
{
    struct hook_event in = { .source = "pbx", .ref = ref, .has_at = true, .at = at };
    struct hook_seen out;
    switch (word) {
    case RING:
        in.caller = "030 123456";
        in.called = "030 1111111";
        in.agent = "11";
        return call_hook_ring(&fx->client, &in, &out);
    case ANSWER: in.agent = "10"; return call_hook_answer(&fx->client, &in, &out);
    default: return call_hook_end(&fx->client, &in, &out);
    }
}

static void check_story(const struct call *call, int64_t begin)
{
    CHECK_STR(call->source, "hook:pbx");
    CHECK_INT(call->state, call_state_ENDED);
    CHECK_INT(call->outcome, call_outcome_ANSWERED);
    CHECK_INT(call->direction, call_direction_INBOUND);
    CHECK_INT(call->started_at, begin);
    CHECK_INT(call->ring_at, begin);
    CHECK_INT(call->answered_at, begin + SECONDS(5));
    CHECK_INT(call->ended_at, begin + SECONDS(65));
    CHECK_INT(call->talk_ms, 60000);
    CHECK_STR(call->caller, "+4930123456");
    CHECK_STR(call->called, "+49301111111");
    CHECK_STR(call->client_name, "Kanzlei A");
    CHECK_STR(call->agent, "10");
    CHECK_INT((int64_t)call->talking_count, 0);
    CHECK_INT((int64_t)call->ringing_count, 0);
    CHECK_INT((int64_t)call->agents_rung_count, 2);
    CHECK(call->shown_contact && id_equal(call->shown_contact->contact, ANNA));
    CHECK_INT((int64_t)call->parts_count, 1);
    CHECK_STR(call->parts[0].agent, "10");
    CHECK_INT(call->parts[0].from, call->answered_at);
    CHECK_INT(call->parts[0].until, call->ended_at);
    CHECK_INT(call->parts[0].talk_ms, 60000);
}

TEST(a_webhooks_words_make_the_same_call_in_any_order_and_number)
{
    static const enum word orders[][5] = {
        { RING, ANSWER, END, END, RING },    { RING, END, ANSWER, ANSWER, RING },
        { ANSWER, RING, END, RING, ANSWER }, { ANSWER, END, RING, END, ANSWER },
        { END, RING, ANSWER, RING, END },    { END, ANSWER, RING, END, RING },
    };
    struct world world;
    world_begin(&world);
    world_people(&world);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        int64_t begin = fixture_now(world.fx) - SECONDS(100);
        char ref[20];
        snprintf(ref, sizeof ref, "ref-%zu", i);
        for (size_t k = 0; k < 5; k++) {
            enum word word = orders[i][k];
            static const int64_t at_s[] = { 0, 5, 65 };
            CHECK_INT(say(world.fx, word, ref, begin + SECONDS(at_s[word])), CALL_DONE);
        }
        struct call_query query = { .has_limit = true, .limit = 1 };
        struct call_page page = { 0 };
        CHECK_INT(call_call_list(&world.fx->client, &query, &page), CALL_DONE);
        check_story(&page.calls[0], begin);
        CHECK_INT(fixture_rows(world.fx, &call_table), (int64_t)i + 1);
        fixture_wait(world.fx, SECONDS(1));
    }
    world_end(&world);
}

static void answer_at(struct fixture *fx, const char *agent, int64_t at)
{
    struct hook_event in = {
        .source = "pbx", .ref = "two", .has_at = true, .at = at, .agent = agent
    };
    struct hook_seen out;
    CHECK_INT(call_hook_answer(&fx->client, &in, &out), CALL_DONE);
}

// Who answers next has it from the one before, in whatever order it is told.
TEST(each_phone_that_answers_has_its_part)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    int64_t begin = fixture_now(fx) - SECONDS(100);
    answer_at(fx, "12", begin + SECONDS(40));
    answer_at(fx, "10", begin + SECONDS(9));
    CHECK_INT(say(fx, END, "two", begin + SECONDS(65)), CALL_DONE);
    answer_at(fx, "10", begin + SECONDS(5));
    answer_at(fx, "11", begin + SECONDS(99));
    struct call_page page = { 0 };
    CHECK_INT(call_call_list(&fx->client, &(struct call_query){ 0 }, &page), CALL_DONE);
    struct call call = page.calls[0];
    static const char *const agents[] = { "10", "12", "11" };
    static const int64_t from_s[] = { 5, 40, 65 }, until_s[] = { 40, 65, 65 };
    CHECK_INT((int64_t)call.parts_count, 3);
    for (size_t i = 0; i < 3; i++) {
        CHECK_STR(call.parts[i].agent, agents[i]);
        CHECK_INT(call.parts[i].from, begin + SECONDS(from_s[i]));
        CHECK_INT(call.parts[i].until, begin + SECONDS(until_s[i]));
        CHECK_INT(call.parts[i].talk_ms, (until_s[i] - from_s[i]) * 1000);
    }
    world_end(&world);
}

TEST(a_repeated_word_writes_nothing)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    int64_t at = fixture_now(world.fx);
    CHECK_INT(say(world.fx, RING, "a", at), CALL_DONE);
    CHECK_INT(say(world.fx, ANSWER, "a", at), CALL_DONE);
    int64_t facts = fixture_facts(world.fx, NULL);
    CHECK_INT(say(world.fx, RING, "a", at), CALL_DONE);
    CHECK_INT(say(world.fx, ANSWER, "a", at), CALL_DONE);
    CHECK_INT(fixture_facts(world.fx, NULL), facts);
    world_end(&world);
}

TEST(without_times_the_receipt_counts_and_the_future_is_now)
{
    struct world world;
    world_begin(&world);
    struct hook_seen seen = ring(world.fx, "a", "anonymous", "030 1111111");
    CHECK_INT(call_row(world.fx, seen.call).started_at, fixture_now(world.fx));
    CHECK_STR(call_row(world.fx, seen.call).caller, NULL);
    fixture_wait(world.fx, SECONDS(20));
    CHECK_INT(say(world.fx, END, "a", fixture_now(world.fx) + DAYS(1)), CALL_DONE);
    struct call call = call_row(world.fx, seen.call);
    CHECK_INT(call.ended_at, fixture_now(world.fx));
    CHECK_INT(call.outcome, call_outcome_MISSED);
    world_end(&world);
}

TEST(a_webhook_cannot_touch_another_sources_calls)
{
    struct world world;
    world_begin(&world);
    struct hook_event in = { .source = "berlin", .ref = "1.1", .caller = "030 123456" };
    struct hook_seen out;
    CHECK_INT(call_hook_ring(&world.fx->client, &in, &out), CALL_DONE);
    CHECK_STR(call_row(world.fx, out.call).source, "hook:berlin");
    // A PBX's own key reports, and sees nothing.
    fixture_as(world.fx, ROLE_BIT(PBX), scope_house, "3cx");
    CHECK_INT(call_hook_end(&world.fx->client, &in, &out), CALL_DONE);
    struct by_id get = { out.call };
    struct call call;
    refused(world.fx, call_call_get(&world.fx->client, &get, &call), ERR_FORBIDDEN, "");
    // An agent's key sees, and reports nothing.
    fixture_as(world.fx, ROLE_BIT(AGENT), scope_house, "agent");
    refused(world.fx, call_hook_end(&world.fx->client, &in, &out), ERR_FORBIDDEN, "");
    world_end(&world);
}

TEST(a_webhook_of_one_client_reports_for_that_client_only)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    fixture_as(world.fx, ROLE_BIT(PBX), (struct scope){ SCOPE_CLIENT, CLIENT_A }, "pbx-a");
    ring(world.fx, "a", "030 123456", "030 1111111");
    struct hook_event other = { .source = "pbx", .ref = "b", .called = "030 2222222" };
    struct hook_seen out;
    refused(world.fx, call_hook_ring(&world.fx->client, &other, &out), ERR_FORBIDDEN, "");
    CHECK_INT(fixture_rows(world.fx, &call_table), 1);
    world_end(&world);
}

TEST(a_forgotten_call_ends_unseen_after_twelve_hours)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    int64_t begin = fixture_now(fx) - SECONDS(12 * 3600) + SECONDS(60);
    CHECK_INT(say(fx, RING, "rings", begin), CALL_DONE);
    CHECK_INT(say(fx, RING, "talks", begin), CALL_DONE);
    CHECK_INT(say(fx, ANSWER, "talks", begin), CALL_DONE);
    CHECK_INT(say(fx, RING, "young", begin + 1), CALL_DONE);
    world.board.sweep_us = begin + SECONDS(12 * 3600);
    fixture_wait(fx, SECONDS(59));
    struct call_query live = { .has_live = true, .live = true };
    struct call_page page = { 0 };
    CHECK_INT(call_call_list(&fx->client, &live, &page), CALL_DONE);
    CHECK_INT((int64_t)page.calls_count, 3);
    fixture_wait(fx, SECONDS(2));
    CHECK_INT(call_call_list(&fx->client, &live, &page), CALL_DONE);
    CHECK_INT((int64_t)page.calls_count, 1);
    CHECK_STR(page.calls[0].source_ref, "young");
    live.live = false;
    CHECK_INT(call_call_list(&fx->client, &live, &page), CALL_DONE);
    for (size_t i = 0; i < page.calls_count; i++) {
        bool talked = page.calls[i].has_answered_at;
        CHECK_INT(page.calls[i].outcome, talked ? call_outcome_ANSWERED : call_outcome_UNKNOWN);
        CHECK(!page.calls[i].has_ended_at);
    }
    world_end(&world);
}

// --- by hand
TEST(a_call_by_hand_is_a_stop_watch)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    fixture_as(world.fx, ROLE_BIT(AGENT), scope_house, id_text(STAFF).text);
    struct manual_begin in = { .contact = ANNA, .file = id_number(900) };
    struct call call = { 0 };
    CHECK_INT(call_call_manual_begin(&world.fx->client, &in, &call), CALL_DONE);
    CHECK_INT(call.state, call_state_TALKING);
    CHECK_STR(call.called, "+4930123456");
    CHECK_STR(call.client_name, "Kanzlei A");
    CHECK_STR(call.agent, "10");
    CHECK(call.staff_count == 1 && id_equal(call.staff[0], STAFF));
    CHECK(call.teams_count == 1 && id_equal(call.teams[0], TEAM));
    CHECK(id_equal(call.file, id_number(900)));
    CHECK(call.parts_count == 1 && !call.parts[0].has_until);
    fixture_wait(world.fx, SECONDS(90));
    struct manual_end stop = { .call = call.id };
    CHECK_INT(call_call_manual_end(&world.fx->client, &stop, &call), CALL_DONE);
    CHECK_INT(call.talk_ms, 90000);
    CHECK_STR(call.parts[0].agent, "10");
    CHECK_INT(call.parts[0].talk_ms, 90000);
    CHECK_INT(call.parts[0].until, call.ended_at);
    CHECK_INT(call.outcome, call_outcome_ANSWERED);
    refused(world.fx, call_call_manual_end(&world.fx->client, &stop, &call), ERR_CONFLICT, "call");
    world_end(&world);
}

TEST(a_call_by_hand_says_what_is_wrong)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    struct manual_begin in = { 0 };
    struct call call = { 0 };
    refused(fx, call_call_manual_begin(&fx->client, &in, &call), ERR_INVALID, "number");
    in = (struct manual_begin){ .contact = id_number(999) };
    refused(fx, call_call_manual_begin(&fx->client, &in, &call), ERR_NOT_FOUND, "contact");
    in = (struct manual_begin){ .number = "030 5", .client = id_number(999) };
    refused(fx, call_call_manual_begin(&fx->client, &in, &call), ERR_NOT_FOUND, "client");
    in = (struct manual_begin){ .contact = ANNA, .client = CLIENT_B };
    refused(fx, call_call_manual_begin(&fx->client, &in, &call), ERR_NOT_FOUND, "contact");
    in = (struct manual_begin){ .number = "030 5", .has_at = true, .at = fixture_now(fx) + 1 };
    refused(fx, call_call_manual_begin(&fx->client, &in, &call), ERR_INVALID, "at");
    in.at = fixture_now(fx);
    CHECK_INT(call_call_manual_begin(&fx->client, &in, &call), CALL_DONE);
    struct manual_end stop = { .call = call.id, .has_at = true, .at = fixture_now(fx) - 1 };
    refused(fx, call_call_manual_end(&fx->client, &stop, &call), ERR_INVALID, "at");
    stop = (struct manual_end){ .call = call.id, .outcome = call_outcome_BUSY };
    CHECK_INT(call_call_manual_end(&fx->client, &stop, &call), CALL_DONE);
    CHECK(!call.has_answered_at && call.talk_ms == 0);
    struct hook_seen seen = ring(fx, "a", "030 123456", "030 1111111");
    stop = (struct manual_end){ .call = seen.call };
    refused(fx, call_call_manual_end(&fx->client, &stop, &call), ERR_INVALID, "call");
    // Client B's people cannot call client A's contact.
    as_scope(fx, SCOPE_CLIENT, CLIENT_B);
    in = (struct manual_begin){ .contact = ANNA };
    refused(fx, call_call_manual_begin(&fx->client, &in, &call), ERR_NOT_FOUND, "contact");
    world_end(&world);
}

TEST(a_call_is_tied_to_a_file_and_moved_to_another)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    struct hook_seen seen = ring(fx, "a", "030 123456", "030 1111111");
    struct call_file_in in = { .call = seen.call, .file = id_number(900) };
    struct call call = { 0 };
    CHECK_INT(call_call_file_set(&fx->client, &in, &call), CALL_DONE);
    CHECK(id_equal(call.file, id_number(900)));
    // Whoever saw none is told of the present one.
    in.file = id_number(901);
    refused(fx, call_call_file_set(&fx->client, &in, &call), ERR_CONFLICT, "version");
    in.seen = id_number(900);
    CHECK_INT(call_call_file_set(&fx->client, &in, &call), CALL_DONE);
    // The PBX's next word leaves it.
    end(fx, "a");
    CHECK(id_equal(call_row(fx, seen.call).file, id_number(901)));
    world_end(&world);
}

// --- retention
TEST(calls_are_deleted_by_age_to_the_microsecond)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    int64_t edge = fixture_now(fx) + SECONDS(5) - DAYS(30);
    CHECK_INT(say(fx, RING, "old", edge - 1), CALL_DONE);
    CHECK_INT(say(fx, END, "old", edge - 1), CALL_DONE);
    CHECK_INT(say(fx, RING, "edge", edge), CALL_DONE);
    CHECK_INT(say(fx, END, "edge", edge), CALL_DONE);
    world.board.keep_calls_us = DAYS(30);
    world.board.sweep_us = edge + DAYS(30);
    fixture_wait(fx, edge + DAYS(30) - fixture_now(fx));
    struct call call;
    struct fact fact;
    CHECK(fixture_fact_at(fx, "call", -1, &fact, &call));
    CHECK(fact.deleted);
    CHECK_STR(call.source_ref, "old");
    CHECK_INT(fixture_rows(fx, &call_table), 1);
    // The other one is older by the next look, a minute later.
    fixture_wait(fx, SECONDS(61));
    CHECK_INT(fixture_rows(fx, &call_table), 0);
    CHECK_INT(fixture_rows(fx, &missed_table), 0);
    world_end(&world);
}

TEST(many_old_calls_go_in_pieces_and_live_ones_stay)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    for (int i = 0; i < 130; i++) {
        char ref[20];
        snprintf(ref, sizeof ref, "%d", i);
        ring(fx, ref, NULL, "030 1111111");
        end(fx, ref);
    }
    fixture_wait(fx, SECONDS(60));
    struct hook_seen live = ring(fx, "live", "030 123456", "030 1111111");
    world.board.keep_calls_us = SECONDS(600);
    fixture_wait(fx, SECONDS(900));
    CHECK_INT(fixture_rows(fx, &call_table), 1);
    CHECK_INT(call_row(fx, live.call).state, call_state_RINGING);
    CHECK_INT(fixture_rows(fx, &missed_table), 0);
    world_end(&world);
}

TEST(every_method_has_its_handler)
{
    CHECK_STR(fixture_incomplete(&telephony_service), "");
}
