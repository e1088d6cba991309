// SPDX-License-Identifier: Apache-2.0
// G1: missed calls are a work list, grouped by caller, ticked off when anyone reaches them or they
// call again.
#include <stdio.h>

#include "tests/service/telephony_lines_world.h"

static struct missed_page open_ones(struct fixture *fx)
{
    struct missed_query query = { 0 };
    struct missed_page page = { 0 };
    CHECK_INT(call_missed_list(&fx->client, &query, &page), CALL_DONE);
    return page;
}

static void miss(struct fixture *fx, const char *ref, const char *caller, const char *called)
{
    ring(fx, ref, caller, called);
    end(fx, ref);
    fixture_wait(fx, SECONDS(10));
}

static void call_out(struct fixture *fx, const char *ref, const char *number, bool answered)
{
    struct hook_event in = {
        .source = "pbx", .ref = ref, .direction = call_direction_OUTBOUND, .called = number
    };
    struct hook_seen out;
    CHECK_INT(call_hook_ring(&fx->client, &in, &out), CALL_DONE);
    if (answered)
        answer(fx, ref);
    end(fx, ref);
}

TEST(missed_calls_are_grouped_by_caller_within_a_client)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    miss(fx, "1", "030 999999", "030 1111111");
    miss(fx, "2", "030 999999", "030 1111111");
    miss(fx, "3", "030 999999", "030 2222222"); // another client
    miss(fx, "4", "030 888888", "030 1111111"); // another caller
    miss(fx, "5", NULL, "030 1111111");         // withheld: a stranger each time
    miss(fx, "6", NULL, "030 1111111");
    struct missed_page page = open_ones(fx);
    CHECK_INT((int64_t)page.missed_count, 5);
    // The latest first.
    CHECK_INT((int64_t)page.missed[0].numbers_count, 0);
    CHECK_STR(page.missed[4].numbers[0], "+4930999999");
    CHECK_INT(page.missed[4].count, 2);
    CHECK_INT(page.missed[4].last_at - page.missed[4].first_at, SECONDS(10));
    CHECK_STR(page.missed[4].client_name, "Kanzlei A");
    CHECK(page.missed[4].staff_count == 1 && id_equal(page.missed[4].staff[0], STAFF));
    CHECK_STR(page.missed[3].client_name, "Praxis B");
    struct missed_query of_b = { .client = CLIENT_B };
    CHECK_INT(call_missed_list(&fx->client, &of_b, &page), CALL_DONE);
    CHECK_INT((int64_t)page.missed_count, 1);
    world_end(&world);
}

TEST(a_known_contact_is_one_caller_whatever_the_number)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct number numbers[] = { { .typed = "1", .e164 = "+4930123456" },
                                { .typed = "2", .e164 = "+491711234567" } };
    struct contact anna = { .id = ANNA,
                            .version = 2,
                            .client = CLIENT_A,
                            .kind = contact_kind_PERSON,
                            .name = "Anna Müller",
                            .phones = numbers,
                            .phones_count = 2,
                            .created_at = 1,
                            .edited_at = 1,
                            .edited_by = "x" };
    fixture_fact(world.fx, "contacts", "contact", &anna, false);
    miss(world.fx, "1", "030 123456", "030 1111111");
    miss(world.fx, "2", "0171 1234567", "030 1111111");
    struct missed_page page = open_ones(world.fx);
    CHECK_INT((int64_t)page.missed_count, 1);
    CHECK_STR(page.missed[0].name, "Anna Müller");
    CHECK_INT(page.missed[0].count, 2);
    CHECK_INT((int64_t)page.missed[0].numbers_count, 2);
    CHECK_STR(page.missed[0].numbers[0], "+491711234567");
    // Reached at either number.
    call_out(world.fx, "3", "030 123456", true);
    CHECK_INT((int64_t)open_ones(world.fx).missed_count, 0);
    world_end(&world);
}

TEST(reaching_the_caller_settles_it_and_not_reaching_does_not)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    miss(fx, "1", "030 999999", "030 1111111");
    miss(fx, "2", "030 999999", "030 2222222");
    miss(fx, "3", "030 888888", "030 1111111");
    call_out(fx, "4", "030 999999", false);
    CHECK_INT((int64_t)open_ones(fx).missed_count, 3);
    call_out(fx, "5", "030 999999", true);
    struct missed_page page = open_ones(fx);
    CHECK_INT((int64_t)page.missed_count, 1);
    CHECK_STR(page.missed[0].numbers[0], "+4930888888");
    struct missed_query query = { .has_done = true, .done = true };
    CHECK_INT(call_missed_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.missed_count, 2);
    CHECK_INT(page.missed[0].done_how, missed_how_REACHED);
    CHECK(!id_is_zero(page.missed[0].done_call));
    world_end(&world);
}

TEST(calling_again_settles_it_for_that_client_only)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    miss(fx, "1", "030 999999", "030 1111111");
    miss(fx, "2", "030 999999", "030 2222222");
    ring(fx, "3", "030 999999", "030 1111111");
    CHECK_INT((int64_t)open_ones(fx).missed_count, 2);
    answer(fx, "3"); // as soon as somebody has answered
    struct missed_page page = open_ones(fx);
    CHECK_INT((int64_t)page.missed_count, 1);
    CHECK_STR(page.missed[0].client_name, "Praxis B");
    end(fx, "3");
    // Missed again later: a new entry.
    miss(fx, "4", "030 999999", "030 1111111");
    CHECK_INT((int64_t)open_ones(fx).missed_count, 2);
    CHECK_INT(open_ones(fx).missed[0].count, 1);
    world_end(&world);
}

// The webhook's answer comes behind its end: the call was missed for a moment only.
TEST(an_answer_told_late_takes_the_entry_back)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    ring(fx, "1", NULL, "030 1111111");
    end(fx, "1");
    CHECK_INT((int64_t)open_ones(fx).missed_count, 1);
    answer(fx, "1");
    CHECK_INT((int64_t)open_ones(fx).missed_count, 0);
    world_end(&world);
}

TEST(what_counts_as_missed)
{
    static const struct {
        enum call_outcome outcome;
        int64_t entries;
    } cases[] = { { call_outcome_MISSED, 1 },   { call_outcome_ABANDONED, 1 },
                  { call_outcome_BUSY, 1 },     { call_outcome_VOICEMAIL, 1 },
                  { call_outcome_REJECTED, 0 }, { call_outcome_FAILED, 0 },
                  { call_outcome_UNKNOWN, 0 },  { call_outcome_ANSWERED, 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        world_begin(&world);
        ring(world.fx, "1", "030 999999", "030 1111111");
        struct hook_event in = { .source = "pbx", .ref = "1", .outcome = cases[i].outcome };
        struct hook_seen out;
        CHECK_INT(call_hook_end(&world.fx->client, &in, &out), CALL_DONE);
        CHECK_INT((int64_t)open_ones(world.fx).missed_count, cases[i].entries);
        world_end(&world);
    }
}

TEST(by_hand_with_a_reason_and_never_over_a_newer_call)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    miss(fx, "1", "030 999999", "030 1111111");
    struct missed seen = open_ones(fx).missed[0], out;
    miss(fx, "2", "030 999999", "030 1111111");
    struct missed_settle in = { .id = seen.id, .version = seen.version, .reason = "Werbung" };
    refused(fx, call_missed_done(&fx->client, &in, &out), ERR_CONFLICT, "version");
    in.version = open_ones(fx).missed[0].version;
    CHECK_INT(call_missed_done(&fx->client, &in, &out), CALL_DONE);
    CHECK_STR(out.reason, "Werbung");
    CHECK_STR(out.done_by, "tester");
    CHECK_INT(out.done_how, missed_how_BY_HAND);
    in.version = out.version;
    refused(fx, call_missed_done(&fx->client, &in, &out), ERR_CONFLICT, "id");
    CHECK_INT((int64_t)open_ones(fx).missed_count, 0);
    world_end(&world);
}

TEST(foreign_scopes_see_and_settle_nothing)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    miss(fx, "1", "030 999999", "030 1111111");
    struct missed entry = open_ones(fx).missed[0], out;
    const struct scope foreign[] = { { SCOPE_CLIENT, CLIENT_B },
                                     { SCOPE_TEAM, id_number(302) },
                                     { SCOPE_OWN, id_number(202) } };
    for (size_t i = 0; i < 3; i++) {
        as_scope(fx, foreign[i].kind, foreign[i].id);
        CHECK_INT((int64_t)open_ones(fx).missed_count, 0);
        struct by_id get = { entry.id };
        refused(fx, call_missed_get(&fx->client, &get, &out), ERR_NOT_FOUND, "id");
        struct missed_settle in = { entry.id, entry.version, "x" };
        refused(fx, call_missed_done(&fx->client, &in, &out), ERR_NOT_FOUND, "id");
        struct missed_query after = { .after = entry.id };
        struct missed_page page;
        refused(fx, call_missed_list(&fx->client, &after, &page), ERR_NOT_FOUND, "after");
    }
    const struct scope own[] = { { SCOPE_CLIENT, CLIENT_A },
                                 { SCOPE_TEAM, TEAM },
                                 { SCOPE_OWN, STAFF } };
    for (size_t i = 0; i < 3; i++) {
        as_scope(fx, own[i].kind, own[i].id);
        CHECK_INT((int64_t)open_ones(fx).missed_count, 1);
    }
    world_end(&world);
}

TEST(pages_follow_one_another)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    for (int i = 0; i < 7; i++) {
        char number[20], ref[8];
        snprintf(number, sizeof number, "030 99999%d", i);
        snprintf(ref, sizeof ref, "%d", i);
        miss(fx, ref, number, "030 1111111");
    }
    struct missed_query query = { .has_limit = true, .limit = 3 };
    struct missed_page page;
    int seen = 0;
    do {
        CHECK_INT(call_missed_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.missed_count; i++)
            CHECK_INT(page.missed[i].numbers[0][10] - '0', 6 - seen++);
        query.after = page.missed[page.missed_count - 1].id;
    } while (page.more);
    CHECK_INT(seen, 7);
    world_end(&world);
}
