// SPDX-License-Identifier: Apache-2.0
// Conversation: a phone of the house talks while it is in a bridge. Phones that talk at the same
// time count once.

#include "services/telephony/ami_state.h"

#include <string.h>

static void start(struct ami_model *model, struct ami_channel *channel)
{
    struct ami_call *home = channel->home;
    if (channel->talking || channel->kind != AMI_PHONE || !home)
        return;
    channel->talking = true;
    ami_part_talks(model, channel);
    if (home->talkers++ > 0)
        return;
    home->talk_since = home->talk_resume ? home->talk_resume : model->now_us;
    home->talk_resume = 0;
}

static void stop(struct ami_model *model, struct ami_channel *channel)
{
    struct ami_call *home = channel->home;
    if (!channel->talking)
        return;
    channel->talking = false;
    ami_part_pauses(model, channel);
    if (!home || --home->talkers > 0)
        return;
    int64_t until = model->now_us;
    if (channel->doubtful && model->lost_at >= home->talk_since)
        until = model->lost_at; // it ended unseen: not longer than it was seen
    if (until > home->talk_since)
        home->talk_us += until - home->talk_since;
}

void ami_talk_enter(struct ami_model *model, struct ami_channel *channel, const char *bridge,
                    bool parking)
{
    ami_copy(channel->bridge, sizeof channel->bridge, bridge, 80);
    channel->parked = parking;
    if (!ami_is_party(channel))
        return;
    start(model, channel);
    if (parking)
        return;
    // Another phone came to it by itself; how is told, unless the account is not shown it.
    struct ami_call *call = channel->current;
    if (channel->kind == AMI_PHONE && channel->root && call->agent[0] && call->answered &&
        channel->home != call && strcmp(channel->extension, call->agent) != 0)
        call->moved = true;
    ami_call_goes_on(call);
    ami_call_answered(model, call, channel);
    if (!channel->home || channel->home == channel->current)
        return;
    ami_call_goes_on(channel->home);
    ami_call_answered(model, channel->home, channel);
}

void ami_talk_leave(struct ami_model *model, struct ami_channel *channel)
{
    if (!channel->bridge[0])
        return;
    bool leaves_others = ami_channel_has_company(model, channel);
    stop(model, channel);
    channel->bridge[0] = '\0';
    channel->parked = false;
    if (!ami_is_party(channel))
        return;
    struct ami_call *call = channel->current;
    call->in_bridge_last = true;
    if (!call->first_leaver && leaves_others)
        call->first_leaver = ami_call_role(call, channel);
}
