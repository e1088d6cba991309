// SPDX-License-Identifier: Apache-2.0
// Each word only adds: the earliest times count, the first numbers, every phone once. So the same
// words in any order make the same record.
#include "services/telephony/report.h"

#include <string.h>

#include "services/telephony/number_seen.h"

#define RUNG_MAX    50
#define TALKING_MAX 20
#define PARTS_MAX   50

static bool full(struct err *err)
{
    return fail(err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

static const char *kept(struct arena *arena, const char *text)
{
    return *text ? arena_text(arena, text, strlen(text)) : NULL;
}

static void earliest(bool *has, int64_t *at, int64_t seen_at)
{
    if (*has && *at <= seen_at)
        return;
    *has = true;
    *at = seen_at;
}

// The list with one more phone; each once.
static bool add_phone(struct arena *arena, const char *const **list, size_t *count, size_t most,
                      const char *phone)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp((*list)[i], phone) == 0)
            return true;
    }
    if (*count == most)
        return true;
    const char **more = arena_array(arena, *count + 1, sizeof *more);
    if (!more)
        return false;
    for (size_t i = 0; i < *count; i++)
        more[i] = (*list)[i];
    more[(*count)++] = phone;
    *list = more;
    return true;
}

static void take_numbers(const struct report_place *place, const struct hook_event *event,
                         struct call *out)
{
    struct number_seen caller, called;
    number_seen(event->caller, &place->home, &caller);
    number_dialled(event->called, &place->home, &called);
    if (!out->caller)
        out->caller = kept(place->arena, caller.text);
    if (!out->called) {
        out->called = kept(place->arena, called.text);
        out->dialled = kept(place->arena, called.raw);
    }
    if (!out->caller_name)
        out->caller_name = event->caller_name;
    if (!out->line)
        out->line = event->line;
    if (event->direction)
        out->direction = event->direction;
}

static bool take_phone(const struct report_place *place, enum hook_kind kind, const char *agent,
                       struct call *out)
{
    bool ended = out->state == call_state_ENDED;
    if (!agent)
        return true;
    if (!add_phone(place->arena, &out->agents_rung, &out->agents_rung_count, RUNG_MAX, agent))
        return false;
    if (kind == HOOK_ANSWER && !out->agent)
        out->agent = agent;
    if (ended || kind == HOOK_END)
        return true;
    if (kind == HOOK_ANSWER)
        return add_phone(place->arena, &out->talking, &out->talking_count, TALKING_MAX, agent);
    return out->has_answered_at ||
           add_phone(place->arena, &out->ringing, &out->ringing_count, RUNG_MAX, agent);
}

// A phone's first answer begins its part; they stay in the order of their beginnings.
static bool take_part(struct arena *arena, const char *agent, int64_t at, struct call *out)
{
    struct call_part *parts = arena_array(arena, out->parts_count + 1, sizeof *parts);
    size_t count = 0;
    struct call_part new = { .agent = agent, .from = at };
    if (!parts)
        return false;
    for (size_t i = 0; i < out->parts_count; i++) {
        if (strcmp(out->parts[i].agent, agent) != 0)
            parts[count++] = out->parts[i];
        else if (out->parts[i].from < at)
            new.from = out->parts[i].from;
    }
    if (count == PARTS_MAX)
        return true;
    size_t place = count;
    for (; place > 0 &&
           (parts[place - 1].from > new.from ||
            (parts[place - 1].from == new.from &&strcmp(parts[place - 1].agent, agent) > 0));
         place--)
        parts[place] = parts[place - 1];
    parts[place] = new;
    out->parts = parts;
    out->parts_count = count + 1;
    return true;
}

// Who answers next has it from the one before: a webhook tells no more.
static bool settle_parts(struct arena *arena, struct call *out)
{
    bool over = out->state == call_state_ENDED && out->has_ended_at;
    struct call_part *parts = arena_array(arena, out->parts_count + 1, sizeof *parts);
    if (!parts)
        return false;
    for (size_t i = out->parts_count; i-- > 0;) {
        struct call_part *part = &parts[i];
        bool last = i + 1 == out->parts_count;
        *part = out->parts[i];
        if (over && part->from > out->ended_at)
            part->from = out->ended_at;
        part->has_until = !last || over;
        part->until = !last ? part[1].from : over ? out->ended_at : 0;
        part->talk_ms = part->has_until ? (part->until - part->from) / 1000 : 0;
    }
    out->parts = parts;
    return true;
}

static void take_end(const struct hook_event *event, int64_t at, struct call *out)
{
    if (out->state == call_state_ENDED && out->has_ended_at)
        return; // the first one counts
    out->state = call_state_ENDED;
    out->has_ended_at = true;
    out->ended_at = at;
    out->ended_by = call_ended_by_UNKNOWN;
    out->outcome = event->outcome;
}

// What follows from the times: an end before its answer, an answer before its ring.
static void settle(struct call *out)
{
    bool ended = out->state == call_state_ENDED;
    if (ended && out->has_ended_at && out->has_answered_at && out->answered_at > out->ended_at)
        out->answered_at = out->ended_at;
    if (ended && out->has_ended_at && out->started_at > out->ended_at)
        out->started_at = out->ended_at;
    if (out->has_ring_at && out->ring_at < out->started_at)
        out->ring_at = out->started_at;
    if (out->has_answered_at)
        out->ringing_count = 0;
    if (!ended) {
        out->state = out->has_answered_at ? call_state_TALKING : call_state_RINGING;
        return;
    }
    out->ringing_count = out->talking_count = 0;
    bool nobody = !out->outcome || out->outcome == call_outcome_MISSED ||
                  out->outcome == call_outcome_ABANDONED || out->outcome == call_outcome_UNKNOWN;
    if (nobody && out->has_answered_at)
        out->outcome = call_outcome_ANSWERED;
    else if (!out->outcome)
        out->outcome = call_outcome_MISSED;
    if (out->has_answered_at && out->has_ended_at)
        out->talk_ms = (out->ended_at - out->answered_at) / 1000;
}

bool hook_apply(const struct report_place *place, enum hook_kind kind,
                const struct hook_event *event, const struct call *before, struct call *out,
                struct err *err)
{
    int64_t at = event->has_at && event->at < place->now_us ? event->at : place->now_us;
    bool has_start = before != NULL;
    *out = before ? *before : (struct call){ .state = call_state_RINGING };
    out->source =
        before ? before->source : arena_format(place->arena, HOOK_SOURCE "%s", event->source);
    out->source_ref = event->ref;
    if (!out->source)
        return full(err);
    earliest(&has_start, &out->started_at, at);
    if (!out->direction)
        out->direction = call_direction_INBOUND;
    take_numbers(place, event, out);
    if (kind == HOOK_RING)
        earliest(&out->has_ring_at, &out->ring_at, at);
    if (kind == HOOK_ANSWER)
        earliest(&out->has_answered_at, &out->answered_at, at);
    if (kind == HOOK_END)
        take_end(event, at, out);
    if (!take_phone(place, kind, event->agent, out) ||
        (kind == HOOK_ANSWER && event->agent && !take_part(place->arena, event->agent, at, out)))
        return full(err);
    settle(out);
    return settle_parts(place->arena, out) || full(err);
}

// --- by hand
static bool time_of(const struct report_place *place, bool has_at, int64_t at, int64_t *ret,
                    struct err *err)
{
    *ret = has_at ? at : place->now_us;
    return *ret <= place->now_us || fail(err, ERR_INVALID, "at", TEXT_TIME_AHEAD, NULL);
}

bool manual_start(const struct report_place *place, const struct manual_begin *in, struct call *out,
                  struct err *err)
{
    int64_t at;
    struct number_seen number;
    if (!time_of(place, in->has_at, in->at, &at, err))
        return false;
    number_dialled(in->number, &place->home, &number);
    *out = (struct call){
        .source = MANUAL_SOURCE,
        .state = call_state_TALKING,
        .direction = in->direction ? in->direction : call_direction_OUTBOUND,
        .file = in->file,
        .started_at = at,
        .has_answered_at = true,
        .answered_at = at,
    };
    const char *other = kept(place->arena, number.text);
    if (out->direction == call_direction_INBOUND)
        out->caller = other;
    else
        out->called = other;
    return true;
}

bool manual_talks(const struct report_place *place, const char *agent, struct call *call)
{
    return take_part(place->arena, agent, call->answered_at, call);
}

bool manual_stop(const struct report_place *place, const struct manual_end *in, struct call *call,
                 struct err *err)
{
    int64_t at;
    if (call->state == call_state_ENDED)
        return fail(err, ERR_CONFLICT, "call", TEXT_CALL_ENDED, NULL);
    if (!time_of(place, in->has_at, in->at, &at, err))
        return false;
    if (at < call->started_at)
        return fail(err, ERR_INVALID, "at", TEXT_TIME_BEFORE, NULL);
    call->state = call_state_ENDED;
    call->outcome = in->outcome ? in->outcome : call_outcome_ANSWERED;
    call->ended_by = call_ended_by_AGENT;
    call->talking_count = 0;
    call->has_ended_at = true;
    call->ended_at = at;
    call->talk_ms = (at - call->answered_at) / 1000;
    if (call->outcome != call_outcome_ANSWERED && call->outcome != call_outcome_TRANSFERRED) {
        call->has_answered_at = false;
        call->answered_at = call->talk_ms = 0;
        call->parts_count = 0; // nothing was spoken
    }
    return settle_parts(place->arena, call) || full(err);
}
