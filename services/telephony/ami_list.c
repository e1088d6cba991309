// SPDX-License-Identifier: Apache-2.0
// Connections come and go, calls go on: what is there is read from the list of present channels,
// and what is not there any more has ended unseen.

#include "services/telephony/ami_state.h"

#include <string.h>
#include <strings.h>

// A crash takes the connection with it, and the PBX is back after at most this long.
#define BOOT_US (INT64_C(120) * 1000000)

static void doubt(struct ami_model *model, struct ami_channel *channel)
{
    (void)model;
    channel->doubtful = true;
}

static void note_gap(struct ami_call *call, int64_t now_us)
{
    call->gap_at = now_us;
    call->accounted = false;
}

void ami_model_connected(struct ami_model *model, int64_t now_us)
{
    model->now_us = now_us;
    model->connected = true;
    model->shutting_down = false;
    model->listed = 0;
    model->doubt_until = model->call_count > 0 ? now_us + AMI_DOUBT_US : 0;
    memset(model->gone, 0, sizeof model->gone); // ids begin anew with a new PBX
    ami_stitch_forget(model);
    ami_channel_each(model, doubt);
    for (struct ami_call *call = model->calls; call; call = call->next)
        note_gap(call, now_us);
}

void ami_model_audit(struct ami_model *model)
{
    model->listed = 0;
    ami_channel_each(model, doubt);
}

// The end was not seen; when it was is known only if the PBX itself ended.
static void end_all(struct ami_model *model, int64_t at_us, bool restarted)
{
    int64_t now_us = model->now_us;
    model->now_us = at_us;
    for (struct ami_call *call = model->calls; call; call = call->next) {
        call->restarted = call->restarted || restarted;
        call->crashed = !call->restarted;
        call->restored = false;
        ami_call_touch(model, call);
    }
    ami_channel_each(model, ami_channel_drop);
    for (struct ami_call *call = model->calls; call; call = call->next)
        call->left_at = call->left_at ? call->left_at : at_us;
    model->now_us = now_us;
}

void ami_model_lost(struct ami_model *model, int64_t now_us)
{
    if (!model->connected)
        return;
    model->now_us = now_us;
    model->connected = false;
    model->lost_at = now_us;
    ami_stitch_forget(model);
    if (model->shutting_down)
        end_all(model, now_us, true);
    ami_calls_overdue(model, true);
    ami_calls_settle(model);
}

void ami_on_shutdown(struct ami_model *model, const struct ami_message *message)
{
    const char *privilege = ami_value(message, "Privilege");
    const char *how = ami_value(message, "Shutdown");
    const char *restart = ami_value(message, "Restart");
    // The whole event: a caller's number is hardly long enough to hold it.
    if (privilege && !strcasecmp(privilege, "system,all") && how && strstr(how, "leanly") &&
        restart && (!strcasecmp(restart, "True") || !strcasecmp(restart, "False")))
        model->shutting_down = true;
}

static void drop_doubtful(struct ami_model *model, struct ami_channel *channel)
{
    if (!channel->doubtful)
        return;
    struct ami_call *call = channel->current;
    bool spoke = channel->kind == AMI_PHONE && (channel->bridge[0] || channel->answered);
    ami_channel_drop(model, channel);
    call->moved = call->here > 0 && (call->moved || spoke);
    if (call->here > 0)
        return;
    call->unseen = true;
    call->left_at = 0;
}

static void account_for_all(struct ami_model *model)
{
    model->doubt_until = 0;
    ami_channel_each(model, drop_doubtful);
    for (struct ami_call *call = model->calls; call; call = call->next) {
        call->accounted = true;
        if (!call->restored)
            continue;
        call->restored = false;
        call->unseen = call->here == 0;
        // Who spoke is not there any more.
        call->moved = call->here > 0 && call->answered && call->talkers == 0;
        ami_call_touch(model, call);
    }
}

// A PBX that has run for less time than we have been away has begun anew: no call of before lives.
void ami_on_booted(struct ami_model *model, const struct ami_message *message)
{
    int64_t uptime = ami_number(ami_value(message, "Uptime"), -1);
    if (uptime < 0 || model->lost_at == 0 || model->doubt_until == 0)
        return;
    int64_t booted_at = model->now_us - (uptime + 1) * 1000000;
    if (booted_at < model->lost_at)
        return;
    account_for_all(model);
    if (booted_at - model->lost_at > BOOT_US)
        return;
    for (struct ami_call *call = model->calls; call; call = call->next)
        call->crashed = call->unseen;
}

static struct ami_channel *take(struct ami_model *model, const struct ami_side *side)
{
    struct ami_channel *channel = ami_channel_find(model, side->uniqueid);
    if (channel)
        return ami_channel_seen(model, side);
    channel = ami_channel_add(model, side);
    if (!channel)
        return NULL;
    struct ami_call *call = channel->home;
    if (call->gap_at && call->started_at < call->gap_at)
        call->ring_hidden = !call->ring_at; // it began to ring unseen
    if (!channel->root || call->root[0])
        return channel;
    if (!call->restored)
        note_gap(call, model->now_us);
    if (channel->state == AMI_UP && !call->answered) {
        call->dark = true;
        call->ring_hidden = !call->ring_at;
    }
    ami_call_begin(model, call, channel, side, true);
    return channel;
}

static void note_leg(struct ami_model *model, struct ami_channel *channel, const char *application)
{
    struct ami_call *call = channel->current;
    bool called = application && !strncasecmp(application, "App", 3); // AppDial, AppQueue
    if (!ami_is_party(channel))
        return;
    if (channel->root && channel->state == AMI_RINGING)
        channel->dialed = true;
    if (!channel->root && (called || channel->state == AMI_RINGING)) {
        channel->dialed = true;
        call->dialing = true;
        if (channel->kind == AMI_PHONE)
            ami_call_rung(call, channel);
        if (channel->kind == AMI_TRUNK)
            ami_call_goes_out(call);
    }
    if (channel->state == AMI_RINGING && channel->dialed)
        ami_call_rings(model, call);
}

// When it was answered is hidden, that it was is not.
static void note_bridge(struct ami_model *model, struct ami_channel *channel, const char *bridge)
{
    struct ami_call *call = channel->current;
    int64_t answered_at = call->answered_at;
    if (!strcmp(channel->bridge, bridge))
        return;
    call->moved = call->moved || channel->bridge[0];
    channel->doubtful = true; // it left unseen
    ami_talk_leave(model, channel);
    channel->doubtful = false;
    if (!*bridge)
        return;
    call->dark = false;
    ami_talk_enter(model, channel, bridge, false);
    call->answered_at = answered_at;
}

void ami_on_listed(struct ami_model *model, const struct ami_message *message)
{
    struct ami_side side;
    model->listed++;
    if (!ami_side(message, "", &side) || ami_channel_kind(model, side.name) == AMI_SERVICE)
        return;
    struct ami_channel *channel = take(model, &side);
    if (!channel)
        return;
    const char *bridge = ami_last_value(message, "BridgeId"); // Status: BridgeID
    const char *dialled = ami_last_value(message, "DNID");
    const char *application = ami_last_value(message, "Application");
    struct ami_call *call = channel->current;
    if (application && !strcasecmp(application, "VoiceMail"))
        ami_call_mailbox(call);
    note_leg(model, channel, application);
    if (bridge && (!application || strcasecmp(application, "Park") != 0))
        note_bridge(model, channel, bridge);
    if (channel->root && dialled && !strcmp(channel->uniqueid, call->root)) {
        ami_call_called(call, dialled, 2);
        ami_call_dialled(call, dialled);
    }
    if (channel->root && channel->state == AMI_UP)
        call->root_up = true;
}

void ami_doubts_overdue(struct ami_model *model)
{
    if (model->doubt_until && model->connected && model->now_us >= model->doubt_until)
        account_for_all(model);
}

// Not believed when the account was not shown all that is counted.
static void complete(struct ami_model *model, int64_t items)
{
    bool whole = items >= 0 && items <= model->listed && (items > 0 || model->listed == 0);
    model->listed = 0;
    if (whole && model->connected)
        account_for_all(model);
}

void ami_on_list_complete(struct ami_model *model, const struct ami_message *message)
{
    if (message->count > 3 && !strcasecmp(message->fields[1].key, "ActionID") &&
        !strcasecmp(message->fields[2].key, "EventList"))
        complete(model, ami_number(ami_value(message, "ListItems"), -1));
}

void ami_model_listed(struct ami_model *model, int64_t items, int64_t now_us)
{
    model->now_us = now_us;
    complete(model, items);
    ami_calls_settle(model);
}

static void go_on_talking(struct ami_call *call, const struct call *row)
{
    call->talk_us = row->talk_ms * 1000;
    call->answered = row->talking_count > 0 || row->has_answered_at;
    if (row->talking_count > 0 && row->talk_ms == 0 && row->has_answered_at)
        call->talk_resume = row->answered_at;
}

static void copy_or_empty(char *out, size_t size, const char *text, size_t most)
{
    ami_copy(out, size, text ? text : "", most);
}

void ami_model_restore(struct ami_model *model, const struct call *row)
{
    if (!row->source || strcmp(row->source, model->source) != 0 || !row->source_ref ||
        row->state == call_state_ENDED || strlen(row->source_ref) > AMI_ID_MAX ||
        ami_call_find(model, row->source_ref))
        return;
    struct ami_call *call = ami_call_add(model, row->source_ref);
    call->restored = true;
    call->state = row->state;
    call->direction = row->direction;
    copy_or_empty(call->caller, sizeof call->caller, row->caller, 80);
    copy_or_empty(call->caller_name, sizeof call->caller_name, row->caller_name, 120);
    copy_or_empty(call->called, sizeof call->called, row->called, 80);
    copy_or_empty(call->queue, sizeof call->queue, row->queue, 80);
    copy_or_empty(call->agent, sizeof call->agent, row->agent, 40);
    copy_or_empty(call->action_id, sizeof call->action_id, row->action_id, 80);
    copy_or_empty(call->transferred_to, sizeof call->transferred_to, row->transferred_to, 80);
    call->called_rank = 3;
    call->transfer = row->transfer_type;
    call->transfer_answered = row->has_transfer_answered && row->transfer_answered;
    for (size_t i = 0; i < row->agents_rung_count && i < AMI_RUNG_MAX; i++)
        ami_copy(call->rung[call->rung_count++], sizeof call->rung[0], row->agents_rung[i], 40);
    call->started_at = row->started_at;
    call->ring_at = row->has_ring_at ? row->ring_at : 0;
    call->answered_at = row->has_answered_at ? row->answered_at : 0;
    call->dialing = call->rung_count > 0;
    go_on_talking(call, row);
    ami_parts_restore(call, row);
}
