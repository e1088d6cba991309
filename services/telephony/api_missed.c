// SPDX-License-Identifier: Apache-2.0
// The work list of missed calls.
#include "common/step/rows.h"
#include "services/telephony/missed.h"
#include "services/telephony/store_missed.h"

#define SERVICE_FILE "proto/telephony_missed.def"
#include "proto/handlers.inc"

bool missed_get(struct request *rq, const struct by_id *in, struct missed *out)
{
    if (row_find(rq, &missed_table, in->id, out))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_MISSED_UNKNOWN, NULL);
}

bool missed_list(struct request *rq, const struct missed_query *in, struct missed_page *out)
{
    return missed_page_read(rq, in, out);
}

bool missed_done(struct request *rq, const struct missed_settle *in, struct missed *out)
{
    if (!row_find(rq, &missed_table, in->id, out))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_MISSED_UNKNOWN, NULL);
    if (in->version != out->version)
        return refuse_stale(rq, missed_record(), out);
    if (out->has_done_at)
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_MISSED_DONE, NULL);
    out->version++;
    out->has_done_at = true;
    out->done_at = rq->now_us;
    out->done_by = rq->actor;
    out->done_how = missed_how_BY_HAND;
    out->reason = in->reason;
    if (!table_put(rq->txn, &missed_table, out, &rq->err))
        return false;
    emit_missed(rq, out, false);
    return true;
}
