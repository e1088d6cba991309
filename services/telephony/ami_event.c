// SPDX-License-Identifier: Apache-2.0
// What each event says of channels, dials and bridges. Events on unknown channels say nothing.

#include "services/telephony/ami_state.h"

#include <string.h>
#include <strings.h>

// Flags of a soft hangup (SoftHangupRequest's Cause).
#define SOFT_SHUTDOWN 4
#define SOFT_TIMEOUT  8
#define SOFT_EXPLICIT 32

#define CAUSE_REJECTED 21

static struct ami_call *party_call(const struct ami_channel *channel)
{
    return channel->home && channel->home->here > 0 ? channel->home : channel->current;
}

static bool a_leg_is_up(const struct ami_model *model, const struct ami_call *call)
{
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        for (const struct ami_channel *at = model->buckets[i]; at; at = at->next) {
            if (at->current == call && at->dialed && !at->root && at->state == AMI_UP)
                return true;
        }
    }
    return false;
}

// The PBX answered for the caller although nobody called had lifted: a mailbox, when phones were
// called before; else a menu.
static void root_is_up(struct ami_model *model, struct ami_call *call, const struct ami_channel *at)
{
    call->root_up = true;
    call->abandoned = false;
    if (!call->hangup.firm)
        call->hangup = (struct ami_hangup){ 0 };
    call->cancelled = false;
    if (at->dialed || call->answered || !call->dialing || call->menu || call->dark)
        return;
    call->mailbox = !a_leg_is_up(model, call);
}

// A Local channel begins at the extension it was made for, not at the one to be dialled.
static bool is_own_extension(const struct ami_channel *channel)
{
    const char *at = strchr(channel->name, '/');
    size_t size = strlen(channel->exten);
    return channel->kind == AMI_LOCAL && at && !strncmp(at + 1, channel->exten, size) &&
           at[1 + size] == '@';
}

static void note_state(struct ami_model *model, struct ami_channel *channel)
{
    struct ami_call *call = party_call(channel);
    bool is_root = !strcmp(channel->uniqueid, call->root);
    if (channel->dialed && ami_is_party(channel) && channel->state == AMI_RINGING)
        ami_call_rings(model, call);
    if (is_root && channel->state == AMI_UP && !call->root_up)
        root_is_up(model, call, channel);
    if (channel->root && channel->dialed && !is_own_extension(channel))
        ami_call_called(call, channel->exten, 2);
}

static struct ami_channel *seen(struct ami_model *model, const struct ami_message *message,
                                const char *prefix)
{
    struct ami_side side;
    if (!ami_side(message, prefix, &side))
        return NULL;
    model->shows_calls = true;
    struct ami_channel *channel = ami_channel_seen(model, &side);
    if (channel)
        note_state(model, channel);
    return channel;
}

static void called_phone(struct ami_channel *leg)
{
    struct ami_call *call = leg->current;
    leg->dialed = true;
    if (!strcmp(leg->uniqueid, call->root))
        return;
    call->dialing = true;
    if (leg->kind == AMI_PHONE)
        ami_call_rung(call, leg);
}

static void on_new_channel(struct ami_model *model, const struct ami_message *message)
{
    struct ami_side side;
    if (!ami_side(message, "", &side) || side.state < 0 ||
        ami_channel_kind(model, side.name) == AMI_SERVICE || ami_channel_find(model, side.uniqueid))
        return;
    model->shows_calls = true;
    struct ami_channel *channel = ami_channel_add(model, &side);
    if (!channel)
        return;
    struct ami_call *call = channel->current;
    if (channel->root && !call->root[0])
        ami_call_begin(model, call, channel, &side, false);
    else if (channel->state == AMI_DOWN && ami_call_adopt(call, channel, &side))
        channel->dialed = true;
    else if (channel->state == AMI_DOWN && ami_is_party(channel))
        called_phone(channel);
    note_state(model, channel);
}

static void on_state(struct ami_model *model, const struct ami_message *message)
{
    seen(model, message, "");
}

static void on_rename(struct ami_model *model, const struct ami_message *message)
{
    const char *uniqueid = ami_value(message, "Uniqueid");
    const char *before = ami_value(message, "Channel");
    const char *after = ami_value(message, "Newname");
    struct ami_channel *channel = uniqueid ? ami_channel_find(model, uniqueid) : NULL;
    if (channel && before && after)
        ami_channel_rename(channel, before, after);
}

static void on_caller_id(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *channel = seen(model, message, "");
    if (!channel || !channel->home || strcmp(channel->uniqueid, channel->home->root) != 0)
        return;
    struct ami_call *call = channel->home;
    int64_t presentation = ami_number(ami_last_value(message, "CID-CallingPres"), 0);
    const char *number = ami_known(message, "CallerIDNum");
    if (call->direction == call_direction_INBOUND && (presentation & 0x60) == 0x20)
        ami_call_withhold(call);
    // Who dials for somebody sets the number dialled as the number that phone shows.
    if (call->direction == call_direction_CLICK_TO_DIAL && number &&
        strcmp(number, channel->extension) != 0)
        ami_call_called(call, number, 1);
}

static void on_application(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *channel = seen(model, message, "");
    const char *application = ami_value(message, "Application");
    if (channel && application && !strcasecmp(application, "VoiceMail"))
        ami_call_mailbox(channel->current);
}

// A queue dials "PJSIP/101", an extension of the dialplan "101": so that who waits is known to
// accounts that are not shown the queue's own events.
static bool is_queue_dial(const struct ami_message *message, const struct ami_channel *leg)
{
    const char *string = ami_last_value(message, "DialString");
    size_t size = strcspn(leg->name, "/");
    return string && string[0] && !strncasecmp(string, leg->name, size) && string[size] == '/';
}

static void on_dial_begin(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *caller = seen(model, message, "");
    struct ami_channel *leg = seen(model, message, "Dest");
    if (!leg)
        return;
    struct ami_call *call = leg->current;
    called_phone(leg);
    note_state(model, leg);
    ami_call_goes_on(call);
    if (caller && !strcmp(caller->uniqueid, call->root))
        call->queue_dialed = is_queue_dial(message, leg);
    if (caller && leg->kind == AMI_TRUNK && !strcmp(caller->uniqueid, call->root))
        ami_call_goes_out(call);
}

static void on_dial_state(struct ami_model *model, const struct ami_message *message)
{
    (void)seen(model, message, "");
    struct ami_channel *leg = seen(model, message, "Dest");
    const char *status = ami_last_value(message, "DialStatus");
    if (!leg || !status || strcasecmp(status, "RINGING") != 0 || !ami_is_party(leg))
        return;
    ami_call_rings(model, party_call(leg));
}

static enum ami_refusal refusal(const char *status)
{
    if (!strcasecmp(status, "CANCEL") || !strcasecmp(status, "NOANSWER"))
        return AMI_RANG_OUT;
    return strcasecmp(status, "BUSY") ? AMI_FAILED : AMI_BUSY;
}

// A number that does not exist is told as NOANSWER too; the cause of the hangup knows it.
static bool is_failure(int64_t cause)
{
    static const int64_t causes[] = { 1,  2,  3,  5,  6,  22, 25, 27, 28, 29, 34, 38,
                                      41, 42, 44, 50, 52, 57, 58, 66, 69, 88, 111 };
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if (causes[i] == cause)
            return true;
    }
    return false;
}

static void note_refusal(struct ami_call *call, const struct ami_channel *leg, int64_t cause)
{
    if (!leg->refusal || leg->answered || !strcmp(leg->uniqueid, call->root))
        return;
    if (cause == CAUSE_REJECTED && !call->refused_by)
        call->refused_by = ami_call_role(call, leg);
    if (cause == CAUSE_REJECTED)
        call->rejected = true;
    else if (leg->refusal == AMI_BUSY)
        call->busy = true;
    else if (leg->refusal == AMI_FAILED || is_failure(cause))
        call->failed = true;
    else
        call->rang_out = true;
    if (leg->kind == AMI_TRUNK && call->failed && !call->refused_by)
        call->refused_by = ami_call_role(call, leg);
}

// The far end says why it does not take a call; a phone of the house was asked only if it rang.
static void note_who_refused(struct ami_call *call, const struct ami_channel *leg)
{
    bool asked = leg->kind == AMI_TRUNK || leg->state == AMI_RINGING;
    if (ami_is_party(leg) && asked && leg->refusal != AMI_RANG_OUT)
        call->refused_by = ami_call_role(call, leg);
}

static void on_dial_end(struct ami_model *model, const struct ami_message *message)
{
    (void)seen(model, message, "");
    struct ami_channel *leg = seen(model, message, "Dest");
    const char *status = ami_last_value(message, "DialStatus");
    if (!leg || !status)
        return;
    struct ami_call *call = leg->current;
    bool is_root = !strcmp(leg->uniqueid, call->root);
    if (strcasecmp(status, "ANSWER") != 0) {
        leg->refusal = refusal(status);
        note_who_refused(call, leg);
        call->root_refused = call->root_refused || is_root;
        call->cancelled = !strcasecmp(status, "CANCEL");
        return;
    }
    if (is_root)
        return;
    ami_call_goes_on(call);
    if (ami_is_party(leg))
        ami_call_answered(model, call, leg);
}

static void on_bridge_enter(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *channel = seen(model, message, "");
    const char *bridge = ami_value(message, "BridgeUniqueid");
    const char *type = ami_value(message, "BridgeType");
    if (!channel || !bridge || !*bridge)
        return;
    ami_talk_enter(model, channel, bridge, type && !strcasecmp(type, "parking"));
}

static void on_bridge_leave(struct ami_model *model, const struct ami_message *message)
{
    struct ami_side side;
    char before[81] = "";
    const char *bridge = ami_value(message, "BridgeUniqueid");
    struct ami_channel *channel =
        ami_side(message, "", &side) ? ami_channel_find(model, side.uniqueid) : NULL;
    if (channel)
        ami_copy(before, sizeof before, channel->exten, 80);
    channel = seen(model, message, "");
    if (!channel || !bridge || strcmp(channel->bridge, bridge) != 0)
        return;
    bool parked = channel->parked;
    ami_talk_leave(model, channel);
    if (ami_bridge_parties(model, channel->current, bridge) > 1)
        ami_call_goes_on(channel->current); // the others talk on without it
    if (!parked)
        ami_note_redirect(model, channel, before);
}

static void note_hangup(struct ami_call *call, const struct ami_channel *channel)
{
    bool is_root = channel->root || !channel->dialed;
    bool firm = channel->state == AMI_UP || is_root;
    if (firm && !is_root && !channel->bridge[0])
        return; // it had left the conversation before, by a transfer
    if (!firm && channel->kind == AMI_PHONE && channel->state != AMI_RINGING)
        return; // the phone was busy, nobody decided so
    if (call->hangup.by && (call->hangup.firm || !firm))
        return;
    call->hangup.by = ami_call_role(call, channel);
    call->hangup.firm = firm;
    call->hangup.root = !strcmp(channel->uniqueid, call->root);
}

static void on_hangup_request(struct ami_model *model, const struct ami_message *message)
{
    model->shows_hangup_requests = true;
    struct ami_channel *channel = seen(model, message, "");
    if (!channel || !ami_is_party(channel))
        return;
    struct ami_call *call = channel->current;
    note_hangup(call, channel);
    // Calls that were joined to this one end with it.
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        for (const struct ami_channel *at = model->buckets[i]; at; at = at->next) {
            if (at->current == call && at->home && at->home != call)
                note_hangup(at->home, channel);
        }
    }
}

static void on_soft_hangup(struct ami_model *model, const struct ami_message *message)
{
    model->shows_hangup_requests = true;
    struct ami_channel *channel = seen(model, message, "");
    if (!channel || !ami_is_party(channel))
        return;
    int64_t flags = ami_number(ami_last_value(message, "Cause"), 0);
    struct ami_call *calls[] = { channel->current, channel->home };
    for (size_t i = 0; i < 2 && calls[i]; i++) {
        calls[i]->restarted = calls[i]->restarted || flags == SOFT_SHUTDOWN;
        calls[i]->timed_out = calls[i]->timed_out || flags == SOFT_TIMEOUT;
        calls[i]->ordered = calls[i]->ordered || flags == SOFT_EXPLICIT;
    }
}

static void on_hangup(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *channel = seen(model, message, "");
    if (!channel)
        return;
    int64_t cause = ami_number(ami_last_value(message, "Cause"), 0);
    note_refusal(channel->current, channel, cause);
    if (channel->root && channel->dialed && channel->state != AMI_UP)
        channel->current->root_refused = true;
    ami_channel_drop(model, channel);
}

static void on_queue_join(struct ami_model *model, const struct ami_message *message)
{
    model->shows_queues = true;
    struct ami_channel *channel = seen(model, message, "");
    const char *queue = ami_last_value(message, "Queue");
    if (!channel || !queue)
        return;
    struct ami_call *call = channel->current;
    ami_call_goes_on(call);
    call->queued = true;
    call->abandoned = false;
    if (!call->queue[0])
        ami_copy(call->queue, sizeof call->queue, queue, 80);
}

static void on_queue_leave(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *channel = seen(model, message, "");
    if (!channel)
        return;
    model->shows_queues = true;
    channel->current->queued = false;
    channel->current->cancelled =
        false; // the queue gives its phones up at its end, whoever ended it
}

// Also sent when the waiting time is over and the caller goes on elsewhere.
static void on_queue_abandon(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *channel = seen(model, message, "");
    if (!channel)
        return;
    model->shows_queues = true;
    channel->current->abandoned = true;
}

static void on_hold(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *channel = seen(model, message, "");
    if (channel)
        ami_part_holds(model, channel, true);
}

static void on_unhold(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *channel = seen(model, message, "");
    if (channel)
        ami_part_holds(model, channel, false);
}

static const struct {
    const char *name;
    void (*handle)(struct ami_model *model, const struct ami_message *message);
} handlers[] = {
    { "Newchannel", on_new_channel },
    { "Newstate", on_state },
    { "Rename", on_rename },
    { "NewCallerid", on_caller_id },
    { "NewConnectedLine", on_state },
    { "Newexten", on_application },
    { "DialBegin", on_dial_begin },
    { "DialState", on_dial_state },
    { "DialEnd", on_dial_end },
    { "BridgeEnter", on_bridge_enter },
    { "BridgeLeave", on_bridge_leave },
    { "Hold", on_hold },
    { "Unhold", on_unhold },
    { "HangupRequest", on_hangup_request },
    { "SoftHangupRequest", on_soft_hangup },
    { "Hangup", on_hangup },
    { "BlindTransfer", ami_on_blind_transfer },
    { "AttendedTransfer", ami_on_attended_transfer },
    { "ParkedCall", ami_on_parked },
    { "UnParkedCall", ami_on_unparked },
    { "QueueCallerJoin", on_queue_join },
    { "QueueCallerLeave", on_queue_leave },
    { "QueueCallerAbandon", on_queue_abandon },
    { "OriginateResponse", ami_on_originated },
    { "Cdr", ami_on_cdr },
    { "CoreShowChannel", ami_on_listed },
    { "Status", ami_on_listed },
    { "CoreShowChannelsComplete", ami_on_list_complete },
    { "Shutdown", ami_on_shutdown },
    { "FullyBooted", ami_on_booted },
};

void ami_event(struct ami_model *model, const struct ami_message *message)
{
    if (message->count < 2 || strcasecmp(message->fields[0].key, "Event") != 0)
        return;
    // All but items of a list have it; a caller's number is too short for much behind it.
    bool listed = !strncasecmp(message->fields[0].value, "CoreShowChannel", 15);
    if (!listed && strcasecmp(message->fields[1].key, "Privilege") != 0)
        return;
    for (size_t i = 0; i < sizeof handlers / sizeof handlers[0]; i++) {
        if (!strcasecmp(handlers[i].name, message->fields[0].value)) {
            handlers[i].handle(model, message);
            return;
        }
    }
}
