// SPDX-License-Identifier: Apache-2.0
// The visible record of a call, told whenever it has changed.

#include "services/telephony/ami_state.h"

#include <string.h>

// What may happen to a call as a whole, and where that leads from each state.
enum happening { QUIET, RINGS, TALKS, ENDS, HAPPENING_COUNT };

static const enum call_state next_state[call_state_COUNT][HAPPENING_COUNT] = {
    [call_state_WAITING] = { call_state_WAITING, call_state_RINGING, call_state_TALKING,
                             call_state_ENDED },
    [call_state_RINGING] = { call_state_WAITING, call_state_RINGING, call_state_TALKING,
                             call_state_ENDED },
    [call_state_TALKING] = { call_state_WAITING, call_state_RINGING, call_state_TALKING,
                             call_state_ENDED },
    [call_state_ENDED] = { call_state_ENDED, call_state_ENDED, call_state_ENDED, call_state_ENDED },
};

// Who rings and talks now.
struct present {
    const char *ringing[AMI_RUNG_MAX], *talking[AMI_TALKING_MAX];
    size_t ringing_count, talking_count;
    bool rings, talks;
    bool lifted; // a phone that was called is up, and not yet in a conversation
    bool parked;
};

static void add(const char **list, size_t *count, size_t most, const char *extension)
{
    for (size_t i = 0; i < *count; i++) {
        if (!strcmp(list[i], extension))
            return;
    }
    if (*count < most)
        list[(*count)++] = extension;
}

static void look(const struct ami_model *model, const struct ami_call *call, struct present *out)
{
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        for (const struct ami_channel *at = model->buckets[i]; at; at = at->next) {
            if ((at->current != call && at->home != call) || !ami_is_party(at))
                continue;
            bool rings = at->state == AMI_RINGING;
            bool talks = at->bridge[0] && !at->parked;
            out->parked = out->parked || (at->bridge[0] && at->parked);
            out->lifted = out->lifted || (at->dialed && !at->root && at->state == AMI_UP);
            out->rings = out->rings || rings;
            out->talks = out->talks || talks;
            if (at->kind != AMI_PHONE)
                continue;
            if (rings)
                add(out->ringing, &out->ringing_count, AMI_RUNG_MAX, at->extension);
            if (talks)
                add(out->talking, &out->talking_count, AMI_TALKING_MAX, at->extension);
        }
    }
}

static enum happening happening(const struct present *present, bool ended)
{
    if (ended)
        return ENDS;
    if (present->talks)
        return TALKS;
    return present->rings ? RINGS : QUIET;
}

// --- between two states
// Lifting, leaving a conversation and hanging up are events of their own, and between them nobody
// rings or talks. Who waits then is only shown to wait when the PBX says so or nothing follows.
static bool is_between(struct ami_model *model, struct ami_call *call,
                       const struct present *present)
{
    bool ends = call->hangup.by && call->hangup.root; // nothing else can follow
    bool lifted = call->state == call_state_RINGING && present->lifted;
    if (call->state != call_state_RINGING && call->state != call_state_TALKING)
        return false;
    if (present->parked || (call->queued && !ends && !lifted))
        return false;
    if (ends || lifted) {
        ami_call_quiet_until(model, call, 0);
        return true;
    }
    if (!call->quiet_until)
        ami_call_quiet_until(model, call, model->now_us + AMI_QUIET_US);
    return model->now_us < call->quiet_until;
}

static enum call_state state_now(struct ami_model *model, struct ami_call *call,
                                 const struct present *present, bool ended)
{
    enum happening what = happening(present, ended);
    if (what == QUIET && is_between(model, call, present))
        return call->state;
    ami_call_quiet_until(model, call, 0);
    return next_state[call->state][what];
}

static const char *or_absent(const char *text)
{
    return *text ? text : NULL;
}

static void fill_people(const struct ami_call *call, struct call *row)
{
    bool hidden = call->withheld || call->awaited;
    row->caller = hidden ? NULL : or_absent(call->caller);
    row->caller_name = hidden ? NULL : or_absent(call->caller_name);
    row->called = or_absent(call->called);
    row->queue = or_absent(call->queue);
    row->agent = or_absent(call->agent);
    row->action_id = or_absent(call->action_id);
    if (!call->transferred_to[0] || !call->answered)
        return;
    row->transferred_to = call->transferred_to;
    row->transfer_type = call->transfer;
    row->has_transfer_answered = true;
    row->transfer_answered = call->transfer_answered;
}

static void fill_times(const struct ami_call *call, struct call *row)
{
    row->started_at = call->started_at;
    row->has_ring_at = call->ring_at != 0;
    row->ring_at = call->ring_at;
    row->has_answered_at = call->answered_at != 0;
    row->answered_at = call->answered_at;
    row->talk_ms = (call->talk_us + 500) / 1000;
}

static uint64_t sum_text(uint64_t sum, const char *text)
{
    for (; text && *text; text++)
        sum = (sum ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (sum ^ (text ? 1u : 2u)) * UINT64_C(1099511628211);
}

static uint64_t sum_number(uint64_t sum, int64_t number)
{
    return (sum ^ (uint64_t)number) * UINT64_C(1099511628211) ^ (sum >> 29);
}

static uint64_t sum_list(uint64_t sum, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum = sum_text(sum, list[i]);
    return sum_number(sum, (int64_t)count);
}

static uint64_t sum_parts(uint64_t sum, const struct call *row)
{
    for (size_t i = 0; i < row->parts_count; i++) {
        const struct call_part *part = &row->parts[i];
        int64_t numbers[] = { part->from,    part->has_until, part->until,
                              part->talk_ms, part->held_ms,   part->held };
        sum = sum_text(sum, part->agent);
        for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
            sum = sum_number(sum, numbers[k]);
    }
    return sum;
}

// Two records with the same sum are the same to anybody who looks.
static uint64_t sum_row(const struct call *row)
{
    const char *texts[] = { row->source_ref, row->caller, row->caller_name,    row->called,
                            row->queue,      row->agent,  row->transferred_to, row->action_id };
    int64_t numbers[] = { row->state,         row->direction, row->started_at,       row->ring_at,
                          row->answered_at,   row->ended_at,  row->talk_ms,          row->outcome,
                          row->transfer_type, row->ended_by,  row->transfer_answered };
    uint64_t sum = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        sum = sum_text(sum, texts[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sum = sum_number(sum, numbers[i]);
    sum = sum_parts(sum, row);
    sum = sum_list(sum, row->agents_rung, row->agents_rung_count);
    sum = sum_list(sum, row->ringing, row->ringing_count);
    return sum_list(sum, row->talking, row->talking_count);
}

static void fill_end(const struct ami_model *model, const struct ami_call *call, struct call *row)
{
    row->outcome = ami_outcome(model, call);
    row->ended_by = ami_ended_by(model, call);
    row->has_ended_at = call->left_at != 0;
    row->ended_at = call->left_at;
}

void ami_row_tell(struct ami_model *model, struct ami_call *call, bool ended)
{
    const char *rung[AMI_RUNG_MAX];
    struct present present = { 0 };
    struct call_part parts[AMI_PARTS_MAX];
    struct call row = { 0 };
    look(model, call, &present);
    call->state = state_now(model, call, &present, ended);
    for (size_t i = 0; i < call->rung_count; i++)
        rung[i] = call->rung[i];
    row.source = model->source;
    row.source_ref = call->ref;
    row.state = call->state;
    row.direction = call->direction;
    row.agents_rung = rung;
    row.agents_rung_count = call->rung_count;
    row.ringing = present.ringing;
    row.ringing_count = ended ? 0 : present.ringing_count;
    row.talking = present.talking;
    row.talking_count = ended ? 0 : present.talking_count;
    row.parts = parts;
    row.parts_count = ami_parts_fill(model, call, ended, parts);
    fill_people(call, &row);
    fill_times(call, &row);
    if (ended)
        fill_end(model, call, &row);
    uint64_t sum = sum_row(&row);
    if (sum == call->told)
        return;
    call->told = sum;
    if (model->call)
        model->call(model->context, &row);
}
