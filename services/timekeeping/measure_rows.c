// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/measure_rows.h"

#include "common/wire/change.h"
#include "services/timekeeping/entries.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/store_inquiry.h"

bool measure_put(struct request *rq, struct measure *row)
{
    row->edited_at = rq->now_us;
    row->edited_by = rq->actor;
    if (!table_put(rq->txn, &measure_table, row, &rq->err))
        return false;
    emit(rq, "measure", row, false);
    return true;
}

static bool is_open(const struct measure *row)
{
    return row->state != measure_state_DONE;
}

static bool put_counted(struct request *rq, struct inquiry *inquiry, const struct measure *before,
                        struct measure *row)
{
    bool was_open = before && is_open(before), answered = inquiry->has_responded_at;
    int64_t more_open = (int64_t)is_open(row) - was_open;

    if (row->has_started_at || row->state == measure_state_DONE)
        inquiry_worked(rq, inquiry);
    inquiry->has_measures = inquiry->has_open_measures = true;
    inquiry->measures += !before;
    inquiry->open_measures += more_open;
    row->version = before ? before->version + 1 : 1;
    bool counts = !before || more_open != 0 || answered != inquiry->has_responded_at;
    return measure_put(rq, row) && (!counts || inquiry_write(rq, inquiry));
}

bool measure_write(struct request *rq, struct inquiry *inquiry, const struct measure *before,
                   struct measure *row)
{
    bool booked = measure_timed(row) || !id_is_zero(row->entry);

    if (row->state == measure_state_DONE && booked && !entry_for_measure(rq, inquiry, before, row))
        return false;
    return put_counted(rq, inquiry, before, row);
}

// What is booked of it follows without asking the locks: what billing has stays, and is told.
static bool retime_entry(struct request *rq, struct measure *row, struct clock *clock)
{
    struct entry_time time = { .raw_s = row->raw_s, .actual_s = measure_seconds(row) };

    if (id_is_zero(row->entry) || !id_equal(row->entry, clock->entry))
        return true;
    if (!entry_retime(rq, row->entry, &time))
        return false;
    row->rounded_s = row->has_rounded_s ? time.rounded_s : 0;
    clock->has_overlap_s = time.over_s > 0;
    clock->overlap_s = time.over_s;
    return true;
}

bool measure_for_clock(struct request *rq, const struct clock *before, struct clock *clock)
{
    struct key key = key_of_id(clock->measure);
    struct inquiry inquiry;
    struct measure row;

    if (id_is_zero(clock->measure) || clock->state != clock_state_STOPPED ||
        !table_get(rq->txn, &measure_table, &scope_house, &key, rq->arena, &row) ||
        !inquiry_row(rq, row.inquiry, &inquiry))
        return true;
    struct measure after = row;
    if (row.has_running_since && id_equal(row.clock, clock->id))
        measure_take_clock(&after, clock);
    else if (before->state == clock_state_STOPPED)
        measure_retake_clock(&after, before, clock);
    return retime_entry(rq, &after, clock) &&
           (row_equal(measure_record(), &row, &after) || put_counted(rq, &inquiry, &row, &after));
}
