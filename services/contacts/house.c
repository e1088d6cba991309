// SPDX-License-Identifier: Apache-2.0
// Shared by the api_*.c files.
#include "services/contacts/house.h"

#include "common/step/rows.h"
#include "services/contacts/purge_notice.h"
#include "services/contacts/refer.h"
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
    return id_parse(actor, &id) ? name_of_staff(rq, id) : NULL;
}
