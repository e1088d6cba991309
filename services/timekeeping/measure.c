// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/measure.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"

static int64_t seconds_half_up(int64_t ms)
{
    return (ms + 500) / 1000;
}

bool measure_timed(const struct measure *row)
{
    return row->has_actual_s || row->has_raw_s;
}

int64_t measure_seconds(const struct measure *row)
{
    return row->has_actual_s ? row->actual_s : row->raw_s;
}

bool measure_begin(struct measure *row, int64_t now_us)
{
    if (row->has_running_since)
        return false;
    if (!row->has_counted_ms && row->has_raw_s) { // between beginning and end as given
        row->has_counted_ms = true;
        row->counted_ms = row->raw_s * 1000;
    }
    row->has_running_since = true;
    row->running_since = now_us;
    if (!row->has_started_at) {
        row->has_started_at = true;
        row->started_at = now_us;
    }
    row->has_stopped_at = false;
    return true;
}

void measure_count(struct measure *row, int64_t more_ms, int64_t at_us)
{
    row->counted_ms = (row->has_counted_ms ? row->counted_ms : 0) + more_ms;
    row->has_counted_ms = row->has_raw_s = true;
    row->raw_s = seconds_half_up(row->counted_ms);
    row->has_running_since = false;
    row->has_stopped_at = true;
    row->stopped_at = at_us;
}

// --- its clocks
bool measure_add_clock(struct arena *arena, struct measure *row, struct id clock)
{
    struct id *clocks = arena_array(arena, row->clocks_count + 1, sizeof *clocks);

    for (size_t i = 0; clocks && i < row->clocks_count; i++)
        clocks[i] = row->clocks[i];
    if (!clocks || row->clocks_count == MEASURE_CLOCKS_MAX)
        return false;
    clocks[row->clocks_count++] = clock;
    row->clocks = clocks;
    row->clock = clock;
    return true;
}

// So many seconds more (or less) than before do its clocks' corrections add. What was given by hand
// as actual time stays.
static void correct_by_clock(struct measure *row, int64_t raw_before_s, int64_t more_s)
{
    bool by_hand = row->has_actual_s && !(row->has_by_clock && row->by_clock);

    if (by_hand)
        return;
    if (row->has_actual_s)
        more_s += row->actual_s - raw_before_s;
    int64_t actual_s = row->raw_s + more_s;
    row->has_actual_s = row->has_by_clock = row->by_clock = more_s != 0;
    row->actual_s = more_s != 0 && actual_s > 0 ? actual_s : 0;
}

void measure_take_clock(struct measure *row, const struct clock *clock)
{
    int64_t before_s = row->has_raw_s ? row->raw_s : 0;

    measure_count(row, clock->counted_ms, clock->stopped_at);
    correct_by_clock(row, before_s, clock->actual_s - clock->raw_s);
}

void measure_retake_clock(struct measure *row, const struct clock *before,
                          const struct clock *after)
{
    int64_t raw_before_s = row->raw_s;
    int64_t counted_ms = row->counted_ms + after->counted_ms - before->counted_ms;
    int64_t corrected_s = after->actual_s - after->raw_s - (before->actual_s - before->raw_s);

    if (!row->has_counted_ms) // beginning and end were given: they stand in its place
        return;
    row->counted_ms = counted_ms > 0 ? counted_ms : 0;
    row->raw_s = seconds_half_up(row->counted_ms);
    correct_by_clock(row, raw_before_s, corrected_s);
}

// --- its moves
bool measure_halt(struct measure *row, int64_t now_us)
{
    if (!row->has_running_since)
        return false;
    int64_t ran_us = now_us - row->running_since;
    measure_count(row, ran_us > 0 ? ran_us / MILLISECONDS(1) : 0, now_us);
    return true;
}

void measure_finish(struct measure *row, int64_t now_us)
{
    (void)measure_halt(row, now_us);
    if (row->has_started_at && !row->has_stopped_at) {
        row->has_stopped_at = true;
        row->stopped_at = now_us;
    }
    row->state = measure_state_DONE;
    row->has_done_at = true;
    row->done_at = now_us;
}

// --- as given
static bool check_times(const struct measure *row, const struct inquiry_editor *editor,
                        struct err *err)
{
    if (row->has_started_at && row->started_at > editor->now_us)
        return fail(err, ERR_INVALID, "started_at", TEXT_MEASURE_FUTURE, NULL);
    if (row->has_stopped_at && row->stopped_at > editor->now_us)
        return fail(err, ERR_INVALID, "stopped_at", TEXT_MEASURE_FUTURE, NULL);
    if (row->has_stopped_at && (!row->has_started_at || row->stopped_at < row->started_at))
        return fail(err, ERR_INVALID, "stopped_at", TEXT_ENDS_BEFORE, NULL);
    return true;
}

static void settle_due(struct measure *row, int64_t now_us)
{
    if (row->state != measure_state_DUE || (row->has_due_at && row->due_at <= now_us))
        return;
    row->state = measure_state_OPEN;
    row->has_reminded_at = false;
}

bool measure_settle(struct measure *row, const struct inquiry_editor *editor, struct err *err)
{
    if (!check_times(row, editor, err))
        return false;
    bool counted = row->has_counted_ms || row->has_running_since;

    if (!row->has_actual_s)
        row->has_by_clock = row->by_clock = false;
    if (!counted) {
        row->has_raw_s = row->has_started_at && row->has_stopped_at;
        row->raw_s = row->has_raw_s
                         ? seconds_half_up((row->stopped_at - row->started_at) / MILLISECONDS(1))
                         : 0;
    }
    settle_due(row, editor->now_us);
    return row_trim(measure_record(), row, editor->arena, err) &&
           record_check(measure_record(), row, err);
}

bool measure_changed(const struct measure *row, const struct measure_change *change,
                     const struct inquiry_editor *editor, struct measure *out, struct err *err)
{
    struct given given = { measure_change_record(), change };

    *out = *row;
    row_take(measure_record(), out, given);
    for (size_t i = 0; i < change->clear_count; i++) {
        if (record_field(measure_change_record(), change->clear[i]))
            continue;
        return fail(err, ERR_INVALID, "clear", TEXT_INQUIRY_NOT_CLEARED, change->clear[i], NULL);
    }
    // Beginning and end as given stand in place of what was counted.
    if (change->has_actual_s)
        out->has_by_clock = out->by_clock = false;
    if ((change->has_started_at || change->has_stopped_at) && !row->has_running_since) {
        out->has_counted_ms = false;
        out->has_actual_s = out->has_actual_s && !out->by_clock;
        out->has_by_clock = out->by_clock = false;
    }
    return row_clear(measure_record(), out, given, change->clear, change->clear_count, err) &&
           measure_settle(out, editor, err);
}

// --- of calls
static bool is_theirs(const struct staff *staff, const char *extension)
{
    for (size_t i = 0; i < staff->extensions_count; i++) {
        if (strcmp(staff->extensions[i], extension) == 0)
            return true;
    }
    return false;
}

int64_t measure_talked_ms(const struct call *call, const struct staff *staff, int64_t from_us,
                          int64_t until_us)
{
    int64_t talked_ms = 0;

    for (size_t i = 0; i < call->parts_count; i++) {
        const struct call_part *part = &call->parts[i];
        if (part->from >= from_us && part->from < until_us && is_theirs(staff, part->agent))
            talked_ms += part->talk_ms;
    }
    // A source that tells no parts: the call is whoever's who answered it.
    if (call->parts_count == 0 && call->agent && is_theirs(staff, call->agent) &&
        call->started_at >= from_us && call->started_at < until_us)
        talked_ms = call->talk_ms;
    return talked_ms;
}
