// SPDX-License-Identifier: Apache-2.0
// Callbacks and resubmissions as values: what time does to them, whatever comes in between.
#include <string.h>

#include "common/base/civil.h"
#include "services/timekeeping/resubmission.h"
#include "tests/harness/test.h"

#define MINUTE SECONDS(60)
#define NOON   DAYS(20000)

static const struct phone_home home = { .country = "49", .area = "30" };

static struct callback_editor editor_at(struct arena *arena, int64_t now_us)
{
    return (struct callback_editor){ arena, &home, now_us, "tester" };
}

static struct callback made(struct arena *arena, struct callback_new in)
{
    struct callback_editor editor = editor_at(arena, NOON);
    struct callback row;
    struct err err = { 0 };
    in.reason = "Angebot";
    in.number = in.number ? in.number : "901820";
    CHECK(callback_make(&in, &editor, (struct id){ { 1 } }, &row, &err));
    return row;
}

TEST(numbers_are_read_by_the_houses_area)
{
    static const struct {
        const char *typed, *kept;
    } cases[] = {
        { "90 18 20", "+4930901820" },
        { "0171/2345678", "+491712345678" },
        { "+41 44 668 18 00", "+41446681800" },
        { " 116117 ", "116117" },                   // a short number has no E.164
        { "030 901820 DW 12", "030 901820 DW 12" }, // nor has one with an extension
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct callback row = made(arena, (struct callback_new){ .number = cases[i].typed });
        CHECK_STR(row.number, cases[i].kept);
    }
    arena_free(arena);
}

TEST(a_window_that_has_begun_or_passed_is_told_by_its_first_fact)
{
    static const struct {
        int64_t from, until; // minutes from noon; until 0: none
        enum callback_state state;
    } cases[] = {
        { 10, 20, callback_state_OPEN },      { 0, 20, callback_state_DUE },
        { -10, 10, callback_state_DUE },      { -10, 0, callback_state_OVERDUE },
        { -20, -10, callback_state_OVERDUE },
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct callback row =
            made(arena, (struct callback_new){ .has_from = true,
                                               .from = NOON + cases[i].from * MINUTE,
                                               .has_until = true,
                                               .until = NOON + cases[i].until * MINUTE });
        CHECK_INT(row.state, cases[i].state);
        CHECK(row.has_due_told_at == (cases[i].state != callback_state_OPEN));
        CHECK(row.has_overdue_told_at == (cases[i].state == callback_state_OVERDUE));
        CHECK_INT(row.version, 1);
    }
    arena_free(arena);
}

// However the clock walks (also back), each of the two is told once, in order.
TEST(each_step_is_told_once_however_the_clock_walks)
{
    struct arena *arena = arena_new(1 << 24);
    struct rng rng;
    rng_seed(&rng, test_seed());
    for (int run = 0; run < 300; run++) {
        arena_reset(arena);
        int64_t due = 0, overdue = 0, now = NOON;
        struct callback row = made(arena, (struct callback_new){ .has_from = true,
                                                                 .from = NOON + 30 * MINUTE,
                                                                 .has_until = true,
                                                                 .until = NOON + 60 * MINUTE });
        for (int i = 0; i < 40; i++) {
            now += ((int64_t)rng_below(&rng, 21) - 7) * MINUTE;
            struct callback_editor editor = editor_at(arena, now);
            int64_t version = row.version;
            bool stepped = callback_step(&row, &editor);
            CHECK_INT(row.version, version + stepped);
            due += stepped && row.state == callback_state_DUE;
            overdue += stepped && row.state == callback_state_OVERDUE;
            CHECK(overdue <= due && due <= 1);
            CHECK(row.state == callback_state_OPEN || now >= row.from || due == 1);
        }
        struct callback_editor late = editor_at(arena, NOON + DAYS(2));
        while (callback_step(&row, &late))
            continue;
        CHECK_INT(row.state, callback_state_OVERDUE);
        CHECK_INT(callback_next_us(&row), INT64_MAX);
        CHECK(row.has_due_told_at && row.has_overdue_told_at);
    }
    arena_free(arena);
}

TEST(settling_is_once_and_can_be_taken_back)
{
    struct arena *arena = arena_new(1 << 20);
    struct callback_editor editor = editor_at(arena, NOON + MINUTE);
    struct callback row = made(arena, (struct callback_new){ 0 });
    struct err err = { 0 };
    CHECK(!callback_move(&row, callback_state_OPEN, NULL, &editor, &err)); // it is open
    CHECK_INT(err.text, TEXT_CALLBACK_NOT_SETTLED);
    CHECK(callback_offer(&row, (struct id){ { 9 } }, &editor));
    CHECK(!callback_offer(&row, (struct id){ { 8 } }, &editor)); // the first one stays
    CHECK_INT(row.offered_call.bytes[0], 9);
    CHECK_INT(callback_next_us(&row), INT64_MAX);
    err = (struct err){ 0 };
    CHECK(callback_move(&row, callback_state_DONE, " gut ", &editor, &err));
    CHECK_STR(row.result, "gut");
    CHECK(row.has_done_at && !callback_pending(&row));
    CHECK(!callback_offer(&row, (struct id){ { 8 } }, &editor));
    CHECK(!callback_move(&row, callback_state_WITHDRAWN, NULL, &editor, &err));
    CHECK_INT(err.text, TEXT_CALLBACK_SETTLED);
    err = (struct err){ 0 };
    CHECK(callback_move(&row, callback_state_OPEN, NULL, &editor, &err));
    CHECK_INT(row.state, callback_state_DUE);
    CHECK(!row.has_done_at && !row.done_by && id_is_zero(row.offered_call));
    arena_free(arena);
}

TEST(a_resubmission_comes_back_once)
{
    struct arena *arena = arena_new(1 << 20);
    struct callback_editor editor = editor_at(arena, NOON);
    struct resubmission_new in = { .subject = "Frist", .due_at = NOON + MINUTE };
    struct resubmission row;
    struct err err = { 0 };
    CHECK(resubmission_make(&in, &editor, (struct id){ { 1 } }, &row, &err));
    CHECK(!resubmission_step(&row, &editor));
    editor.now_us = NOON + MINUTE;
    CHECK(resubmission_step(&row, &editor));
    CHECK(!resubmission_step(&row, &editor));
    CHECK_INT(row.version, 2);
    CHECK_INT(row.told_at, NOON + MINUTE);
    in.has_until = true;
    in.until = in.due_at;
    CHECK(!resubmission_make(&in, &editor, (struct id){ { 1 } }, &row, &err));
    CHECK_STR(err.field, "until");
    arena_free(arena);
}
