// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/resubmission.h"

#include "common/wire/change.h"
#include "common/wire/codec.h"

bool resubmission_pending(const struct resubmission *row)
{
    return row->state == resubmission_state_OPEN || row->state == resubmission_state_DUE;
}

int64_t resubmission_next_us(const struct resubmission *row)
{
    return row->state == resubmission_state_OPEN ? row->due_at : INT64_MAX;
}

static bool one_step(struct resubmission *row, int64_t now_us)
{
    if (resubmission_next_us(row) > now_us)
        return false;
    row->state = resubmission_state_DUE;
    row->has_told_at = true;
    row->told_at = now_us;
    return true;
}

static void begin_anew(struct resubmission *row, int64_t now_us)
{
    row->state = resubmission_state_OPEN;
    row->has_told_at = false;
    row->told_at = 0;
    (void)one_step(row, now_us);
}

static void touch(struct resubmission *row, const struct callback_editor *editor)
{
    row->version++;
    row->edited_at = editor->now_us;
    row->edited_by = editor->actor;
}

bool resubmission_step(struct resubmission *row, const struct callback_editor *editor)
{
    if (!one_step(row, editor->now_us))
        return false;
    touch(row, editor);
    return true;
}

static bool check(const struct resubmission *row, struct err *err)
{
    if (row->has_until && row->until <= row->due_at)
        return fail(err, ERR_INVALID, "until", TEXT_ENDS_BEFORE, NULL);
    return record_check(resubmission_record(), row, err);
}

bool resubmission_make(const struct resubmission_new *in, const struct callback_editor *editor,
                       struct id id, struct resubmission *out, struct err *err)
{
    *out = (struct resubmission){
        .id = id,
        .version = 1,
        .state = resubmission_state_OPEN,
        .created_at = editor->now_us,
        .created_by = editor->actor,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(resubmission_record(), out, (struct given){ resubmission_new_record(), in });
    if (!row_trim(resubmission_record(), out, editor->arena, err))
        return false;
    begin_anew(out, editor->now_us);
    return check(out, err);
}

bool resubmission_apply(const struct resubmission *row, const struct resubmission_change *change,
                        const struct callback_editor *editor, struct resubmission *out,
                        struct err *err)
{
    struct given given = { resubmission_change_record(), change };
    if (!resubmission_pending(row))
        return fail(err, ERR_CONFLICT, "id", TEXT_RESUBMISSION_SETTLED, NULL);
    *out = *row;
    row_take(resubmission_record(), out, given);
    if (!row_clear(resubmission_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(resubmission_record(), out, editor->arena, err))
        return false;
    if (out->due_at != row->due_at)
        begin_anew(out, editor->now_us);
    if (!check(out, err))
        return false;
    if (!row_equal(resubmission_record(), row, out))
        touch(out, editor);
    return true;
}

bool resubmission_move(struct resubmission *row, enum resubmission_state to,
                       const struct callback_editor *editor, struct err *err)
{
    if (!resubmission_pending(row))
        return fail(err, ERR_CONFLICT, "id", TEXT_RESUBMISSION_SETTLED, NULL);
    row->state = to;
    row->has_done_at = true;
    row->done_at = editor->now_us;
    row->done_by = editor->actor;
    touch(row, editor);
    return check(row, err);
}
