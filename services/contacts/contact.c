// SPDX-License-Identifier: Apache-2.0
// What a contact is made of, and what a change does to it.
#include "services/contacts/contact.h"

#include "common/base/text.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "services/contacts/check.h"

// "Anna Meier", of what there is; NULL when there is neither (or no memory).
static const char *made_name(const struct contact *contact, struct arena *arena)
{
    if (contact->given_name && contact->family_name)
        return arena_format(arena, "%s %s", contact->given_name, contact->family_name);
    return contact->given_name ? contact->given_name : contact->family_name;
}

static bool set_message(struct contact *contact, const char *text, const struct editor *editor,
                        struct err *err)
{
    if (!text || (contact->message && text_equal(contact->message->text, text)))
        return true;
    struct message *message = arena_alloc(editor->arena, sizeof *message);
    if (!message)
        return fail(err, ERR_TOO_LARGE, "message", TEXT_ROW_TOO_LARGE, NULL);
    *message = (struct message){ .text = text, .set_at = editor->now_us, .set_by = editor->actor };
    contact->message = message;
    return true;
}

static bool contact_check(const struct contact *contact, struct arena *arena, struct err *err)
{
    if (!contact->name)
        return fail(err, ERR_INVALID, "name", TEXT_NAME_MISSING, NULL);
    return record_check(contact_record(), contact, err) &&
           check_distinct("categories", contact->categories, contact->categories_count, arena,
                          err) &&
           check_emails(contact->emails, contact->emails_count, err) &&
           check_addresses(contact->addresses, contact->addresses_count, err) &&
           check_language(contact->language, err);
}

static bool read_phones(struct contact *contact, const struct editor *editor, struct err *err)
{
    if (contact->phones_count == 0)
        return true;
    contact->phones = numbers_noted(contact->phones, contact->phones_count, editor, err);
    return contact->phones != NULL;
}

bool contact_make(const struct contact_new *in, const struct editor *editor, struct id id,
                  struct contact *out, struct err *err)
{
    *out = (struct contact){
        .id = id,
        .version = 1,
        .kind = contact_kind_PERSON,
        .created_at = editor->now_us,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(contact_record(), out, (struct given){ contact_new_record(), in });
    if (!row_trim(contact_record(), out, editor->arena, err))
        return false;
    if (!out->name)
        out->name = made_name(out, editor->arena);
    return set_message(out, in->message, editor, err) && read_phones(out, editor, err) &&
           contact_check(out, editor->arena, err);
}

bool contact_apply(const struct contact *row, const struct contact_change *change,
                   const struct editor *editor, struct contact *out, struct err *err)
{
    struct given given = { contact_change_record(), change };
    const char *made = made_name(row, editor->arena);
    *out = *row;
    row_take(contact_record(), out, given);
    if (!row_clear(contact_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(contact_record(), out, editor->arena, err))
        return false;
    // A name that was made of its parts follows them; one that somebody wrote stays.
    const char *now = made_name(out, editor->arena);
    if (!change->name && text_equal(row->name, made) && now)
        out->name = now;
    if (!set_message(out, change->message, editor, err) ||
        (change->phones_count && !read_phones(out, editor, err)) ||
        !contact_check(out, editor->arena, err))
        return false;
    if (row_equal(contact_record(), row, out))
        return true;
    out->version = row->version + 1;
    out->edited_at = editor->now_us;
    out->edited_by = editor->actor;
    return true;
}
