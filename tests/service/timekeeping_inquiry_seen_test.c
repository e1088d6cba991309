// SPDX-License-Identifier: Apache-2.0
// Who sees which inquiries: scopes, locked files, merged contacts; and their lists.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/service/timekeeping_inquiry_world.h"

// --- scopes
// Each method, tried by somebody who must not see the inquiry or its measure.
static void nothing_is_seen(struct fixture *fx, const struct inquiry *row,
                            const struct measure *measure)
{
    struct inquiry out;
    struct inquiry_match match;
    struct inquiry_moves moves;
    struct inquiry_missing missing;
    struct measure measured;
    struct measure_match measure_match;
    struct client *client = &fx->client;
    const struct {
        struct id id;
        const char *number, *field;
    } ways[] = { { row->id, NULL, "id" }, { { { 0 } }, row->number, "number" } };

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct id id = ways[i].id;
        const char *number = ways[i].number, *field = ways[i].field;
        struct inquiry_ref ref = { id, number };
        refused(fx, call_inquiry_get(client, &ref, &match), ERR_NOT_FOUND, field);
        refused(fx, call_inquiry_history(client, &ref, &moves), ERR_NOT_FOUND, field);
        refused(fx, call_inquiry_missing(client, &ref, &missing), ERR_NOT_FOUND, field);
        struct inquiry_change edit = { .id = id, .number = number, .version = 1 };
        refused(fx, call_inquiry_edit(client, &edit, &out), ERR_NOT_FOUND, field);
        struct inquiry_taking take = { .id = id, .number = number };
        refused(fx, call_inquiry_take(client, &take, &out), ERR_NOT_FOUND, field);
        struct inquiry_forwarding forward = { .id = id, .number = number };
        refused(fx, call_inquiry_forward(client, &forward, &out), ERR_NOT_FOUND, field);
        struct inquiry_waiting wait = { .id = id, .number = number };
        refused(fx, call_inquiry_wait(client, &wait, &out), ERR_NOT_FOUND, field);
        struct inquiry_putting_off off = { .id = id, .number = number, .at = INT64_C(1) << 52 };
        refused(fx, call_inquiry_resubmit(client, &off, &out), ERR_NOT_FOUND, field);
        struct inquiry_solving solve = { .id = id, .number = number };
        refused(fx, call_inquiry_solve(client, &solve, &out), ERR_NOT_FOUND, field);
        struct inquiry_closing close = { .id = id, .number = number };
        refused(fx, call_inquiry_close(client, &close, &out), ERR_NOT_FOUND, field);
        struct inquiry_reopening reopen = { .id = id, .number = number, .reason = "x" };
        refused(fx, call_inquiry_reopen(client, &reopen, &out), ERR_NOT_FOUND, field);
        struct inquiry_call call = { .id = id, .number = number, .call = row->id };
        refused(fx, call_inquiry_call_add(client, &call, &out), ERR_NOT_FOUND, field);
        struct measure_new fresh = { .inquiry = id, .number = number };
        refused(fx, call_measure_add(client, &fresh, &measured), ERR_NOT_FOUND, field);
        struct measure_starting start = { .inquiry = id, .number = number };
        refused(fx, call_measure_start(client, &start, &measured), ERR_NOT_FOUND, field);
        struct measure_query of = { .inquiry = id, .number = number };
        struct measure_page page;
        refused(fx, call_measure_list(client, &of, &page), ERR_NOT_FOUND, field);
    }
    struct measure_ref ref = { .id = measure->id }, named = { .measure = "1/1" };
    refused(fx, call_measure_get(client, &ref, &measure_match), ERR_NOT_FOUND, "id");
    refused(fx, call_measure_get(client, &named, &measure_match), ERR_NOT_FOUND, "measure");
    struct measure_change change = { .id = measure->id, .version = 1 };
    refused(fx, call_measure_edit(client, &change, &measured), ERR_NOT_FOUND, "id");
    struct measure_starting start = { .id = measure->id };
    refused(fx, call_measure_start(client, &start, &measured), ERR_NOT_FOUND, "id");
    struct measure_stopping stop = { .id = measure->id };
    refused(fx, call_measure_stop(client, &stop, &measured), ERR_NOT_FOUND, "id");
    struct measure_ending end = { .id = measure->id };
    refused(fx, call_measure_done(client, &end, &measured), ERR_NOT_FOUND, "id");
}

static size_t seen(struct fixture *fx, struct inquiry_query query)
{
    struct inquiry_page page = { 0 };
    struct measure_query measures = { 0 };
    struct measure_page measure_page = { 0 };
    CHECK_INT(call_inquiry_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT(call_measure_list(&fx->client, &measures, &measure_page), CALL_DONE);
    if (page.inquiries_count == 0)
        CHECK_INT((int64_t)measure_page.measures_count, 0);
    return page.inquiries_count;
}

static void everything_is_hidden(struct fixture *fx, const struct inquiry *row,
                                 const struct measure *measure)
{
    nothing_is_seen(fx, row, measure);
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ 0 }), 0);
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .has_open = true, .open = true }), 0);
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .sort = inquiry_order_DUE }), 0);
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .contact = EVA }), 0);
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .staff = ANNA }), 0);
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .file = FILE_A }), 0);
    struct inquiry_query after = { .after = row->id };
    struct inquiry_page page;
    refused(fx, call_inquiry_list(&fx->client, &after, &page), ERR_NOT_FOUND, "after");
    struct measure_query measures = { .after = measure->id };
    struct measure_page measure_page;
    refused(fx, call_measure_list(&fx->client, &measures, &measure_page), ERR_NOT_FOUND, "id");
}

static struct measure with_measure(struct fixture *fx, struct inquiry *row)
{
    struct measure measure = { 0 };
    struct measure_new in = { .number = "1", .text = "geheim", .staff = ANNA };
    *row = add(fx, (struct inquiry_new){ .subject = "geheim",
                                         .client = CLIENT_A,
                                         .contact = EVA,
                                         .file = FILE_A,
                                         .staff = ANNA });
    CHECK_INT(call_measure_add(&fx->client, &in, &measure), CALL_DONE);
    return measure;
}

TEST(foreign_scopes_see_and_move_nothing)
{
    struct fixture *fx = world_new();
    struct inquiry row, out;
    struct measure measure = with_measure(fx, &row);
    const struct scope foreign[] = { { SCOPE_CLIENT, CLIENT_B },
                                     { SCOPE_TEAM, id_number(302) },
                                     { SCOPE_OWN, BERT } };
    int64_t facts = fixture_facts(fx, NULL);
    for (size_t i = 0; i < COUNT_OF(foreign); i++) {
        as_scope(fx, foreign[i].kind, foreign[i].id);
        everything_is_hidden(fx, &row, &measure);
        // Nor can they make what they could not see.
        struct inquiry_new in = { .subject = "x", .client = CLIENT_A };
        CHECK_INT(call_inquiry_add(&fx->client, &in, &out), CALL_REFUSED);
        struct sla_setting sla = { .client = CLIENT_A, .priority = priority_LOW };
        struct sla sla_out;
        CHECK_INT(call_sla_set(&fx->client, &sla, &sla_out), CALL_REFUSED);
    }
    CHECK_INT(fixture_facts(fx, NULL), facts);
    const struct scope own[] = { { SCOPE_CLIENT, CLIENT_A },
                                 { SCOPE_TEAM, TEAM },
                                 { SCOPE_OWN, ANNA } };
    for (size_t i = 0; i < COUNT_OF(own); i++) {
        as_scope(fx, own[i].kind, own[i].id);
        CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .contact = EVA }), 1);
    }
    // What is one's own can be passed on, out of one's sight.
    as_scope(fx, SCOPE_OWN, ANNA);
    struct inquiry_forwarding forward = { .number = "1", .staff = BERT };
    CHECK_INT(call_inquiry_forward(&fx->client, &forward, &out), CALL_DONE);
    struct inquiry_ref ref = { .number = "1" };
    struct inquiry_match match;
    refused(fx, call_inquiry_get(&fx->client, &ref, &match), ERR_NOT_FOUND, "number");
    fixture_free(fx);
}

TEST(one_of_a_locked_file_is_hidden_from_those_who_may_not_see_it)
{
    struct fixture *fx = world_new();
    struct inquiry row;
    struct measure measure = with_measure(fx, &row);
    as_bert(fx);
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ 0 }), 1);
    tell_file(fx, FILE_A, CLIENT_A, "A 1/26", true);
    everything_is_hidden(fx, &row, &measure);
    as_anna(fx);
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .file = FILE_A }), 1);
    CHECK_STR(get(fx, "1").subject, "geheim");
    fixture_free(fx);
}

// --- merged contacts
TEST(a_merged_contact_s_inquiries_are_found_under_who_they_are_now)
{
    struct fixture *fx = world_new();
    struct id now = id_number(402);
    tell_contact(fx, now, CLIENT_A, "Eva Müller-Lang", "+4930222222");
    add(fx, (struct inquiry_new){ .subject = "vorher", .client = CLIENT_A, .contact = EVA });
    fixture_wait(fx, SECONDS(1));
    add(fx, (struct inquiry_new){ .subject = "andere", .client = CLIENT_A, .contact = now });
    struct contact gone = { .id = EVA, .version = 2, .name = "x", .edited_by = "x" };
    fixture_fact(fx, "contacts", "contact", &gone, true);
    struct contact_merged merged = { .id = EVA,
                                     .version = 1,
                                     .client = CLIENT_A,
                                     .to = now,
                                     .from_name = "Eva Müller",
                                     .to_name = "Eva Müller-Lang",
                                     .merged_at = 1,
                                     .merged_by = "x" };
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    CHECK(id_equal(get(fx, "1").contact, now));
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .contact = now }), 2);
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .contact = EVA }), 2);
    // Their next call is offered both.
    struct shown_contact shown = { .contact = now, .certainty = certainty_EXACT };
    struct call call = call_of(fx, 900, CLIENT_A, "+4930222222");
    call.shown_contact = &shown;
    tell_call(fx, &call);
    struct inquiry_of_call in = { call.id };
    struct inquiries_of_call out;
    CHECK_INT(call_inquiry_for_call(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT((int64_t)out.offered_count, 2);
    CHECK_STR(out.offered[0].inquiry->subject, "andere");
    // Taken back, each has its own again.
    merged.version = 2;
    merged.has_undone = merged.undone = true;
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    CHECK(id_equal(get(fx, "1").contact, EVA));
    CHECK_INT((int64_t)seen(fx, (struct inquiry_query){ .contact = now }), 1);
    fixture_free(fx);
}

// --- lists
static void fill(struct fixture *fx)
{
    static const struct {
        const char *subject;
        enum priority priority;
        int due_days; // 0: none
        enum channel channel;
    } rows[] = {
        { "a", priority_NORMAL, 0, channel_PHONE }, { "b", priority_URGENT, 3, channel_FAX },
        { "c", priority_URGENT, 2, channel_PHONE }, { "d", priority_LOW, 1, channel_PHONE },
        { "e", priority_NORMAL, 4, channel_EMAIL }, { "f", priority_NORMAL, 0, channel_PHONE },
    };
    struct inquiry out;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        add(fx, (struct inquiry_new){ .subject = rows[i].subject,
                                      .priority = rows[i].priority,
                                      .channel = rows[i].channel,
                                      .client = i % 2 ? CLIENT_A : CLIENT_B,
                                      .staff = i < 3 ? ANNA : BERT,
                                      .has_due_at = rows[i].due_days > 0,
                                      .due_at = fixture_now(fx) + DAYS(rows[i].due_days) });
        fixture_wait(fx, SECONDS(1));
    }
    struct inquiry_solving solve = { .number = "6", .solution = "ja" };
    CHECK_INT(call_inquiry_solve(&fx->client, &solve, &out), CALL_DONE);
}

// The subjects in order, read in pages of two.
static const char *listed(struct fixture *fx, struct inquiry_query query)
{
    static char text[32];
    struct inquiry_page page;
    size_t size = 0;
    query.has_limit = true;
    query.limit = 2;
    do {
        CHECK_INT(call_inquiry_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.inquiries_count && size < 30; i++)
            text[size++] = page.inquiries[i].inquiry->subject[0];
        if (page.inquiries_count > 0)
            query.after = page.inquiries[page.inquiries_count - 1].inquiry->id;
    } while (page.more);
    text[size] = '\0';
    return text;
}

TEST(lists_are_filtered_sorted_and_paged)
{
    struct fixture *fx = world_new();
    int64_t began = fixture_now(fx);
    fill(fx);
#define LIST(...) listed(fx, (struct inquiry_query){ __VA_ARGS__ })
    CHECK_STR(LIST(0), "fedcba");
    CHECK_STR(LIST(.has_open = true, .open = true), "cbead");
    CHECK_STR(LIST(.sort = inquiry_order_DUE), "dcbea");
    CHECK_STR(LIST(.sort = inquiry_order_DUE, .client = CLIENT_A), "db");
    CHECK_STR(LIST(.has_open = true), "f");
    CHECK_STR(LIST(.state = inquiry_state_SOLVED), "f");
    CHECK_STR(LIST(.staff = ANNA), "cba");
    CHECK_STR(LIST(.client = CLIENT_A), "fdb");
    CHECK_STR(LIST(.client = CLIENT_A, .staff = BERT), "fd");
    CHECK_STR(LIST(.team = TEAM), "fedcba");
    CHECK_STR(LIST(.channel = channel_PHONE), "fdca");
    CHECK_STR(LIST(.priority = priority_URGENT), "cb");
    CHECK_STR(LIST(.has_from = true, .from = began + SECONDS(1), .has_until = true,
                   .until = began + SECONDS(3)),
              "cb");
    as_bert(fx);
    CHECK_STR(LIST(.has_mine = true, .mine = true, .has_open = true, .open = true), "ed");
#undef LIST
    fixture_free(fx);
}

// --- the short info of a file
TEST(a_file_s_short_info_shows_its_most_urgent_open_ones)
{
    struct fixture *fx = world_new();
    struct file_info_in asked = { .file = FILE_A };
    struct file_info info = { 0 };
    struct inquiry row = { 0 };
    struct inquiry_new in = { .client = CLIENT_A, .file = FILE_A, .contact = EVA };
    as_anna(fx);
    for (int i = 0; i < 14; i++) {
        char subject[20];
        (void)snprintf(subject, sizeof subject, "Sache %d", i);
        in.subject = subject;
        in.priority = i == 12 ? priority_URGENT : i == 13 ? priority_LOW : priority_NORMAL;
        in.has_due_at = i == 11;
        in.due_at = fixture_now(fx) + SECONDS(3600);
        fixture_wait(fx, SECONDS(1));
        row = add(fx, in);
    }
    struct inquiry_solving solve = { .number = "1", .solution = "ja" };
    CHECK_INT(call_inquiry_solve(&fx->client, &solve, &row), CALL_DONE);
    CHECK_INT(call_file_info(&fx->client, &asked, &info), CALL_DONE);
    CHECK_INT(info.open_inquiries, 13);
    CHECK_INT((int64_t)info.inquiries_count, 10);
    CHECK_STR(info.inquiries[0].subject, "Sache 12"); // urgent
    CHECK_STR(info.inquiries[1].subject, "Sache 11"); // due
    for (size_t i = 2; i < info.inquiries_count; i++) // then the oldest that is open
        CHECK_INT(strtol(info.inquiries[i].subject + strlen("Sache "), NULL, 10), (int64_t)i - 1);
    // Of a file that is locked to who asks nothing is said.
    tell_file(fx, FILE_A, CLIENT_A, "A 1/26", true);
    as_bert(fx);
    refused(fx, call_file_info(&fx->client, &asked, &info), ERR_NOT_FOUND, "file");
    fixture_free(fx);
}

// --- large houses
static void take_over_many(struct fixture *fx, int count)
{
    static struct inquiry_old rows[200];
    static char sources[200][16], text[1500];
    memset(text, 'x', sizeof text - 1);
    for (int at = 0; at < count; at += 200) {
        struct inquiry_import_in in = { .rows = rows, .rows_count = 200 };
        struct inquiry_import_result out;
        for (int i = 0; i < 200; i++) {
            (void)snprintf(sources[i], sizeof sources[i], "%d", at + i + 1);
            rows[i] = (struct inquiry_old){ .row = i + 1,
                                            .source = sources[i],
                                            .subject = "Altes",
                                            .text = text,
                                            .channel = at + i ? channel_EMAIL : channel_FAX };
        }
        CHECK_INT(call_inquiry_import(&fx->client, &in, &out), CALL_DONE);
        CHECK_INT(out.added, 200);
        fixture_reset(fx);
    }
}

// What does not fit the question must not fill the memory of the answer.
TEST(one_among_very_many_is_found)
{
    struct fixture *fx = fixture_new_with(&timekeeping_service, NULL, (size_t)512 << 20);
    struct inquiry_query query = { .channel = channel_FAX };
    struct inquiry_page page = { 0 };
    take_over_many(fx, 22000);
    CHECK_INT(call_inquiry_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.inquiries_count, 1);
    query.has_open = query.open = true;
    CHECK_INT(call_inquiry_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.inquiries_count, 1);
    query.channel = channel_VISIT; // none: the end is reached, and said
    CHECK_INT(call_inquiry_list(&fx->client, &query, &page), CALL_DONE);
    CHECK(page.inquiries_count == 0 && !page.more);
    fixture_free(fx);
}
