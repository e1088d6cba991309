// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/entry_clock.h"

#include "common/step/rows.h"
#include "services/timekeeping/clocks.h"

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

bool entry_clock_find(struct request *rq, const struct entry_new *in, struct id staff,
                      struct clock *ret)
{
    bool booked = false;

    *ret = (struct clock){ .version = 0 };
    if (!id_is_zero(in->clock)) {
        if (!row_find(rq, &clock_table, in->clock, ret))
            return fail(&rq->err, ERR_NOT_FOUND, "clock", TEXT_ENTRY_CLOCK_UNKNOWN, NULL);
        if (!id_is_zero(ret->entry))
            return fail(&rq->err, ERR_CONFLICT, "clock", TEXT_ENTRY_CLOCK_BOOKED,
                        id_text(ret->entry).text, NULL);
        // A call's clock stops by itself.
        return ret->state == clock_state_STOPPED || !id_is_zero(ret->call) ||
               fail(&rq->err, ERR_CONFLICT, "clock", TEXT_ENTRY_CLOCK_RUNS, NULL);
    }
    if (id_is_zero(in->call) || part_of_call(rq, in->call, staff, ret, &booked) ||
        timed_by_hand(in))
        return true;
    return booked ? fail(&rq->err, ERR_CONFLICT, "call", TEXT_ENTRY_CALL_BOOKED, NULL) : true;
}

bool entry_clock_take(struct request *rq, struct id clock, struct id entry)
{
    struct clock taken;

    return id_is_zero(clock) || clock_take(rq, clock, entry, &taken);
}

bool entry_clock_free(struct request *rq, const struct entry *entry)
{
    return id_is_zero(entry->clock) || (entry->has_split && entry->split) ||
           clock_release(rq, entry->clock, entry->id);
}
