// SPDX-License-Identifier: Apache-2.0
// `version` counts every change, `edition` those by people: a mail that goes out meanwhile makes
// nobody's edit stale.
#include "services/telephony/note.h"

#include <stdio.h>
#include <string.h>

#include "common/base/email.h"
#include "common/base/text.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"

#define LINES_MAX 10
#define MAILS_MAX 30

static bool full(struct err *err)
{
    return fail(err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
}

struct id note_caller_id(struct id note)
{
    return id_of_name("caller", id_text(note).text);
}

static bool check_addresses(const char *const *addresses, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (email_valid(addresses[i]))
            continue;
        (void)fail(err, ERR_INVALID, NULL, TEXT_EMAIL_FORM, addresses[i], NULL);
        snprintf(err->field, sizeof err->field, "mail_to[%zu]", i);
        return false;
    }
    return true;
}

static bool check_caller(const struct call_note *note, struct err *err)
{
    const struct new_caller *caller = note->new_caller;
    if (!caller)
        return true;
    if (!id_is_zero(note->contact) && !id_equal(note->contact, note_caller_id(note->id)))
        return fail(err, ERR_INVALID, "new_caller", TEXT_NOTE_HAS_CONTACT, NULL);
    if (caller->email && !email_valid(caller->email))
        return fail(err, ERR_INVALID, "new_caller.email", TEXT_EMAIL_FORM, caller->email, NULL);
    return true;
}

static bool says_something(const struct call_note *note)
{
    return note->text || note->subject || note->outcome || note->lines_count > 0;
}

static bool note_check(const struct call_note *note, struct err *err)
{
    if (!says_something(note))
        return fail(err, ERR_INVALID, "text", TEXT_NOTE_EMPTY, NULL);
    return check_addresses(note->mail_to, note->mail_to_count, err) && check_caller(note, err) &&
           record_check(call_note_record(), note, err);
}

static bool is_for_somebody(const struct call_note *note)
{
    return note->to_staff_count > 0 || (note->has_to_client && note->to_client) ||
           note->mail_to_count > 0;
}

static bool order_mail(struct call_note *note, int64_t now_us, struct err *err)
{
    if (!is_for_somebody(note))
        return fail(err, ERR_INVALID, "mail", TEXT_NOTE_FOR_NOBODY, NULL);
    note->mail_order = note->has_mail_order ? note->mail_order + 1 : 1;
    note->has_mail_order = true;
    note->has_mail_at = true;
    note->mail_at = now_us;
    return true;
}

// A caller who is to become a contact is one from now on, under an id of this note.
static void bind_caller(struct call_note *note)
{
    if (!note->new_caller)
        return;
    if (id_is_zero(note->contact))
        note->contact = note_caller_id(note->id);
    if (!note->contact_name)
        note->contact_name = note->new_caller->name;
}

static void take_call(struct call_note *note, const struct note_call *of)
{
    const struct call *call = of->call;
    if (!call)
        return;
    note->call = call->id;
    note->client = call->client;
    note->client_name = call->client_name;
    note->called_at = call->started_at;
    if (id_is_zero(note->file))
        note->file = call->file;
    if (!note->number)
        note->number = call->direction == call_direction_INBOUND ? call->caller : call->called;
    if (id_is_zero(note->contact) && !note->new_caller) {
        if (call->contact)
            note->contact = call->contact->contact;
        else if (call->shown_contact)
            note->contact = call->shown_contact->contact;
    }
    if (!note->contact_name && !note->new_caller)
        note->contact_name = of->contact_name ? of->contact_name : call->caller_name;
}

bool note_make(const struct note_new *in, const struct note_call *of,
               const struct note_editor *editor, struct id id, struct call_note *out,
               struct err *err)
{
    *out = (struct call_note){
        .id = id,
        .version = 1,
        .edition = 1,
        .called_at = editor->now_us,
        .written_at = editor->now_us,
        .written_by = editor->actor,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(call_note_record(), out, (struct given){ note_new_record(), in });
    if (!row_trim(call_note_record(), out, editor->arena, err))
        return false;
    take_call(out, of);
    if (out->new_caller && !id_is_zero(in->contact))
        return fail(err, ERR_INVALID, "new_caller", TEXT_NOTE_HAS_CONTACT, NULL);
    bind_caller(out);
    bool mail = in->has_mail ? in->mail : is_for_somebody(out);
    return (!mail || order_mail(out, editor->now_us, err)) && note_check(out, err);
}

bool note_apply(const struct call_note *row, const struct note_change *change,
                const struct note_editor *editor, struct call_note *out, struct err *err)
{
    struct given given = { note_change_record(), change };
    *out = *row;
    row_take(call_note_record(), out, given);
    out->edition = row->edition;
    if (!row_clear(call_note_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(call_note_record(), out, editor->arena, err))
        return false;
    bind_caller(out);
    bool differs = !row_equal(call_note_record(), row, out);
    if (differs) {
        out->edition++;
        out->edited_at = editor->now_us;
        out->edited_by = editor->actor;
    }
    bool mail = change->has_mail && change->mail;
    if (mail && !order_mail(out, editor->now_us, err))
        return false;
    if (differs || mail)
        out->version++;
    return note_check(out, err);
}

bool note_take_line(struct call_note *note, const struct note_line *line, struct arena *arena,
                    bool *ret_added, struct err *err)
{
    struct note_line *lines = arena_array(arena, LINES_MAX, sizeof *lines);
    size_t count = 0, first = note->lines_count == LINES_MAX ? 1 : 0;
    *ret_added = false;
    if (!lines)
        return full(err);
    for (size_t i = 0; i < note->lines_count; i++) {
        if (id_equal(note->lines[i].id, line->id))
            return true;
    }
    for (size_t i = first; i < note->lines_count; i++)
        lines[count++] = note->lines[i];
    lines[count++] = *line;
    note->lines = lines;
    note->lines_count = count;
    note->version++;
    *ret_added = true;
    return true;
}

static const char *proof_of(const struct mail_row *mail)
{
    if (mail->state == mail_state_SENT)
        return mail->answer;
    return mail->reason ? mail->reason : mail->answer;
}

bool note_take_mail(struct call_note *note, const struct mail_row *mail, struct arena *arena,
                    struct err *err)
{
    struct note_mail *mails = arena_array(arena, MAILS_MAX + 1, sizeof *mails);
    size_t count = 0, place = note->mails_count;
    if (!mails)
        return full(err);
    for (size_t i = 0; i < note->mails_count; i++) {
        if (id_equal(note->mails[i].mail, mail->id))
            place = i;
    }
    // The oldest goes first.
    size_t first = place == MAILS_MAX ? 1 : 0;
    for (size_t i = first; i < note->mails_count; i++)
        mails[count++] = note->mails[i];
    place -= first;
    mails[place] = (struct note_mail){ .mail = mail->id,
                                       .order = mail->order,
                                       .to = mail->to,
                                       .name = mail->name,
                                       .state = mail->state,
                                       .at = mail->moved_at,
                                       .detail = proof_of(mail) };
    note->mails = mails;
    note->mails_count = place == count ? count + 1 : count;
    note->version++;
    return true;
}
