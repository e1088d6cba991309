// SPDX-License-Identifier: Apache-2.0
#include "services/contacts/purge_notice.h"

#include "services/contacts/store.h"
#include "services/contacts/store_people.h"

#define SERVICE_FILE "proto/contacts.def"
#include "proto/handlers.inc"

bool purge_withdraw(struct request *rq, struct id contact)
{
    struct purge_notice notice;
    struct key key = key_of_id(contact);
    if (!table_get(rq->txn, &purge_notice_table, &scope_house, &key, rq->arena, &notice))
        return true;
    notice.version++;
    (void)table_del(rq->txn, &purge_notice_table, &key);
    emit_purge_notice(rq, &notice, true);
    return true;
}
