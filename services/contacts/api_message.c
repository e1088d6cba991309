// SPDX-License-Identifier: Apache-2.0
// One-time messages: told once. The message goes, the fact stays, in one transaction.
#include <string.h>

#include "common/base/civil.h"
#include "common/step/listing.h"
#include "common/step/rows.h"
#include "services/contacts/house.h"
#include "services/contacts/identity.h"
#include "services/contacts/merges.h"
#include "services/contacts/store.h"
#include "services/contacts/store_people.h"

#define SERVICE_FILE "proto/contacts_message.def"
#include "proto/handlers.inc"

static struct key told_place(const void *row, const void *context)
{
    (void)context;
    const struct message_told *told = row;
    return id_time_key(told->contact, told->told_at);
}

static bool told_last(struct request *rq, struct id contact, struct message_told *out)
{
    struct listing listing = { .table = &told_table,
                               .index = told_by_contact,
                               .down = true,
                               .has_limit = true,
                               .limit = 1,
                               .place = told_place };
    if (!listing_of_contact(rq, contact, &listing) || !listing_read(rq, &listing) ||
        listing.count == 0)
        return false;
    *out = *(const struct message_told *)listing.rows;
    return true;
}

// "10:41" on the same day, else with the date.
static const char *told_when(struct request *rq, int64_t told_at)
{
    const char *zone = contacts_house(rq)->zone;
    struct civil_text told = civil_local(told_at, zone), now = civil_local(rq->now_us, zone);
    told.text[16] = '\0'; // without seconds
    const char *text = memcmp(told.text, now.text, 10) == 0 ? told.text + 11 : told.text;
    const char *copy = arena_text(rq->arena, text, strlen(text));
    return copy ? copy : "";
}

static bool refuse_told(struct request *rq, const struct message_told *told)
{
    return fail(&rq->err, ERR_CONFLICT, "contact", TEXT_MESSAGE_TOLD, told_when(rq, told->told_at),
                told->told_by_name ? told->told_by_name : told->told_by, NULL);
}

// The message that was read out is there no more, or another one lies in its place.
static bool refuse_gone(struct request *rq, const struct message_tell_in *in,
                        const struct contact *contact)
{
    struct message_told told;
    bool any = told_last(rq, in->contact, &told);
    rq->current = request_encode(rq, contact_record(), contact);
    if (any && (in->has_set_at ? told.set_at == in->set_at : !contact->message))
        return refuse_told(rq, &told);
    if (!contact->message)
        return fail(&rq->err, ERR_CONFLICT, "contact", TEXT_MESSAGE_NONE, NULL);
    return fail(&rq->err, ERR_CONFLICT, "set_at", TEXT_MESSAGE_OTHER, NULL);
}

bool message_tell(struct request *rq, const struct message_tell_in *in, struct message_told *out)
{
    struct contact contact;
    if (!contact_now(rq, in->contact, &contact))
        return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CONTACT_UNKNOWN, NULL);
    const struct message *message = contact.message;
    if (!message || (in->has_set_at && in->set_at != message->set_at))
        return refuse_gone(rq, in, &contact);
    const char *name = staff_name(rq, rq->actor);
    *out = (struct message_told){
        .id = new_id(rq),
        .version = 1,
        .contact = contact.id,
        .contact_name = contact.name,
        .client = contact.client,
        .call = in->call,
        .text = message->text,
        .set_at = message->set_at,
        .set_by = message->set_by,
        .told_at = rq->now_us,
        .told_by = rq->actor,
        .told_by_name = name ? name : rq->actor,
    };
    contact.message = NULL;
    contact.version++;
    contact.edited_at = rq->now_us;
    contact.edited_by = rq->actor;
    if (!table_put(rq->txn, &told_table, out, &rq->err) || !contact_write(rq, &contact))
        return false;
    emit_message_told(rq, out, false);
    return true;
}

bool message_list(struct request *rq, const struct told_query *in, struct told_page *out)
{
    struct listing listing = {
        .table = &told_table,
        .index = told_by_contact,
        .after_row = in->after,
        .down = true,
        .has_limit = in->has_limit,
        .limit = in->limit,
        .place = told_place,
    };
    if (!listing_of_contact(rq, in->contact, &listing) || !listing_read(rq, &listing))
        return false;
    struct message_told *rows = listing.rows;
    for (size_t i = 0; i < listing.count; i++)
        rows[i].contact = identity_now(rq, rows[i].contact);
    *out = (struct told_page){ rows, listing.count, listing.more };
    return true;
}
