// SPDX-License-Identifier: Apache-2.0
// The channels that live now, found by their unique ids.

#include "services/telephony/ami_state.h"

#include <stdlib.h>
#include <string.h>

enum ami_channel_kind ami_channel_kind(const struct ami_model *model, const char *name)
{
    char extension[41];
    return ami_endpoint_kind(&model->endpoints, name, extension);
}

void ami_channel_extension(const struct ami_model *model, const char *name, char out[41])
{
    (void)ami_endpoint_kind(&model->endpoints, name, out);
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

// Somebody else is at its end now.
static void become(struct ami_model *model, struct ami_channel *channel)
{
    enum ami_channel_kind kind = ami_channel_kind(model, channel->alias);
    if (strchr(channel->alias, '<'))
        return; // on the way to another name, or a zombie that is about to go
    if (channel->home && channel->kind == AMI_PHONE)
        channel->home->phones--;
    if (channel->home && kind == AMI_PHONE)
        channel->home->phones++;
    ami_part_pauses(model, channel);
    ami_part_ends(channel);
    channel->kind = kind;
    ami_channel_extension(model, channel->alias, channel->extension);
    ami_copy(channel->name, sizeof channel->name, channel->alias, AMI_NAME_MAX);
    channel->alias[0] = '\0';
    if (channel->talking && channel->home && kind == AMI_PHONE)
        ami_part_talks(model, channel);
}

// It rang or was lifted while nobody watched.
static void note_unseen(const struct ami_channel *channel, int64_t state)
{
    struct ami_call *call = channel->home;
    if (state == AMI_RINGING || state == AMI_UP)
        call->ring_hidden = !call->ring_at;
    if (state == AMI_UP && !strcmp(call->root, channel->uniqueid))
        call->dark = !call->answered;
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
    if (renamed)
        become(model, channel);
    if (channel->doubtful && channel->home && state != channel->state)
        note_unseen(channel, state);
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
bool ami_is_gone(const struct ami_model *model, const char *id)
{
    return model->gone[gone_place(model, id)] == sum(id);
}

void ami_note_gone(struct ami_model *model, const char *id)
{
    model->gone[gone_place(model, id)] = sum(id);
}

size_t ami_bridge_parties(const struct ami_model *model, const struct ami_call *call,
                          const char *bridge)
{
    size_t count = 0;
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        for (const struct ami_channel *at = model->buckets[i]; at; at = at->next)
            count += at->current == call && ami_is_party(at) && !strcmp(at->bridge, bridge);
    }
    return count;
}

bool ami_channel_has_company(const struct ami_model *model, const struct ami_channel *channel)
{
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        for (const struct ami_channel *at = model->buckets[i]; at; at = at->next) {
            if (at != channel && !strcmp(at->bridge, channel->bridge))
                return true;
        }
    }
    return false;
}

struct ami_channel *ami_channel_add(struct ami_model *model, const struct ami_side *side)
{
    if (strlen(side->uniqueid) > AMI_ID_MAX || strlen(side->linkedid) > AMI_ID_MAX ||
        strlen(side->name) > AMI_NAME_MAX || model->channel_count >= AMI_CHANNELS_MAX ||
        ami_is_gone(model, side->uniqueid))
        return NULL;
    struct ami_call *call = ami_call_find(model, side->linkedid);
    if (!call)
        call = ami_call_add(model, side->linkedid);
    struct ami_channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        abort();
    ami_copy(channel->uniqueid, sizeof channel->uniqueid, side->uniqueid, AMI_ID_MAX);
    ami_copy(channel->name, sizeof channel->name, side->name, AMI_NAME_MAX);
    channel->kind = ami_channel_kind(model, side->name);
    ami_channel_extension(model, side->name, channel->extension);
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

// A masquerade (a pickup, a transfer to a phone that still rings) renames in three steps: what held
// the call takes the other's name, the other becomes a zombie. Both names are believed.
void ami_channel_rename(struct ami_channel *channel, const char *before, const char *name)
{
    bool known = !strcmp(channel->name, before) || !strcmp(channel->alias, before);
    if (known && strlen(name) <= AMI_NAME_MAX)
        ami_copy(channel->alias, sizeof channel->alias, name, AMI_NAME_MAX);
}

void ami_channel_drop(struct ami_model *model, struct ami_channel *channel)
{
    ami_talk_leave(model, channel);
    ami_part_ends(channel);
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
    ami_note_gone(model, channel->uniqueid);
    free(channel);
}
