// SPDX-License-Identifier: Apache-2.0
// A note on an unknown number creates a caller contact (C1).
#include "services/contacts/caller.h"

#include "services/contacts/contact.h"
#include "services/contacts/find.h"
#include "services/contacts/house.h"
#include "services/contacts/store.h"

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
    return contact_make(&in, &editor, note->contact, out, &rq->err);
}

bool caller_take_note(struct request *rq, const struct fact *fact, const void *row)
{
    const struct call_note *note = row;
    struct contact contact;
    if (fact->deleted || !note->new_caller || id_is_zero(note->contact))
        return true;
    struct key key = key_of_id(note->contact);
    if (table_get(rq->txn, &contact_table, &scope_house, &key, rq->arena, &contact))
        return true;
    return make(rq, note, &contact) && contact_write(rq, &contact);
}
