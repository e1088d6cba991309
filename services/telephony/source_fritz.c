// SPDX-License-Identifier: Apache-2.0
// A FRITZ!Box's call monitor: it only speaks. There is no login and no replay; the connection comes
// back by itself whenever the box has been restarted.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/telephony/fritz_model.h"
#include "services/telephony/source_internal.h"

#define FRITZ_PORT 1012

struct fritz {
    struct fritz_reader reader;
    struct fritz_model *model;
    char area[16], prefix[8];
    struct fritz_range machines[FRITZ_MACHINES_MAX];
    size_t machine_count;
};

static void arm(struct source *source, int64_t now_us);

static void due(void *context, int64_t now_us)
{
    struct source *source = context;
    source->timer = 0;
    fritz_model_due(source->fritz->model, now_us);
    arm(source, now_us);
}

static void arm(struct source *source, int64_t now_us)
{
    int64_t due_us = fritz_model_due_us(source->fritz->model);
    if (source->timer)
        loop_cancel(source->place.loop, source->timer);
    source->timer = 0;
    if (due_us == INT64_MAX)
        return;
    int64_t after_ms = due_us > now_us ? (due_us - now_us) / 1000 + 1 : 0;
    source->timer = loop_after(source->place.loop, after_ms, due, source);
}

struct hearing {
    struct source *source;
    int64_t now_us;
};

static void take(void *context, const struct fritz_message *message)
{
    struct hearing *hearing = context;
    fritz_model_message(hearing->source->fritz->model, message, hearing->now_us);
}

static void connected(void *context, int64_t now_us)
{
    struct source *source = context;
    fritz_reader_restart(&source->fritz->reader);
    fritz_model_connected(source->fritz->model, now_us);
    source_say_text(source, true, TEXT_SOURCE_CONNECTED);
    arm(source, now_us);
}

static void bytes_came(void *context, struct bytes bytes, int64_t now_us)
{
    struct source *source = context;
    struct hearing hearing = { source, now_us };
    fritz_reader_feed(&source->fritz->reader, bytes.data, bytes.size, take, &hearing);
    source_say_as_before(source, true);
    arm(source, now_us);
}

static void closed(void *context, const struct err *why, int64_t now_us)
{
    struct source *source = context;
    fritz_model_lost(source->fritz->model, now_us);
    source_say(source, false, why);
    arm(source, now_us);
}

static const struct link_listener listener = { connected, bytes_came, closed };

static void restored(struct source *source, const struct call *row)
{
    fritz_model_restore(source->fritz->model, row);
}

static void ready(struct source *source)
{
    source->link = link_new(source->place.loop, source->host, source->port, &listener, source);
}

// --- the option: NAME=HOST[:PORT][,area=30][,machine=40-49+5][,prefix=7]
static bool parse_machines(struct fritz *fritz, const char *text)
{
    fritz->machine_count = 0;
    while (*text) {
        if (fritz->machine_count == FRITZ_MACHINES_MAX)
            return false;
        struct fritz_range *range = &fritz->machines[fritz->machine_count++];
        int used = 0;
        if (sscanf(text, "%3d-%3d%n", &range->first, &range->last, &used) != 2) {
            if (sscanf(text, "%3d%n", &range->first, &used) != 1)
                return false;
            range->last = range->first;
        }
        text += used;
        if (*text == '+' && text[1])
            text++;
        else if (*text)
            return false;
    }
    return true;
}

static bool parse_word(struct fritz *fritz, const char *word)
{
    if (strncmp(word, "area=", 5) == 0) {
        size_t size = strlen(word + 5);
        if (size < 2 || size > 6 || strspn(word + 5, "0123456789") != size || word[5] == '0')
            return false;
        memcpy(fritz->area, word + 5, size + 1);
        return true;
    }
    if (strncmp(word, "prefix=", 7) == 0) {
        size_t size = strlen(word + 7);
        if (size == 0 || size > 4 || strspn(word + 7, "0123456789") != size)
            return false;
        memcpy(fritz->prefix, word + 7, size + 1);
        return true;
    }
    return strncmp(word, "machine=", 8) == 0 && parse_machines(fritz, word + 8);
}

static bool parse_place(struct source *source, char *place)
{
    char *port = strrchr(place, ':'), *host = place, *end;
    bool bracketed = *place == '[';
    if (bracketed && (!port || port[-1] != ']')) {
        port = NULL;
        if (place[strlen(place) - 1] != ']')
            return false;
    }
    source->port = FRITZ_PORT;
    if (port) {
        long number = strtol(port + 1, &end, 10);
        if (*end || end == port + 1 || number < 1 || number > 65535)
            return false;
        source->port = (int)number;
        *port = '\0';
    }
    if (bracketed) {
        host++;
        host[strlen(host) - 1] = '\0';
    }
    return *host &&
           snprintf(source->host, sizeof source->host, "%s", host) < (int)sizeof source->host;
}

static bool parse(struct source *source, const char *spec)
{
    char words[400], *rest = words;
    if (snprintf(words, sizeof words, "%s", spec) >= (int)sizeof words)
        return false;
    char *place = strsep(&rest, ",");
    if (!*place || !parse_place(source, place))
        return false;
    while (rest) {
        if (!parse_word(source->fritz, strsep(&rest, ",")))
            return false;
    }
    return true;
}

struct source *source_fritz(const struct source_place *place, const char *spec, struct err *err)
{
    struct source *source = source_new(place, "fritz");
    const char *rest = spec;
    if (source) {
        source->fritz = calloc(1, sizeof *source->fritz);
        if (!source->fritz)
            abort();
        source->fritz->machines[0] = (struct fritz_range){ 40, 49 };
        source->fritz->machine_count = 1;
    }
    if (!source || !source_name(source, &rest, TEXT_FRITZ_FORM, err) || !parse(source, rest)) {
        (void)fail(err, ERR_INVALID, "fritz", TEXT_FRITZ_FORM, spec, NULL);
        source_free(source);
        return NULL;
    }
    source_begin_telling(source);
    struct fritz_model_options options = { .source = source->name,
                                           .home = place->board->home,
                                           .machine_count = source->fritz->machine_count,
                                           .prefix = source->fritz->prefix,
                                           .call = teller_tell,
                                           .context = source->teller };
    memcpy(options.machines, source->fritz->machines, sizeof options.machines);
    if (source->fritz->area[0])
        options.home.area = source->fritz->area;
    source->fritz->model = fritz_model_new(&options);
    source_restore(source, restored, ready);
    return source;
}

const char *source_fritz_prefix(const struct source *source)
{
    return source->fritz ? source->fritz->prefix : NULL;
}

void source_fritz_say(struct source *source)
{
    source->row->messages = source->fritz->reader.messages;
    source->row->skipped = source->fritz->reader.skipped;
}

void source_fritz_free(struct source *source)
{
    if (!source->fritz)
        return;
    fritz_model_free(source->fritz->model);
    free(source->fritz);
}
