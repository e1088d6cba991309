// SPDX-License-Identifier: Apache-2.0
// A caller's number is printed raw: an empty line in it breaks an event in two, and what follows
// looks like an event of its own. The rest of the true event always comes behind it, and is longer
// than anything a caller can inject: so a broken event is held until that rest has come.

#include "services/telephony/ami_state.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PARTS_MAX  8 // then it was no broken event, or the rest was lost
#define PREFIX_MAX 24

// How every channel ends that the PBX prints; at least 83 bytes, and a number holds 79.
static const char *const ends[] = { "Language", "AccountCode", "Context", "Exten",
                                    "Priority", "Uniqueid",    "Linkedid" };
// And how every Cdr ends.
static const char *const cdr_ends[] = { "EndTime",     "Duration", "BillableSeconds",
                                        "Disposition", "AMAFlags", "UniqueID" };
#define CDR_PREFIX "Cdr "

struct ami_held {
    struct ami_field fields[AMI_FIELDS_MAX];
    size_t count;
    size_t parts;
    size_t from;                 // where the broken channel begins
    char prefix[PREFIX_MAX + 1]; // of its keys
    bool given;                  // whole: to be forgotten at the next message
    struct ami_message message;
};

static bool is_key(const char *key, const char *prefix, const char *name)
{
    size_t size = strlen(prefix);
    return !strncasecmp(key, prefix, size) && !strcasecmp(key + size, name);
}

// Where the next channel begins that is printed at or after `from`; `count` when there is none.
static size_t next_channel(const struct ami_message *message, size_t from, char *prefix)
{
    static const char mark[] = "ChannelStateDesc";
    for (size_t i = from; i < message->count; i++) {
        const char *key = message->fields[i].key;
        size_t size = strlen(key);
        if (size < sizeof mark - 1 || size - (sizeof mark - 1) > PREFIX_MAX)
            continue;
        size_t before = size - (sizeof mark - 1);
        if (strcasecmp(key + before, mark) != 0)
            continue;
        memcpy(prefix, key, before);
        prefix[before] = '\0';
        return i;
    }
    return message->count;
}

// Behind the end of that channel; 0 when it does not end.
static size_t channel_end(const struct ami_message *message, size_t from, const char *prefix)
{
    bool cdr = !strcmp(prefix, CDR_PREFIX);
    const char *const *row = cdr ? cdr_ends : ends;
    size_t size = cdr ? sizeof cdr_ends / sizeof cdr_ends[0] : sizeof ends / sizeof ends[0];
    for (size_t i = from; i + size <= message->count; i++) {
        size_t k = 0;
        while (k < size && is_key(message->fields[i + k].key, cdr ? "" : prefix, row[k]))
            k++;
        if (k == size)
            return i + size;
    }
    return 0;
}

// Shows one channel only; what a caller wrote may stand behind it once more.
static bool is_list_item(const struct ami_message *message)
{
    const char *event = message->fields[0].value;
    return !strcasecmp(event, "Status") || !strcasecmp(event, "CoreShowChannel");
}

// True when a channel or Cdr begins in the message but does not end: what a caller wrote broke it.
// The first that does not end is the PBX's own; later ones may be forged.
static bool is_broken(const struct ami_message *message, size_t from, size_t *start, char *prefix)
{
    bool item = is_list_item(message);
    // What a caller wrote behind a list's item, where nothing more is waited for.
    if (from == 0 && !item && message->count > 1 && is_key(message->fields[0].key, "", "Event") &&
        !is_key(message->fields[1].key, "", "Privilege"))
        return false;
    if (from == 0 && !strcasecmp(message->fields[0].value, "Cdr")) {
        *start = 0;
        memcpy(prefix, CDR_PREFIX, sizeof CDR_PREFIX);
        return channel_end(message, 0, prefix) == 0;
    }
    for (size_t end = from; end < message->count && !(item && end > 0);) {
        *start = next_channel(message, end, prefix);
        if (*start == message->count)
            return false;
        end = channel_end(message, *start, prefix);
        if (end == 0)
            return true;
    }
    return false;
}

// An event with a channel shown from its beginning to its end. A caller's number cannot make one,
// not even with the rest of the true event behind it: at least 92 bytes are needed for the start.
static bool is_whole(const struct ami_message *message)
{
    static const char *const row[] = { "ChannelState", "ChannelStateDesc", "CallerIDNum",
                                       "CallerIDName", "ConnectedLineNum", "ConnectedLineName",
                                       "Language",     "AccountCode",      "Context",
                                       "Exten",        "Priority",         "Uniqueid",
                                       "Linkedid" };
    const size_t size = sizeof row / sizeof row[0];
    char prefix[PREFIX_MAX + 1] = "";
    size_t at = next_channel(message, 0, prefix);
    if (at < 3 || at - 1 + size > message->count || !is_key(message->fields[0].key, "", "Event") ||
        !is_key(message->fields[1].key, "", "Privilege"))
        return false;
    for (size_t k = 0; k < size; k++) {
        if (!is_key(message->fields[at - 1 + k].key, prefix, row[k]))
            return false;
    }
    return true;
}

static void forget(struct ami_held *held)
{
    for (size_t i = 0; i < held->count; i++) {
        free((char *)held->fields[i].key);
        free((char *)held->fields[i].value);
    }
    *held = (struct ami_held){ 0 };
}

static char *copy(const char *text)
{
    char *out = strdup(text);
    if (!out)
        abort();
    return out;
}

static void hold(struct ami_held *held, const struct ami_message *part)
{
    for (size_t i = 0; i < part->count && held->count < AMI_FIELDS_MAX; i++) {
        const struct ami_field *field = &part->fields[i];
        held->fields[held->count++] = (struct ami_field){ copy(field->key), copy(field->value) };
    }
    held->parts++;
    held->message = (struct ami_message){ held->fields, held->count };
}

static const struct ami_message *go_on(struct ami_held *held, const struct ami_message *part)
{
    hold(held, part);
    size_t end = channel_end(&held->message, held->from, held->prefix);
    if (end && !is_broken(&held->message, end, &held->from, held->prefix)) {
        held->given = true;
        return &held->message;
    }
    if (held->parts >= PARTS_MAX)
        forget(held);
    return NULL;
}

const struct ami_message *ami_stitch(struct ami_model *model, const struct ami_message *message)
{
    size_t start = 0;
    char prefix[PREFIX_MAX + 1] = "";
    struct ami_held *held = model->held;
    if (held && (held->given || is_whole(message)))
        forget(held);
    if (held && held->parts > 0)
        return go_on(held, message);
    if (!is_broken(message, 0, &start, prefix))
        return message;
    if (!held)
        held = model->held = calloc(1, sizeof *held);
    if (!held)
        abort();
    hold(held, message);
    held->from = start;
    memcpy(held->prefix, prefix, sizeof prefix);
    return NULL;
}

void ami_stitch_forget(struct ami_model *model)
{
    if (model->held)
        forget(model->held);
    free(model->held);
    model->held = NULL;
}
