// SPDX-License-Identifier: Apache-2.0
// Clocks as they are seen: lists, pages, rights, scopes, locked files, merged contacts, bad input.
#include "tests/service/timekeeping_clock_world.h"

// Anna's and Bert's calls, a minute each, every ten minutes in turn.
static void tell_calls(struct fixture *fx, uint32_t count, int64_t begin)
{
    for (uint32_t i = 0; i < count; i++) {
        struct spoken spoken;
        int64_t from = begin + MINUTES(10) * i;
        spoken_init(&spoken, i);
        spoken.call.client = id_number(i % 3 ? 21 : 22);
        speaks(&spoken, i % 2 ? "102" : "101", from, from + SECONDS(60));
        told(fx, &spoken);
    }
}

static size_t count_all(struct fixture *fx, struct clock_query query)
{
    size_t count = 0;
    int64_t before = INT64_MAX;
    struct clock_page page;

    do {
        page = (struct clock_page){ .more = false };
        CHECK_INT(call_clock_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.clocks_count; i++) {
            CHECK(page.clocks[i].started_at <= before);
            before = page.clocks[i].started_at;
        }
        count += page.clocks_count;
        if (page.clocks_count > 0)
            query.after = page.clocks[page.clocks_count - 1].id;
    } while (page.more);
    return count;
}

TEST(lists_are_paged_and_filtered)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    int64_t begin = fixture_now(fx) - DAYS(1);

    tell_calls(fx, 30, begin);
    start(fx, "läuft");
    CHECK_INT((int64_t)count_all(fx, (struct clock_query){ .has_limit = true, .limit = 7 }), 31);
    CHECK_INT((int64_t)count_all(
                  fx, (struct clock_query){ .staff = BERT, .limit = 4, .has_limit = true }),
              15);
    CHECK_INT((int64_t)count_all(fx, (struct clock_query){ .state = clock_state_RUNNING }), 1);
    CHECK_INT((int64_t)count_all(fx, (struct clock_query){ .has_from = true,
                                                           .from = begin + MINUTES(100),
                                                           .has_until = true,
                                                           .until = begin + MINUTES(200) }),
              10);
    CHECK_INT((int64_t)count_all(fx, (struct clock_query){ .call = id_number(1003) }), 1);
    fixture_free(fx);
}

static bool run_take(struct request *rq, void *argument)
{
    struct clock clock;
    return clock_take(rq, *(struct id *)argument, id_number(50), &clock);
}

TEST(what_is_booked_is_not_offered_again)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock_query query = { .has_unbooked = true, .unbooked = true };

    tell_calls(fx, 4, fixture_now(fx) - DAYS(1));
    struct spoken spoken;
    spoken_init(&spoken, 2);
    struct id id = clock_id(spoken.call.id, "101", 0);
    CHECK(fixture_input(fx, run_take, &id));
    CHECK_INT((int64_t)count_all(fx, query), 3);
    struct clock clock = row(fx, id), out;
    struct clock_correction in = {
        .id = id, .version = clock.version, .actual_s = 1, .reason = "x"
    };
    refused(fx, call_clock_correct(&fx->client, &in, &out), ERR_CONFLICT, "id");
    fixture_free(fx);
}

TEST(each_scope_sees_its_own)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    const struct scope scopes[] = { { SCOPE_OWN, ANNA },
                                    { SCOPE_OWN, BERT },
                                    { SCOPE_TEAM, TEAM },
                                    { SCOPE_TEAM, id_number(8) },
                                    { SCOPE_CLIENT, id_number(21) },
                                    { SCOPE_CLIENT, id_number(22) } };
    const int64_t seen[] = { 6, 6, 12, 0, 8, 4 };
    struct spoken spoken;
    struct clock clock;

    tell_calls(fx, 12, fixture_now(fx) - DAYS(1));
    spoken_init(&spoken, 1); // Bert's, of client 21
    for (size_t i = 0; i < COUNT_OF(scopes); i++) {
        fixture_as(fx, ROLE_BIT(AGENT), scopes[i], id_text(ANNA).text);
        CHECK_INT((int64_t)count_all(fx, (struct clock_query){ 0 }), seen[i]);
        struct by_id by_id = { clock_id(spoken.call.id, "102", 0) };
        enum call_result result = call_clock_get(&fx->client, &by_id, &clock);
        bool sees = i == 1 || i == 2 || i == 4;
        CHECK_INT(result, sees ? CALL_DONE : CALL_REFUSED);
    }
    fixture_free(fx);
}

TEST(only_leaders_move_the_clocks_of_others_and_only_within_their_scope)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock_begin in = { .staff = BERT };
    struct clock_move move = { .staff = BERT };
    struct clock out;

    refused(fx, call_clock_start(&fx->client, &in, &out), ERR_FORBIDDEN, "staff");
    as_staff(fx, ANNA, ROLE_BIT(LEADER));
    CHECK_INT(call_clock_start(&fx->client, &in, &out), CALL_DONE);
    CHECK(id_equal(out.staff, BERT));
    CHECK_STR(out.edited_by, id_text(ANNA).text);
    struct id id = out.id;
    as_staff(fx, ANNA, ROLE_BIT(AGENT));
    refused(fx, call_clock_stop(&fx->client, &move, &out), ERR_FORBIDDEN, "staff");
    refused(fx, call_clock_stop(&fx->client, &(struct clock_move){ .id = id }, &out), ERR_FORBIDDEN,
            "staff");
    fixture_as(fx, ROLE_BIT(LEADER), (struct scope){ SCOPE_TEAM, id_number(8) },
               id_text(ANNA).text);
    refused(fx, call_clock_start(&fx->client, &in, &out), ERR_FORBIDDEN, "staff");
    refused(fx, call_clock_stop(&fx->client, &move, &out), ERR_FORBIDDEN, "id");
    fixture_as(fx, ROLE_BIT(CLIENT), (struct scope){ SCOPE_CLIENT, id_number(21) }, "mandant");
    refused(fx, call_clock_start(&fx->client, &in, &out), ERR_FORBIDDEN, "");
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, "admin");
    refused(fx, call_clock_start(&fx->client, &(struct clock_begin){ .text = "x" }, &out),
            ERR_INVALID, "staff");
    CHECK_INT(call_clock_stop(&fx->client, &move, &out), CALL_DONE);
    fixture_free(fx);
}

static void tell_file(struct fixture *fx, uint32_t number, bool locked)
{
    static int64_t version = 1;
    struct file file = { .id = id_number(number),
                         .version = version++,
                         .client = id_number(21),
                         .number = "12/26",
                         .title = "Mustermann ./. Muster",
                         .kind = file_kind_FILE,
                         .state = file_state_OPEN,
                         .opened_at = 1,
                         .has_locked = true,
                         .locked = locked,
                         .edited_at = 1,
                         .edited_by = "x" };
    fixture_fact(fx, "contacts", "file", &file, false);
}

TEST(a_clock_of_a_locked_file_is_hidden)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock out;
    struct clock_stack stack;

    tell_file(fx, 70, false);
    struct clock_begin in = { .file = id_number(70) };
    CHECK_INT(call_clock_start(&fx->client, &in, &out), CALL_DONE);
    CHECK(id_equal(out.client, id_number(21)));
    struct id id = out.id;
    tell_file(fx, 70, true);
    CHECK_INT((int64_t)count_all(fx, (struct clock_query){ 0 }), 0);
    refused(fx, call_clock_get(&fx->client, &(struct by_id){ id }, &out), ERR_NOT_FOUND, "id");
    refused(fx, call_clock_start(&fx->client, &in, &out), ERR_NOT_FOUND, "file");
    CHECK_INT(call_clock_status(&fx->client, &(struct clock_status_query){ 0 }, &stack), CALL_DONE);
    CHECK_INT((int64_t)stack.clocks_count, 0);
    fixture_free(fx);
}

static void tell_contact(struct fixture *fx, uint32_t number, const char *name, bool deleted)
{
    static int64_t version = 1;
    struct contact contact = { .id = id_number(number),
                               .version = version++,
                               .kind = contact_kind_PERSON,
                               .name = name,
                               .created_at = 1,
                               .edited_at = 1,
                               .edited_by = "x" };
    fixture_fact(fx, "contacts", "contact", &contact, deleted);
}

TEST(a_merged_contact_is_shown_as_what_it_is_now)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock out;

    tell_contact(fx, 80, "Hansen", false);
    struct clock_begin in = { .contact = id_number(80) };
    CHECK_INT(call_clock_start(&fx->client, &in, &out), CALL_DONE);
    CHECK_STR(out.contact_name, "Hansen");
    tell_contact(fx, 81, "Petra Hansen", false);
    tell_contact(fx, 80, "Hansen", true);
    struct contact_merged merged = { .id = id_number(80),
                                     .version = 1,
                                     .to = id_number(81),
                                     .from_name = "Hansen",
                                     .to_name = "Petra Hansen",
                                     .merged_at = 1,
                                     .merged_by = "x" };
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    CHECK_INT(call_clock_get(&fx->client, &(struct by_id){ out.id }, &out), CALL_DONE);
    CHECK_STR(out.contact_name, "Petra Hansen");
    CHECK(id_equal(out.contact, id_number(81)));
    fixture_free(fx);
}

TEST(bad_input_names_the_field)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock out;
    int64_t now = fixture_now(fx);

    refused(
        fx,
        call_clock_start(&fx->client, &(struct clock_begin){ .has_at = true, .at = now + 1 }, &out),
        ERR_INVALID, "at");
    refused(fx,
            call_clock_start(&fx->client, &(struct clock_begin){ .contact = id_number(5) }, &out),
            ERR_NOT_FOUND, "contact");
    refused(fx,
            call_clock_start(&fx->client, &(struct clock_begin){ .client = id_number(5) }, &out),
            ERR_NOT_FOUND, "client");
    refused(fx,
            call_clock_start(&fx->client, &(struct clock_begin){ .inquiry = id_number(5) }, &out),
            ERR_NOT_FOUND, "inquiry");
    refused(fx, call_clock_start(&fx->client, &(struct clock_begin){ .staff = id_number(5) }, &out),
            ERR_NOT_FOUND, "staff");
    refused(fx, call_clock_stop(&fx->client, &(struct clock_move){ .id = id_number(5) }, &out),
            ERR_NOT_FOUND, "id");
    struct clock clock = start(fx, "eins");
    fixture_wait(fx, SECONDS(100));
    refused(
        fx,
        call_clock_stop(&fx->client, &(struct clock_move){ .has_at = true, .at = now - 1 }, &out),
        ERR_INVALID, "at");
    CHECK_INT(call_clock_stop(&fx->client,
                              &(struct clock_move){ .has_at = true, .at = now + SECONDS(40) },
                              &out),
              CALL_DONE);
    CHECK_INT(out.raw_s, 40);
    // Where another one ran nothing can begin.
    refused(fx,
            call_clock_start(&fx->client,
                             &(struct clock_begin){ .has_at = true, .at = now + SECONDS(39) },
                             &out),
            ERR_INVALID, "at");
    CHECK_INT(call_clock_start(&fx->client,
                               &(struct clock_begin){ .has_at = true, .at = now + SECONDS(40) },
                               &out),
              CALL_DONE);
    refused(fx, call_clock_stop(&fx->client, &(struct clock_move){ .id = clock.id }, &out),
            ERR_CONFLICT, "id");
    struct spoken spoken;
    anna_speaks(fx, &spoken, 1, now, 0);
    refused(fx,
            call_clock_stop(&fx->client,
                            &(struct clock_move){ .id = clock_id(spoken.call.id, "101", 0) }, &out),
            ERR_CONFLICT, "id");
    fixture_free(fx);
}
