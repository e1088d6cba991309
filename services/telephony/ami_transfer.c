// SPDX-License-Identifier: Apache-2.0
// How calls are passed on, and which request dialled them.

#include "services/telephony/ami_state.h"

#include <string.h>
#include <strings.h>

static struct ami_channel *seen(struct ami_model *model, const struct ami_message *message,
                                const char *prefix)
{
    struct ami_side side;
    return ami_side(message, prefix, &side) ? ami_channel_seen(model, &side) : NULL;
}

static bool succeeded(const struct ami_message *message)
{
    const char *result = ami_value(message, "Result");
    return !result || !strcasecmp(result, "Success");
}

static void pass_on(struct ami_call *call, const char *to, enum transfer_kind how, bool answered)
{
    ami_copy(call->transferred_to, sizeof call->transferred_to, to, 80);
    call->transfer = how;
    call->transfer_answered = answered;
    ami_call_goes_on(call);
}

void ami_on_blind_transfer(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *transferer = seen(model, message, "Transferer");
    struct ami_channel *transferee = seen(model, message, "Transferee");
    const char *extension = ami_last_value(message, "Extension");
    struct ami_channel *channel = transferee ? transferee : transferer;
    if (!channel || !extension || !*extension || !succeeded(message) || channel->current->parking)
        return;
    pass_on(channel->current, extension, transfer_kind_BLIND, false);
}

// "Local/102@from-internal-00000008;1": the extension dialled.
static void local_extension(const char *name, char out[81])
{
    const char *at = strchr(name, '/');
    at = at ? at + 1 : name;
    char whole[AMI_NAME_MAX + 1];
    ami_copy(whole, sizeof whole, at, AMI_NAME_MAX);
    whole[strcspn(whole, "@")] = '\0';
    ami_copy(out, 81, whole, 80);
}

static void name_target(const struct ami_channel *target, const struct ami_side *side,
                        const struct ami_call *question, char out[321])
{
    char local[81];
    out[0] = '\0';
    if (target->kind == AMI_PHONE)
        ami_copy(out, 321, target->extension, 40);
    if (target->kind == AMI_LOCAL) {
        local_extension(target->name, local);
        ami_copy(out, 321, local, 80);
    }
    if (target->kind != AMI_TRUNK)
        return;
    if (question && question->called[0] && !(target->root && !target->dialed))
        ami_copy(out, 321, question->called, 80);
    else if (side->number)
        ami_copy(out, 321, side->number, 80);
}

// Of the two calls joined, the later one was the question.
static void join(struct ami_channel *first, struct ami_channel *second, struct ami_call **call,
                 struct ami_call **question)
{
    struct ami_call *a = first->home ? first->home : first->current;
    struct ami_call *b = second && second->home ? second->home : a;
    bool swapped = b->started_at < a->started_at;
    *call = swapped ? b : a;
    *question = a == b ? NULL : swapped ? a : b;
}

// Asked within one and the same call, by a feature code: the one called last, who is still there.
static const struct ami_channel *asked(const struct ami_model *model, const struct ami_call *call,
                                       const struct ami_channel *transferer)
{
    const struct ami_channel *best = NULL;
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        for (const struct ami_channel *at = model->buckets[i]; at; at = at->next) {
            if (at->current != call || at == transferer || !at->dialed || at->root ||
                !ami_is_party(at))
                continue;
            if (!best || at->order > best->order)
                best = at;
        }
    }
    return best;
}

static void pass_on_asked(struct ami_model *model, struct ami_call *call,
                          const struct ami_call *question, const struct ami_channel *transferer)
{
    const struct ami_channel *to = asked(model, call, transferer);
    if (!to && question)
        to = asked(model, question, transferer);
    if (to)
        pass_on(call, to->kind == AMI_PHONE ? to->extension : to->exten, transfer_kind_ATTENDED,
                to->state == AMI_UP);
    else if (question && question->called[0])
        pass_on(call, question->called, transfer_kind_ATTENDED, false);
}

void ami_on_attended_transfer(struct ami_model *model, const struct ami_message *message)
{
    struct ami_side sides[2];
    struct ami_call *call = NULL, *question = NULL;
    char to[321];
    if (!succeeded(message))
        return;
    bool known[2] = { ami_side(message, "TransferTarget", &sides[0]),
                      ami_side(message, "Transferee", &sides[1]) };
    struct ami_channel *first = seen(model, message, "OrigTransferer");
    struct ami_channel *second = seen(model, message, "SecondTransferer");
    struct ami_channel *target = seen(model, message, "TransferTarget");
    struct ami_channel *other = seen(model, message, "Transferee");
    if (!first)
        return;
    join(first, second, &call, &question);
    size_t chosen = 0;
    if (question && other && other->home == question && known[1]) {
        target = other;
        chosen = 1;
    }
    if (target && known[chosen]) {
        name_target(target, &sides[chosen], question, to);
        pass_on(call, to, transfer_kind_ATTENDED, target->state == AMI_UP);
    } else {
        // Passed on while it still rings there: nobody has lifted.
        pass_on_asked(model, call, question, first);
    }
    if (question)
        question->consultation = true;
    if (question)
        ami_call_touch(model, question);
    ami_call_touch(model, call);
}

// A transfer to the parking place is told before or after: it is no transfer to anybody yet.
void ami_on_parked(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *parked = seen(model, message, "Parkee");
    if (!parked)
        return;
    struct ami_call *call = parked->current;
    call->parking = true;
    if (call->transfer == transfer_kind_BLIND && !call->transfer_answered)
        call->transferred_to[0] = '\0';
}

void ami_on_unparked(struct ami_model *model, const struct ami_message *message)
{
    struct ami_channel *parked = seen(model, message, "Parkee");
    struct ami_channel *by = seen(model, message, "Retriever");
    if (parked)
        parked->current->parking = false;
    if (!parked || !by || !by->extension[0] || !parked->current->answered ||
        !strcmp(by->extension, parked->current->agent))
        return;
    pass_on(parked->current, by->extension, transfer_kind_PARK, true);
}

// A program sent a channel elsewhere in the middle of a conversation: no event says so, but the
// channel leaves the bridge for another place in the dialplan.
void ami_note_redirect(struct ami_model *model, struct ami_channel *channel, const char *before)
{
    struct ami_call *call = channel->current;
    if (!call->answered || !ami_is_party(channel) || !*before || call->hangup.by ||
        !strcmp(channel->exten, before) || !strcmp(channel->exten, call->transferred_to))
        return;
    if (ami_call_is_blind(call, model->now_us)) {
        call->moved = true; // by a transfer that was told in the gap, or by a program
        return;
    }
    if (channel->extension[0] && !strcmp(channel->extension, call->agent))
        return;
    // Whoever left second was left: the dialplan goes on for it by itself.
    if (!model->shows_hangup_requests && call->first_leaver != ami_call_role(call, channel))
        return;
    pass_on(call, channel->exten, transfer_kind_REDIRECT, false);
}

// A failure names no channel but only the phone: the newest call dialled for it is meant.
static struct ami_call *dialled_for(struct ami_model *model, const char *device)
{
    size_t size = strlen(device);
    for (struct ami_call *call = model->calls; call; call = call->next) {
        const struct ami_channel *root = ami_channel_find(model, call->root);
        if (!root || call->direction != call_direction_CLICK_TO_DIAL || call->action_id[0])
            continue;
        if (!strncmp(root->name, device, size) && root->name[size] == '-')
            return call;
    }
    return NULL;
}

void ami_on_originated(struct ami_model *model, const struct ami_message *message)
{
    const char *uniqueid = ami_known(message, "Uniqueid");
    const char *device = ami_known(message, "Channel");
    const char *action = ami_known(message, "ActionID");
    const char *exten = ami_known(message, "Exten");
    struct ami_channel *channel = uniqueid ? ami_channel_find(model, uniqueid) : NULL;
    struct ami_call *call = channel ? channel->home : NULL;
    if (!uniqueid && device)
        call = dialled_for(model, device);
    if (!call || call->direction != call_direction_CLICK_TO_DIAL)
        return;
    if (action && !call->action_id[0])
        ami_copy(call->action_id, sizeof call->action_id, action, 80);
    if (exten)
        ami_call_called(call, exten, 3);
    ami_call_touch(model, call);
}
