// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/clock_rows.h"

#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/timekeeping/kept.h"

#define SERVICE_FILE "proto/timekeeping_clock.def"
#include "proto/handlers.inc"

bool clock_row(struct request *rq, struct id id, struct clock *ret)
{
    struct key key = key_of_id(id);

    return table_get(rq->txn, &clock_table, &scope_house, &key, rq->arena, ret);
}

bool clock_put(struct request *rq, struct clock *clock, const char *by)
{
    clock->version++;
    clock->edited_by = by;
    clock->edited_at = rq->now_us;
    if (!record_check(clock_record(), clock, &rq->err) ||
        !table_put(rq->txn, &clock_table, clock, &rq->err))
        return false;
    emit_clock(rq, clock, false);
    return true;
}

bool clock_find(struct request *rq, struct id id, struct clock *ret)
{
    if (row_find(rq, &clock_table, id, ret) && !file_hidden(rq, ret->file))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_CLOCK_UNKNOWN, NULL);
}

// --- booked
bool clock_take(struct request *rq, struct id clock, struct id entry, struct clock *ret)
{
    if (!clock_find(rq, clock, ret))
        return false;
    if (id_equal(ret->entry, entry))
        return true;
    if (!id_is_zero(ret->entry))
        return fail(&rq->err, ERR_CONFLICT, "clock", TEXT_CLOCK_BOOKED, NULL);
    ret->entry = entry;
    return clock_put(rq, ret, rq->actor);
}

bool clock_release(struct request *rq, struct id clock, struct id entry)
{
    struct clock row;

    if (!clock_row(rq, clock, &row) || !id_equal(row.entry, entry))
        return true;
    row.entry = (struct id){ 0 };
    row.has_overlap_s = false;
    row.overlap_s = 0;
    return clock_put(rq, &row, rq->actor);
}
