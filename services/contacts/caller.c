// SPDX-License-Identifier: Apache-2.0
// A note on an unknown number creates a caller contact (C1).
#include "services/contacts/caller.h"

#include "common/store/log.h"
#include "services/contacts/contact.h"
#include "services/contacts/find.h"
#include "services/contacts/house.h"
#include "services/contacts/identity.h"
#include "services/contacts/store.h"

static bool is_made(struct request *rq, const struct call_note *note)
{
    struct key key = key_of_id(note->id);
    struct caller_made made;
    return table_get(rq->txn, &caller_made_table, &scope_house, &key, rq->arena, &made) &&
           id_equal(made.contact, note->contact);
}

static bool keep_in_mind(struct request *rq, const struct call_note *note)
{
    struct caller_made made = { .id = note->id, .contact = note->contact, .client = note->client };
    return table_put(rq->txn, &caller_made_table, &made, &rq->err);
}

static bool make(struct request *rq, const struct call_note *note, struct contact *out)
{
    static const char *const category[] = { "caller" };
    const struct new_caller *caller = note->new_caller;
    const char *typed = caller->number ? caller->number : note->number;
    struct number phone = { .typed = typed };
    struct contact_new in = { .client = note->client,
                              .name = caller->name,
                              .organisation = caller->organisation,
                              .categories = category,
                              .categories_count = 1,
                              .phones = &phone,
                              .phones_count = typed ? 1 : 0,
                              .emails = &caller->email,
                              .emails_count = caller->email ? 1 : 0 };
    struct editor editor = { rq->arena, contacts_home(rq), rq->now_us, note->edited_by };
    if (!contact_make(&in, &editor, note->contact, out, &rq->err))
        return false;
    // The id may have had a contact that nobody remembers: a note of before, read once more.
    out->version = log_head(rq->txn) + 1;
    return true;
}

bool caller_take_note(struct request *rq, const struct fact *fact, const void *row)
{
    const struct call_note *note = row;
    struct contact contact;
    struct key note_key = key_of_id(fact->entity), key = key_of_id(note->contact);
    if (fact->deleted || !note->new_caller || id_is_zero(note->contact)) {
        (void)table_del(rq->txn, &caller_made_table,
                        &note_key); // telephony wishes for them no more
        return true;
    }
    if (is_made(rq, note))
        return true; // whatever has become of them
    if (!id_equal(identity_now(rq, note->contact), note->contact))
        return true; // known, and merged into another one since
    if (table_get(rq->txn, &contact_table, &scope_house, &key, rq->arena, &contact))
        return keep_in_mind(rq, note);
    return make(rq, note, &contact) && contact_write(rq, &contact) && keep_in_mind(rq, note);
}
