// SPDX-License-Identifier: Apache-2.0
// What a source is made of: the model of its calls, and who tells them to the server.
#include "services/telephony/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/telephony/source_internal.h"

static void retry(void *context, int64_t now_us)
{
    (void)now_us;
    struct source *source = context;
    source->retry = 0;
    teller_retry(source->teller);
}

static void pause_telling(void *context)
{
    struct source *source = context;
    source->retry = loop_after(source->place.loop, TELLER_PAUSE_MS, retry, source);
}

static void malformed(void *context, const struct err *err)
{
    struct source *source = context;
    struct err *detail = &source->detail;
    *detail = *err;
    snprintf(detail->german, sizeof detail->german, "%.60s: %.200s", err->field, err->german);
    snprintf(detail->english, sizeof detail->english, "%.60s: %.200s", err->field, err->english);
}

bool source_name(struct source *source, const char **spec, enum text_id text, struct err *err)
{
    size_t size = strcspn(*spec, "=");
    if (!(*spec)[size] || size == 0 || size > SOURCE_NAME_MAX)
        return fail(err, ERR_INVALID, NULL, text, *spec, NULL);
    memcpy(source->name, *spec, size);
    *spec += size + 1;
    return true;
}

struct source *source_new(const struct source_place *place, const char *kind)
{
    if (place->board->link_count == LINKS_MAX)
        return NULL;
    struct source *source = calloc(1, sizeof *source);
    if (!source)
        abort();
    source->place = *place;
    source->row = &place->board->links[place->board->link_count++];
    *source->row = (struct link_row){ .source = source->name, .kind = kind };
    return source;
}

void source_begin_telling(struct source *source)
{
    source->teller = teller_new(&(struct teller_options){
        .server = source->place.server,
        .pause = pause_telling,
        .malformed = malformed,
        .context = source,
    });
}

bool source_begin(struct source *source)
{
    source_begin_telling(source);
    struct ami_model_options options = {
        .source = source->name,
        .home = source->place.board->home,
        .endpoints = source->place.endpoints,
        .call = teller_tell,
        .context = source->teller,
    };
    source->model = ami_model_new(&options);
    return true;
}

void source_say(struct source *source, bool connected, const struct err *detail)
{
    source->detail = *detail;
    source_say_as_before(source, connected);
}

void source_say_text(struct source *source, bool connected, enum text_id text)
{
    struct err detail = { 0 };
    (void)fail(&detail, ERR_UNAVAILABLE, NULL, text, NULL);
    source_say(source, connected, &detail);
}

void source_say_as_before(struct source *source, bool connected)
{
    source->row->connected = connected;
    source->row->detail = source->detail.german[0] ? source->detail.german : NULL;
    source->row->detail_en = source->detail.english[0] ? source->detail.english : NULL;
    source->row->messages = source->session  ? ami_session_messages(source->session)
                            : source->replay ? ami_replay_messages(source->replay)
                                             : 0;
    source->row->skipped = source->session  ? ami_session_skipped(source->session)
                           : source->replay ? ami_replay_skipped(source->replay)
                                            : 0;
    if (source->fritz)
        source_fritz_say(source);
}

void source_free(struct source *source)
{
    if (!source)
        return;
    if (source->timer)
        loop_cancel(source->place.loop, source->timer);
    if (source->retry)
        loop_cancel(source->place.loop, source->retry);
    if (source->restore)
        loop_cancel(source->place.loop, source->restore);
    link_free(source->link);
    ami_session_free(source->session);
    ami_replay_free(source->replay);
    ami_model_free(source->model);
    source_fritz_free(source);
    teller_free(source->teller);
    struct switchboard *board = source->place.board;
    if (board->link_count > 0 && source->row == &board->links[board->link_count - 1])
        board->link_count--;
    free(source);
}

const char *source_called(const struct source *source)
{
    return source->name;
}
