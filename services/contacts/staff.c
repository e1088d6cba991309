// SPDX-License-Identifier: Apache-2.0
// What a member of staff is made of, and what a change does to it.
#include "services/contacts/staff.h"

#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "proto/settings.h"
#include "services/contacts/check.h"

static bool staff_check(struct staff *staff, struct arena *arena, struct err *err)
{
    const struct settings settings = {
        .hours = &staff->hours,
        .zone = &staff->zone,
        .holidays = &staff->holidays,
    };
    return record_check(staff_record(), staff, err) &&
           check_distinct("extensions", staff->extensions, staff->extensions_count, arena, err) &&
           check_distinct("skills", staff->skills, staff->skills_count, arena, err) &&
           check_distinct("languages", staff->languages, staff->languages_count, arena, err) &&
           check_languages(staff->languages, staff->languages_count, err) &&
           check_email(staff->email, err) && settings_read(&settings, arena, err);
}

bool staff_make(const struct staff_new *in, const struct editor *editor, struct id id,
                struct staff *out, struct err *err)
{
    *out = (struct staff){
        .id = id,
        .version = 1,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(staff_record(), out, (struct given){ staff_new_record(), in });
    return row_trim(staff_record(), out, editor->arena, err) &&
           staff_check(out, editor->arena, err);
}

bool staff_apply(const struct staff *row, const struct staff_change *change,
                 const struct editor *editor, struct staff *out, struct err *err)
{
    struct given given = { staff_change_record(), change };
    *out = *row;
    row_take(staff_record(), out, given);
    if (!row_clear(staff_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(staff_record(), out, editor->arena, err) || !staff_check(out, editor->arena, err))
        return false;
    if (row_equal(staff_record(), row, out))
        return true;
    out->version = row->version + 1;
    out->edited_at = editor->now_us;
    out->edited_by = editor->actor;
    return true;
}

bool team_make(const struct team_new *in, const struct editor *editor, struct id id,
               struct team *out, struct err *err)
{
    *out = (struct team){
        .id = id,
        .version = 1,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(team_record(), out, (struct given){ team_new_record(), in });
    return row_trim(team_record(), out, editor->arena, err) &&
           record_check(team_record(), out, err);
}
