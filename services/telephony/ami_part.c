// SPDX-License-Identifier: Apache-2.0
// Parts: what each phone of the house had in a call, from its first conversation until its channel
// is gone. A phone that holds while it talks to somebody else does not hold.

#include "services/telephony/ami_state.h"

#include <string.h>

static struct ami_part *part_of(const struct ami_channel *channel)
{
    if (!channel->part || !channel->home)
        return NULL;
    return &channel->home->parts[channel->part - 1];
}

// One of before our restart whose channel was not seen again yet.
static struct ami_part *unclaimed(struct ami_call *call, const char *extension)
{
    for (size_t i = 0; i < call->part_count; i++) {
        struct ami_part *part = &call->parts[i];
        if (part->open && part->restored && !strcmp(part->agent, extension))
            return part;
    }
    return NULL;
}

static struct ami_part *claim(struct ami_model *model, struct ami_channel *channel)
{
    struct ami_call *call = channel->home;
    struct ami_part *part = unclaimed(call, channel->extension);
    if (part) { // it talked on unseen
        part->restored = false;
        part->since = part->from + part->talk_us;
        channel->part = (size_t)(part - call->parts) + 1;
        return part;
    }
    if (call->part_count == AMI_PARTS_MAX || !channel->extension[0])
        return NULL;
    part = &call->parts[call->part_count++];
    *part = (struct ami_part){ .open = true, .from = model->now_us, .until = model->now_us };
    ami_copy(part->agent, sizeof part->agent, channel->extension, 40);
    channel->part = call->part_count;
    return part;
}

void ami_part_talks(struct ami_model *model, struct ami_channel *channel)
{
    struct ami_part *part = part_of(channel);
    if (!part)
        part = claim(model, channel);
    if (part && !part->since)
        part->since = model->now_us;
}

static void end_hold(struct ami_part *part, int64_t at_us)
{
    if (part->held_since && at_us > part->held_since)
        part->held_us += at_us - part->held_since;
    part->held_since = 0;
}

void ami_part_pauses(struct ami_model *model, struct ami_channel *channel)
{
    struct ami_part *part = part_of(channel);
    if (!part || !part->since)
        return;
    int64_t until = model->now_us;
    if (channel->doubtful && model->lost_at >= part->since)
        until = model->lost_at; // it ended unseen: not longer than it was seen
    end_hold(part, until);
    if (until > part->since)
        part->talk_us += until - part->since;
    part->until = until;
    part->since = 0;
}

void ami_part_ends(struct ami_channel *channel)
{
    struct ami_part *part = part_of(channel);
    channel->part = 0;
    if (part)
        part->open = false;
}

void ami_part_holds(struct ami_model *model, struct ami_channel *channel, bool holds)
{
    struct ami_part *part = part_of(channel);
    if (!part || !part->since)
        return;
    if (!holds)
        end_hold(part, model->now_us);
    else if (!part->held_since)
        part->held_since = model->now_us;
}

size_t ami_parts_fill(const struct ami_model *model, const struct ami_call *call, bool ended,
                      struct call_part *out)
{
    for (size_t i = 0; i < call->part_count; i++) {
        struct ami_part part = call->parts[i];
        if (ended && part.open && part.since) { // the call is given up while it talks
            end_hold(&part, model->now_us);
            part.talk_us += model->now_us - part.since;
            part.until = model->now_us;
        }
        bool over = ended || !part.open;
        bool held = part.held_since && !over;
        out[i] = (struct call_part){
            .agent = call->parts[i].agent,
            .from = part.from,
            .has_until = over,
            .until = part.until,
            .talk_ms = (part.talk_us + 500) / 1000,
            .held_ms = (part.held_us + 500) / 1000,
            .has_held = held,
            .held = held,
            .has_held_since = held,
            .held_since = held ? part.held_since : 0,
        };
    }
    return call->part_count;
}

void ami_parts_restore(struct ami_call *call, const struct call *row)
{
    for (size_t i = 0; i < row->parts_count && i < AMI_PARTS_MAX; i++) {
        const struct call_part *told = &row->parts[i];
        struct ami_part *part = &call->parts[call->part_count++];
        ami_copy(part->agent, sizeof part->agent, told->agent, 40);
        part->from = told->from;
        part->open = part->restored = !told->has_until;
        part->talk_us = told->talk_ms * 1000;
        part->held_us = told->held_ms * 1000;
        if (part->restored && told->has_held_since) // as it was, until the PBX says otherwise
            part->held_since = told->held_since;
        part->until = told->has_until ? told->until : told->from + part->talk_us;
    }
}
