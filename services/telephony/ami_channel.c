// SPDX-License-Identifier: Apache-2.0
// The channels that live now, found by their unique ids, and what their names tell of them.

#include "services/telephony/ami_state.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Longer endpoint names of digits only are accounts at a provider, not extensions.
#define EXTENSION_DIGITS 6

// Technologies of channels at whose end nobody is, or the PBX itself.
static const char *const services[] = {
    "CBAnn",         "CBRec",     "ConfBridgeRecorder", "Announcer",  "Recorder",    "Snoop",
    "Message",       "Bridge",    "MulticastRTP",       "UnicastRTP", "AudioSocket", "Surrogate",
    "ExternalMedia", "AsyncGoto",
};

static size_t technology_size(const char *name)
{
    return strcspn(name, "/");
}

static bool is_technology(const char *name, const char *technology)
{
    size_t size = technology_size(name);
    return size == strlen(technology) && !strncasecmp(name, technology, size);
}

// "PJSIP/101-0000003e": between the slash and the last dash.
static size_t endpoint(const char *name, const char **out)
{
    const char *slash = strchr(name, '/');
    if (!slash)
        return 0;
    const char *dash = strrchr(slash, '-');
    *out = slash + 1;
    return dash ? (size_t)(dash - slash - 1) : strlen(slash + 1);
}

void ami_channel_extension(const char *name, char out[41])
{
    const char *at = NULL;
    size_t size = endpoint(name, &at);
    out[0] = '\0';
    if (size == 0 || size > EXTENSION_DIGITS)
        return;
    for (size_t i = 0; i < size; i++) {
        if (!isdigit((unsigned char)at[i]))
            return;
    }
    memcpy(out, at, size);
    out[size] = '\0';
}

enum ami_channel_kind ami_channel_kind(const char *name)
{
    char extension[41];
    if (is_technology(name, "Local"))
        return AMI_LOCAL;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        if (is_technology(name, services[i]))
            return AMI_SERVICE;
    }
    ami_channel_extension(name, extension);
    return extension[0] ? AMI_PHONE : AMI_TRUNK;
}

bool ami_is_party(const struct ami_channel *channel)
{
    return channel->kind == AMI_PHONE || channel->kind == AMI_TRUNK;
}

static uint64_t sum(const char *uniqueid)
{
    uint64_t sum = UINT64_C(14695981039346656037);
    for (const char *c = uniqueid; *c; c++)
        sum = (sum ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return sum ^ (sum >> 32);
}

static size_t gone_place(const struct ami_model *model, const char *uniqueid)
{
    return sum(uniqueid) % (sizeof model->gone / sizeof model->gone[0]);
}

static size_t bucket(const char *uniqueid)
{
    return sum(uniqueid) % AMI_BUCKETS;
}

struct ami_channel *ami_channel_find(const struct ami_model *model, const char *uniqueid)
{
    struct ami_channel *channel = model->buckets[bucket(uniqueid)];
    while (channel && strcmp(channel->uniqueid, uniqueid) != 0)
        channel = channel->next;
    return channel;
}

struct ami_channel *ami_channel_named(const struct ami_model *model, const char *name)
{
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        for (struct ami_channel *at = model->buckets[i]; at; at = at->next) {
            if (!strcmp(at->name, name))
                return at;
        }
    }
    return NULL;
}

void ami_channel_each(struct ami_model *model,
                      void (*each)(struct ami_model *model, struct ami_channel *channel))
{
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        struct ami_channel *next = NULL;
        for (struct ami_channel *at = model->buckets[i]; at; at = next) {
            next = at->next;
            each(model, at);
        }
    }
}

static void move(struct ami_model *model, struct ami_channel *channel, const char *linkedid)
{
    struct ami_call *from = channel->current;
    if (!strcmp(from->ref, linkedid))
        return;
    struct ami_call *to = ami_call_find(model, linkedid);
    if (!to)
        return;
    from->here--;
    if (from->here == 0)
        from->left_at = model->now_us;
    to->here++;
    channel->current = to;
    ami_call_touch(model, from);
    ami_call_touch(model, to);
}

struct ami_channel *ami_channel_seen(struct ami_model *model, const struct ami_side *side)
{
    struct ami_channel *channel = ami_channel_find(model, side->uniqueid);
    if (!channel)
        return NULL;
    int64_t state = -1;
    bool renamed = false;
    if (!ami_side_names(side, channel->name, &state)) {
        renamed = channel->alias[0] && ami_side_names(side, channel->alias, &state);
        if (!renamed)
            return NULL;
    }
    if (renamed && channel->kind == AMI_PHONE)
        ami_channel_extension(channel->alias, channel->extension);
    if (channel->doubtful && model->doubt_until && state == AMI_UP && channel->state != AMI_UP)
        channel->current->hidden = true;
    channel->doubtful = false;
    move(model, channel, side->linkedid);
    if (state >= 0)
        channel->state = state;
    if (*side->exten)
        ami_copy(channel->exten, sizeof channel->exten, side->exten, 80);
    ami_call_touch(model, channel->current);
    if (channel->home)
        ami_call_touch(model, channel->home);
    return channel;
}

// An id is never given twice: whoever begins again is an echo (of a second connection) or forged.
static bool is_gone(const struct ami_model *model, const char *uniqueid)
{
    return model->gone[gone_place(model, uniqueid)] == sum(uniqueid);
}

struct ami_channel *ami_channel_add(struct ami_model *model, const struct ami_side *side)
{
    if (strlen(side->uniqueid) > AMI_ID_MAX || strlen(side->linkedid) > AMI_ID_MAX ||
        strlen(side->name) > AMI_NAME_MAX || model->channel_count >= AMI_CHANNELS_MAX ||
        is_gone(model, side->uniqueid))
        return NULL;
    struct ami_call *call = ami_call_find(model, side->linkedid);
    if (!call)
        call = ami_call_add(model, side->linkedid);
    struct ami_channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        abort();
    ami_copy(channel->uniqueid, sizeof channel->uniqueid, side->uniqueid, AMI_ID_MAX);
    ami_copy(channel->name, sizeof channel->name, side->name, AMI_NAME_MAX);
    channel->kind = ami_channel_kind(side->name);
    if (channel->kind == AMI_PHONE)
        ami_channel_extension(side->name, channel->extension);
    ami_copy(channel->exten, sizeof channel->exten, side->exten, 80);
    channel->state = side->state;
    channel->root = !strcmp(side->uniqueid, side->linkedid);
    channel->home = call;
    channel->current = call;
    call->here++;
    if (channel->kind == AMI_PHONE)
        call->phones++;
    struct ami_channel **head = &model->buckets[bucket(channel->uniqueid)];
    channel->next = *head;
    *head = channel;
    model->channel_count++;
    channel->order = model->channels_ever++;
    ami_call_touch(model, call);
    return channel;
}

// A masquerade (a pickup) renames back and forth, and not every version says which id keeps which
// name: both are believed.
void ami_channel_rename(struct ami_channel *channel, const char *name)
{
    if (strlen(name) <= AMI_NAME_MAX)
        ami_copy(channel->alias, sizeof channel->alias, name, AMI_NAME_MAX);
}

void ami_channel_drop(struct ami_model *model, struct ami_channel *channel)
{
    ami_talk_leave(model, channel);
    struct ami_call *home = channel->home;
    struct ami_call *current = channel->current;
    if (home && channel->kind == AMI_PHONE)
        home->phones--;
    if (home)
        ami_call_touch(model, home);
    current->here--;
    if (current->here == 0)
        current->left_at = model->now_us;
    ami_call_touch(model, current);
    struct ami_channel **at = &model->buckets[bucket(channel->uniqueid)];
    while (*at != channel)
        at = &(*at)->next;
    *at = channel->next;
    model->channel_count--;
    model->gone[gone_place(model, channel->uniqueid)] = sum(channel->uniqueid);
    free(channel);
}
