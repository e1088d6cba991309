// SPDX-License-Identifier: Apache-2.0
// Being off duty is no absence: a deputy stands in for those who are away.
#include "services/contacts/presence.h"

#include <string.h>

#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "proto/deputy.h"
#include "proto/settings.h"

#define CHAIN_MAX DEPUTY_CHAIN_MAX

// --- absences
static bool absence_check(const struct absence *absence, struct err *err)
{
    if (absence->until <= absence->from)
        return fail(err, ERR_INVALID, "until", TEXT_ENDS_BEFORE, NULL);
    if (id_equal(absence->deputy, absence->staff))
        return fail(err, ERR_INVALID, "deputy", TEXT_DEPUTY_SELF, NULL);
    return record_check(absence_record(), absence, err);
}

bool absence_make(const struct absence_new *in, const struct editor *editor, struct id id,
                  struct absence *out, struct err *err)
{
    *out = (struct absence){
        .id = id,
        .version = 1,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(absence_record(), out, (struct given){ absence_new_record(), in });
    return row_trim(absence_record(), out, editor->arena, err) && absence_check(out, err);
}

bool absence_apply(const struct absence *row, const struct absence_change *change,
                   const struct editor *editor, struct absence *out, struct err *err)
{
    struct given given = { absence_change_record(), change };
    *out = *row;
    row_take(absence_record(), out, given);
    if (!row_clear(absence_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(absence_record(), out, editor->arena, err) || !absence_check(out, err))
        return false;
    if (row_equal(absence_record(), row, out))
        return true;
    out->version = row->version + 1;
    out->edited_at = editor->now_us;
    out->edited_by = editor->actor;
    return true;
}

// --- deputies
static bool has_left(const struct staff *staff)
{
    return staff->has_left && staff->left;
}

bool deputy_check(const struct staff_book *book, const struct staff *staff, struct err *err)
{
    struct id next = staff->deputy;
    if (id_equal(next, staff->id))
        return fail(err, ERR_INVALID, "deputy", TEXT_DEPUTY_SELF, NULL);
    const char *chain = staff->name;
    for (int i = 0; i < CHAIN_MAX && !id_is_zero(next); i++) {
        const struct staff *deputy = book->staff(book->context, next);
        if (!deputy && i == 0)
            return fail(err, ERR_NOT_FOUND, "deputy", TEXT_STAFF_UNKNOWN, NULL);
        if (!deputy)
            return true;
        const char *longer = arena_format(book->arena, "%s → %s", chain, deputy->name);
        chain = longer ? longer : chain;
        if (id_equal(deputy->id, staff->id))
            return fail(err, ERR_CONFLICT, "deputy", TEXT_DEPUTY_CYCLE, chain, NULL);
        next = deputy->deputy;
    }
    return true;
}

static bool find_deputy(const struct staff_book *book, const struct staff *staff,
                        struct attendance *out)
{
    const struct deputy_book chain = { book->context, book->staff, book->absence };
    struct deputy_found *found = arena_alloc(book->arena, sizeof *found);
    if (!found)
        return false;
    deputy_find(&chain, staff, out->at, found);
    out->skipped = found->skipped;
    out->skipped_count = found->skipped_count;
    if (found->deputy) {
        out->deputy = found->deputy->id;
        out->deputy_name = found->deputy->name;
    }
    return true;
}

// --- presence
// On duty and not away: from absence to opening and on, as long as one leads into the other.
static bool next_there(const struct staff_book *book, const struct staff *staff,
                       const struct calendar *calendar, int64_t *ret_us)
{
    int64_t at_us = *ret_us;
    for (int i = 0; i < 100; i++) {
        const struct absence *away = book->absence(book->context, staff->id, at_us);
        int64_t free_us = away ? away->until : at_us;
        int64_t open_us = calendar_next_open(calendar, free_us);
        if (open_us == CALENDAR_NEVER)
            return false;
        if (!away && open_us == at_us) {
            *ret_us = at_us;
            return true;
        }
        at_us = open_us;
    }
    return false;
}

static void say_state(const struct calendar *calendar, const struct absence *away,
                      struct attendance *out)
{
    const char *closed = calendar_closed_day(calendar, zone_local(calendar->zone, out->at).day);
    out->state = attendance_state_PRESENT;
    if (!calendar_open(calendar, out->at))
        out->state = closed ? attendance_state_HOLIDAY : attendance_state_OFF_HOURS;
    if (closed && *closed)
        out->holiday = closed;
    if (away) {
        out->state = attendance_state_AWAY;
        out->reason = away->reason;
    }
}

bool attendance_make(const struct staff_book *book, const struct staff *staff, int64_t at_us,
                     struct attendance *out, struct err *err)
{
    const struct calendar_source source = {
        .hours = staff->hours,
        .zone = staff->zone ? staff->zone : book->zone,
        .holidays = staff->holidays ? staff->holidays : book->holidays,
    };
    const struct calendar *calendar = calendar_make(&source, book->arena);
    *out = (struct attendance){ .staff = staff->id, .name = staff->name, .at = at_us };
    if (!calendar || !find_deputy(book, staff, out))
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    const struct absence *away = book->absence(book->context, staff->id, at_us);
    say_state(calendar, away, out);
    if (has_left(staff))
        out->state = attendance_state_LEFT;
    out->back_at = at_us;
    if (out->state != attendance_state_PRESENT && !has_left(staff))
        out->has_back_at = next_there(book, staff, calendar, &out->back_at);
    return true;
}
