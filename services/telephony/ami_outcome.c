// SPDX-License-Identifier: Apache-2.0
// What became of a call, and who ended it: judged once, when it has ended.

#include "services/telephony/ami_state.h"

#include <string.h>

static bool left_by_caller(const struct ami_call *call)
{
    return call->hangup.firm && call->hangup.by == call_ended_by_CALLER;
}

// No phone or line was called: the caller stayed with the PBX itself.
static enum call_outcome outcome_without_legs(const struct ami_model *model,
                                              const struct ami_call *call)
{
    if (call->direction == call_direction_CLICK_TO_DIAL && call->root_up &&
        !model->shows_hangup_requests)
        return call_outcome_UNKNOWN; // the PBX itself was at the far end, or had nothing to do
    if (call->direction == call_direction_CLICK_TO_DIAL)
        return call->root_up && call->hangup.by ? call_outcome_ANSWERED : call_outcome_FAILED;
    if (call->root_is_phone && call->root_up)
        return call_outcome_ANSWERED;
    if (call->root_up || left_by_caller(call) || call->queued)
        return call_outcome_MISSED;
    return call_outcome_FAILED;
}

static enum call_outcome outcome_of_legs(const struct ami_call *call)
{
    if (call->rang_out)
        return call_outcome_MISSED;
    if (call->busy)
        return call_outcome_BUSY;
    if (call->rejected)
        return call_outcome_REJECTED;
    if (call->failed && !left_by_caller(call))
        return call_outcome_FAILED;
    return call_outcome_MISSED;
}

// After a gap: who was called before, and what they said, may lie in it.
static bool is_hidden(const struct ami_call *call)
{
    bool refused = call->rang_out || call->busy || call->rejected || call->failed;
    if (!call->gap_at || call->mailbox_sure)
        return false;
    return call->dark || (call->dialing && !refused) ||
           (ami_call_is_unsure(call) && (!call->hangup.by || (call->queue[0] && !call->abandoned)));
}

// In a queue whose own events are hidden from this account.
static bool waited(const struct ami_model *model, const struct ami_call *call)
{
    return call->queue_dialed && !model->shows_queues;
}

// Waiting also ends when its time is over: then the caller did not leave.
static bool is_abandoned(const struct ami_model *model, const struct ami_call *call)
{
    bool stopped = call->abandoned || waited(model, call);
    return stopped && (!model->shows_hangup_requests || left_by_caller(call));
}

enum call_outcome ami_outcome(const struct ami_model *model, const struct ami_call *call)
{
    if (call->answered && call->transferred_to[0])
        return call_outcome_TRANSFERRED;
    if (call->answered)
        return call->moved || call->dark ? call_outcome_UNKNOWN : call_outcome_ANSWERED;
    if (call->unseen || !call->direction || is_hidden(call))
        return call_outcome_UNKNOWN;
    if (call->mailbox)
        return call_outcome_VOICEMAIL;
    if (waited(model, call) && !model->shows_hangup_requests)
        return call_outcome_UNKNOWN; // the caller left, or the time was over
    if (is_abandoned(model, call))
        return call_outcome_ABANDONED;
    if (call->direction == call_direction_CLICK_TO_DIAL && !call->root_up)
        return call_outcome_FAILED;
    return call->dialing ? outcome_of_legs(call) : outcome_without_legs(model, call);
}

// The account does not see who hangs up: the one who left the conversation first did.
static enum call_ended_by judged_by_order(const struct ami_model *model,
                                          const struct ami_call *call)
{
    if (call->in_bridge_last && call->first_leaver)
        return call->first_leaver;
    if (call->abandoned)
        return call_ended_by_CALLER;
    if (waited(model, call) && !call->answered)
        return call_ended_by_UNKNOWN;
    if (call->cancelled)
        return call_ended_by_CALLER;
    if (call->root_up && !call->root_is_phone && !call->refused_by)
        return call_ended_by_UNKNOWN; // a menu or mailbox had the caller: either may have ended it
    if (call->refused_by)
        return call->refused_by;
    if (call->root_refused || call->rang_out || call->busy || call->failed || call->rejected)
        return call_ended_by_PBX;
    return call_ended_by_UNKNOWN;
}

// Whoever dialled within the house is the agent when nobody else spoke first.
static enum call_ended_by as_agent(const struct ami_call *call, enum call_ended_by by)
{
    bool own = call->root_is_phone && !strcmp(call->agent, call->root_extension);
    bool outward = call->root_is_phone && call->direction != call_direction_INTERNAL;
    return by == call_ended_by_CALLER && (own || outward) ? call_ended_by_AGENT : by;
}

enum call_ended_by ami_ended_by(const struct ami_model *model, const struct ami_call *call)
{
    if (call->crashed)
        return call_ended_by_PBX_CRASH;
    if (call->restarted)
        return call_ended_by_PBX_RESTART;
    if (call->consultation)
        return call_ended_by_TRANSFER;
    if (call->unseen || (ami_call_is_unsure(call) && !call->hangup.by))
        return call_ended_by_UNKNOWN;
    if (call->hangup.by)
        return call->hangup.root ? as_agent(call, call->hangup.by) : call->hangup.by;
    if (call->timed_out)
        return call_ended_by_PBX;
    if (call->ordered)
        return call_ended_by_AMI;
    if (!model->shows_hangup_requests)
        return as_agent(call, judged_by_order(model, call));
    if (call->in_bridge_last || call->cancelled)
        return call_ended_by_AMI;
    return call_ended_by_PBX;
}
