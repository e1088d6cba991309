// SPDX-License-Identifier: Apache-2.0
// A connection id is a small number that is used again at once: a call is the id's life from RING
// or CALL to DISCONNECT, and its reference holds the moment when it began.
#include "services/telephony/fritz_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/compiler.h"
#include "common/base/text.h"
#include "services/telephony/number_seen.h"

#define CALLS_MAX 64
#define SHORT_MAX 40
#define PARTS_MAX 50
// The box gives up ringing long before.
#define DOUBT_RING_US SECONDS(300)
#define DOUBT_TALK_US SECONDS(4 * 3600)
#define LIFE_US       SECONDS(12 * 3600)
// RING and DISCONNECT of a blocked number come together.
#define BLOCKED_US MILLISECONDS(400)
// How far the box's whole seconds of talk may lie from what we saw.
#define TALK_SLACK_US SECONDS(3)

// One phone's conversation.
struct fritz_part {
    char agent[SHORT_MAX + 1];
    int64_t from, until; // 0: it goes on
    int64_t talk_us;     // of what is over
};

struct fritz_call {
    bool used, doubt, inbound, machine;
    int connection;
    char ref[64];
    struct number_seen caller, called;
    char line[SHORT_MAX + 1], stamp[SHORT_MAX + 1];
    char agent[SHORT_MAX + 1];
    char talking[SHORT_MAX + 1]; // "": nobody, or the machine
    int64_t started_at, answered_at, doubt_since;
    int64_t talk_from; // of the present conversation
    int64_t talk_us;   // of the former ones
    struct fritz_part parts[PARTS_MAX];
    size_t part_count;
};

struct fritz_model {
    struct fritz_model_options options;
    char source[61], country[8], area[16], prefix[8];
    struct fritz_call calls[CALLS_MAX];
};

struct fritz_model *fritz_model_new(const struct fritz_model_options *options)
{
    struct fritz_model *model = calloc(1, sizeof *model);
    if (!model)
        abort();
    model->options = *options;
    snprintf(model->source, sizeof model->source, "%s", options->source);
    snprintf(model->country, sizeof model->country, "%s", options->home.country);
    model->options.source = model->source;
    model->options.home.country = model->country;
    if (options->home.area) {
        snprintf(model->area, sizeof model->area, "%s", options->home.area);
        model->options.home.area = model->area;
    }
    if (options->prefix)
        snprintf(model->prefix, sizeof model->prefix, "%s", options->prefix);
    model->options.prefix = model->prefix;
    return model;
}

void fritz_model_free(struct fritz_model *model)
{
    free(model);
}

// --- telling
static const char *or_absent(const char *text)
{
    return *text ? text : NULL;
}

static enum call_state state_of(const struct fritz_call *call)
{
    if (call->talking[0])
        return call_state_TALKING;
    // The box does not say when a phone outside rings; a machine is no person.
    return call->inbound && !call->machine ? call_state_RINGING : call_state_WAITING;
}

static void fill(const struct fritz_model *model, const struct fritz_call *call,
                 const char *const *agent, struct call *row)
{
    row->source = model->source;
    row->source_ref = call->ref;
    row->direction = call->inbound ? call_direction_INBOUND : call_direction_OUTBOUND;
    row->state = state_of(call);
    row->caller = or_absent(call->caller.text);
    row->called = or_absent(call->called.text);
    row->dialled = or_absent(call->called.raw);
    row->line = or_absent(call->line);
    row->source_time = or_absent(call->stamp);
    row->agent = or_absent(call->agent);
    row->agents_rung = agent;
    row->agents_rung_count = call->agent[0] ? 1 : 0;
    row->talking_count = call->talking[0] ? 1 : 0;
    row->started_at = call->started_at;
    row->has_ring_at = call->inbound;
    row->ring_at = call->started_at;
    row->has_answered_at = call->answered_at != 0;
    row->answered_at = call->answered_at;
    row->talk_ms = call->talk_us / 1000;
}

static void fill_parts(const struct fritz_call *call, struct call_part *parts, struct call *row)
{
    for (size_t i = 0; i < call->part_count; i++) {
        const struct fritz_part *part = &call->parts[i];
        parts[i] = (struct call_part){ .agent = part->agent,
                                       .from = part->from,
                                       .has_until = part->until != 0,
                                       .until = part->until,
                                       .talk_ms = part->talk_us / 1000 };
    }
    row->parts = parts;
    row->parts_count = call->part_count;
}

static void begin_part(struct fritz_call *call, const char *agent, int64_t from_us)
{
    if (call->part_count == PARTS_MAX || !*agent)
        return;
    struct fritz_part *part = &call->parts[call->part_count++];
    *part = (struct fritz_part){ .from = from_us };
    memcpy(part->agent, agent, sizeof part->agent);
}

static void end_part(struct fritz_call *call, int64_t talk_us)
{
    struct fritz_part *last = call->part_count > 0 ? &call->parts[call->part_count - 1] : NULL;
    if (!last || last->until)
        return;
    last->talk_us = talk_us;
    last->until = last->from + talk_us;
}

static void tell(const struct fritz_model *model, const struct fritz_call *call)
{
    const char *agent = call->agent, *talking = call->talking;
    struct call_part parts[PARTS_MAX];
    struct call row = { .talking = &talking };
    fill_parts(call, parts, &row);
    fill(model, call, &agent, &row);
    if (model->options.call)
        model->options.call(model->options.context, &row);
}

// The last word on a call, and its place is free again. `ended_at` 0: nobody saw the end.
static void end(struct fritz_model *model, struct fritz_call *call, int64_t ended_at,
                enum call_outcome outcome, enum call_ended_by by)
{
    const char *agent = call->agent;
    struct call_part parts[PARTS_MAX];
    struct call row = { 0 };
    end_part(call, 0); // whose end nobody saw: not longer than it was seen
    fill_parts(call, parts, &row);
    call->talking[0] = '\0';
    fill(model, call, &agent, &row);
    row.state = call_state_ENDED;
    row.outcome = outcome;
    row.ended_by = by;
    row.has_ended_at = ended_at != 0;
    row.ended_at = ended_at;
    call->used = false;
    if (model->options.call)
        model->options.call(model->options.context, &row);
}

static void end_unseen(struct fritz_model *model, struct fritz_call *call)
{
    enum call_outcome outcome = call->answered_at ? call_outcome_ANSWERED : call_outcome_UNKNOWN;
    end(model, call, 0, outcome, call_ended_by_UNKNOWN);
}

// --- finding
static struct fritz_call *find(struct fritz_model *model, int connection)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        if (model->calls[i].used && model->calls[i].connection == connection)
            return &model->calls[i];
    }
    return NULL;
}

// A free place; when there is none, the oldest call has long been over.
static struct fritz_call *place(struct fritz_model *model)
{
    struct fritz_call *oldest = &model->calls[0];
    for (size_t i = 0; i < CALLS_MAX; i++) {
        if (!model->calls[i].used)
            return &model->calls[i];
        if (model->calls[i].started_at < oldest->started_at)
            oldest = &model->calls[i];
    }
    end_unseen(model, oldest);
    return oldest;
}

static bool is_machine(const struct fritz_model *model, const char *extension)
{
    char *rest;
    long number = strtol(extension, &rest, 10);
    if (!*extension || *rest)
        return false;
    for (size_t i = 0; i < model->options.machine_count; i++) {
        if (number >= model->options.machines[i].first && number <= model->options.machines[i].last)
            return true;
    }
    return false;
}

// At most SHORT_MAX bytes, never half a character.
static void cut(char out[SHORT_MAX + 1], const char *text)
{
    size_t size = strnlen(text, SHORT_MAX);
    while (size > 0 && !text_valid(text, size))
        size--;
    memcpy(out, text, size);
    out[size] = '\0';
}

static void name_extension(const struct fritz_model *model, const char *text,
                           char out[SHORT_MAX + 1])
{
    char whole[2 * SHORT_MAX];
    snprintf(whole, sizeof whole, "%s%.*s", *text ? model->prefix : "", SHORT_MAX, text);
    cut(out, whole);
}

// --- the four messages
static void begin(struct fritz_model *model, const struct fritz_message *message, int64_t now_us)
{
    struct fritz_call *lost = find(model, message->connection);
    if (lost)
        end_unseen(model, lost);
    struct fritz_call *call = place(model);
    *call = (struct fritz_call){ .used = true,
                                 .inbound = message->kind == FRITZ_RING,
                                 .connection = message->connection,
                                 .started_at = now_us };
    snprintf(call->ref, sizeof call->ref, "%d-%" PRId64, message->connection, now_us);
    cut(call->line, message->trunk);
    cut(call->stamp, message->stamp);
    if (call->inbound) {
        number_seen(message->caller, &model->options.home, &call->caller);
        number_seen(message->called, &model->options.home, &call->called);
    } else {
        number_seen(message->own, &model->options.home, &call->caller);
        number_dialled(message->called, &model->options.home, &call->called);
        name_extension(model, message->extension, call->agent);
    }
    tell(model, call);
}

// Whether a message's other party is the call's, as far as both are told.
static bool same_party(const struct fritz_model *model, const struct fritz_call *call,
                       const char *remote)
{
    const struct number_seen *known = call->inbound ? &call->caller : &call->called;
    struct number_seen seen;
    number_dialled(remote, &model->options.home, &seen);
    return !seen.text[0] || !known->text[0] || strcmp(seen.text, known->text) == 0;
}

static void hear(struct fritz_call *call)
{
    call->doubt = false;
    call->doubt_since = 0;
}

static void connect_to(struct fritz_model *model, const struct fritz_message *message,
                       int64_t now_us)
{
    struct fritz_call *call = find(model, message->connection);
    if (!call)
        return; // we came in mid-call: who called whom, and when, is hidden from us
    if (call->doubt && (call->talking[0] || !same_party(model, call, message->caller))) {
        end_unseen(model, call); // another call's CONNECT, whose beginning we missed
        return;
    }
    hear(call);
    if (call->inbound && is_machine(model, message->extension)) {
        call->machine = true;
        tell(model, call);
        return;
    }
    if (call->talking[0]) {
        call->talk_us += now_us - call->talk_from;
        end_part(call, now_us - call->talk_from);
    }
    name_extension(model, message->extension, call->talking);
    if (!call->talking[0])
        cut(call->talking, call->agent[0] ? call->agent : "?");
    if (!call->agent[0])
        memcpy(call->agent, call->talking, sizeof call->agent);
    if (!call->answered_at)
        call->answered_at = now_us;
    call->talk_from = now_us;
    begin_part(call, call->talking, now_us);
    tell(model, call);
}

static bool fits(const struct fritz_call *call, int64_t seconds, int64_t now_us)
{
    if (!call->doubt || seconds < 0)
        return true;
    int64_t talked_us = SECONDS(seconds);
    if (call->talking[0]) {
        int64_t off_us = now_us - call->talk_from - talked_us;
        return off_us > -TALK_SLACK_US && off_us < TALK_SLACK_US;
    }
    return now_us - talked_us >= call->started_at;
}

// What we saw is finer than the box's whole seconds, unless lines were late.
static int64_t talked(const struct fritz_call *call, int64_t seconds, int64_t now_us)
{
    int64_t seen_us = now_us - call->talk_from;
    int64_t off_us = seconds < 0 ? 0 : seen_us - SECONDS(seconds);
    bool near = off_us > -TALK_SLACK_US && off_us < TALK_SLACK_US;
    return call->talk_us + (near ? seen_us : SECONDS(seconds));
}

// By the box's clock and ours: lines that only reached us together are no sign of it.
static bool was_blocked(const struct fritz_call *call, const struct fritz_message *message,
                        int64_t now_us)
{
    int began = fritz_second_of_day(call->stamp), over = fritz_second_of_day(message->stamp);
    bool at_once = began >= 0 && over >= began && over - began <= 1;
    return call->inbound && at_once && now_us - call->started_at < BLOCKED_US;
}

static void disconnect(struct fritz_model *model, const struct fritz_message *message,
                       int64_t now_us)
{
    struct fritz_call *call = find(model, message->connection);
    if (!call)
        return;
    if (!fits(call, message->seconds, now_us)) {
        end_unseen(model, call);
        return;
    }
    bool gap_answer = call->doubt && !call->talking[0] && !call->machine && message->seconds > 0;
    if (gap_answer) { // answered while we were not connected: by whom is hidden
        call->answered_at = now_us - SECONDS(message->seconds);
        call->talk_us = SECONDS(message->seconds);
        begin_part(call, call->agent, call->answered_at);
        end_part(call, call->talk_us);
    } else if (call->talking[0]) {
        int64_t former_us = call->talk_us;
        call->talk_us = talked(call, message->seconds, now_us);
        end_part(call, call->talk_us - former_us);
    }
    if (call->answered_at)
        end(model, call, now_us, call_outcome_ANSWERED, call_ended_by_UNKNOWN);
    else if (call->machine)
        end(model, call, now_us, call_outcome_VOICEMAIL, call_ended_by_UNKNOWN);
    else if (was_blocked(call, message, now_us))
        end(model, call, now_us, call_outcome_REJECTED, call_ended_by_PBX);
    else
        end(model, call, now_us, call_outcome_MISSED, call_ended_by_UNKNOWN);
}

void fritz_model_message(struct fritz_model *model, const struct fritz_message *message,
                         int64_t now_us)
{
    switch (message->kind) {
    case FRITZ_RING:
    case FRITZ_CALL: begin(model, message, now_us); break;
    case FRITZ_CONNECT: connect_to(model, message, now_us); break;
    case FRITZ_DISCONNECT: disconnect(model, message, now_us); break;
    default: break;
    }
}

// --- doubt
static void doubt_all(struct fritz_model *model, int64_t now_us)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        struct fritz_call *call = &model->calls[i];
        if (call->used && !call->doubt) {
            call->doubt = true;
            call->doubt_since = now_us;
        }
    }
}

void fritz_model_connected(struct fritz_model *model, int64_t now_us)
{
    doubt_all(model, now_us);
}

void fritz_model_lost(struct fritz_model *model, int64_t now_us)
{
    doubt_all(model, now_us);
}

static int64_t expires_us(const struct fritz_call *call)
{
    int64_t life_us = call->started_at + LIFE_US;
    if (!call->doubt)
        return life_us;
    int64_t doubt_us = call->doubt_since + (call->talking[0] ? DOUBT_TALK_US : DOUBT_RING_US);
    return doubt_us < life_us ? doubt_us : life_us;
}

int64_t fritz_model_due_us(const struct fritz_model *model)
{
    int64_t due_us = INT64_MAX;
    for (size_t i = 0; i < CALLS_MAX; i++) {
        const struct fritz_call *call = &model->calls[i];
        if (call->used && expires_us(call) < due_us)
            due_us = expires_us(call);
    }
    return due_us;
}

void fritz_model_due(struct fritz_model *model, int64_t now_us)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        struct fritz_call *call = &model->calls[i];
        if (call->used && expires_us(call) <= now_us)
            end_unseen(model, call);
    }
}

static void keep(char *out, size_t room, const char *text)
{
    snprintf(out, room, "%s", text ? text : "");
}

static void restore_parts(struct fritz_call *call, const struct call *row)
{
    for (size_t i = 0; i < row->parts_count && i < PARTS_MAX; i++) {
        const struct call_part *told = &row->parts[i];
        struct fritz_part *part = &call->parts[call->part_count++];
        *part = (struct fritz_part){ .from = told->from,
                                     .until = told->has_until ? told->until : 0,
                                     .talk_us = told->talk_ms * 1000 };
        keep(part->agent, sizeof part->agent, told->agent);
        call->talk_us += part->talk_us;
    }
    if (call->part_count > 0 && call->talking[0])
        call->talk_from = call->parts[call->part_count - 1].from;
}

void fritz_model_restore(struct fritz_model *model, const struct call *row)
{
    char *rest;
    long connection = strtol(row->source_ref, &rest, 10);
    if (strcmp(row->source, model->source) != 0 || row->state == call_state_ENDED ||
        rest == row->source_ref || *rest != '-' || connection < 0 ||
        connection > FRITZ_CONNECTION || strlen(row->source_ref) >= sizeof model->calls[0].ref ||
        find(model, (int)connection))
        return;
    struct fritz_call *call = place(model);
    *call = (struct fritz_call){
        .used = true,
        .doubt = true,
        .inbound = row->direction == call_direction_INBOUND,
        .machine = row->direction == call_direction_INBOUND && row->state == call_state_WAITING,
        .connection = (int)connection,
        .started_at = row->started_at,
        .answered_at = row->has_answered_at ? row->answered_at : 0,
        .talk_from = row->has_answered_at ? row->answered_at : 0,
        .doubt_since = row->has_answered_at ? row->answered_at : row->started_at,
    };
    keep(call->ref, sizeof call->ref, row->source_ref);
    keep(call->caller.text, sizeof call->caller.text, row->caller);
    keep(call->called.text, sizeof call->called.text, row->called);
    keep(call->called.raw, sizeof call->called.raw, row->dialled);
    keep(call->line, sizeof call->line, row->line);
    keep(call->stamp, sizeof call->stamp, row->source_time);
    keep(call->agent, sizeof call->agent, row->agent);
    if (row->talking_count > 0)
        keep(call->talking, sizeof call->talking, row->talking[0]);
    restore_parts(call, row);
}

size_t fritz_model_live(const struct fritz_model *model)
{
    size_t count = 0;
    for (size_t i = 0; i < CALLS_MAX; i++)
        count += model->calls[i].used;
    return count;
}
