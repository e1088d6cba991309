// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/entry_clock.h"

#include "common/step/rows.h"
#include "services/timekeeping/clock_rows.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_entry.h"
#include "services/timekeeping/store_inquiry.h"

static bool timed_by_hand(const struct entry_new *in)
{
    return in->has_minutes || in->has_seconds;
}

// The parts that somebody spoke: the last one that is not booked; *ret_booked: there is one that
// is.
static bool part_of_call(struct request *rq, struct id call, struct id staff, struct clock *ret,
                         bool *ret_booked)
{
    struct walk_options options = { .index = clock_by_call,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(call) };
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);
    struct clock clock;
    bool found = false;

    while (walk_next(walk, &clock)) {
        if (!id_equal(clock.staff, staff))
            continue;
        bool booked = !id_is_zero(clock.entry);
        *ret_booked = *ret_booked || booked;
        if (!booked && (!found || clock.part > ret->part)) {
            *ret = clock;
            found = true;
        }
    }
    walk_close(walk);
    return found;
}

static bool measure_row(struct request *rq, struct id id, struct measure *ret)
{
    struct key key = key_of_id(id);

    return !id_is_zero(id) &&
           table_get(rq->txn, &measure_table, &scope_house, &key, rq->arena, ret);
}

// A measure is booked when it is done; a clock of one that is done and not booked is free.
static bool is_measures(struct request *rq, const struct clock *clock)
{
    struct measure measure;
    struct entry entry;

    if (!measure_row(rq, clock->measure, &measure))
        return false;
    struct key key = key_of_id(measure.entry);
    bool dropped = !id_is_zero(measure.entry) &&
                   table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &entry) &&
                   entry.state == entry_state_DELETED;
    return measure.state != measure_state_DONE || (!id_is_zero(measure.kind) && !dropped);
}

bool entry_clock_find(struct request *rq, const struct entry_new *in, struct id staff,
                      struct clock *ret)
{
    bool booked = false;

    *ret = (struct clock){ .version = 0 };
    if (!id_is_zero(in->clock)) {
        if (!row_find(rq, &clock_table, in->clock, ret) || file_hidden(rq, ret->file))
            return fail(&rq->err, ERR_NOT_FOUND, "clock", TEXT_ENTRY_CLOCK_UNKNOWN, NULL);
        if (!id_is_zero(ret->entry))
            return fail(&rq->err, ERR_CONFLICT, "clock", TEXT_ENTRY_CLOCK_BOOKED,
                        id_text(ret->entry).text, NULL);
        if (is_measures(rq, ret))
            return fail(&rq->err, ERR_CONFLICT, "clock", TEXT_ENTRY_CLOCK_MEASURE, NULL);
        // A call's clock stops by itself.
        return ret->state == clock_state_STOPPED || !id_is_zero(ret->call) ||
               fail(&rq->err, ERR_CONFLICT, "clock", TEXT_ENTRY_CLOCK_RUNS, NULL);
    }
    if (!id_is_zero(in->call) && part_of_call(rq, in->call, staff, ret, &booked))
        return !file_hidden(rq, ret->file) ||
               fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_ENTRY_CLOCK_UNKNOWN, NULL);
    if (id_is_zero(in->call) || timed_by_hand(in))
        return true;
    return booked ? fail(&rq->err, ERR_CONFLICT, "call", TEXT_ENTRY_CALL_BOOKED, NULL) : true;
}

size_t entry_clocks(struct request *rq, const struct entry *entry, const struct id **ret)
{
    struct measure measure;

    if (measure_row(rq, entry->measure, &measure) && measure.clocks_count > 0) {
        *ret = measure.clocks;
        return measure.clocks_count;
    }
    *ret = &entry->clock;
    return id_is_zero(entry->clock) ? 0 : 1;
}

bool entry_clocks_overlap(struct request *rq, const struct entry *entry)
{
    const struct id *clocks;
    size_t count = entry_clocks(rq, entry, &clocks);
    struct clock clock;

    for (size_t i = 0; i < count; i++) {
        if (clock_row(rq, clocks[i], &clock) && clock.has_overlap_s)
            return true;
    }
    return false;
}

bool entry_clock_take(struct request *rq, const struct entry *entry)
{
    const struct id *clocks;
    size_t count = entry_clocks(rq, entry, &clocks);
    struct clock taken;

    for (size_t i = 0; i < count; i++) {
        if (!clock_take(rq, clocks[i], entry->id, &taken))
            return false;
    }
    return true;
}

bool entry_clock_free(struct request *rq, const struct entry *entry)
{
    const struct id *clocks;
    size_t count = entry_clocks(rq, entry, &clocks);

    if (entry->has_split && entry->split)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (!clock_release(rq, clocks[i], entry->id))
            return false;
    }
    return true;
}
