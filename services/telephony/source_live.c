// SPDX-License-Identifier: Apache-2.0
// A live manager interface: what had not ended before is taken back first, then the link connects.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/run/log.h"
#include "common/wire/codec.h"
#include "services/telephony/source_internal.h"

#define ACTION_BYTES (64 << 10)

static void send_bytes(void *context, const void *bytes, size_t size)
{
    struct source *source = context;
    link_send(source->link, (struct bytes){ bytes, size });
}

static void arm(struct source *source, int64_t now_us);

static void due(void *context, int64_t now_us)
{
    struct source *source = context;
    struct err err = { 0 };
    source->timer = 0;
    if (!ami_session_due(source->session, now_us, &err)) {
        source_say(source, false, &err);
        link_restart(source->link, &err);
    }
    arm(source, now_us);
}

static void arm(struct source *source, int64_t now_us)
{
    if (source->timer)
        loop_cancel(source->place.loop, source->timer);
    source->timer = 0;
    int64_t due_us = ami_session_due_us(source->session);
    if (due_us == INT64_MAX)
        return;
    int64_t after_ms = due_us > now_us ? (due_us - now_us) / 1000 + 1 : 0;
    source->timer = loop_after(source->place.loop, after_ms, due, source);
}

static bool is_up(const struct source *source)
{
    return ami_session_state(source->session) == AMI_SESSION_UP;
}

static void connected(void *context, int64_t now_us)
{
    struct source *source = context;
    ami_session_connected(source->session, now_us);
    source_say_text(source, false, TEXT_SOURCE_LOGS_IN);
    arm(source, now_us);
}

// What is used for times, and whether withheld numbers can be known, is told wherever it changes.
static void say_state(struct source *source, bool was_up)
{
    bool stamped = ami_model_is_stamped(source->model);
    bool blind = !ami_session_sees_withheld(source->session);
    if (!is_up(source) || (was_up && stamped == source->stamped && blind == source->blind)) {
        source_say_as_before(source, is_up(source));
        return;
    }
    source->stamped = stamped;
    source->blind = blind;
    source_say_text(source, true,
                    stamped ? blind ? TEXT_SOURCE_STAMPED_BLIND : TEXT_SOURCE_STAMPED
                    : blind ? TEXT_SOURCE_UNSTAMPED_BLIND
                            : TEXT_SOURCE_UNSTAMPED);
    log_write(LEVEL_INFO, "event=link source=%s times=%s withheld=%s", source->name,
              stamped ? "pbx" : "receipt", blind ? "hidden" : "asked");
}

static void bytes_came(void *context, struct bytes bytes, int64_t now_us)
{
    struct source *source = context;
    struct err err = { 0 };
    bool was_up = is_up(source);
    if (!ami_session_bytes(source->session, bytes.data, bytes.size, now_us, &err)) {
        source_say(source, false, &err);
        link_restart(source->link, &err);
        return;
    }
    say_state(source, was_up);
    arm(source, now_us);
}

static void heard(void *context, struct id act, enum intent_state state, enum text_id text,
                  const char *detail)
{
    struct source *source = context;
    const struct source_ear *ear = source->place.ear;
    if (ear)
        ear->heard(ear->context, act, state, text, detail);
}

static void closed(void *context, const struct err *why, int64_t now_us)
{
    struct source *source = context;
    ami_session_lost(source->session, now_us);
    if (source->place.ear)
        source->place.ear->lost(source->place.ear->context, source);
    source_say(source, false, why);
    arm(source, now_us);
}

static const struct link_listener listener = { connected, bytes_came, closed };

static void restored(struct source *source, const struct call *row)
{
    ami_model_restore(source->model, row);
}

static void ready(struct source *source)
{
    source->link = link_new(source->place.loop, source->host, source->port, &listener, source);
}

// USER:SECRET@HOST:PORT
static bool parse(struct source *source, const char *spec)
{
    const char *at = strrchr(spec, '@');
    const char *colon = strchr(spec, ':');
    const char *port = at ? strrchr(at, ':') : NULL;
    if (!at || !colon || colon > at || !port)
        return false;
    const char *host = at + 1, *host_end = port;
    if (*host == '[' && host_end > host && host_end[-1] == ']') {
        host++;
        host_end--;
    }
    char *end;
    long number = strtol(port + 1, &end, 10);
    if (*end || end == port + 1 || number < 1 || number > 65535 || host >= host_end)
        return false;
    source->port = (int)number;
    return snprintf(source->user, sizeof source->user, "%.*s", (int)(colon - spec), spec) <
               (int)sizeof source->user &&
           snprintf(source->secret, sizeof source->secret, "%.*s", (int)(at - colon - 1),
                    colon + 1) < (int)sizeof source->secret &&
           snprintf(source->host, sizeof source->host, "%.*s", (int)(host_end - host), host) <
               (int)sizeof source->host;
}

struct source *source_live(const struct source_place *place, const char *spec, struct err *err)
{
    struct source *source = source_new(place, "ami");
    const char *rest = spec;
    if (!source || !source_name(source, &rest, TEXT_SOURCE_FORM, err) || !parse(source, rest)) {
        // The secret is not repeated in a message that may land in a log.
        (void)fail(err, ERR_INVALID, NULL, TEXT_SOURCE_FORM, source ? source->name : "", NULL);
        source_free(source);
        return NULL;
    }
    source_begin(source);
    struct ami_session_options options = {
        .user = source->user,
        .secret = source->secret,
        .model = source->model,
        .send = send_bytes,
        .context = source,
        .heard = heard,
    };
    source->session = ami_session_new(&options);
    source_restore(source, restored, ready);
    return source;
}

bool source_act(struct source *source, const struct act *act, struct err *err)
{
    if (!source->session || !is_up(source))
        return fail(err, ERR_UNAVAILABLE, NULL, TEXT_ACT_NO_LINK, NULL);
    const char *channel = NULL, *action;
    if (act->kind != act_kind_DIAL) {
        bool forward =
            act->kind == act_kind_FORWARD_BLIND || act->kind == act_kind_FORWARD_ATTENDED;
        channel =
            ami_model_channel(source->model, act->source_ref, forward ? act->extension : NULL);
        if (!channel)
            return fail(err, ERR_CONFLICT, NULL, TEXT_ACT_GONE, NULL);
    }
    struct arena *arena = arena_new(ACTION_BYTES);
    const char *lines = act_lines(&source->place.board->dialling, act, channel, arena, &action);
    bool sent = lines && ami_session_act(source->session, act->id, action, lines);
    arena_free(arena);
    return sent || fail(err, ERR_INVALID, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}
