// SPDX-License-Identifier: Apache-2.0
// The boards of work: clocks, inquiries, callbacks, resubmissions; their colours, their scopes, and
// what is never on them.
#include "services/notifier/desk.h"
#include "services/notifier/post.h"
#include "tests/service/notifier_world.h"

#define MINUTE SECONDS(60)

enum { ANNA = 1, BERT = 2, TEAM = 50, CLIENT = 70, FOREIGN = 71, AKT = 90 };

static struct callback callback_of(struct fixture *fx, uint32_t number, int64_t version)
{
    return (struct callback){ .id = id_number(number),
                              .version = version,
                              .client = id_number(CLIENT),
                              .staff = id_number(ANNA),
                              .team = id_number(TEAM),
                              .state = callback_state_OPEN,
                              .number = "+4930901820",
                              .reason = "Angebot",
                              .from = fixture_now(fx) + 90 * MINUTE,
                              .has_until = true,
                              .until = fixture_now(fx) + 120 * MINUTE,
                              .priority = priority_NORMAL,
                              .created_at = fixture_now(fx),
                              .created_by = "x",
                              .edited_at = 1,
                              .edited_by = "x" };
}

static void tell(struct fixture *fx, const struct callback *callback)
{
    fixture_fact(fx, "timekeeping", "callback", callback, false);
}

static struct inquiry inquiry_of(uint32_t number, int64_t version)
{
    return (struct inquiry){ .id = id_number(number),
                             .version = version,
                             .number = "2026-000123",
                             .client = id_number(CLIENT),
                             .staff = id_number(ANNA),
                             .state = inquiry_state_OPEN,
                             .channel = channel_PHONE,
                             .priority = priority_HIGH,
                             .subject = "Drucker druckt nicht",
                             .text = "sehr lang",
                             .opened_at = 1,
                             .opened_by = "x",
                             .edited_at = 1,
                             .edited_by = "x" };
}

static void tell_file(struct fixture *fx, int64_t version, bool locked)
{
    struct file file = { .id = id_number(AKT),
                         .version = version,
                         .number = "12/2026-K",
                         .kind = file_kind_FILE,
                         .state = file_state_OPEN,
                         .has_locked = locked,
                         .locked = locked,
                         .opened_at = 1,
                         .edited_at = 1,
                         .edited_by = "x" };
    fixture_fact(fx, "contacts", "file", &file, false);
}

static struct watch *watch_board(struct fixture *fx, enum board board)
{
    struct stream_order order = { .board = board, .credit = 1000 };
    struct watch *watch = fixture_watch(fx, &order);
    CHECK(watch);
    return watch;
}

static struct board_callback next_row(struct watch *watch, enum stream_kind kind)
{
    struct board_callback row = { 0 };
    const struct stream_event *event = watch_row(watch, board_callback_record(), &row);
    CHECK(event && event->kind == kind && !event->deleted);
    return row;
}

static struct board_page page_of(struct fixture *fx, struct board_query query)
{
    struct board_page page = { 0 };
    CHECK_INT(call_board_get(&fx->client, &query, &page), CALL_DONE);
    return page;
}

TEST(a_callback_comes_ages_and_leaves)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct callback callback = callback_of(fx, 5, 1);
    struct watch *watch = watch_board(fx, board_CALLBACKS);
    expect_empty_snapshot(watch);
    tell_staff(fx, ANNA, 1, "Anna", NULL);
    tell_client(fx, CLIENT, 1, NULL);
    tell(fx, &callback);
    struct board_callback row = next_row(watch, stream_kind_CHANGE);
    CHECK_STR(row.staff_name, "Anna");
    CHECK_STR(row.client_name, "Firma");
    CHECK_STR(row.callback->reason, "Angebot");
    CHECK_INT(row.colour, colour_ABSENT);
    CHECK_INT(row.recolour_at, callback.from - 60 * MINUTE);
    // An hour before it is due, yellow; when the window is over, red. Nobody told anything.
    fixture_wait(fx, 30 * MINUTE - SECONDS(5));
    CHECK_INT(fixture_facts(fx, "board_callback"), 1);
    watch = watch_board(fx, board_CALLBACKS);
    expect(watch, stream_kind_SNAPSHOT_BEGIN);
    CHECK_INT(next_row(watch, stream_kind_ROW).colour, colour_ABSENT);
    expect(watch, stream_kind_SNAPSHOT_END);
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(next_row(watch, stream_kind_CHANGE).colour, colour_YELLOW);
    fixture_wait(fx, 90 * MINUTE);
    CHECK(fixture_row(fx, &board_callback_table, callback.id, &row));
    CHECK_INT(row.colour, colour_RED);
    fixture_restart(fx);
    fixture_wait(fx, 10 * MINUTE);
    CHECK_INT(fixture_facts(fx, "board_callback"), 3);
    callback.version = 2;
    callback.state = callback_state_DONE;
    tell(fx, &callback);
    CHECK_INT(fixture_rows(fx, &board_callback_table), 0);
    CHECK_INT(fixture_facts(fx, "board_callback"), 4);
    fixture_free(fx);
}

// `name` NULL: it is deleted.
static void tell_team(struct fixture *fx, int64_t version, const char *name)
{
    struct team team = { .id = id_number(TEAM),
                         .version = version,
                         .name = name ? name : "Bereitschaft",
                         .edited_at = 1,
                         .edited_by = "x" };
    fixture_fact(fx, "contacts", "team", &team, name == NULL);
}

// Whichever comes first, the team or its work.
TEST(a_team_is_shown_by_its_name_as_it_is_now)
{
    static const char *const names[] = { "Nachtdienst", "Bereitschaft", NULL };
    struct fixture *fx = fixture_new(&notifier_service);
    struct callback callback = callback_of(fx, 5, 1);
    struct board_callback row;
    tell(fx, &callback);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        tell_team(fx, (int64_t)i + 1, names[i]);
        fixture_wait(fx, SECONDS(5));
        CHECK(fixture_row(fx, &board_callback_table, callback.id, &row));
        CHECK_STR(row.team_name, names[i]);
        CHECK(id_equal(row.team, id_number(TEAM)));
    }
    fixture_free(fx);
}

static void tell_contact_named(struct fixture *fx, uint32_t number, int64_t version,
                               const char *name)
{
    struct contact contact = { .id = id_number(number),
                               .version = version,
                               .kind = contact_kind_PERSON,
                               .name = name,
                               .created_at = 1,
                               .edited_at = 1,
                               .edited_by = "x" };
    fixture_fact(fx, "contacts", "contact", &contact, false);
}

static void tell_merger(struct fixture *fx, int64_t version, bool undone)
{
    struct contact_merged merged = { .id = id_number(30),
                                     .version = version,
                                     .to = id_number(31),
                                     .from_name = "Meier",
                                     .to_name = "Maier",
                                     .merged_at = 1,
                                     .merged_by = "x",
                                     .has_undone = undone,
                                     .undone = undone };
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
}

static void check_contact(struct fixture *fx, const struct callback *callback, uint32_t number,
                          const char *name)
{
    struct board_callback row = { 0 };
    fixture_wait(fx, SECONDS(5));
    CHECK(fixture_row(fx, &board_callback_table, callback->id, &row));
    CHECK(id_equal(row.contact, id_number(number)));
    CHECK_STR(row.contact_name, name);
    CHECK_STR(row.callback->contact_name, callback->contact_name);
}

TEST(a_merged_contact_is_shown_by_the_name_of_now)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct callback own = callback_of(fx, 5, 1), typed = callback_of(fx, 6, 1);
    own.contact = typed.contact = id_number(30);
    own.contact_name = "Meier";
    typed.contact_name = "Frau Schmidt";
    tell_contact_named(fx, 30, 1, "Meier");
    tell_contact_named(fx, 31, 1, "Maier");
    tell(fx, &own);
    tell(fx, &typed);
    check_contact(fx, &own, 30, "Meier");
    tell_merger(fx, 1, false);
    check_contact(fx, &own, 31, "Maier");
    check_contact(fx, &typed, 31, "Frau Schmidt");
    tell_contact_named(fx, 31, 2, "Dr. Maier");
    check_contact(fx, &own, 31, "Dr. Maier");
    tell_merger(fx, 2, true);
    check_contact(fx, &own, 30, "Meier");
    fixture_free(fx);
}

TEST(colours_change_once_also_after_a_downtime)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct callback callback = callback_of(fx, 5, 1);
    struct board_callback row;
    tell(fx, &callback);
    fixture_crash(fx);
    fixture_wait(fx, 300 * MINUTE);
    fixture_start(fx);
    fixture_wait(fx, SECONDS(3));
    CHECK(fixture_row(fx, &board_callback_table, callback.id, &row));
    CHECK_INT(row.colour, colour_RED);
    CHECK_INT(fixture_facts(fx, "board_callback"), 2);
    fixture_free(fx);
}

TEST(other_rules_colour_everything_anew)
{
    struct post post;
    struct err err = { 0 };
    post_init(&post);
    struct fixture *fx = fixture_new_with(&notifier_service, &post, 0);
    struct callback callback = callback_of(fx, 5, 1);
    struct board_callback row;
    for (uint32_t i = 5; i < 205; i++) {
        callback.id = id_number(i);
        tell(fx, &callback);
    }
    CHECK(colour_rules_read("normal=blau", &post.colours, &err));
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(3));
    for (uint32_t i = 5; i < 205; i++) {
        CHECK(fixture_row(fx, &board_callback_table, id_number(i), &row));
        CHECK_INT(row.colour, colour_BLUE);
    }
    CHECK_INT(fixture_facts(fx, "board_callback"), 400);
    fixture_free(fx);
}

TEST(names_are_as_they_are_now)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct callback callback = callback_of(fx, 5, 1);
    struct board_callback row;
    tell(fx, &callback);
    tell_staff(fx, ANNA, 1, "Anna", NULL);
    fixture_wait(fx, SECONDS(2));
    CHECK(fixture_row(fx, &board_callback_table, callback.id, &row));
    CHECK_STR(row.staff_name, "Anna");
    tell_staff(fx, ANNA, 2, "Anna Neu", NULL);
    fixture_wait(fx, SECONDS(2));
    CHECK(fixture_row(fx, &board_callback_table, callback.id, &row));
    CHECK_STR(row.staff_name, "Anna Neu");
    fixture_free(fx);
}

static void see(struct fixture *fx, enum scope_kind kind, uint32_t number)
{
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ kind, id_number(number) }, "somebody");
}

TEST(everybody_sees_what_is_theirs_and_deputies_too)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct callback callback = callback_of(fx, 5, 1);
    struct inquiry inquiry = inquiry_of(6, 1);
    struct stand_in stand_in = { .id = id_number(ANNA), .version = 1, .deputy = id_number(BERT) };
    tell(fx, &callback);
    fixture_fact(fx, "timekeeping", "inquiry", &inquiry, false);
    static const struct {
        enum scope_kind kind;
        uint32_t number;
        size_t callbacks;
    } cases[] = { { SCOPE_HOUSE, 0, 1 },        { SCOPE_CLIENT, CLIENT, 1 },
                  { SCOPE_CLIENT, FOREIGN, 0 }, { SCOPE_TEAM, TEAM, 1 },
                  { SCOPE_TEAM, 51, 0 },        { SCOPE_OWN, ANNA, 1 },
                  { SCOPE_OWN, BERT, 0 } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        see(fx, cases[i].kind, cases[i].number);
        struct board_page page = page_of(fx, (struct board_query){ .board = board_CALLBACKS });
        CHECK_INT((int64_t)page.callbacks_count, (int64_t)cases[i].callbacks);
    }
    see(fx, SCOPE_OWN, BERT);
    struct watch *watch = watch_board(fx, board_CALLBACKS);
    struct watch *inquiries = watch_board(fx, board_INQUIRIES);
    expect_empty_snapshot(watch);
    expect_empty_snapshot(inquiries);
    // She is away: he stands in.
    callback.version = 2;
    callback.deputy = id_number(BERT);
    tell(fx, &callback);
    (void)next_row(watch, stream_kind_CHANGE);
    fixture_fact(fx, "timekeeping", "stand_in", &stand_in, false);
    fixture_wait(fx, SECONDS(2));
    expect(inquiries, stream_kind_CHANGE);
    struct board_query mine = { .board = board_INQUIRIES, .staff = id_number(BERT) };
    CHECK_INT((int64_t)page_of(fx, mine).inquiries_count, 1);
    // She is back: it leaves his sight.
    callback.version = 3;
    callback.deputy = (struct id){ { 0 } };
    tell(fx, &callback);
    expect_gone(watch, 5);
    expect_silence(watch);
    stand_in = (struct stand_in){ .id = id_number(ANNA), .version = 2 };
    fixture_fact(fx, "timekeeping", "stand_in", &stand_in, false);
    fixture_wait(fx, SECONDS(2));
    expect_gone(inquiries, 6);
    fixture_free(fx);
}

TEST(what_names_a_locked_file_is_on_no_board)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct callback callback = callback_of(fx, 5, 1);
    struct watch *watch = watch_board(fx, board_CALLBACKS);
    struct board_query query = { .board = board_CALLBACKS };
    expect_empty_snapshot(watch);
    callback.file = id_number(AKT);
    tell(fx, &callback); // nobody has said yet what kind of file that is
    expect_silence(watch);
    tell_file(fx, 1, false);
    CHECK_STR(next_row(watch, stream_kind_CHANGE).file_number, "12/2026-K");
    tell_file(fx, 2, true);
    expect_gone(watch, 5);
    CHECK_INT((int64_t)page_of(fx, query).callbacks_count, 0);
    CHECK_INT(fixture_rows(fx, &free_file_table), 0);
    // What changes meanwhile is not told either, and comes when the file is free.
    callback.version = 2;
    callback.reason = "Vergleich";
    tell(fx, &callback);
    expect_silence(watch);
    tell_file(fx, 3, false);
    CHECK_STR(next_row(watch, stream_kind_CHANGE).callback->reason, "Vergleich");
    CHECK_INT(fixture_rows(fx, &board_aside_table), 0);
    // Done while it is locked: nothing comes back.
    tell_file(fx, 4, true);
    expect_gone(watch, 5);
    callback.version = 3;
    callback.state = callback_state_DONE;
    tell(fx, &callback);
    tell_file(fx, 5, false);
    expect_silence(watch);
    fixture_free(fx);
}

TEST(very_many_rows_of_a_file_leave_with_it)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct callback callback = callback_of(fx, 0, 1);
    callback.file = id_number(AKT);
    tell_file(fx, 1, false);
    for (uint32_t i = 0; i < 180; i++) {
        callback.id = id_number(1000 + i);
        tell(fx, &callback);
    }
    tell_file(fx, 2, true);
    fixture_wait(fx, SECONDS(3));
    CHECK_INT(fixture_rows(fx, &board_callback_table), 0);
    CHECK_INT(fixture_rows(fx, &board_aside_table), 180);
    tell_file(fx, 3, false);
    fixture_wait(fx, SECONDS(3));
    CHECK_INT(fixture_rows(fx, &board_callback_table), 180);
    fixture_free(fx);
}

TEST(inquiries_clocks_and_resubmissions_have_boards_of_their_own)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct inquiry inquiry = inquiry_of(6, 1);
    struct clock clock = { .id = id_number(7),
                           .version = 1,
                           .staff = id_number(ANNA),
                           .state = clock_state_RUNNING,
                           .started_at = fixture_now(fx),
                           .has_remind_at = true,
                           .remind_at = fixture_now(fx) + 30 * MINUTE,
                           .edited_at = 1,
                           .edited_by = "x" };
    struct resubmission resubmission = { .id = id_number(8),
                                         .version = 1,
                                         .staff = id_number(ANNA),
                                         .state = resubmission_state_OPEN,
                                         .subject = "Frist",
                                         .due_at = fixture_now(fx) + 30 * MINUTE,
                                         .created_at = 1,
                                         .created_by = "x",
                                         .edited_at = 1,
                                         .edited_by = "x" };
    inquiry.has_solve_by = true;
    inquiry.solve_by = fixture_now(fx) + 30 * MINUTE;
    fixture_fact(fx, "timekeeping", "inquiry", &inquiry, false);
    fixture_fact(fx, "timekeeping", "clock", &clock, false);
    fixture_fact(fx, "timekeeping", "resubmission", &resubmission, false);
    struct board_page page = page_of(fx, (struct board_query){ .board = board_INQUIRIES });
    CHECK_INT((int64_t)page.inquiries_count, 1);
    CHECK_INT(page.inquiries[0].colour, colour_YELLOW);
    CHECK(!page.inquiries[0].inquiry->text); // long texts are not for boards
    page = page_of(fx, (struct board_query){ .board = board_RESUBMISSIONS });
    CHECK_INT((int64_t)page.resubmissions_count, 1);
    CHECK_INT(page.resubmissions[0].colour, colour_YELLOW);
    fixture_wait(fx, 31 * MINUTE);
    page = page_of(fx, (struct board_query){ .board = board_CLOCKS });
    CHECK_INT((int64_t)page.clocks_count, 1);
    CHECK_INT(page.clocks[0].colour, colour_RED); // suspiciously long
    // While it waits for the customer, the agreement's time does not press.
    inquiry.version = 2;
    inquiry.state = inquiry_state_WAITING;
    inquiry.has_waiting_since = true;
    inquiry.waiting_since = fixture_now(fx);
    fixture_fact(fx, "timekeeping", "inquiry", &inquiry, false);
    page = page_of(fx, (struct board_query){ .board = board_INQUIRIES });
    CHECK_INT(page.inquiries[0].colour, colour_ORANGE);
    inquiry.version = 3;
    inquiry.state = inquiry_state_CLOSED;
    clock.version = 2;
    clock.state = clock_state_STOPPED;
    fixture_fact(fx, "timekeeping", "inquiry", &inquiry, false);
    fixture_fact(fx, "timekeeping", "clock", &clock, false);
    CHECK_INT(fixture_rows(fx, &board_inquiry_table), 0);
    CHECK_INT(fixture_rows(fx, &board_clock_table), 0);
    fixture_free(fx);
}

// All ids in the order of the pages, as digits.
static void paged(struct fixture *fx, struct board_query query, char out[20])
{
    size_t count = 0;
    bool more = true;
    while (more && count < 10) {
        struct board_page page = page_of(fx, query);
        for (size_t i = 0; i < page.callbacks_count; i++)
            out[count++] = (char)('0' + (query.after = page.callbacks[i].id).bytes[15]);
        for (size_t i = 0; i < page.inquiries_count; i++)
            out[count++] = (char)('0' + (query.after = page.inquiries[i].id).bytes[15]);
        more = page.more;
    }
    out[count] = '\0';
}

TEST(boards_are_paged_as_the_screen_sorts_them)
{
    static const enum priority priorities[] = { priority_LOW, priority_URGENT, priority_HIGH,
                                                priority_HIGH, priority_URGENT };
    static const int64_t due_us[] = { 10, 0, 30, 20, 0 }; // 0: never
    struct fixture *fx = fixture_new(&notifier_service);
    struct board_query query = { .board = board_INQUIRIES, .has_limit = true, .limit = 2 };
    char order[20];
    for (uint32_t i = 0; i < 5; i++) {
        struct inquiry inquiry = inquiry_of(i + 1, 1);
        struct callback callback = callback_of(fx, i + 1, 1);
        inquiry.priority = callback.priority = priorities[i];
        inquiry.has_due_at = due_us[i] > 0;
        inquiry.due_at = due_us[i];
        inquiry.opened_at = 10 - i;
        callback.from = due_us[i] + 1;
        callback.created_at = 10 - i;
        tell(fx, &callback);
        fixture_fact(fx, "timekeeping", "inquiry", &inquiry, false);
    }
    paged(fx, query, order);
    CHECK_STR(order, "52431"); // urgent: the older; high: what is due first
    query.sort = board_order_ID;
    paged(fx, query, order);
    CHECK_STR(order, "12345");
    query = (struct board_query){ .board = board_CALLBACKS, .has_limit = true, .limit = 1 };
    paged(fx, query, order);
    CHECK_STR(order, "52143"); // by their time, then the older
    // A row that has left cannot say where the next page begins, but for the order of ids.
    struct callback gone = callback_of(fx, 4, 2);
    struct board_page page;
    gone.state = callback_state_DONE;
    tell(fx, &gone);
    query.after = gone.id;
    CHECK_INT(call_board_get(&fx->client, &query, &page), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "after");
    query.sort = board_order_ID;
    CHECK(id_equal(page_of(fx, query).callbacks[0].id, id_number(5)));
    fixture_free(fx);
}

TEST(each_user_has_intervals_of_their_own)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct preference_in in = { .board = board_CALLBACKS, .seconds = 10 };
    struct preference out;
    struct preferences all = { 0 };
    struct nothing nothing = { 0 };
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(id_number(ANNA)).text);
    CHECK_INT(call_preference_set(&fx->client, &in, &out), CALL_DONE);
    in.seconds = 20;
    CHECK_INT(call_preference_set(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.version, 2);
    CHECK_INT(call_preference_get(&fx->client, &nothing, &all), CALL_DONE);
    CHECK_INT((int64_t)all.boards_count, 7);
    for (size_t i = 0; i < all.boards_count; i++) {
        bool set = all.boards[i].board == board_CALLBACKS;
        CHECK_INT(all.boards[i].seconds, set ? 20 : 30);
        CHECK(all.boards[i].set == set);
    }
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(id_number(BERT)).text);
    CHECK_INT(call_preference_get(&fx->client, &nothing, &all), CALL_DONE);
    for (size_t i = 0; i < all.boards_count; i++)
        CHECK(!all.boards[i].set);
    in.seconds = 3601;
    CHECK_INT(call_preference_set(&fx->client, &in, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "seconds");
    fixture_free(fx);
}
