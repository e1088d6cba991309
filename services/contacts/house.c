// SPDX-License-Identifier: Apache-2.0
// Shared by the api_*.c files.
#include "services/contacts/house.h"

#include "common/step/rows.h"
#include "services/contacts/purge_work.h"
#include "services/contacts/store.h"

#define SERVICE_FILE "proto/contacts.def"
#include "proto/handlers.inc"

const struct contacts_house *contacts_house(const struct request *rq)
{
    static const struct contacts_house germany = {
        .home = { .country = "49" },
        .zone = "Europe/Berlin",
        .idle_days = 180,
        .announce_days = 7,
        .grace_days = 14,
    };
    return rq->context ? rq->context : &germany;
}

const struct phone_home *contacts_home(const struct request *rq)
{
    return &contacts_house(rq)->home;
}

struct editor editor_of(const struct request *rq)
{
    return (struct editor){ rq->arena, contacts_home(rq), rq->now_us, rq->actor };
}

bool contact_write(struct request *rq, const struct contact *row)
{
    if (!row_in_scope(rq, &contact_table, row, "client") ||
        !table_put(rq->txn, &contact_table, row, &rq->err))
        return false;
    emit_contact(rq, row, false);
    return purge_withdraw(rq, row->id);
}

const char *staff_name(struct request *rq, const char *actor)
{
    struct id id;
    struct staff staff;
    if (!id_parse(actor, &id))
        return NULL;
    struct key key = key_of_id(id);
    return table_get(rq->txn, &staff_table, &scope_house, &key, rq->arena, &staff) ? staff.name
                                                                                   : NULL;
}

bool client_exists(struct request *rq, struct id id)
{
    struct client_row client;
    if (id_is_zero(id) || row_find(rq, &client_table, id, &client))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
}
