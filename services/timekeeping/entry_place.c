// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/entry_place.h"

#include "common/step/rows.h"
#include "services/timekeeping/entry.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/kinds.h"
#include "services/timekeeping/rounding.h"

static bool contact_house(struct request *rq, struct id id, struct contact *ret)
{
    struct id now = kept_contact_now(rq, id);
    struct key key = key_of_id(now);

    return !id_is_zero(now) &&
           table_get(rq->txn, &kept_contact_table, &scope_house, &key, rq->arena, ret);
}

void entry_find_customer(struct request *rq, struct entry *entry)
{
    struct file file;
    struct key key = key_of_id(entry->file);

    entry->customer = (struct id){ { 0 } };
    if (!id_is_zero(entry->file) &&
        table_get(rq->txn, &kept_file_table, &scope_house, &key, rq->arena, &file)) {
        for (size_t i = 0; i < file.parties_count; i++) {
            const struct party *party = &file.parties[i];
            if (party->role == party_role_CLIENT && !id_is_zero(party->contact)) {
                entry->customer = kept_contact_now(rq, party->contact);
                return;
            }
        }
    }
    if (id_is_zero(entry->client))
        entry->customer = entry->contact;
}

void entry_find_rule(struct request *rq, const struct service_kind *kind, struct entry *entry)
{
    struct contact payer;

    kind_rule(rq, kind, entry);
    entry->consumer_warning = entry->chargeable && rounding_is_coarse(entry->rounding) &&
                              contact_house(rq, entry->customer, &payer) &&
                              entry_meets_consumer(&payer);
    entry->has_consumer_warning = entry->consumer_warning;
}

// Contacts of the house may be spoken with for anybody; those of a client for this client only.
static bool put_contact(struct request *rq, const struct entry_place *place, struct entry *entry)
{
    struct request asking = *rq;
    struct id id = place->contact;
    struct contact contact;

    if (place->contact_seen)
        asking.scope = scope_house;
    if (!kept_contact(&asking, &id, &contact))
        return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CONTACT_UNKNOWN, NULL);
    if (!id_is_zero(contact.client) && !id_equal(contact.client, entry->client))
        return fail(&rq->err, ERR_INVALID, "contact", TEXT_ENTRY_CONTACT_CLIENT, NULL);
    entry->contact = id;
    entry->contact_name = contact.name;
    return true;
}

// Another file may be of another client, whom the former contact is no business of.
static bool contact_stays(struct request *rq, const struct entry *entry)
{
    struct contact contact;

    if (!contact_house(rq, entry->contact, &contact) || id_is_zero(contact.client) ||
        id_equal(contact.client, entry->client))
        return true;
    return fail(&rq->err, ERR_INVALID, "contact", TEXT_ENTRY_CONTACT_CLIENT, NULL);
}

static bool put_file(struct request *rq, const struct file *file, struct entry *entry)
{
    if (!id_is_zero(entry->client) && !id_equal(entry->client, file->client))
        return fail(&rq->err, ERR_INVALID, "file", TEXT_ENTRY_FILE_CLIENT, NULL);
    entry->file = file->id;
    entry->file_number = file->number;
    entry->client = file->client;
    return true;
}

bool entry_put_at(struct request *rq, const struct entry_place *place, struct entry *entry)
{
    struct contact customer;
    struct id payer = place->customer;
    bool has_file = !id_is_zero(place->file.id);

    if (has_file && !put_file(rq, &place->file, entry))
        return false;
    if (!id_is_zero(place->contact) ? !put_contact(rq, place, entry) : !contact_stays(rq, entry))
        return false;
    if (place->contact_name)
        entry->contact_name = place->contact_name;
    if (!id_is_zero(payer)) {
        if (!kept_contact(rq, &payer, &customer))
            return fail(&rq->err, ERR_NOT_FOUND, "customer", TEXT_CONTACT_UNKNOWN, NULL);
        if (!id_is_zero(customer.client) && !id_equal(customer.client, entry->client))
            return fail(&rq->err, ERR_INVALID, "customer", TEXT_ENTRY_CONTACT_CLIENT, NULL);
        entry->customer = payer;
    } else if (has_file) {
        entry_find_customer(rq, entry);
    }
    return true;
}
