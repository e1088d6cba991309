// SPDX-License-Identifier: Apache-2.0
// Writing clocks, reckoning those by hand from the calls, watching how long they run.
#include "services/timekeeping/clocks.h"

#include <string.h>

#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/timekeeping/entries.h"
#include "services/timekeeping/entry_clock.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/locks.h"
#include "services/timekeeping/measure_rows.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_entry.h"

#define SERVICE_FILE "proto/timekeeping_clock.def"
#include "proto/handlers.inc"

#define TICK_MAX  100
#define CALLS_MAX 5000 // of one member of staff while one clock ran

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

// --- reckoning
struct calls {
    struct clock_busy *rows;
    size_t count, room;
};

static bool add_call(struct request *rq, struct calls *calls, const struct clock *clock)
{
    if (calls->count == calls->room) {
        size_t room = calls->room ? 2 * calls->room : 64;
        struct clock_busy *rows = arena_array(rq->arena, room, sizeof *rows);
        if (!rows)
            return false;
        for (size_t i = 0; i < calls->count; i++)
            rows[i] = calls->rows[i];
        calls->rows = rows;
        calls->room = room;
    }
    calls->rows[calls->count++] =
        (struct clock_busy){ clock->id, clock->started_at,
                             clock->has_stopped_at ? clock->stopped_at : INT64_MAX };
    return true;
}

static bool read_calls(struct request *rq, const struct clock *clock, struct calls *calls)
{
    struct walk_options options = { .index = clock_by_end,
                                    .scope = &scope_house,
                                    .prefix = clock_of_key(clock->staff, false),
                                    .after =
                                        clock_end_key(clock->staff, false, clock->started_at) };
    int64_t end = clock->has_stopped_at ? clock->stopped_at : INT64_MAX;
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);
    struct clock call;
    bool good = true;

    while (good && calls->count < CALLS_MAX && walk_next(walk, &call))
        good = call.started_at >= end || add_call(rq, calls, &call);
    walk_close(walk);
    return good;
}

bool clock_reckon(struct request *rq, struct clock *clock)
{
    const struct timekeeping_house *house = timekeeping_house(rq);
    struct clock_limits limits = { house->remind_us, house->limit_us };
    struct calls calls = { 0 };
    struct clock_busy none;

    if (!read_calls(rq, clock, &calls))
        return full(rq);
    return clock_settle(rq->arena, clock, calls.rows ? calls.rows : &none, calls.count, &limits,
                        rq->now_us) ||
           full(rq);
}

bool clocks_open(struct request *rq, struct id staff, struct clock **ret, size_t *ret_count)
{
    struct walk_options options = { .index = clock_by_end,
                                    .scope = &scope_house,
                                    .prefix = clock_end_key(staff, true, INT64_MAX) };
    struct clock *clocks = arena_array(rq->arena, CLOCKS_OPEN_MAX, sizeof *clocks);
    size_t count = 0;

    if (!clocks)
        return full(rq);
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);
    while (count < CLOCKS_OPEN_MAX && walk_next(walk, &clocks[count]))
        count++;
    walk_close(walk);
    *ret = clocks;
    *ret_count = count;
    return true;
}

// Whoever was paused for a clock that ran into its limit is not there either.
static bool leave_paused(struct request *rq, const struct clock *limited)
{
    struct clock *others;
    size_t count;

    if (!clocks_open(rq, limited->staff, &others, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!id_equal(others[i].paused_for, limited->id))
            continue;
        others[i].paused_for = (struct id){ 0 };
        others[i].has_manual_pause = others[i].manual_pause = true;
        if (!clock_put(rq, &others[i], CLOCKS_SELF))
            return false;
    }
    return true;
}

bool clock_put_changed(struct request *rq, const struct clock *before, struct clock *clock,
                       const char *by)
{
    struct bytes one = request_encode(rq, clock_record(), before);
    struct bytes two = request_encode(rq, clock_record(), clock);
    if (one.size == two.size && one.size > 0 && memcmp(one.data, two.data, one.size) == 0)
        return true;
    if (!clock_put(rq, clock, by))
        return false;
    return before->has_limited || !clock->has_limited || leave_paused(rq, clock);
}

bool clock_again(struct request *rq, struct id id)
{
    struct clock before;

    if (!clock_row(rq, id, &before))
        return true;
    struct clock clock = before;
    if (!clock_reckon(rq, &clock))
        return false;
    if (!clock.has_stopped_at && clock.has_remind_at && !clock.has_reminded_at &&
        clock.remind_at <= rq->now_us) {
        clock.has_reminded_at = true;
        clock.reminded_at = rq->now_us;
    }
    return entry_for_clock(rq, &clock) && measure_for_clock(rq, &before, &clock) &&
           clock_put_changed(rq, &before, &clock, CLOCKS_SELF);
}

// --- freed by billing: the entry has its clocks' time again
static bool freed_chunk(struct request *rq, struct job *job, size_t rows, bool *ret_last)
{
    struct by_id of;
    struct entry entry;
    const struct id *clocks;

    (void)rows;
    *ret_last = true;
    if (!decode(by_id_record(), job->argument, DECODE_LENIENT, rq->arena, &of, &rq->err))
        return false;
    struct key key = key_of_id(of.id);
    if (!table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &entry))
        return true;
    size_t count = entry_clocks(rq, &entry, &clocks);
    for (size_t i = 0; i < count; i++) {
        if (!clock_again(rq, clocks[i]))
            return false;
    }
    return true;
}

static const struct job_kind freed_job = { .name = LOCKS_FREED, .chunk = freed_chunk };

bool clocks_job_step(struct request *rq)
{
    const struct job_kind kinds[] = { clock_owner_job, clock_reckon_job, freed_job };

    return job_step(rq, kinds, COUNT_OF(kinds));
}

// --- time
static bool is_due(const struct clock *clock, int64_t now_us)
{
    bool reminds = clock->has_remind_at && !clock->has_reminded_at && clock->remind_at <= now_us;
    return reminds || (clock->has_limit_at && clock->limit_at <= now_us);
}

static size_t find_due(struct request *rq, struct id *ids)
{
    struct walk_options options = { .index = clock_by_due, .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);
    struct clock clock;
    size_t count = 0;

    while (count < TICK_MAX && walk_next(walk, &clock) && is_due(&clock, rq->now_us))
        ids[count++] = clock.id;
    walk_close(walk);
    return count;
}

bool clocks_tick(struct request *rq)
{
    struct id ids[TICK_MAX];
    size_t count = find_due(rq, ids);

    for (size_t i = 0; i < count; i++) {
        if (!clock_again(rq, ids[i]))
            return false;
    }
    return count == TICK_MAX;
}
