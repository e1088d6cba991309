// SPDX-License-Identifier: Apache-2.0
// The agents' board: telephony's rows, numbered by this service's own log.
#include "services/notifier/rows.h"

#include "common/step/rows.h"

#define SERVICE_FILE "proto/notifier.def"
#include "proto/handlers.inc"

static void tell_gone(struct request *rq, struct agent *before)
{
    before->version++;
    emit_board_agent(rq, before, true);
}

bool rows_agent(struct request *rq, struct id id, const struct agent *told)
{
    struct key key = key_of_id(id);
    struct agent before, row;
    bool was = table_get(rq->txn, &board_agent_table, &scope_house, &key, rq->arena, &before);

    if (!told) {
        if (was)
            tell_gone(rq, &before);
        (void)table_del(rq->txn, &board_agent_table, &key);
        return true;
    }
    row = *told;
    row.version = was ? before.version + 1 : row_first_version(rq);
    if (was && !id_is_zero(before.team) && !id_equal(before.team, told->team)) {
        // The former team learns that the row is gone; all others see it come back.
        tell_gone(rq, &before);
        row.version++;
    }
    if (!table_put(rq->txn, &board_agent_table, &row, &rq->err))
        return false;
    emit_board_agent(rq, &row, false);
    return true;
}
