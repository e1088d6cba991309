// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/callback.h"

#include <stdio.h>
#include <string.h>

#include "common/wire/change.h"
#include "common/wire/codec.h"

bool callback_pending(const struct callback *row)
{
    return row->state != callback_state_DONE && row->state != callback_state_WITHDRAWN;
}

// --- time
int64_t callback_next_us(const struct callback *row)
{
    if (row->state == callback_state_OPEN)
        return row->from;
    return row->state == callback_state_DUE && row->has_until ? row->until : INT64_MAX;
}

// Nothing but the state, and that it is told by the fact which this row becomes.
static bool one_step(struct callback *row, int64_t now_us)
{
    if (callback_next_us(row) > now_us)
        return false;
    if (row->state == callback_state_OPEN) {
        row->state = callback_state_DUE;
        row->has_due_told_at = true;
        row->due_told_at = now_us;
        return true;
    }
    row->state = callback_state_OVERDUE;
    row->has_overdue_told_at = true;
    row->overdue_told_at = now_us;
    return true;
}

// As if it had just been arranged: the same fact tells all that has come.
static void begin_anew(struct callback *row, int64_t now_us)
{
    row->state = callback_state_OPEN;
    row->has_due_told_at = row->has_overdue_told_at = false;
    row->due_told_at = row->overdue_told_at = 0;
    while (one_step(row, now_us))
        ;
}

static void touch(struct callback *row, const struct callback_editor *editor)
{
    row->version++;
    row->edited_at = editor->now_us;
    row->edited_by = editor->actor;
}

bool callback_step(struct callback *row, const struct callback_editor *editor)
{
    if (!one_step(row, editor->now_us))
        return false;
    touch(row, editor);
    return true;
}

// --- made and changed
// Whatever cannot be E.164 (a short number, one with an extension) stays as it was typed.
static bool read_number(const struct callback_editor *editor, struct callback *row, struct err *err)
{
    struct phone phone;
    if (!row->number)
        return true;
    if (!phone_read(row->number, editor->home, &phone, err)) {
        (void)snprintf(err->field, sizeof err->field, "number");
        return false;
    }
    if (!phone.e164[0] || phone.extension[0])
        return true;
    row->number = arena_text(editor->arena, phone.e164, strlen(phone.e164));
    return row->number || fail(err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

static bool check(const struct callback *row, struct err *err)
{
    if (!row->number && id_is_zero(row->contact))
        return fail(err, ERR_INVALID, "number", TEXT_CALLBACK_WHOM, NULL);
    if (row->has_until && row->until <= row->from)
        return fail(err, ERR_INVALID, "until", TEXT_ENDS_BEFORE, NULL);
    return record_check(callback_record(), row, err);
}

bool callback_make(const struct callback_new *in, const struct callback_editor *editor,
                   struct id id, struct callback *out, struct err *err)
{
    *out = (struct callback){
        .id = id,
        .version = 1,
        .from = editor->now_us,
        .priority = priority_NORMAL,
        .state = callback_state_OPEN,
        .created_at = editor->now_us,
        .created_by = editor->actor,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(callback_record(), out, (struct given){ callback_new_record(), in });
    if (!row_trim(callback_record(), out, editor->arena, err) || !read_number(editor, out, err))
        return false;
    begin_anew(out, editor->now_us);
    return check(out, err);
}

bool callback_apply(const struct callback *row, const struct callback_change *change,
                    const struct callback_editor *editor, struct callback *out, struct err *err)
{
    struct given given = { callback_change_record(), change };
    if (!callback_pending(row))
        return fail(err, ERR_CONFLICT, "id", TEXT_CALLBACK_SETTLED, NULL);
    *out = *row;
    row_take(callback_record(), out, given);
    if (!row_clear(callback_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(callback_record(), out, editor->arena, err) ||
        (change->number && !read_number(editor, out, err)))
        return false;
    bool moved =
        out->from != row->from || out->has_until != row->has_until || out->until != row->until;
    // What was offered stays offered: only its people can say whether that call was it.
    if (moved && out->state != callback_state_OFFERED)
        begin_anew(out, editor->now_us);
    // Another end of the window does not make it due once more.
    if (out->from == row->from && out->has_due_told_at && row->has_due_told_at)
        out->due_told_at = row->due_told_at;
    if (!check(out, err))
        return false;
    if (!row_equal(callback_record(), row, out))
        touch(out, editor);
    return true;
}

// --- settled
bool callback_move(struct callback *row, enum callback_state to, const char *result,
                   const struct callback_editor *editor, struct err *err)
{
    bool again = to == callback_state_OPEN;
    bool is_open = callback_pending(row) && row->state != callback_state_OFFERED;
    if (again ? is_open : !callback_pending(row))
        return fail(err, ERR_CONFLICT, "id",
                    again ? TEXT_CALLBACK_NOT_SETTLED : TEXT_CALLBACK_SETTLED, NULL);
    if (result)
        row->result = result;
    row->has_done_at = !again;
    row->done_at = again ? 0 : editor->now_us;
    row->done_by = again ? NULL : editor->actor;
    row->state = to;
    if (again) {
        row->offered_call = (struct id){ 0 };
        begin_anew(row, editor->now_us);
    }
    touch(row, editor);
    return row_trim(callback_record(), row, editor->arena, err) && check(row, err);
}

bool callback_offer(struct callback *row, struct id call, const struct callback_editor *editor)
{
    if (!callback_pending(row) || row->state == callback_state_OFFERED)
        return false;
    row->state = callback_state_OFFERED;
    row->offered_call = call;
    touch(row, editor);
    return true;
}
