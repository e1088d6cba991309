// SPDX-License-Identifier: Apache-2.0
// What an appointment is made of, and the reminder that goes with it.
#include "services/contacts/appointment.h"

#include "common/base/civil.h"
#include "common/wire/codec.h"
#include "services/contacts/change.h"

static bool staff_distinct(const struct appointment *appointment, struct err *err)
{
    for (size_t i = 0; i < appointment->staff_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (id_equal(appointment->staff[i], appointment->staff[k]))
                return fail(err, ERR_INVALID, "staff", TEXT_ITEM_TWICE,
                            id_text(appointment->staff[i]).text, NULL);
        }
    }
    return true;
}

static bool appointment_check(const struct appointment *appointment, struct err *err)
{
    if (appointment->has_ends_at && appointment->ends_at < appointment->starts_at)
        return fail(err, ERR_INVALID, "ends_at", TEXT_ENDS_BEFORE, NULL);
    return record_check(appointment_record(), appointment, err) && staff_distinct(appointment, err);
}

bool appointment_make(const struct appointment_new *in, const struct editor *editor, struct id id,
                      struct appointment *out, struct err *err)
{
    *out = (struct appointment){
        .id = id,
        .version = 1,
        .kind = appointment_kind_APPOINTMENT,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(appointment_record(), out, (struct given){ appointment_new_record(), in });
    return row_trim(appointment_record(), out, editor->arena, err) && appointment_check(out, err);
}

bool appointment_apply(const struct appointment *row, const struct appointment_change *change,
                       const struct editor *editor, struct appointment *out, struct err *err)
{
    struct given given = { appointment_change_record(), change };
    *out = *row;
    row_take(appointment_record(), out, given);
    if (!row_clear(appointment_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(appointment_record(), out, editor->arena, err) || !appointment_check(out, err))
        return false;
    if (row_equal(appointment_record(), row, out))
        return true;
    out->version = row->version + 1;
    out->edited_at = editor->now_us;
    out->edited_by = editor->actor;
    return true;
}

bool appointment_open(const struct appointment *appointment)
{
    return !(appointment->has_done && appointment->done) &&
           !(appointment->has_cancelled && appointment->cancelled);
}

// Whoever enters what is over already needs no reminder.
static bool wants_reminder(const struct appointment *appointment, int64_t now_us)
{
    int64_t end_us = appointment->has_ends_at ? appointment->ends_at : appointment->starts_at;
    return appointment->has_remind_minutes && appointment_open(appointment) && end_us >= now_us;
}

bool reminder_follow(const struct appointment *appointment, const struct reminder *before,
                     int64_t now_us, struct reminder *out)
{
    bool wanted = wants_reminder(appointment, now_us);
    if (!before && !wanted)
        return false;
    int64_t due_at = appointment->starts_at - SECONDS(60 * appointment->remind_minutes);
    *out = (struct reminder){
        .id = appointment->id,
        .version = before ? before->version + 1 : 1,
        .kind = appointment->kind,
        .title = appointment->title,
        .starts_at = appointment->starts_at,
        .due_at = wanted ? (due_at > 0 ? due_at : 0) : before->due_at,
        .has_off = !wanted,
        .off = !wanted,
        .contact = appointment->contact,
        .client = appointment->client,
        .staff = appointment->staff,
        .staff_count = appointment->staff_count,
    };
    if (before && before->has_told_at && before->due_at == out->due_at) {
        out->has_told_at = true;
        out->told_at = before->told_at;
    }
    return true;
}
