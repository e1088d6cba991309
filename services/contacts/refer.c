// SPDX-License-Identifier: Apache-2.0
// References between rows.
#include "services/contacts/refer.h"

#include "common/step/rows.h"
#include "services/contacts/store.h"

bool refer_client(struct request *rq, struct id id, const char *field)
{
    struct client_row client;
    if (id_is_zero(id) || row_find(rq, &client_table, id, &client))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, field, TEXT_CLIENT_UNKNOWN, NULL);
}

const char *name_of_staff(struct request *rq, struct id id)
{
    struct staff staff;
    struct key key = key_of_id(id);
    if (id_is_zero(id) || !table_get(rq->txn, &staff_table, &scope_house, &key, rq->arena, &staff))
        return NULL;
    return staff.name;
}

bool refer_staff(struct request *rq, struct id id, const char *field)
{
    if (id_is_zero(id) || name_of_staff(rq, id))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, field, TEXT_STAFF_UNKNOWN, NULL);
}

const char *name_of_client(struct request *rq, struct id id)
{
    struct client_row client;
    struct key key = key_of_id(id);
    if (id_is_zero(id) ||
        !table_get(rq->txn, &client_table, &scope_house, &key, rq->arena, &client))
        return NULL;
    return client.name;
}
