// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/inquiry.h"

#include <stdio.h>
#include <string.h>

#include "common/base/email.h"
#include "common/base/text.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"

#define CALLS_MAX 100 // as in the record

// --- the moves
#define BIT(state) (1u << inquiry_state_##state)

static const unsigned may_move_to[] = {
    [inquiry_state_OPEN] =
        BIT(OPEN) | BIT(WAITING) | BIT(FORWARDED) | BIT(RESUBMISSION) | BIT(SOLVED) | BIT(CLOSED),
    [inquiry_state_WAITING] =
        BIT(OPEN) | BIT(FORWARDED) | BIT(RESUBMISSION) | BIT(SOLVED) | BIT(CLOSED),
    [inquiry_state_FORWARDED] =
        BIT(OPEN) | BIT(WAITING) | BIT(FORWARDED) | BIT(RESUBMISSION) | BIT(SOLVED) | BIT(CLOSED),
    [inquiry_state_RESUBMISSION] =
        BIT(OPEN) | BIT(WAITING) | BIT(FORWARDED) | BIT(RESUBMISSION) | BIT(SOLVED) | BIT(CLOSED),
    [inquiry_state_SOLVED] = BIT(OPEN) | BIT(CLOSED),
    [inquiry_state_CLOSED] = BIT(OPEN),
};

bool inquiry_is_open(enum inquiry_state state)
{
    return state != inquiry_state_SOLVED && state != inquiry_state_CLOSED;
}

bool inquiry_may_move(enum inquiry_state from, enum inquiry_state to)
{
    return from < COUNT_OF(may_move_to) && (may_move_to[from] >> to) & 1u;
}

static const char *state_name(enum inquiry_state state)
{
    return inquiry_state_picks()->values[state].german;
}

static bool forbidden(const struct inquiry *row, enum inquiry_state to, struct err *err)
{
    return fail(err, ERR_CONFLICT, "state", TEXT_INQUIRY_NO_SUCH_MOVE, row->number,
                state_name(row->state), state_name(to), NULL);
}

// --- what a move changes
static void leave_state(struct inquiry *out)
{
    out->has_waiting_since = false;
    out->has_resubmit_at = out->has_resubmit_until = out->has_returned_at = false;
    out->has_solved_at = out->has_solved_at && out->state == inquiry_state_SOLVED;
}

static void take_persons(const struct inquiry_moving *moving, struct inquiry *out)
{
    if (id_is_zero(moving->staff) && id_is_zero(moving->team) && !moving->department)
        return;
    out->staff = moving->staff;
    out->team = moving->team;
    out->department = moving->department;
}

static bool same_persons(const struct inquiry *a, const struct inquiry *b)
{
    return id_equal(a->staff, b->staff) && id_equal(a->team, b->team) &&
           text_equal(a->department, b->department);
}

static bool forward(const struct inquiry *row, const struct inquiry_moving *moving,
                    struct inquiry *out, struct err *err)
{
    if (id_is_zero(moving->staff) && id_is_zero(moving->team) && !moving->department)
        return fail(err, ERR_INVALID, "department", TEXT_INQUIRY_TO_WHOM, NULL);
    if (same_persons(row, out))
        return fail(err, ERR_CONFLICT, "department", TEXT_INQUIRY_THERE_ALREADY, row->number, NULL);
    return true;
}

static bool put_off(const struct inquiry_moving *moving, const struct inquiry_editor *editor,
                    struct inquiry *out, struct err *err)
{
    if (!moving->has_at || moving->at <= editor->now_us)
        return fail(err, ERR_INVALID, "at", TEXT_INQUIRY_AT_PAST, NULL);
    if (moving->has_until && moving->until < moving->at)
        return fail(err, ERR_INVALID, "until", TEXT_ENDS_BEFORE, NULL);
    out->has_resubmit_at = true;
    out->resubmit_at = moving->at;
    out->has_resubmit_until = moving->has_until;
    out->resubmit_until = moving->until;
    return true;
}

static bool solve(const struct inquiry_editor *editor, struct inquiry *out, struct err *err)
{
    if (!out->solution)
        return fail(err, ERR_INVALID, "solution", TEXT_INQUIRY_NO_SOLUTION, NULL);
    if (!out->has_solved_at) {
        out->has_solved_at = true;
        out->solved_at = editor->now_us;
    }
    return true;
}

static bool arrive(const struct inquiry *row, const struct inquiry_moving *moving,
                   const struct inquiry_editor *editor, struct inquiry *out, struct err *err)
{
    switch (moving->to) {
    case inquiry_state_FORWARDED: return forward(row, moving, out, err);
    case inquiry_state_RESUBMISSION: return put_off(moving, editor, out, err);
    case inquiry_state_SOLVED: return solve(editor, out, err);
    case inquiry_state_WAITING:
        out->has_waiting_since = true;
        out->waiting_since = editor->now_us;
        return true;
    case inquiry_state_CLOSED:
        if (!solve(editor, out, err))
            return false;
        out->has_closed_at = true;
        out->closed_at = editor->now_us;
        return true;
    default: out->has_solved_at = out->has_closed_at = false; return true;
    }
}

static void record_move(const struct inquiry *row, const struct inquiry *out, const char *reason,
                        struct inquiry_move *move)
{
    move->from = row->state;
    move->to = out->state;
    move->client = out->client;
    move->staff = out->staff;
    move->department = out->department;
    move->has_until = out->has_resubmit_at;
    move->until = out->resubmit_at;
    move->reason = reason;
}

bool inquiry_moved(const struct inquiry *row, const struct inquiry_moving *moving,
                   const struct inquiry_editor *editor, struct inquiry *out,
                   struct inquiry_move *move, struct err *err)
{
    *out = *row;
    *move = (struct inquiry_move){ .version = 1, .at = editor->now_us, .by = editor->actor };
    if (!inquiry_may_move(row->state, moving->to))
        return forbidden(row, moving->to, err);
    leave_state(out);
    take_persons(moving, out);
    if (moving->solution)
        out->solution = moving->solution;
    if (!arrive(row, moving, editor, out, err) || !inquiry_check(out, editor, err))
        return false;
    out->state = moving->to;
    // Whoever takes what they have already: nothing happens.
    if (row->state == out->state && out->state == inquiry_state_OPEN && same_persons(row, out) &&
        !row->has_returned_at)
        return true;
    record_move(row, out, moving->reason, move);
    return true;
}

void inquiry_returned(const struct inquiry *row, int64_t now_us, struct inquiry *out,
                      struct inquiry_move *move)
{
    *out = *row;
    out->state = inquiry_state_OPEN;
    out->has_returned_at = true;
    out->returned_at = now_us;
    *move = (struct inquiry_move){ .version = 1, .at = now_us };
    record_move(row, out, NULL, move);
}

// --- rows
bool inquiry_check(struct inquiry *row, const struct inquiry_editor *editor, struct err *err)
{
    if (!row_trim(inquiry_record(), row, editor->arena, err) ||
        !record_check(inquiry_record(), row, err))
        return false;
    if (row->opened_at > editor->now_us)
        return fail(err, ERR_INVALID, "opened_at", TEXT_INQUIRY_FROM_FUTURE, NULL);
    if (row->email && !email_valid(row->email))
        return fail(err, ERR_INVALID, "email", TEXT_EMAIL_FORM, row->email, NULL);
    return true;
}

// Fields of inquiry_change that name the inquiry or cannot be emptied with a move's own fields.
bool inquiry_changed(const struct inquiry *row, const struct inquiry_change *change,
                     const struct inquiry_editor *editor, struct inquiry *out, struct err *err)
{
    struct inquiry_change given_change = *change;
    struct given given = { inquiry_change_record(), &given_change };

    given_change.number = NULL; // it only names the inquiry
    *out = *row;
    row_take(inquiry_record(), out, given);
    for (size_t i = 0; i < change->clear_count; i++) {
        const struct field *field = record_field(inquiry_change_record(), change->clear[i]);
        if (field && !field->required && strcmp(field->name, "number") != 0 &&
            record_field(inquiry_record(), field->name))
            continue;
        return fail(err, ERR_INVALID, "clear", TEXT_INQUIRY_NOT_CLEARED, change->clear[i], NULL);
    }
    if (!row_clear(inquiry_record(), out, given, change->clear, change->clear_count, err))
        return false;
    if (!inquiry_is_open(row->state) && !out->solution)
        return fail(err, ERR_INVALID, "solution", TEXT_INQUIRY_NO_SOLUTION, NULL);
    return inquiry_check(out, editor, err);
}

bool inquiry_take_call(struct inquiry *row, struct id call, struct arena *arena)
{
    for (size_t i = 0; i < row->calls_count; i++) {
        if (id_equal(row->calls[i], call))
            return false;
    }
    struct id *calls = arena_array(arena, row->calls_count + 1, sizeof *calls);
    if (!calls || row->calls_count >= CALLS_MAX)
        return false;
    if (row->calls_count > 0)
        memcpy(calls, row->calls, row->calls_count * sizeof *calls);
    calls[row->calls_count] = call;
    row->calls = calls;
    row->calls_count++;
    return true;
}

// --- times
int64_t inquiry_due_at(const struct inquiry *row)
{
    if (row->has_due_at)
        return row->due_at;
    return row->has_solve_by ? row->solve_by : INT64_MAX;
}

bool inquiry_overdue(const struct inquiry *row, int64_t now_us)
{
    bool waits = row->state == inquiry_state_WAITING && !row->has_due_at;

    return inquiry_is_open(row->state) && !waits && inquiry_due_at(row) <= now_us;
}

static bool answer_awaited(const struct inquiry *row)
{
    return inquiry_is_open(row->state) && row->has_respond_by && !row->has_responded_at &&
           !row->has_respond_missed_at;
}

// While it waits for the customer the agreement's clock stands.
static bool solution_awaited(const struct inquiry *row)
{
    return inquiry_is_open(row->state) && row->state != inquiry_state_WAITING &&
           row->has_solve_by && !row->has_solve_missed_at;
}

int64_t inquiry_wakes_at(const struct inquiry *row)
{
    int64_t at = INT64_MAX;

    if (row->state == inquiry_state_RESUBMISSION && row->has_resubmit_at)
        at = row->resubmit_at;
    if (answer_awaited(row) && row->respond_by < at)
        at = row->respond_by;
    if (solution_awaited(row) && row->solve_by < at)
        at = row->solve_by;
    return at;
}

bool inquiry_note_missed(struct inquiry *row, int64_t now_us)
{
    bool answer = answer_awaited(row) && row->respond_by <= now_us;
    bool solution = solution_awaited(row) && row->solve_by <= now_us;

    if (answer) {
        row->has_respond_missed_at = true;
        row->respond_missed_at = now_us;
    }
    if (solution) {
        row->has_solve_missed_at = true;
        row->solve_missed_at = now_us;
    }
    return answer || solution;
}

// --- numbers
struct inquiry_number inquiry_number_text(int year, int64_t running)
{
    struct inquiry_number number;

    (void)snprintf(number.text, sizeof number.text, "%04d-%06lld", year % 10000,
                   (long long)(running % 1000000000));
    return number;
}

// Digits only, at most nine; -1: none.
static int64_t digits(const char *text, size_t size)
{
    int64_t value = 0;

    if (size == 0 || size > 9)
        return -1;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static bool number_read(const char *typed, size_t size, int this_year, struct inquiry_number *out)
{
    const char *dash = memchr(typed, '-', size);
    size_t year_size = dash ? (size_t)(dash - typed) : 0;
    const char *rest = dash ? dash + 1 : typed;
    int64_t year = dash ? digits(typed, year_size) : this_year;
    int64_t running = digits(rest, size - (size_t)(rest - typed));

    if ((dash && year_size != 4) || year < 0 || running <= 0)
        return false;
    *out = inquiry_number_text((int)year, running);
    return true;
}

bool inquiry_number_read(const char *typed, int this_year, struct inquiry_number *out)
{
    return number_read(typed, strlen(typed), this_year, out);
}

bool measure_number_read(const char *typed, int this_year, struct inquiry_number *out,
                         int64_t *ret_place)
{
    const char *slash = strchr(typed, '/');

    if (!slash || !number_read(typed, (size_t)(slash - typed), this_year, out))
        return false;
    *ret_place = digits(slash + 1, strlen(slash + 1));
    return *ret_place > 0;
}
