// SPDX-License-Identifier: Apache-2.0
// Inquiries: every pair of states, what a move needs and does, numbers, what happens by itself.
#include "services/timekeeping/inquiry.h"

#include <string.h>

#include "common/base/civil.h"
#include "tests/harness/test.h"

#define NOW DAYS(20000)

static const struct id ANNA = { { 1 } }, BERT = { { 2 } };

static struct inquiry inquiry_in(enum inquiry_state state)
{
    return (struct inquiry){
        .id = { { 9 } },
        .version = 3,
        .number = "2026-000001",
        .state = state,
        .channel = channel_PHONE,
        .priority = priority_NORMAL,
        .subject = "Drucker",
        .solution = "neu gestartet",
        .staff = ANNA,
        .opened_at = NOW - DAYS(1),
        .opened_by = "anna",
        .edited_at = NOW - DAYS(1),
        .edited_by = "anna",
        .has_solved_at = !inquiry_is_open(state),
        .solved_at = NOW - SECONDS(60),
        .has_closed_at = state == inquiry_state_CLOSED,
        .closed_at = NOW - SECONDS(60),
        .has_waiting_since = state == inquiry_state_WAITING,
        .waiting_since = NOW - SECONDS(60),
        .has_resubmit_at = state == inquiry_state_RESUBMISSION,
        .resubmit_at = NOW + SECONDS(60),
    };
}

// A move with everything that any state needs.
static struct inquiry_moving moving_to(enum inquiry_state to)
{
    return (struct inquiry_moving){
        .to = to, .reason = "darum", .staff = BERT, .has_at = true, .at = NOW + DAYS(2)
    };
}

struct moved {
    struct inquiry row;
    struct inquiry_move move;
    struct err err;
    bool done;
};

static struct moved try(const struct inquiry *row, const struct inquiry_moving *moving)
{
    static struct arena *arena;
    struct moved moved = { 0 };

    arena_free(arena);
    arena = arena_new((size_t)1 << 20);
    struct inquiry_editor editor = { arena, NOW, "bert" };
    moved.done = inquiry_moved(row, moving, &editor, &moved.row, &moved.move, &moved.err);
    return moved;
}

// Rows: from; columns: to. Written down once more, so that a slip in the table is seen.
static const char *const matrix[] = {
    //          OWFRSC  to Open, Waiting, Forwarded, Resubmission, Solved, Closed
    /* O */ "xxxxxx",
    /* W */ "x.xxxx",
    /* F */ "xxxxxx",
    /* R */ "xxxxxx",
    /* S */ "x....x",
    /* C */ "x.....",
};

TEST(every_pair_of_states_moves_or_is_refused_as_the_table_says)
{
    CHECK_INT((int64_t)inquiry_state_picks()->count - 1, COUNT_OF(matrix));
    for (size_t from = 0; from < COUNT_OF(matrix); from++) {
        CHECK_INT((int64_t)strlen(matrix[from]), COUNT_OF(matrix));
        for (size_t to = 0; to < COUNT_OF(matrix); to++) {
            struct inquiry row = inquiry_in((enum inquiry_state)(from + 1));
            struct inquiry_moving moving = moving_to((enum inquiry_state)(to + 1));
            struct moved moved = try(&row, &moving);
            CHECK_INT(moved.done, matrix[from][to] == 'x');
            if (!moved.done) {
                CHECK_REFUSED(&moved.err, ERR_CONFLICT, "state");
                continue;
            }
            CHECK_INT(moved.row.state, to + 1);
            CHECK_INT(moved.move.from, from + 1);
            CHECK_INT(moved.move.to, to + 1);
            CHECK_STR(moved.move.reason, "darum");
            CHECK_STR(moved.move.by, "bert");
            CHECK(id_equal(moved.move.staff, BERT));
        }
    }
    CHECK(!inquiry_may_move(inquiry_state_ABSENT, inquiry_state_OPEN));
    CHECK(!inquiry_may_move(inquiry_state_OPEN, inquiry_state_ABSENT));
}

TEST(a_move_leaves_nothing_of_the_former_state)
{
    for (enum inquiry_state from = inquiry_state_OPEN; from <= inquiry_state_CLOSED; from++) {
        struct inquiry row = inquiry_in(from);
        struct inquiry_moving moving = moving_to(inquiry_state_OPEN);
        struct moved moved = try(&row, &moving);
        CHECK(moved.done);
        CHECK(!moved.row.has_waiting_since && !moved.row.has_resubmit_at);
        CHECK(!moved.row.has_solved_at && !moved.row.has_closed_at);
    }
    struct inquiry solved = inquiry_in(inquiry_state_SOLVED);
    struct inquiry_moving close = moving_to(inquiry_state_CLOSED);
    struct moved closed = try(&solved, &close);
    CHECK_INT(closed.row.solved_at, NOW - SECONDS(60)); // solved then, closed now
    CHECK_INT(closed.row.closed_at, NOW);
}

TEST(each_move_says_what_it_lacks)
{
    struct inquiry row = inquiry_in(inquiry_state_OPEN);
    struct inquiry_moving moving = { .to = inquiry_state_FORWARDED };
    struct moved moved = try(&row, &moving);
    CHECK_REFUSED(&moved.err, ERR_INVALID, "department");
    moving.staff = ANNA; // who has it
    moved = try(&row, &moving);
    CHECK_REFUSED(&moved.err, ERR_CONFLICT, "department");
    moving = (struct inquiry_moving){ .to = inquiry_state_RESUBMISSION };
    moved = try(&row, &moving);
    CHECK_REFUSED(&moved.err, ERR_INVALID, "at");
    moving.has_at = true;
    moving.at = NOW; // not in the future
    moved = try(&row, &moving);
    CHECK_REFUSED(&moved.err, ERR_INVALID, "at");
    moving.at = NOW + 2;
    moving.has_until = true;
    moving.until = NOW + 1;
    moved = try(&row, &moving);
    CHECK_REFUSED(&moved.err, ERR_INVALID, "until");
    row.solution = NULL;
    moving = (struct inquiry_moving){ .to = inquiry_state_SOLVED };
    moved = try(&row, &moving);
    CHECK_REFUSED(&moved.err, ERR_INVALID, "solution");
    moving.solution = "  getauscht ";
    moved = try(&row, &moving);
    CHECK(moved.done);
    CHECK_STR(moved.row.solution, "getauscht");
}

TEST(taking_what_one_has_is_no_move)
{
    struct inquiry row = inquiry_in(inquiry_state_OPEN);
    struct inquiry_moving moving = { .to = inquiry_state_OPEN, .staff = ANNA };
    struct moved moved = try(&row, &moving);
    CHECK(moved.done);
    CHECK_INT(moved.move.to, inquiry_state_ABSENT);
    moving.staff = BERT;
    moved = try(&row, &moving);
    CHECK_INT(moved.move.to, inquiry_state_OPEN);
    CHECK(id_equal(moved.row.staff, BERT));
}

TEST(forwarding_to_a_department_takes_it_from_the_clerk)
{
    struct inquiry row = inquiry_in(inquiry_state_OPEN);
    struct inquiry_moving moving = { .to = inquiry_state_FORWARDED, .department = "Buchhaltung" };
    struct moved moved = try(&row, &moving);
    CHECK(moved.done);
    CHECK(id_is_zero(moved.row.staff));
    CHECK_STR(moved.row.department, "Buchhaltung");
    CHECK_STR(moved.move.department, "Buchhaltung");
}

// --- by itself
TEST(the_next_moment_is_the_first_of_what_is_pending)
{
    struct inquiry row = inquiry_in(inquiry_state_OPEN);
    CHECK_INT(inquiry_wakes_at(&row), INT64_MAX);
    row.has_solve_by = row.has_respond_by = true;
    row.solve_by = NOW + 30;
    row.respond_by = NOW + 20;
    CHECK_INT(inquiry_wakes_at(&row), NOW + 20);
    row.has_responded_at = true;
    CHECK_INT(inquiry_wakes_at(&row), NOW + 30);
    row.state = inquiry_state_WAITING; // the agreement's clock stands
    CHECK_INT(inquiry_wakes_at(&row), INT64_MAX);
    row.state = inquiry_state_RESUBMISSION;
    row.has_resubmit_at = true;
    row.resubmit_at = NOW + 10;
    CHECK_INT(inquiry_wakes_at(&row), NOW + 10);
    row.state = inquiry_state_SOLVED;
    CHECK_INT(inquiry_wakes_at(&row), INT64_MAX);
}

TEST(what_was_missed_is_noted_once)
{
    struct inquiry row = inquiry_in(inquiry_state_OPEN);
    row.has_solve_by = row.has_respond_by = true;
    row.respond_by = NOW;
    row.solve_by = NOW + 1;
    CHECK(!inquiry_note_missed(&row, NOW - 1));
    CHECK(inquiry_note_missed(&row, NOW));
    CHECK(row.has_respond_missed_at && !row.has_solve_missed_at);
    CHECK(!inquiry_note_missed(&row, NOW));
    CHECK(inquiry_note_missed(&row, NOW + 1));
    CHECK_INT(inquiry_wakes_at(&row), INT64_MAX);
    CHECK(inquiry_overdue(&row, NOW + 1) && !inquiry_overdue(&row, NOW));
}

// --- numbers
TEST(numbers_are_read_as_people_type_them)
{
    static const struct {
        const char *typed, *want;
    } cases[] = {
        { "2026-000123", "2026-000123" },
        { "2026-123", "2026-000123" },
        { "123", "2026-000123" },
        { "000123", "2026-000123" },
        { "2025-1234567", "2025-1234567" },
        { "0", NULL },
        { "2026-", NULL },
        { "-123", NULL },
        { "26-123", NULL },
        { "", NULL },
        { "12a", NULL },
        { "2026-000123/2", NULL },
        { "9999999999", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct inquiry_number number = { "" };
        CHECK_INT(inquiry_number_read(cases[i].typed, 2026, &number), cases[i].want != NULL);
        if (cases[i].want)
            CHECK_STR(number.text, cases[i].want);
    }
    struct inquiry_number number;
    int64_t place;
    CHECK(measure_number_read("123/2", 2026, &number, &place));
    CHECK_STR(number.text, "2026-000123");
    CHECK_INT(place, 2);
    CHECK(!measure_number_read("123", 2026, &number, &place));
    CHECK(!measure_number_read("123/0", 2026, &number, &place));
    CHECK(!measure_number_read("123/x", 2026, &number, &place));
}
