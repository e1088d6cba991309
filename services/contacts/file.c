// SPDX-License-Identifier: Apache-2.0
// What a file is made of, and what a change does to it.
#include "services/contacts/file.h"

#include <string.h>

#include "common/base/text.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "services/contacts/check.h"

#define ADMISSIONS_MAX 20 // as in the record

// --- parties
static bool party_settle(struct party *party, const struct editor *editor, struct err *err)
{
    if (!row_trim(party_record(), party, editor->arena, err))
        return false;
    if (party->phones_count > 0)
        party->phones = numbers_noted(party->phones, party->phones_count, editor, err);
    if (party->phones_count > 0 && !party->phones)
        return false;
    if (!party->name)
        return fail(err, ERR_INVALID, "name", TEXT_PARTY_NAMELESS, NULL);
    return check_emails(party->emails, party->emails_count, err);
}

static bool same_party(const struct party *a, const struct party *b)
{
    if (a->role != b->role || !text_equal(a->role_name, b->role_name))
        return false;
    if (!id_is_zero(a->contact) || !id_is_zero(b->contact))
        return id_equal(a->contact, b->contact);
    return text_equal(a->name, b->name);
}

static bool parties_settle(struct file *file, const struct editor *editor, struct err *err)
{
    struct party *parties = arena_array(editor->arena, file->parties_count, sizeof *parties);
    if (!parties)
        return fail(err, ERR_TOO_LARGE, "parties", TEXT_ROW_TOO_LARGE, NULL);
    for (size_t i = 0; i < file->parties_count; i++) {
        parties[i] = file->parties[i];
        bool settled = party_settle(&parties[i], editor, err);
        for (size_t k = 0; settled && k < i; k++) {
            if (same_party(&parties[i], &parties[k]))
                settled = fail(err, ERR_INVALID, "name", TEXT_PARTY_TWICE, parties[i].name, NULL);
        }
        if (settled)
            continue;
        err_within(err, "parties", (int64_t)i);
        return false;
    }
    file->parties = parties;
    return true;
}

// --- the whole row
static bool has_letter_or_digit(const char *number, struct arena *arena)
{
    const char *folded = text_fold(arena, number);
    return folded && *folded;
}

static bool file_check(const struct file *file, const struct editor *editor, struct err *err)
{
    bool open = file->state == file_state_OPEN;
    if (!record_check(file_record(), file, err))
        return false;
    if (!has_letter_or_digit(file->number, editor->arena))
        return fail(err, ERR_INVALID, "number", TEXT_FILE_NUMBER, NULL);
    if (open && file->has_closed_at)
        return fail(err, ERR_INVALID, "closed_at", TEXT_FILE_OPEN_CLOSED, NULL);
    if (file->has_closed_at && file->closed_at < file->opened_at)
        return fail(err, ERR_INVALID, "closed_at", TEXT_FILE_CLOSED_BEFORE, NULL);
    bool named = !id_is_zero(file->lawyer) || !id_is_zero(file->clerk) || file->seen_by_count > 0;
    if (file->has_locked && file->locked && !named)
        return fail(err, ERR_INVALID, "locked", TEXT_FILE_LOCKED_FOR_ALL, NULL);
    return true;
}

bool file_make(const struct file_new *in, const struct editor *editor, struct id id,
               struct file *out, struct err *err)
{
    *out = (struct file){
        .id = id,
        .version = 1,
        .kind = file_kind_FILE,
        .state = file_state_OPEN,
        .opened_at = editor->now_us,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(file_record(), out, (struct given){ file_new_record(), in });
    if (out->state != file_state_OPEN && !out->has_closed_at) {
        out->has_closed_at = true;
        out->closed_at = out->opened_at > editor->now_us ? out->opened_at : editor->now_us;
    }
    return row_trim(file_record(), out, editor->arena, err) && parties_settle(out, editor, err) &&
           file_check(out, editor, err);
}

static void follow_state(const struct file *row, const struct file_change *change,
                         const struct editor *editor, struct file *out)
{
    bool was_open = row->state == file_state_OPEN, is_open = out->state == file_state_OPEN;
    if (was_open && !is_open && !out->has_closed_at) {
        out->has_closed_at = true;
        out->closed_at = out->opened_at > editor->now_us ? out->opened_at : editor->now_us;
    }
    if (!was_open && is_open && !change->has_closed_at)
        out->has_closed_at = false;
}

bool file_apply(const struct file *row, const struct file_change *change,
                const struct editor *editor, struct file *out, struct err *err)
{
    struct given given = { file_change_record(), change };
    *out = *row;
    row_take(file_record(), out, given);
    if (!row_clear(file_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(file_record(), out, editor->arena, err) ||
        (change->parties_count && !parties_settle(out, editor, err)))
        return false;
    follow_state(row, change, editor, out);
    if (!file_check(out, editor, err))
        return false;
    if (row_equal(file_record(), row, out))
        return true;
    out->version = row->version + 1;
    out->edited_at = editor->now_us;
    out->edited_by = editor->actor;
    return true;
}

// --- who sees
bool file_let_in(const struct file *row, const struct file_admission *in,
                 const struct editor *editor, struct file *out, struct err *err)
{
    size_t kept =
        row->admissions_count < ADMISSIONS_MAX ? row->admissions_count : ADMISSIONS_MAX - 1;
    struct id *seen_by = arena_array(editor->arena, row->seen_by_count + 1, sizeof *seen_by);
    struct admission *admissions = arena_array(editor->arena, kept + 1, sizeof *admissions);
    if (!seen_by || !admissions)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
    if (kept)
        memcpy(admissions, row->admissions + row->admissions_count - kept,
               kept * sizeof *admissions);
    if (row->seen_by_count)
        memcpy(seen_by, row->seen_by, row->seen_by_count * sizeof *seen_by);
    seen_by[row->seen_by_count] = in->staff;
    admissions[kept] = (struct admission){
        .at = editor->now_us, .by = editor->actor, .staff = in->staff, .reason = in->reason
    };
    *out = *row;
    out->seen_by = seen_by;
    out->seen_by_count = row->seen_by_count + 1;
    out->admissions = admissions;
    out->admissions_count = kept + 1;
    out->version = row->version + 1;
    out->edited_at = editor->now_us;
    out->edited_by = editor->actor;
    return record_check(file_record(), out, err);
}
