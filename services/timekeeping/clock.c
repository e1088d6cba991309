// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOREVER INT64_MAX

static int64_t whole_seconds(int64_t ms)
{
    return (ms + 500) / 1000;
}

// --- a call's
struct id clock_id(struct id call, const char *extension, size_t nth)
{
    char name[80];
    (void)snprintf(name, sizeof name, "%s/%zu", extension, nth);
    struct id id = id_of_name(id_text(call).text, name);
    memcpy(id.bytes, call.bytes, 6); // ordered by time like the call
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x70);
    return id;
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *other_number(const struct call *call, const char *agent)
{
    switch (call->direction) {
    case call_direction_INBOUND: return call->caller;
    case call_direction_INTERNAL:
        return same_text(call->caller, agent) ? call->called : call->caller;
    default: return call->called;
    }
}

void clock_follow(const struct call *call, size_t number, bool hold_counts, struct clock *out)
{
    const struct call_part *part = &call->parts[number];
    bool stopped = out->state == clock_state_STOPPED;
    bool measured = stopped && out->counted_ms == part->talk_ms && out->held_ms == part->held_ms;

    out->call = call->id;
    out->has_part = true;
    out->part = (int64_t)number;
    out->extension = part->agent;
    out->number = other_number(call, part->agent);
    out->started_at = part->from;
    out->counted_ms = part->talk_ms;
    out->has_held_ms = part->held_ms > 0;
    out->held_ms = part->held_ms;
    out->state = part->has_until ? clock_state_STOPPED : clock_state_RUNNING;
    out->has_stopped_at = part->has_until;
    out->stopped_at = part->until;
    if (!part->has_until || measured) // what was measured stays, whatever the house decides later
        return;
    int64_t counts = hold_counts ? part->talk_ms : part->talk_ms - part->held_ms;
    out->has_raw_s = true;
    out->raw_s = whole_seconds(counts > 0 ? counts : 0);
    if (out->corrections_count > 0)
        return;
    out->has_actual_s = true;
    out->actual_s = out->raw_s;
}

// --- by hand: switching
bool clock_is_on(const struct clock *clock)
{
    return clock->hand_count > 0 && !clock->hand[clock->hand_count - 1].has_until;
}

int64_t clock_moved_at(const struct clock *clock)
{
    if (clock->hand_count == 0)
        return clock->started_at;
    const struct clock_span *last = &clock->hand[clock->hand_count - 1];
    return last->has_until ? last->until : last->from;
}

static struct clock_span *copy_hand(struct arena *arena, const struct clock *clock)
{
    struct clock_span *hand = arena_array(arena, clock->hand_count + 1, sizeof *hand);
    for (size_t i = 0; hand && i < clock->hand_count; i++)
        hand[i] = clock->hand[i];
    return hand;
}

bool clock_switch_on(struct arena *arena, struct clock *clock, int64_t at_us)
{
    struct clock_span *hand = copy_hand(arena, clock);
    if (!hand || clock->hand_count == CLOCK_HAND_MAX)
        return false;
    hand[clock->hand_count++] = (struct clock_span){ .from = at_us };
    clock->hand = hand;
    clock->has_manual_pause = clock->manual_pause = false;
    clock->paused_for = (struct id){ 0 };
    return true;
}

bool clock_switch_off(struct arena *arena, struct clock *clock, int64_t at_us)
{
    struct clock_span *hand = copy_hand(arena, clock);
    if (!hand)
        return false;
    hand[clock->hand_count - 1].has_until = true;
    hand[clock->hand_count - 1].until = at_us;
    clock->hand = hand;
    clock->paused_for = (struct id){ 0 };
    return true;
}

// --- by hand: what calls leave of it
struct tally {
    struct clock_span *spans;
    size_t count, room;
    int64_t ended_us; // of the spans that ended
    bool full;
};

static int by_from(const void *a, const void *b)
{
    const struct clock_busy *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

static void add_span(struct tally *tally, int64_t from, int64_t until)
{
    if (from >= until)
        return;
    if (tally->count == tally->room) {
        tally->full = true;
        return;
    }
    tally->spans[tally->count++] =
        (struct clock_span){ .from = from, .has_until = until != FOREVER, .until = until };
    if (until == FOREVER)
        tally->spans[tally->count - 1].until = 0;
    else
        tally->ended_us += until - from;
}

// One time it was on, without the calls (sorted by their beginnings).
static void add_rest(struct tally *tally, int64_t from, int64_t until,
                     const struct clock_busy *calls, size_t count)
{
    for (size_t i = 0; i < count && calls[i].from < until; i++) {
        add_span(tally, from, calls[i].from);
        if (calls[i].until > from)
            from = calls[i].until;
    }
    add_span(tally, from, until);
}

static void tally_all(struct tally *tally, const struct clock *clock,
                      const struct clock_busy *calls, size_t count)
{
    tally->count = 0;
    tally->ended_us = 0;
    for (size_t i = 0; i < clock->hand_count; i++) {
        const struct clock_span *on = &clock->hand[i];
        add_rest(tally, on->from, on->has_until ? on->until : FOREVER, calls, count);
    }
}

// When so much has been counted; FOREVER: it has not come to that, and does not go on.
static int64_t reached(const struct tally *tally, int64_t counted_us)
{
    for (size_t i = 0; i < tally->count; i++) {
        const struct clock_span *span = &tally->spans[i];
        if (!span->has_until || span->until - span->from >= counted_us)
            return span->from + counted_us;
        counted_us -= span->until - span->from;
    }
    return FOREVER;
}

// What lies behind the limit was never counted.
static bool stop_at_limit(struct arena *arena, struct clock *clock, int64_t at_us)
{
    struct clock_span *hand = copy_hand(arena, clock);
    size_t count = 0;
    if (!hand)
        return false;
    while (count < clock->hand_count && hand[count].from < at_us)
        count++;
    if (count > 0 && (!hand[count - 1].has_until || hand[count - 1].until > at_us)) {
        hand[count - 1].has_until = true;
        hand[count - 1].until = at_us;
    }
    clock->hand = hand;
    clock->hand_count = count;
    clock->has_stopped_at = true;
    clock->stopped_at = at_us;
    clock->has_limited = clock->limited = true;
    return true;
}

static const struct clock_busy *in_between(const struct clock_busy *calls, size_t count,
                                           int64_t now_us)
{
    for (size_t i = 0; i < count; i++) {
        if (calls[i].until == FOREVER && calls[i].from <= now_us)
            return &calls[i];
    }
    return NULL;
}

static void set_state(struct clock *clock, const struct clock_busy *calls, size_t count,
                      int64_t now_us)
{
    const struct clock_busy *call = in_between(calls, count, now_us);
    clock->has_raw_s = clock->has_stopped_at;
    if (clock->has_stopped_at) {
        clock->state = clock_state_STOPPED;
        clock->raw_s = whole_seconds(clock->counted_ms);
        clock->paused_for = (struct id){ 0 };
        clock->has_manual_pause = clock->manual_pause = false;
        if (clock->corrections_count > 0)
            return;
        clock->has_actual_s = true;
        clock->actual_s = clock->raw_s;
        return;
    }
    clock->state = clock_state_PAUSED;
    if (!clock_is_on(clock))
        return;
    clock->paused_for = call ? call->clock : (struct id){ 0 };
    if (!call)
        clock->state = clock_state_RUNNING;
}

static void set_watch(struct clock *clock, const struct tally *tally,
                      const struct clock_limits *limits)
{
    bool open = !clock->has_stopped_at;
    int64_t limit_at = limits->limit_us && open ? reached(tally, limits->limit_us) : FOREVER;
    clock->has_limit_at = limit_at != FOREVER;
    clock->limit_at = clock->has_limit_at ? limit_at : 0;
    if (clock->has_reminded_at)
        return;
    int64_t remind_at = limits->remind_us && open ? reached(tally, limits->remind_us) : FOREVER;
    clock->has_remind_at = remind_at != FOREVER;
    clock->remind_at = clock->has_remind_at ? remind_at : 0;
}

bool clock_settle(struct arena *arena, struct clock *clock, struct clock_busy *calls, size_t count,
                  const struct clock_limits *limits, int64_t now_us)
{
    struct tally tally = { .room = clock->hand_count + count + 1 };
    tally.spans = arena_array(arena, tally.room, sizeof *tally.spans);
    if (!tally.spans)
        return false;
    qsort(calls, count, sizeof *calls, by_from);
    tally_all(&tally, clock, calls, count);
    int64_t limit_at = limits->limit_us ? reached(&tally, limits->limit_us) : FOREVER;
    int64_t until = clock->has_stopped_at ? clock->stopped_at - 1 : now_us;
    if (limit_at <= until) {
        if (!stop_at_limit(arena, clock, limit_at))
            return false;
        tally_all(&tally, clock, calls, count);
    }
    size_t first = tally.count > CLOCK_SPANS_MAX ? tally.count - CLOCK_SPANS_MAX : 0;
    clock->spans = tally.spans + first;
    clock->spans_count = tally.count - first;
    clock->counted_ms = (tally.ended_us + 500) / 1000;
    set_watch(clock, &tally, limits);
    set_state(clock, calls, count, now_us);
    return !tally.full;
}

// --- shown and corrected
// A call's time is telephony's, whose clock may be ahead of whoever shows it: not yet, then.
static int64_t past_ms(int64_t since_us, int64_t now_us)
{
    return now_us > since_us ? (now_us - since_us) / 1000 : 0;
}

// What a call that begins ahead of now leaves of a clock by hand has not passed yet either.
static int64_t ahead_ms(const struct clock *clock, int64_t now_us)
{
    int64_t ahead_us = 0;

    for (size_t i = 0; i < clock->spans_count; i++) {
        const struct clock_span *span = &clock->spans[i];
        if (span->has_until && span->until > now_us)
            ahead_us += span->until - (span->from > now_us ? span->from : now_us);
    }
    return ahead_us / 1000;
}

int64_t clock_seconds(const struct clock *clock, int64_t now_us)
{
    int64_t counted_ms = clock->counted_ms;

    if (clock->state == clock_state_STOPPED)
        return clock->actual_s;
    if (!id_is_zero(clock->call))
        return whole_seconds(
            clock->state == clock_state_RUNNING ? past_ms(clock->started_at, now_us) : counted_ms);
    counted_ms -= ahead_ms(clock, now_us);
    const struct clock_span *last =
        clock->spans_count > 0 ? &clock->spans[clock->spans_count - 1] : NULL;
    if (clock->state == clock_state_RUNNING && last && !last->has_until)
        counted_ms += past_ms(last->from, now_us);
    return whole_seconds(counted_ms > 0 ? counted_ms : 0);
}

bool clock_amend(struct arena *arena, struct clock *clock, const struct time_correction *correction)
{
    size_t count = clock->corrections_count;
    struct time_correction *all = arena_array(arena, count + 1, sizeof *all);
    if (!all || count == CLOCK_CORRECTIONS_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        all[i] = clock->corrections[i];
    all[count] = *correction;
    clock->corrections = all;
    clock->corrections_count = count + 1;
    clock->has_actual_s = true;
    clock->actual_s = correction->to_s;
    return true;
}
