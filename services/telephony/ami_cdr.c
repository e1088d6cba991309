// SPDX-License-Identifier: Apache-2.0
// Cdr events. They are no source of truth but for one thing, which application the PBX itself ran;
// and for accounts that are shown nothing else: that there was a call.

#include "services/telephony/ami_state.h"

#include <string.h>
#include <strings.h>
#include <time.h>

static void note_application(struct ami_model *model, struct ami_call *call,
                             const char *application)
{
    static const char *const others[] = { "Playback", "BackGround", "Busy", "Congestion" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (!strcasecmp(application, others[i]))
            call->menu = true;
    }
    if (call->menu)
        call->mailbox = call->mailbox_sure;
    if (!strcasecmp(application, "VoiceMail"))
        ami_call_mailbox(call);
    ami_call_touch(model, call);
}

// Its times have whole seconds and no zone, its numbers are those of the last leg: only who called
// from outside is told by it.
static void note_only_row(struct ami_model *model, struct ami_call *call,
                          const struct ami_message *message)
{
    const char *channel = ami_value(message, "Channel");
    bool from_outside = channel && ami_channel_kind(model, channel) == AMI_TRUNK;
    ami_call_settle_at(model, call, model->now_us + AMI_GRACE_US);
    if (!from_outside || call->direction)
        return;
    call->direction = call_direction_INBOUND;
    if (!model->ask) // nobody can be asked any more whether it may be shown
        ami_set_caller(model, call, ami_known(message, "Source"), NULL);
}

// "2026-11-23 01:37:22" in seconds of an unknown zone; 0 when it is none.
static int64_t read_time(const char *text)
{
    struct tm tm = { 0 };
    const char *end = text ? strptime(text, "%Y-%m-%d %H:%M:%S", &tm) : NULL;
    return end && !*end ? (int64_t)timegm(&tm) : 0;
}

// The rows come when the call has ended: their last end is now.
static void note_span(struct ami_model *model, struct ami_call *call,
                      const struct ami_message *message)
{
    int64_t start = read_time(ami_value(message, "StartTime"));
    int64_t end = read_time(ami_value(message, "EndTime"));
    if (start && (!call->cdr_start || start < call->cdr_start))
        call->cdr_start = start;
    if (end > call->cdr_end)
        call->cdr_end = end;
    int64_t seconds = call->cdr_end - call->cdr_start;
    if (call->cdr_start && seconds >= 0 && seconds < AMI_DOUBT_US / 1000000)
        call->started_at = model->now_us - seconds * 1000000;
}

static void begin_only(struct ami_model *model, const char *linkedid)
{
    if (strlen(linkedid) > AMI_ID_MAX || ami_is_gone(model, linkedid))
        return;
    struct ami_call *call = ami_call_add(model, linkedid);
    ami_note_gone(model, linkedid);
    call->from_cdr = true;
    call->unseen = true;
    ami_call_settle_at(model, call, model->now_us + AMI_DOUBT_US);
}

void ami_on_cdr(struct ami_model *model, const struct ami_message *message)
{
    const char *linkedid = ami_last_value(message, "Linkedid");
    const char *uniqueid = ami_last_value(message, "UniqueID");
    const char *application = ami_last_value(message, "LastApplication");
    if (!linkedid || !uniqueid || !application || !*linkedid)
        return;
    struct ami_call *call = ami_call_find(model, linkedid);
    if (!call && !model->shows_calls) {
        begin_only(model, linkedid);
        call = ami_call_find(model, linkedid);
    }
    if (!call)
        return;
    if (call->from_cdr)
        note_span(model, call, message);
    if (call->from_cdr && !strcmp(call->ref, uniqueid))
        note_only_row(model, call, message);
    if (!strcmp(call->root, uniqueid))
        note_application(model, call, application);
}
