// SPDX-License-Identifier: Apache-2.0
// A11: callbacks become due and overdue, and are offered as done by the calls that may have been
// them.
#include "services/timekeeping/house.h"
#include "tests/service/timekeeping_todo_world.h"

static struct callback arrange(struct fixture *fx, struct callback_new in)
{
    struct callback out = { 0 };
    in.reason = in.reason ? in.reason : "Angebot";
    CHECK_INT(call_callback_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct callback_page list(struct fixture *fx, struct callback_query query)
{
    struct callback_page page = { 0 };
    CHECK_INT(call_callback_list(&fx->client, &query, &page), CALL_DONE);
    return page;
}

TEST(a_callback_needs_little_and_reads_the_number)
{
    struct fixture *fx = todo_world();
    struct callback row = arrange(fx, (struct callback_new){ .number = "0049 (30) 90 18 20" });
    CHECK_STR(row.number, "+4930901820");
    CHECK_INT(row.state, callback_state_DUE); // at once
    CHECK(row.has_due_told_at && id_equal(row.staff, ANNA) && id_equal(row.team, TEAM));
    row = arrange(fx, (struct callback_new){ .contact = MEIER });
    CHECK_STR(row.number, "+4930901820");
    CHECK_STR(row.contact_name, "Karl Meier");
    CHECK(id_equal(row.client, CLIENT_A));
    // Of nobody; with a number that is none; whose window ends before it begins.
    struct callback out;
    struct callback_new bad = { .reason = "x" };
    CHECK_INT(call_callback_add(&fx->client, &bad, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "number");
    bad.number = "Herr Meier";
    CHECK_INT(call_callback_add(&fx->client, &bad, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "number");
    bad = (struct callback_new){ .contact = MEIER, .reason = "x", .has_until = true, .until = 1 };
    CHECK_INT(call_callback_add(&fx->client, &bad, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "until");
    bad = (struct callback_new){ .contact = MEIER, .reason = "x", .client = CLIENT_B };
    CHECK_INT(call_callback_add(&fx->client, &bad, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "client");
    fixture_free(fx);
}

TEST(from_a_call_everything_else_follows)
{
    struct fixture *fx = todo_world();
    struct call call = call_now(fx, 1, call_direction_INBOUND, "+4930901820");
    struct shown_contact shown = { .contact = MEIER, .certainty = certainty_EXACT };
    call.client = CLIENT_A;
    call.shown_contact = &shown;
    tell_call(fx, &call);
    struct callback row = arrange(fx, (struct callback_new){ .call = call.id });
    CHECK_STR(row.number, "+4930901820");
    CHECK(id_equal(row.contact, MEIER) && id_equal(row.client, CLIENT_A));
    // That very call, answered afterwards, is not the callback.
    call_over(fx, &call, true);
    CHECK_INT(callback_of(fx, row.id).state, callback_state_DUE);
    fixture_free(fx);
}

TEST(due_and_overdue_are_told_once_each_also_after_a_downtime)
{
    struct fixture *fx = todo_world();
    int64_t now = fixture_now(fx);
    struct callback_new in = { .contact = MEIER,
                               .has_from = true,
                               .from = now + STRETCH,
                               .has_until = true,
                               .until = now + 2 * STRETCH };
    struct callback row = arrange(fx, in);
    CHECK_INT(row.state, callback_state_OPEN);
    CHECK_INT(fixture_facts(fx, "callback"), 1);
    fixture_wait(fx, STRETCH - SECONDS(2));
    CHECK_INT(callback_of(fx, row.id).state, callback_state_OPEN);
    fixture_wait(fx, SECONDS(4));
    row = callback_of(fx, row.id);
    CHECK_INT(row.state, callback_state_DUE);
    CHECK_INT(fixture_facts(fx, "callback"), 2);
    CHECK(row.due_told_at >= in.from && row.due_told_at < in.from + SECONDS(2));
    // Both pass while the service is down: two facts, in order, once.
    struct callback other = arrange(fx, (struct callback_new){ .contact = MEIER,
                                                               .has_from = true,
                                                               .from = now + 3 * STRETCH,
                                                               .has_until = true,
                                                               .until = now + 4 * STRETCH });
    fixture_crash(fx);
    fixture_wait(fx, 10 * STRETCH);
    fixture_start(fx);
    fixture_settle(fx);
    fixture_wait(fx, SECONDS(5));
    CHECK_INT(callback_of(fx, row.id).state, callback_state_OVERDUE);
    CHECK_INT(callback_of(fx, other.id).state, callback_state_OVERDUE);
    CHECK_INT(callback_of(fx, other.id).version, 3);
    CHECK_INT(fixture_facts(fx, "callback"), 2 + 1 + 1 + 2);
    fixture_restart(fx);
    fixture_wait(fx, STRETCH);
    CHECK_INT(fixture_facts(fx, "callback"), 6);
    fixture_free(fx);
}

// The process dies at each of its runs in turn, before or after the commit.
struct dying {
    enum run_fate fate;
    int in;
};

static enum run_fate die(void *context, struct fixture *fx, size_t *ret_sent)
{
    struct dying *dying = context;
    *ret_sent = 0;
    return fx->service == &timekeeping_service && dying->in-- == 0 ? dying->fate : RUN_GOES_ON;
}

TEST(a_crash_around_the_tick_neither_loses_nor_repeats_it)
{
    static const enum run_fate fates[] = { RUN_DIES_BEFORE, RUN_DIES_AFTER };
    for (size_t f = 0; f < COUNT_OF(fates); f++) {
        for (int in = 0; in < 4; in++) {
            struct fixture *fx = todo_world();
            struct callback row = arrange(
                fx, (struct callback_new){
                        .contact = MEIER, .has_from = true, .from = fixture_now(fx) + SECONDS(2) });
            struct dying dying = { fates[f], in };
            house_set_watch(fx->house, &(struct house_watch){ .fate = die }, &dying);
            fixture_wait(fx, SECONDS(4));
            CHECK(dying.in < 0);
            if (!fx->server)
                fixture_start(fx);
            fixture_settle(fx);
            fixture_wait(fx, SECONDS(4));
            CHECK_INT(callback_of(fx, row.id).state, callback_state_DUE);
            CHECK_INT(fixture_facts(fx, "callback"), 2);
            fixture_free(fx);
        }
    }
}

TEST(a_clock_that_jumps_repeats_nothing)
{
    struct fixture *fx = todo_world();
    struct callback row =
        arrange(fx, (struct callback_new){
                        .contact = MEIER, .has_from = true, .from = fixture_now(fx) + STRETCH });
    fx->skew_us = 2 * STRETCH; // ahead
    fixture_wait(fx, SECONDS(3));
    CHECK_INT(callback_of(fx, row.id).state, callback_state_DUE);
    fx->skew_us = -STRETCH; // and back
    fixture_wait(fx, 3 * STRETCH);
    CHECK_INT(callback_of(fx, row.id).state, callback_state_DUE);
    CHECK_INT(fixture_facts(fx, "callback"), 2);
    fixture_free(fx);
}

TEST(moved_into_the_future_it_is_told_anew)
{
    struct fixture *fx = todo_world();
    struct callback row = arrange(fx, (struct callback_new){ .contact = MEIER }), out;
    struct callback_change change = {
        .id = row.id, .version = row.version, .has_from = true, .from = fixture_now(fx) + STRETCH
    };
    CHECK_INT(call_callback_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_INT(out.state, callback_state_OPEN);
    CHECK(!out.has_due_told_at);
    fixture_wait(fx, STRETCH + SECONDS(2));
    CHECK_INT(callback_of(fx, row.id).state, callback_state_DUE);
    CHECK_INT(call_callback_edit(&fx->client, &change, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_CONFLICT, "version");
    // Another end alone does not make it due once more.
    row = callback_of(fx, row.id);
    change = (struct callback_change){
        .id = row.id, .version = row.version, .has_until = true, .until = fixture_now(fx) + STRETCH
    };
    fixture_wait(fx, SECONDS(60));
    CHECK_INT(call_callback_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_INT(out.state, callback_state_DUE);
    CHECK_INT(out.due_told_at, row.due_told_at);
    fixture_free(fx);
}

static void tell_foreign(struct fixture *fx)
{
    struct file file = { .id = number_id(41),
                         .version = 1,
                         .client = CLIENT_B,
                         .number = "B 1/26",
                         .kind = file_kind_FILE,
                         .state = file_state_OPEN,
                         .opened_at = 1,
                         .edited_at = 1,
                         .edited_by = "x" };
    struct client_row client = {
        .id = CLIENT_B, .version = 1, .name = "Praxis B", .edited_at = 1, .edited_by = "x"
    };
    fixture_fact(fx, "contacts", "file", &file, false);
    fixture_fact(fx, "contacts", "client", &client, false);
}

static void not_arranged(struct fixture *fx, struct callback_new in, enum err_code code,
                         const char *field)
{
    struct callback out;
    in.reason = "x";
    CHECK_INT(call_callback_add(&fx->client, &in, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, code, field);
}

// What names something of two clients would show the one's to the other.
TEST(everything_that_a_callback_names_is_of_its_client)
{
    struct fixture *fx = todo_world();
    struct inquiry_new about = { .subject = "x", .client = CLIENT_B };
    struct inquiry inquiry;
    struct call call = call_now(fx, 1, call_direction_INBOUND, "+4930777777");
    tell_foreign(fx);
    call.client = CLIENT_B;
    tell_call(fx, &call);
    CHECK_INT(call_inquiry_add(&fx->client, &about, &inquiry), CALL_DONE);
    not_arranged(fx, (struct callback_new){ .contact = MEIER, .file = number_id(41) },
                 ERR_NOT_FOUND, "file");
    not_arranged(fx, (struct callback_new){ .contact = MEIER, .inquiry = inquiry.id }, ERR_INVALID,
                 "client");
    not_arranged(fx, (struct callback_new){ .client = CLIENT_A, .inquiry = inquiry.id },
                 ERR_INVALID, "client");
    not_arranged(fx, (struct callback_new){ .client = CLIENT_A, .call = call.id }, ERR_INVALID,
                 "client");
    not_arranged(fx, (struct callback_new){ .client = number_id(99), .number = "030 90182" },
                 ERR_NOT_FOUND, "client");
    struct resubmission_new later = { .subject = "x",
                                      .due_at = fixture_now(fx) + 1,
                                      .client = number_id(99) };
    struct resubmission out;
    CHECK_INT(call_resubmission_add(&fx->client, &later, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "client");
    later = (struct resubmission_new){
        .subject = "x", .due_at = fixture_now(fx) + 1, .contact = MEIER, .inquiry = inquiry.id
    };
    CHECK_INT(call_resubmission_add(&fx->client, &later, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "client");
    struct callback row =
        arrange(fx, (struct callback_new){ .inquiry = inquiry.id, .number = "030 777777" });
    CHECK(id_equal(row.client, CLIENT_B));
    fixture_free(fx);
}

// Who sees only their own work arranges a callback with whomever they spoke.
TEST(an_agent_of_a_narrow_scope_arranges_what_others_do)
{
    struct fixture *fx = todo_world();
    struct call call = call_now(fx, 1, call_direction_INBOUND, "+4930901820");
    struct shown_contact shown = { .contact = MEIER, .certainty = certainty_EXACT };
    struct client_row client = {
        .id = CLIENT_A, .version = 1, .name = "Kanzlei A", .edited_at = 1, .edited_by = "x"
    };
    struct id anna = ANNA;
    fixture_fact(fx, "contacts", "client", &client, false);
    call.client = CLIENT_A;
    call.shown_contact = &shown;
    call.staff = &anna;
    call.staff_count = 1;
    tell_call(fx, &call);
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, ANNA }, "annas Telefon");
    struct callback row = arrange(fx, (struct callback_new){ .call = call.id });
    CHECK(id_equal(row.contact, MEIER) && id_equal(row.staff, ANNA));
    CHECK_STR(row.contact_name, "Karl Meier");
    // Likewise of an inquiry that is theirs; but whom they cannot see they cannot name.
    struct inquiry_new about = { .call = call.id };
    struct inquiry inquiry;
    CHECK_INT(call_inquiry_add(&fx->client, &about, &inquiry), CALL_DONE);
    row = arrange(fx, (struct callback_new){ .inquiry = inquiry.id });
    CHECK(id_equal(row.contact, MEIER));
    CHECK_STR(row.number, "+4930901820");
    not_arranged(fx, (struct callback_new){ .contact = MEIER }, ERR_NOT_FOUND, "contact");
    fixture_free(fx);
}

TEST(another_contact_is_not_called_at_the_former_ones_number)
{
    struct fixture *fx = todo_world();
    struct callback row = arrange(fx, (struct callback_new){ .contact = MEIER }), out;
    tell_contact(fx, number_id(31), 1, "+4930777777");
    struct callback_change change = {
        .id = row.id, .version = row.version, .contact = number_id(31), .staff = BERT
    };
    CHECK_INT(call_callback_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_STR(out.number, "+4930777777");
    CHECK(id_equal(out.staff, BERT));
    fixture_free(fx);
}

TEST(an_answered_call_to_the_number_is_offered_and_confirmed)
{
    struct fixture *fx = todo_world();
    struct callback row =
        arrange(fx, (struct callback_new){ .number = "030 901820", .contact = MEIER });
    struct callback strange = arrange(fx, (struct callback_new){ .number = "+4930111111" });
    fixture_wait(fx, SECONDS(60));
    struct call call = call_now(fx, 1, call_direction_OUTBOUND, "+4930901820");
    call_over(fx, &call, false); // in vain
    row = callback_of(fx, row.id);
    CHECK_INT(row.state, callback_state_DUE);
    CHECK_INT(row.attempts, 1);
    call = call_now(fx, 2, call_direction_CLICK_TO_DIAL, "+4930901820");
    call.has_answered_at = true; // the agent's own phone
    call.answered_at = fixture_now(fx);
    tell_call(fx, &call);
    CHECK_INT(callback_of(fx, row.id).state, callback_state_DUE);
    call_over(fx, &call, true);
    row = callback_of(fx, row.id);
    CHECK_INT(row.state, callback_state_OFFERED);
    CHECK(id_equal(row.offered_call, call.id));
    CHECK_INT(row.attempts, 1);
    CHECK_INT(callback_of(fx, strange.id).state, callback_state_DUE);
    // The same call, told once more, and the store read again, change nothing.
    int64_t version = row.version;
    tell_call(fx, &call);
    fixture_restart(fx);
    CHECK_INT(callback_of(fx, row.id).version, version);
    struct callback_settle settle = { .id = row.id, .result = "nimmt an" };
    CHECK_INT(call_callback_done(&fx->client, &settle, &row), CALL_DONE);
    CHECK_STR(row.result, "nimmt an");
    CHECK_INT(call_callback_done(&fx->client, &settle, &row), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_CONFLICT, "id");
    CHECK_INT((int64_t)list(fx, (struct callback_query){ 0 }).callbacks_count, 1);
    CHECK_INT(
        (int64_t)list(fx, (struct callback_query){ .state = pending_SETTLED }).callbacks_count, 1);
    fixture_free(fx);
}

TEST(a_rejected_offer_is_due_again_and_the_same_call_never_offers_twice)
{
    struct fixture *fx = todo_world();
    struct callback row = arrange(fx, (struct callback_new){ .contact = MEIER }), out;
    fixture_wait(fx, SECONDS(60));
    struct call call = call_now(fx, 1, call_direction_OUTBOUND, "+4930901820");
    call_over(fx, &call, true);
    CHECK_INT(callback_of(fx, row.id).state, callback_state_OFFERED);
    struct callback_settle settle = { .id = row.id };
    CHECK_INT(call_callback_reopen(&fx->client, &settle, &out), CALL_DONE);
    CHECK_INT(out.state, callback_state_DUE);
    CHECK(id_is_zero(out.offered_call));
    tell_call(fx, &call); // a late change of its record
    CHECK_INT(callback_of(fx, row.id).state, callback_state_DUE);
    call = call_now(fx, 2, call_direction_OUTBOUND, "+4930901820");
    call_over(fx, &call, true);
    CHECK_INT(callback_of(fx, row.id).state, callback_state_OFFERED);
    fixture_free(fx);
}

TEST(whoever_calls_again_offers_it_for_that_client_only)
{
    struct fixture *fx = todo_world();
    struct callback row = arrange(fx, (struct callback_new){ .contact = MEIER });
    fixture_wait(fx, SECONDS(60));
    struct call call = call_now(fx, 1, call_direction_INBOUND, "+4930901820");
    call.client = CLIENT_B;
    call_over(fx, &call, true);
    CHECK_INT(callback_of(fx, row.id).state, callback_state_DUE);
    call = call_now(fx, 2, call_direction_INBOUND, "+4930901820");
    call.client = CLIENT_A;
    call_over(fx, &call, true);
    CHECK_INT(callback_of(fx, row.id).state, callback_state_OFFERED);
    fixture_free(fx);
}

TEST(a_merged_contact_is_still_the_one_who_is_called_back)
{
    struct fixture *fx = todo_world();
    struct callback row = arrange(fx, (struct callback_new){ .contact = MEIER });
    struct contact gone = { .id = MEIER, .version = 2 };
    struct contact_merged merged = { .id = MEIER,
                                     .version = 1,
                                     .to = number_id(31),
                                     .from_name = "Karl Meier",
                                     .to_name = "Karl Meier",
                                     .merged_at = 1,
                                     .merged_by = "x" };
    tell_contact(fx, number_id(31), 1, "+4930777777");
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    fixture_fact(fx, "contacts", "contact", &gone, true);
    fixture_wait(fx, SECONDS(60));
    CHECK_INT(
        (int64_t)list(fx, (struct callback_query){ .contact = number_id(31) }).callbacks_count, 1);
    struct call call = call_now(fx, 1, call_direction_OUTBOUND, "+4930777777");
    call_over(fx, &call, true);
    CHECK_INT(callback_of(fx, row.id).state, callback_state_OFFERED);
    fixture_free(fx);
}

// Rows keep the id that was named; a page of the contact holds those of all its ids, by time.
TEST(a_merged_contacts_callbacks_are_one_list)
{
    struct id ids[] = { MEIER, number_id(31), number_id(32) };
    struct fixture *fx = todo_world();
    tell_contact(fx, ids[1], 1, "+4930777777");
    tell_contact(fx, ids[2], 1, "+4930666666");
    for (int i = 0; i < 8; i++)
        (void)arrange(fx, (struct callback_new){ .contact = ids[i % 3],
                                                 .has_from = true,
                                                 .from = fixture_now(fx) + (9 - i) * STRETCH });
    struct contact_merged merged = { .id = MEIER,
                                     .version = 1,
                                     .to = ids[1],
                                     .from_name = "Karl Meier",
                                     .to_name = "Karl Meier",
                                     .merged_at = 1,
                                     .merged_by = "x" };
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    struct callback_query query = { .contact = ids[1], .has_limit = true, .limit = 2 };
    struct callback_page page = { .more = true };
    int64_t last = 0, count = 0;
    for (int pages = 0; page.more && pages < 9; pages++) {
        page = list(fx, query);
        for (size_t i = 0; i < page.callbacks_count; i++) {
            CHECK(page.callbacks[i].from > last);
            last = page.callbacks[i].from;
            query.after = page.callbacks[i].id;
            count++;
        }
    }
    CHECK_INT(count, 6);
    fixture_free(fx);
}

TEST(lists_are_by_time_and_page_without_gap_or_repeat)
{
    struct fixture *fx = todo_world();
    for (int i = 0; i < 7; i++)
        (void)arrange(fx, (struct callback_new){ .contact = MEIER,
                                                 .staff = i % 2 ? BERT : ANNA,
                                                 .has_from = true,
                                                 .from = fixture_now(fx) + (7 - i) * STRETCH });
    struct callback_query query = { .has_limit = true, .limit = 3 };
    int64_t last = 0, count = 0;
    bool more = true;
    while (more) {
        struct callback_page page = list(fx, query);
        for (size_t i = 0; i < page.callbacks_count; i++) {
            CHECK(page.callbacks[i].from > last);
            last = page.callbacks[i].from;
            count++;
        }
        more = page.more;
        if (more)
            query.after = page.callbacks[page.callbacks_count - 1].id;
    }
    CHECK_INT(count, 7);
    query = (struct callback_query){ .has_mine = true, .mine = true };
    CHECK_INT((int64_t)list(fx, query).callbacks_count, 4);
    query.state = pending_DUE;
    CHECK_INT((int64_t)list(fx, query).callbacks_count, 0);
    CHECK_INT((int64_t)list(fx, (struct callback_query){ .team = TEAM }).callbacks_count, 7);
    // Another client's people see none of them, and cannot touch them.
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_CLIENT, CLIENT_B }, "b");
    CHECK_INT((int64_t)list(fx, (struct callback_query){ 0 }).callbacks_count, 0);
    struct callback_settle settle = { .id = query.after };
    struct callback out;
    struct callback_new foreign = { .contact = MEIER, .reason = "x" };
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, CEM }, id_text(CEM).text);
    settle.id = id_is_zero(settle.id) ? MEIER : settle.id;
    CHECK_INT(call_callback_done(&fx->client, &settle, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "id");
    CHECK_INT(call_callback_add(&fx->client, &foreign, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "contact");
    fixture_free(fx);
}

static int64_t tombstones(struct fixture *fx, const char *kind)
{
    struct fact fact;
    int64_t count = 0;
    for (int i = 0; fixture_fact_at(fx, kind, i, &fact, NULL); i++)
        count += fact.has_deleted && fact.deleted;
    return count;
}

TEST(settled_ones_are_kept_as_long_as_the_house_says)
{
    static struct timekeeping_house house = { .home = { .country = "49" },
                                              .zone = "Europe/Berlin",
                                              .todo_keep_us = SECONDS(600) };
    struct fixture *fx = fixture_new_with(&timekeeping_service, &house, 0);
    struct resubmission_new later = { .subject = "x", .due_at = fixture_now(fx) + 1 };
    struct callback open = arrange(fx, (struct callback_new){ .number = "0171 1234567" }), done;
    struct resubmission back;
    for (int i = 0; i < 50; i++) { // more than one step deletes
        done = arrange(fx, (struct callback_new){ .number = "0171 1234567" });
        struct callback_settle settle = { .id = done.id };
        CHECK_INT(call_callback_done(&fx->client, &settle, &done), CALL_DONE);
    }
    CHECK_INT(call_resubmission_add(&fx->client, &later, &back), CALL_DONE);
    struct resubmission_settle seen = { .id = back.id };
    CHECK_INT(call_resubmission_withdraw(&fx->client, &seen, &back), CALL_DONE);
    fixture_wait(fx, SECONDS(595));
    CHECK_INT(fixture_rows(fx, &callback_table), 51);
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(fixture_rows(fx, &callback_table), 1);
    CHECK_INT(fixture_rows(fx, &resubmission_table), 0);
    CHECK_INT(tombstones(fx, "callback"), 50);
    CHECK_INT(tombstones(fx, "resubmission"), 1);
    CHECK_INT(callback_of(fx, open.id).state, callback_state_DUE); // what is to be made stays
    // The tombstone is newer than what was told before: followers take it.
    struct fact fact;
    CHECK(fixture_fact_at(fx, "callback", -1, &fact, NULL));
    CHECK_INT(fact.version, 3);
    fixture_free(fx);
}

TEST(a_locked_file_hides_its_callbacks)
{
    struct fixture *fx = todo_world();
    struct file file = { .id = number_id(40),
                         .version = 1,
                         .client = CLIENT_A,
                         .number = "12/2026-K",
                         .kind = file_kind_FILE,
                         .state = file_state_OPEN,
                         .lawyer = BERT,
                         .opened_at = 1,
                         .edited_at = 1,
                         .edited_by = "x" };
    fixture_fact(fx, "contacts", "file", &file, false);
    struct callback row = arrange(fx, (struct callback_new){ .contact = MEIER, .file = file.id });
    CHECK_INT((int64_t)list(fx, (struct callback_query){ 0 }).callbacks_count, 1);
    file.version = 2;
    file.has_locked = file.locked = true;
    fixture_fact(fx, "contacts", "file", &file, false);
    CHECK_INT((int64_t)list(fx, (struct callback_query){ 0 }).callbacks_count, 0);
    struct by_id by = { .id = row.id };
    CHECK_INT(call_callback_get(&fx->client, &by, &row), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "id");
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(BERT).text);
    CHECK_INT(call_callback_get(&fx->client, &by, &row), CALL_DONE);
    fixture_free(fx);
}
