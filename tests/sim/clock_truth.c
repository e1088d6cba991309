// SPDX-License-Identifier: Apache-2.0
// What clocks must count when all is at rest: each part of a call has one clock with its seconds,
// and what calls leave of clocks by hand is reckoned once more, apart from the product's code.
#include <stdlib.h>
#include <string.h>

#include "tests/sim/work.h"

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

// All clocks that there are, in memory of their own.
struct clocks {
    struct sim *sim;
    const struct clock **rows;
    size_t count;
    struct clock_span *calls; // of one member of staff
    size_t call_count;
};

static void read_clocks(struct sim *sim, struct clocks *clocks)
{
    const struct mirror *mirror = timekeeping(sim);

    *clocks = (struct clocks){ .sim = sim };
    clocks->rows = arena_array(sim->arena, mirror->count + 1, sizeof *clocks->rows);
    clocks->calls = arena_array(sim->arena, mirror->count + 1, sizeof *clocks->calls);
    if (!clocks->rows || !clocks->calls)
        abort();
    for (size_t seq = 1; seq <= mirror->count; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);

        if (!fact->after && !fact->deleted && mirror_is(fact, "clock"))
            clocks->rows[clocks->count++] = fact_row(sim, fact);
    }
}

// --- of calls
static int64_t seconds_of(int64_t ms)
{
    return (ms + 500) / 1000;
}

static void check_part(const struct clocks *clocks, const struct call *call,
                       const struct call_part *part)
{
    struct sim *sim = clocks->sim;
    const struct clock *found = NULL;

    for (size_t i = 0; i < clocks->count; i++) {
        const struct clock *clock = clocks->rows[i];

        if (!id_equal(clock->call, call->id) || strcmp(clock->extension, part->agent) != 0 ||
            clock->started_at != part->from)
            continue;
        if (found)
            sim_fail(sim, "call %s: the part of %s has two clocks", call->source_ref, part->agent);
        found = clock;
    }
    if (!found)
        sim_fail(sim, "call %s: the part of %s has no clock", call->source_ref, part->agent);
    else if ((found->state == clock_state_STOPPED) != part->has_until)
        sim_fail(sim, "call %s: the clock of %s %s", call->source_ref, part->agent,
                 part->has_until ? "goes on" : "has stopped");
    else if (part->has_until && found->raw_s != seconds_of(part->talk_ms))
        sim_fail(sim, "call %s: the clock of %s counts %lld s of %lld ms", call->source_ref,
                 part->agent, (long long)found->raw_s, (long long)part->talk_ms);
}

static void check_calls(const struct clocks *clocks)
{
    struct sim *sim = clocks->sim;
    const struct mirror *telephony = &sim->mirrors[MIRROR_TELEPHONY];
    size_t parts = 0, of_calls = 0;

    for (size_t seq = 1; seq <= telephony->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(telephony, seq);

        if (fact->after || fact->deleted || !mirror_is(fact, "call"))
            continue;
        const struct call *call = fact_row(sim, fact);
        for (size_t i = 0; i < call->parts_count && !sim->failed; i++)
            check_part(clocks, call, &call->parts[i]);
        parts += call->parts_count;
    }
    // What was booked stays, also when nobody had answered after all.
    for (size_t i = 0; i < clocks->count; i++)
        of_calls += !id_is_zero(clocks->rows[i]->call) && id_is_zero(clocks->rows[i]->entry);
    if (!sim->failed && of_calls > parts)
        sim_fail(sim, "calls have %zu parts and %zu clocks that are not booked", parts, of_calls);
}

// --- by hand
static int by_from(const void *a, const void *b)
{
    const struct clock_span *x = a, *y = b;

    return x->from < y->from ? -1 : x->from > y->from;
}

static int64_t until_of(const struct clock_span *span)
{
    return span->has_until ? span->until : INT64_MAX;
}

static void read_calls(struct clocks *clocks, struct id staff)
{
    clocks->call_count = 0;
    for (size_t i = 0; i < clocks->count; i++) {
        const struct clock *clock = clocks->rows[i];

        if (id_is_zero(clock->call) || !id_equal(clock->staff, staff))
            continue;
        // The PBX's clock was set back meanwhile: a call that ended before it began took no time.
        if (clock->has_stopped_at && clock->stopped_at < clock->started_at)
            continue;
        clocks->calls[clocks->call_count++] =
            (struct clock_span){ clock->started_at, .has_until = clock->has_stopped_at,
                                 .until = clock->stopped_at };
    }
    qsort(clocks->calls, clocks->call_count, sizeof *clocks->calls, by_from);
}

// Microseconds of [from, until) in which no call was; until the end of time counts as nothing.
static int64_t free_us(const struct clocks *clocks, int64_t from, int64_t until)
{
    int64_t free = 0;

    for (size_t i = 0; i < clocks->call_count && clocks->calls[i].from < until; i++) {
        const struct clock_span *call = &clocks->calls[i];

        if (call->from > from)
            free += call->from - from;
        if (until_of(call) > from)
            from = until_of(call);
    }
    return from < until && until != INT64_MAX ? free + until - from : free;
}

static void check_hand(const struct clocks *clocks, const struct clock *clock)
{
    struct sim *sim = clocks->sim;
    const struct id_text id = id_text(clock->id);
    int64_t wanted_us = 0, now_us = sim_now(sim) + timekeeping(sim)->fx->skew_us;

    for (size_t i = 0; i < clock->hand_count; i++)
        wanted_us += free_us(clocks, clock->hand[i].from, until_of(&clock->hand[i]));
    if (clock->counted_ms != (wanted_us + 500) / 1000)
        sim_fail(sim, "clock %s%s counts %lld ms, calls leave %lld", id.text,
                 id_is_zero(clock->entry) ? "" : ", booked,", (long long)clock->counted_ms,
                 (long long)(wanted_us / 1000));
    else if (clock->state == clock_state_STOPPED && clock->raw_s != seconds_of(clock->counted_ms))
        sim_fail(sim, "clock %s: %lld s of %lld ms", id.text, (long long)clock->raw_s,
                 (long long)clock->counted_ms);
    else if (clock->state != clock_state_STOPPED && clock->has_remind_at &&
             !clock->has_reminded_at && clock->remind_at + SECONDS(10) < now_us)
        sim_fail(sim, "clock %s was not reminded of", id.text);
    else if (clock->state != clock_state_STOPPED && clock->has_limit_at &&
             clock->limit_at + SECONDS(10) < now_us)
        sim_fail(sim, "clock %s goes on behind its limit", id.text);
    else if (!sim->faults.clocks && clock->counted_ms > SIM_LIMIT_US / 1000 + 1)
        sim_fail(sim, "clock %s counts %lld ms, more than its limit%s", id.text,
                 (long long)clock->counted_ms,
                 clock->has_limited && clock->limited ? ", and is limited" : "");
}

// No second of one member of staff is in two of their clocks by hand.
static void check_apart(const struct clocks *clocks, const struct clock *one,
                        const struct clock *other)
{
    for (size_t i = 0; i < one->spans_count; i++)
        for (size_t k = 0; k < other->spans_count; k++)
            if (one->spans[i].from < until_of(&other->spans[k]) &&
                other->spans[k].from < until_of(&one->spans[i])) {
                sim_fail(clocks->sim, "clocks %s and %s count the same seconds",
                         id_text(one->id).text, id_text(other->id).text);
                return;
            }
}

void clocks_check(struct sim *sim)
{
    struct clocks clocks;

    arena_reset(sim->arena);
    read_clocks(sim, &clocks);
    check_calls(&clocks);
    for (size_t i = 0; i < clocks.count && !sim->failed; i++) {
        const struct clock *clock = clocks.rows[i];

        if (!id_is_zero(clock->call))
            continue;
        read_calls(&clocks, clock->staff);
        check_hand(&clocks, clock);
        for (size_t k = 0; k < i && !sim->failed; k++)
            if (id_is_zero(clocks.rows[k]->call) && id_equal(clocks.rows[k]->staff, clock->staff))
                check_apart(&clocks, clock, clocks.rows[k]);
    }
}
