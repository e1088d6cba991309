// SPDX-License-Identifier: Apache-2.0
// The model's own life, and what a message shows of a channel.

#include "services/telephony/ami_model.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "services/telephony/ami_state.h"

struct ami_model *ami_model_new(const struct ami_model_options *options)
{
    struct ami_model *model = calloc(1, sizeof *model);
    if (!model)
        abort();
    ami_copy(model->source, sizeof model->source, options->source, 60);
    if (options->home.country)
        ami_copy(model->country, sizeof model->country, options->home.country, 7);
    if (options->home.area)
        ami_copy(model->area, sizeof model->area, options->home.area, 15);
    model->home.country = model->country;
    model->home.area = options->home.area ? model->area : NULL;
    if (options->endpoints)
        model->endpoints = *options->endpoints;
    model->call = options->call;
    model->context = options->context;
    return model;
}

void ami_model_free(struct ami_model *model)
{
    if (!model)
        return;
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        while (model->buckets[i]) {
            struct ami_channel *channel = model->buckets[i];
            model->buckets[i] = channel->next;
            free(channel);
        }
    }
    while (model->calls) {
        struct ami_call *call = model->calls;
        model->calls = call->next;
        free(call);
    }
    ami_stitch_forget(model);
    free(model);
}

// Right behind Event and Privilege, where no caller can write: "Timestamp: 1795399026.354654".
int64_t ami_stamp_us(const struct ami_message *message)
{
    if (message->count < 3 || strcasecmp(message->fields[0].key, "Event") != 0 ||
        strcasecmp(message->fields[1].key, "Privilege") != 0 ||
        strcasecmp(message->fields[2].key, "Timestamp") != 0)
        return 0;
    const char *text = message->fields[2].value;
    size_t seconds = strspn(text, "0123456789");
    if (seconds == 0 || seconds > 11 || text[seconds] != '.' ||
        strspn(text + seconds + 1, "0123456789") != 6 || text[seconds + 7])
        return 0;
    return ami_number(text, 0) * 1000000 + ami_number(text + seconds + 1, 0);
}

bool ami_model_is_stamped(const struct ami_model *model)
{
    return model->stamped;
}

// A PBX whose clock is wrong says wrong times.
static int64_t when(struct ami_model *model, const struct ami_message *message, int64_t now_us)
{
    int64_t stamp_us = ami_stamp_us(message);
    bool near = stamp_us > now_us - AMI_STAMP_US && stamp_us < now_us + AMI_STAMP_US;
    if (stamp_us)
        model->stamped = near;
    return stamp_us && near ? stamp_us : now_us;
}

void ami_model_message(struct ami_model *model, const struct ami_message *message, int64_t now_us)
{
    model->now_us = when(model, message, now_us);
    ami_calls_overdue(model, false);
    ami_doubts_overdue(model);
    const struct ami_message *whole = ami_stitch(model, message);
    if (whole)
        ami_event(model, whole);
    ami_calls_settle(model);
}

void ami_model_ask_presentation(struct ami_model *model, ami_presentation_ask ask, void *context)
{
    model->ask = ask;
    model->ask_context = context;
    for (struct ami_call *call = model->calls; call && ask; call = call->next) {
        const struct ami_channel *root = ami_channel_find(model, call->root);
        if (call->awaited && root)
            ask(context, root->name, root->uniqueid);
    }
}

void ami_model_presentation(struct ami_model *model, const char *uniqueid, bool shown,
                            int64_t now_us)
{
    model->now_us = now_us;
    struct ami_channel *channel = ami_channel_find(model, uniqueid);
    if (!channel || !channel->home || strcmp(channel->home->root, uniqueid) != 0)
        return;
    if (!shown)
        ami_call_withhold(channel->home);
    channel->home->awaited = false;
    ami_call_touch(model, channel->home);
    ami_calls_settle(model);
}

void ami_model_show_awaited(struct ami_model *model, int64_t now_us)
{
    model->now_us = now_us;
    for (struct ami_call *call = model->calls; call; call = call->next) {
        if (call->awaited)
            ami_call_touch(model, call);
        call->awaited = false;
    }
    ami_calls_settle(model);
}

int64_t ami_model_due_us(const struct ami_model *model)
{
    int64_t due_us = INT64_MAX;
    if (model->settling == 0 && model->quiet == 0)
        return due_us;
    for (const struct ami_call *call = model->calls; call; call = call->next) {
        if (call->quiet_until && call->quiet_until < due_us)
            due_us = call->quiet_until;
        if (call->settle_at && call->settle_at < due_us)
            due_us = call->settle_at;
    }
    return due_us;
}

void ami_model_due(struct ami_model *model, int64_t now_us)
{
    model->now_us = now_us;
    ami_calls_overdue(model, false);
    ami_calls_settle(model);
}

size_t ami_model_live(const struct ami_model *model)
{
    return model->call_count;
}

static bool is_key(const char *key, const char *prefix, const char *name)
{
    size_t size = strlen(prefix);
    return !strncasecmp(key, prefix, size) && !strcasecmp(key + size, name);
}

int64_t ami_number(const char *text, int64_t otherwise)
{
    char *end = NULL;
    if (!text || !*text)
        return otherwise;
    long long number = strtoll(text, &end, 10);
    return end == text ? otherwise : number;
}

// The channel's name and state at one mention of it.
static void mention(const struct ami_message *message, size_t at, const char *prefix,
                    const char **name, int64_t *state)
{
    *name = message->fields[at].value;
    *state = -1;
    if (at + 1 < message->count && is_key(message->fields[at + 1].key, prefix, "ChannelState"))
        *state = ami_number(message->fields[at + 1].value, -1);
}

// A masquerade appends <MASQ> or <ZOMBIE> for a moment.
static bool same_name(const char *known, const char *seen)
{
    size_t size = strcspn(known, "<");
    return size == strcspn(seen, "<") && !strncmp(known, seen, size);
}

bool ami_side_names(const struct ami_side *side, const char *name, int64_t *state)
{
    const char *mentioned = NULL;
    for (size_t i = 0; i < side->message->count; i++) {
        if (!is_key(side->message->fields[i].key, side->prefix, "Channel"))
            continue;
        mention(side->message, i, side->prefix, &mentioned, state);
        if (same_name(name, mentioned))
            return true;
    }
    return false;
}

static bool set_name(const struct ami_message *message, const char *prefix, struct ami_side *out)
{
    for (size_t i = 0; i < message->count; i++) {
        if (!is_key(message->fields[i].key, prefix, "Channel"))
            continue;
        mention(message, i, prefix, &out->name, &out->state);
        return out->name[0] != '\0';
    }
    return false;
}

static const char *first(const struct ami_message *message, const char *prefix, const char *name)
{
    for (size_t i = 0; i < message->count; i++) {
        if (is_key(message->fields[i].key, prefix, name))
            return message->fields[i].value;
    }
    return NULL;
}

static const char *known(const char *value)
{
    return value && *value && strcmp(value, "<unknown>") != 0 ? value : NULL;
}

// What identifies a channel stands behind all that a caller can write, in one unbroken row; what
// stands before (name, state, number) is the PBX's own at its first mention.
bool ami_side(const struct ami_message *message, const char *prefix, struct ami_side *out)
{
    static const char *const row[] = { "Context", "Exten", "Priority", "Uniqueid", "Linkedid" };
    const size_t size = sizeof row / sizeof row[0];
    size_t at = 0, found = message->count;
    for (at = 0; at + size <= message->count; at++) {
        size_t k = 0;
        while (k < size && is_key(message->fields[at + k].key, prefix, row[k]))
            k++;
        if (k == size)
            found = at;
    }
    if (found == message->count)
        return false;
    *out = (struct ami_side){
        .context = message->fields[found].value,
        .exten = message->fields[found + 1].value,
        .message = message,
        .prefix = prefix,
        .uniqueid = message->fields[found + 3].value,
        .linkedid = message->fields[found + 4].value,
        .number = known(first(message, prefix, "CallerIDNum")),
        .caller_name = known(first(message, prefix, "CallerIDName")),
    };
    return *out->uniqueid && *out->linkedid && set_name(message, prefix, out);
}
