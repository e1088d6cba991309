// SPDX-License-Identifier: Apache-2.0
// What a row of the calls' board is made of.
#include <string.h>

#include "services/notifier/board.h"
#include "tests/harness/test.h"

static struct id id_number(uint8_t number)
{
    return (struct id){ { 1, [15] = number } };
}

static struct call call_ringing(void)
{
    return (struct call){
        .id = id_number(200),
        .version = 3,
        .source = "pbx",
        .source_ref = "1.1",
        .state = call_state_RINGING,
        .started_at = 1,
    };
}

static struct contact contact_named(uint8_t number, const char *name)
{
    return (struct contact){ .id = id_number(number),
                             .version = 1,
                             .kind = contact_kind_PERSON,
                             .name = name,
                             .created_at = 1,
                             .edited_at = 1,
                             .edited_by = "x" };
}

static struct staff staff_named(uint8_t number, const char *name)
{
    return (struct staff){
        .id = id_number(number), .version = 1, .name = name, .edited_at = 1, .edited_by = "x"
    };
}

// Text of `count` characters of four bytes each, the longest there are.
static const char *long_text(struct arena *arena, size_t count)
{
    char *text = arena_alloc(arena, 4 * count + 1);

    for (size_t i = 0; text && i < count; i++)
        memcpy(text + 4 * i, "\xF0\x9F\x98\x80", 4);
    return text;
}

TEST(a_call_is_on_the_board_until_it_ends)
{
    struct call call = call_ringing();

    CHECK(board_holds(&call));
    call.state = call_state_WAITING;
    CHECK(board_holds(&call));
    call.state = call_state_TALKING;
    CHECK(board_holds(&call));
    call.state = call_state_ENDED;
    CHECK(!board_holds(&call));
}

TEST(exact_callers_come_first_and_each_once)
{
    struct caller_match matches[] = {
        { .contact = id_number(1), .name = "A", .certainty = certainty_POSSIBLE },
        { .contact = id_number(2), .name = "B", .certainty = certainty_EXACT },
        { .contact = id_number(1), .name = "A", .certainty = certainty_POSSIBLE },
        { .contact = id_number(3), .name = "C", .certainty = certainty_EXACT },
    };
    struct shown_contact shown = { .contact = id_number(3),
                                   .name = "C",
                                   .certainty = certainty_EXACT,
                                   .matches = matches,
                                   .matches_count = COUNT_OF(matches) };
    struct call call = call_ringing();
    struct caller_match found[BOARD_CALLERS_MAX];

    CHECK_INT((int64_t)board_matches(&call, found), 0);
    call.shown_contact = &shown;
    CHECK_INT((int64_t)board_matches(&call, found), 3);
    CHECK_STR(found[0].name, "C");
    CHECK_STR(found[1].name, "B");
    CHECK_STR(found[2].name, "A");
}

TEST(nobody_fits_shows_nobody)
{
    struct shown_contact shown = { .certainty = certainty_NONE };
    struct call call = call_ringing();
    struct caller_match found[BOARD_CALLERS_MAX];

    call.shown_contact = &shown;
    CHECK_INT((int64_t)board_matches(&call, found), 0);
}

TEST(no_more_callers_than_a_row_can_hold)
{
    struct caller_match matches[BOARD_CALLERS_MAX];
    struct shown_contact shown = { .contact = id_number(99),
                                   .name = "first",
                                   .certainty = certainty_EXACT,
                                   .matches = matches,
                                   .matches_count = COUNT_OF(matches) };
    struct call call = call_ringing();
    struct caller_match found[BOARD_CALLERS_MAX];

    for (uint8_t i = 0; i < COUNT_OF(matches); i++)
        matches[i] = (struct caller_match){ .contact = id_number(i),
                                            .name = "possible",
                                            .certainty = certainty_POSSIBLE };
    call.shown_contact = &shown;
    CHECK_INT((int64_t)board_matches(&call, found), BOARD_CALLERS_MAX);
    CHECK_STR(found[0].name, "first");
}

TEST(the_callers_are_shown_as_they_are_now)
{
    struct arena *arena = arena_new(1 << 20);
    struct shown_contact shown = { .contact = id_number(1),
                                   .name = "Old Name",
                                   .certainty = certainty_EXACT };
    struct message message = { .text = "tell her", .set_at = 1, .set_by = "x" };
    struct contact contact = contact_named(1, "New Name");
    struct client_row client = { .id = id_number(7), .name = "Firma", .greeting = "Guten Tag" };
    struct board_known known = { .contacts = { &contact }, .client = &client };
    struct call call = call_ringing();
    struct board_call row;
    struct err err = { .code = ERR_NONE };

    contact.organisation = "Werk";
    contact.customer_number = "K 1";
    contact.handling_note = "speak up";
    contact.message = &message;
    call.shown_contact = &shown;
    call.client = client.id;
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK(id_equal(row.id, call.id));
    CHECK(id_equal(row.client, client.id));
    CHECK_STR(row.greeting, "Guten Tag");
    CHECK_INT((int64_t)row.callers_count, 1);
    CHECK_STR(row.callers[0].name, "New Name");
    CHECK_STR(row.callers[0].organisation, "Werk");
    CHECK_STR(row.callers[0].customer_number, "K 1");
    CHECK_STR(row.callers[0].handling_note, "speak up");
    CHECK_STR(row.callers[0].message, "tell her");
    CHECK_STR(row.call->shown_contact->name, "Old Name");

    known = (struct board_known){ .client = NULL };
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_STR(row.callers[0].name, "Old Name");
    CHECK_STR(row.callers[0].handling_note, NULL);
    CHECK_STR(row.greeting, NULL);
    arena_free(arena);
}

TEST(the_greeting_has_names_in_its_gaps)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    struct staff anna = staff_named(10, "Anna"), bert = staff_named(11, "Bert");
    struct client_row client = { .id = id_number(7),
                                 .name = "Firma",
                                 .greeting = "{tageszeit}, {mandant}, {bearbeiter}.",
                                 .zone = "Europe/Zurich" };
    struct board_known known = { .client = &client, .staff = { &anna, &bert } };
    const char *const ringing[] = { "101", "102" };
    struct call call = call_ringing();
    struct board_call row;
    struct err err = { 0 };
    call.ringing = ringing;
    call.ringing_count = 1;
    call.has_ring_at = true;
    call.ring_at = INT64_C(1772470800000000); // 2026-03-02 17:00 UTC, 18:00 in Zurich
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_STR(row.greeting, "Guten Abend, Firma, Anna.");
    call.ringing_count = 2; // nobody knows yet who will say it
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_STR(row.greeting, "Guten Abend, Firma, ….");
    arena_free(arena);
}

TEST(whoever_talks_is_named_before_whoever_is_called)
{
    struct arena *arena = arena_new(1 << 20);
    const char *ringing[] = { "10", "11", "12", "13" }, *talking[] = { "12" };
    struct staff anna = staff_named(1, "Anna"), bert = staff_named(2, "Bert");
    struct board_known known = { .staff = { &bert, &anna, &anna, NULL } };
    struct call call = call_ringing();
    const char *phones[BOARD_PHONES_MAX];
    struct board_call row;
    struct err err = { .code = ERR_NONE };

    call.ringing = ringing;
    call.ringing_count = COUNT_OF(ringing);
    call.talking = talking;
    call.talking_count = COUNT_OF(talking);
    CHECK_INT((int64_t)board_phones(&call, phones), 4);
    CHECK_STR(phones[0], "12");
    CHECK_STR(phones[1], "10");
    CHECK_STR(phones[3], "13");
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_INT((int64_t)row.agents_count, 2);
    CHECK_STR(row.agents[0], "Bert");
    CHECK_STR(row.agents[1], "Anna");
    arena_free(arena);
}

TEST(rows_are_the_same_whatever_their_versions)
{
    struct call call = call_ringing();
    struct board_call a = { .id = call.id, .version = 1, .call = &call }, b = a;

    b.version = 2;
    CHECK(board_same(&a, &b));
    b.greeting = "Hallo";
    CHECK(!board_same(&a, &b));
}

TEST(losing_a_client_person_or_team_shrinks_sight)
{
    struct id few[] = { id_number(1) }, more[] = { id_number(1), id_number(2) };
    struct board_call before = { .version = 1 }, after = { .version = 2 };

    CHECK(!board_shrinks(&before, &after));
    after.client = id_number(9);
    CHECK(!board_shrinks(&before, &after)); // gaining one widens it
    CHECK(board_shrinks(&after, &before));
    before.client = id_number(8);
    CHECK(board_shrinks(&before, &after));

    before = (struct board_call){ .staff = few, .staff_count = 1 };
    after = (struct board_call){ .staff = more, .staff_count = 2 };
    CHECK(!board_shrinks(&before, &after));
    CHECK(board_shrinks(&after, &before));

    before = (struct board_call){ .teams = few, .teams_count = 1 };
    after = (struct board_call){ .teams = more, .teams_count = 2 };
    CHECK(!board_shrinks(&before, &after));
    CHECK(board_shrinks(&after, &before));
}

TEST(a_query_narrows_by_client_person_and_team)
{
    struct id staff[] = { id_number(1), id_number(2) }, teams[] = { id_number(3) };
    struct board_call row = {
        .client = id_number(4), .staff = staff, .staff_count = 2, .teams = teams, .teams_count = 1
    };
    struct board_query query = { .board = board_CALLS };

    CHECK(board_fits(&row, &query));
    query.staff = id_number(2);
    query.team = id_number(3);
    query.client = id_number(4);
    CHECK(board_fits(&row, &query));
    query.team = id_number(2);
    CHECK(!board_fits(&row, &query));
    query = (struct board_query){ .staff = id_number(3) };
    CHECK(!board_fits(&row, &query));
    query = (struct board_query){ .client = id_number(3) };
    CHECK(!board_fits(&row, &query));
}

TEST(a_row_that_is_too_large_leaves_out_the_last_notes_first)
{
    struct arena *arena = arena_new(4 << 20);
    struct caller_match matches[BOARD_CALLERS_MAX];
    struct shown_contact shown = { .certainty = certainty_POSSIBLE,
                                   .matches = matches,
                                   .matches_count = COUNT_OF(matches) };
    struct contact contacts[BOARD_CALLERS_MAX];
    struct board_known known = { .client = NULL };
    struct call call = call_ringing();
    struct message message = { .set_at = 1, .set_by = "x" };
    struct board_call row;
    struct err err = { .code = ERR_NONE };
    const char *note = long_text(arena, 1000);

    message.text = note;
    for (uint8_t i = 0; i < BOARD_CALLERS_MAX; i++) {
        matches[i] = (struct caller_match){ .contact = id_number(i),
                                            .name = "possible",
                                            .certainty = certainty_POSSIBLE };
        contacts[i] = contact_named(i, "possible");
        contacts[i].handling_note = note;
        contacts[i].message = &message;
        known.contacts[i] = &contacts[i];
    }
    call.shown_contact = &shown;
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_OK(&err);
    CHECK_INT((int64_t)row.callers_count, BOARD_CALLERS_MAX);
    CHECK_STR(row.callers[0].handling_note, note);
    CHECK_STR(row.callers[6].message, note);
    CHECK_STR(row.callers[9].handling_note, NULL);
    CHECK_STR(row.callers[9].message, NULL);
    arena_free(arena);
}

TEST(a_call_that_is_too_large_alone_is_refused)
{
    struct arena *arena = arena_new(4 << 20);
    struct board_known known = { .client = NULL };
    struct caller_match matches[BOARD_CALLERS_MAX];
    struct shown_contact shown = { .certainty = certainty_POSSIBLE,
                                   .matches = matches,
                                   .matches_count = COUNT_OF(matches) };
    struct call call = call_ringing();
    struct board_call row;
    struct err err = { .code = ERR_NONE };
    const char *phones[50];

    for (size_t i = 0; i < COUNT_OF(phones); i++)
        phones[i] = long_text(arena, 200);
    for (uint8_t i = 0; i < COUNT_OF(matches); i++)
        matches[i] = (struct caller_match){ .contact = id_number(i),
                                            .name = long_text(arena, 120),
                                            .certainty = certainty_POSSIBLE };
    call.shown_contact = &shown;
    call.ringing = phones;
    call.ringing_count = COUNT_OF(phones);
    call.agents_rung = phones;
    call.agents_rung_count = COUNT_OF(phones);
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_OK(&err);
    CHECK_INT((int64_t)row.call->agents_rung_count, 0); // these are left out
    CHECK_INT((int64_t)call.agents_rung_count, COUNT_OF(phones));
    call.talking = phones;
    call.talking_count = 20;
    call.source_ref = long_text(arena, 200);
    call.caller_name = call.client_name = long_text(arena, 120);
    call.caller = call.called = call.queue = call.transferred_to = call.action_id =
        long_text(arena, 80);
    call.source = long_text(arena, 60);
    call.contact = &(struct call_contact){
        .contact = id_number(1), .version = 1, .set_at = 1, .set_by = long_text(arena, 60)
    };
    CHECK(!board_make(&call, &known, arena, &row, &err));
    CHECK_REFUSED(&err, ERR_TOO_LARGE, "");
    arena_free(arena);
}

TEST(a_full_arena_is_a_refusal)
{
    struct arena *arena = arena_new(64);
    struct board_known known = { .client = NULL };
    struct call call = call_ringing();
    struct board_call row;
    struct err err = { .code = ERR_NONE };

    CHECK(!board_make(&call, &known, arena, &row, &err));
    CHECK_REFUSED(&err, ERR_TOO_LARGE, "");
    arena_free(arena);
}

// --- who was picked by hand
TEST(whoever_was_picked_is_shown_in_place_of_guesses)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    struct caller_match matches[] = {
        { .contact = id_number(1), .name = "A", .certainty = certainty_POSSIBLE },
        { .contact = id_number(2), .name = "B", .certainty = certainty_POSSIBLE },
    };
    struct shown_contact shown = { .certainty = certainty_POSSIBLE,
                                   .matches = matches,
                                   .matches_count = COUNT_OF(matches) };
    struct call_contact picked = { .contact = id_number(3), .version = 1, .set_by = "x" };
    struct client_row client = { .id = id_number(7), .name = "Firma", .greeting = "{anrufer}" };
    struct contact contact = contact_named(3, "Cora");
    struct board_known known = { .contacts = { &contact }, .client = &client };
    struct call call = call_ringing();
    struct board_call row;
    struct err err = { .code = ERR_NONE };

    contact.handling_note = "speak up";
    call.shown_contact = &shown;
    call.contact = &picked;
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_INT((int64_t)row.callers_count, 1);
    CHECK_STR(row.callers[0].name, "Cora");
    CHECK_INT(row.callers[0].certainty, certainty_EXACT);
    CHECK_STR(row.callers[0].handling_note, "speak up");
    CHECK(row.callers[0].has_picked && row.callers[0].picked);
    CHECK_STR(row.greeting, "Cora");

    known.contacts[0] = NULL; // nobody can name them yet, but a guess would be wrong
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_INT((int64_t)row.callers_count, 0);
    picked.contact = id_number(2);
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_INT((int64_t)row.callers_count, 1);
    CHECK_STR(row.callers[0].name, "B"); // as at the ring
    call.contact = NULL;
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK_INT((int64_t)row.callers_count, 2);
    CHECK(!row.callers[0].has_picked);
    arena_free(arena);
}

// --- files
static struct file file_numbered(uint8_t number, int64_t opened_at)
{
    return (struct file){ .id = id_number(number),
                          .version = 1,
                          .number = "1/26",
                          .state = file_state_OPEN,
                          .opened_at = opened_at };
}

TEST(a_locked_or_closed_file_is_never_shown)
{
    struct file file = file_numbered(1, 1);

    CHECK(board_shows_file(&file));
    file.has_locked = true;
    CHECK(board_shows_file(&file));
    file.locked = true;
    CHECK(!board_shows_file(&file));
    file = file_numbered(1, 1);
    file.state = file_state_CLOSED;
    CHECK(!board_shows_file(&file));
    file.state = file_state_ARCHIVED;
    CHECK(!board_shows_file(&file));
}

TEST(files_of_the_other_side_come_first_then_the_youngest)
{
    struct board_parts parts = { .count = 0 };
    struct file files[7];

    for (uint8_t i = 0; i < COUNT_OF(files); i++) {
        files[i] = file_numbered(i, 10 + i);
        board_parts_add(&parts, &(struct board_part){ &files[i], party_role_WITNESS, NULL });
    }
    CHECK_INT((int64_t)parts.count, BOARD_FILES_MAX);
    CHECK(parts.list[0].file == &files[6]);
    CHECK(parts.list[4].file == &files[2]);
    board_parts_add(&parts, &(struct board_part){ &files[0], party_role_OPPONENT, NULL });
    CHECK_INT((int64_t)parts.count, BOARD_FILES_MAX);
    CHECK(parts.list[0].file == &files[0]);
    CHECK(parts.list[4].file == &files[3]);
    // The same file twice, of one who was merged: once, by the graver part.
    board_parts_add(&parts, &(struct board_part){ &files[4], party_role_OPPONENT, NULL });
    board_parts_add(&parts, &(struct board_part){ &files[0], party_role_CLIENT, NULL });
    CHECK_INT((int64_t)parts.count, BOARD_FILES_MAX);
    CHECK(parts.list[0].file == &files[4]);
    CHECK(parts.list[1].file == &files[0]);
    CHECK_INT(parts.list[1].role, party_role_OPPONENT);
}

TEST(an_opponent_is_marked_and_the_responsible_person_named)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    struct shown_contact shown = { .contact = id_number(1),
                                   .name = "A",
                                   .certainty = certainty_EXACT };
    struct staff anna = staff_named(10, "Anna");
    struct file file = file_numbered(5, 1);
    struct board_known known = { .client = NULL };
    struct call call = call_ringing();
    struct board_call row;
    struct err err = { .code = ERR_NONE };

    file.clerk = id_number(10);
    call.shown_contact = &shown;
    board_parts_add(&known.parts[0], &(struct board_part){ &file, party_role_CLIENT, &anna });
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK(!row.callers[0].has_opponent);
    CHECK_INT((int64_t)row.callers[0].files_count, 1);
    CHECK_STR(row.callers[0].files[0].number, "1/26");
    CHECK_STR(row.callers[0].files[0].responsible_name, "Anna");
    CHECK_INT(row.callers[0].files[0].side, party_side_OURS);
    file.lawyer = id_number(11);
    known.parts[0].list[0] = (struct board_part){ &file, party_role_OPPOSING_COUNSEL, NULL };
    CHECK(board_make(&call, &known, arena, &row, &err));
    CHECK(row.callers[0].has_opponent && row.callers[0].opponent);
    CHECK(id_equal(row.callers[0].files[0].responsible, file.lawyer));
    CHECK_STR(row.callers[0].files[0].responsible_name, NULL);
    arena_free(arena);
}
