// SPDX-License-Identifier: Apache-2.0
// From the model to the server: every call told is copied, handed in, and kept until it is durable.
#include "services/telephony/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire/codec.h"
#include "services/telephony/calls.h"
#include "services/telephony/source_internal.h"

#define TOLD_BYTES_MAX (1 << 20)
#define RETRY_MS       1000

struct told {
    struct source *source; // NULL: the source is gone
    struct told *next, *before;
    struct arena *arena;
    struct call row;
};

static void hand_in(struct told *told);

static void told_unlink(struct told *told)
{
    if (!told->source)
        return;
    if (told->before)
        told->before->next = told->next;
    else if (told->source->told == told)
        told->source->told = told->next;
    if (told->next)
        told->next->before = told->before;
    told->next = told->before = NULL;
}

static void told_free(struct told *told)
{
    arena_free(told->arena);
    free(told);
}

static bool run_told(struct request *rq, void *argument)
{
    struct told *told = argument;
    return calls_record(rq, &told->row);
}

// What was told later waits behind what was told before: a call never goes back.
static void backlog_add(struct source *source, struct told *told)
{
    if (source->backlog_end)
        source->backlog_end->next = told;
    else
        source->backlog = told;
    source->backlog_end = told;
}

static void retry(void *context, int64_t now_us)
{
    (void)now_us;
    struct source *source = context;
    struct told *told = source->backlog;
    source->retry = 0;
    source->backlog = source->backlog_end = NULL;
    while (told) {
        struct told *next = told->next;
        told->next = NULL;
        hand_in(told);
        told = next;
    }
}

static void done_told(void *argument, bool committed)
{
    struct told *told = argument;
    struct source *source = told->source;
    told_unlink(told);
    if (committed || !source) {
        told_free(told);
        return;
    }
    backlog_add(source, told);
    if (!source->retry)
        source->retry = loop_after(source->place.loop, RETRY_MS, retry, source);
}

static void hand_in(struct told *told)
{
    struct source *source = told->source;
    if (source->retry) {
        backlog_add(source, told);
        return;
    }
    told->next = source->told;
    if (source->told)
        source->told->before = told;
    source->told = told;
    struct input input = { run_told, done_told, told };
    server_input(source->place.server, &input);
}

// Rows of the model lack what calls.c decides; a copy needs something valid in their place.
static bool told_copy(struct told *told, const struct call *row, struct err *err)
{
    struct call whole = *row;
    whole.id = id_of_name("call", row->source_ref);
    whole.version = 1;
    return record_copy(call_record(), &whole, told->arena, &told->row, err);
}

void source_tell(void *context, const struct call *row)
{
    struct source *source = context;
    struct told *told = calloc(1, sizeof *told);
    if (!told)
        abort();
    told->source = source;
    told->arena = arena_new(TOLD_BYTES_MAX);
    struct err err = { 0 };
    if (!told_copy(told, row, &err)) {
        snprintf(source->detail, sizeof source->detail, "%.60s: %.200s", err.field, err.german);
        server_count(source->place.server, "calls_malformed", 1);
        told_free(told);
        return;
    }
    told->row.id = (struct id){ 0 };
    told->row.version = 0;
    hand_in(told);
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

bool source_begin(struct source *source)
{
    struct ami_model_options options = {
        .source = source->name,
        .home = source->place.board->home,
        .call = source_tell,
        .context = source,
    };
    source->model = ami_model_new(&options);
    return true;
}

void source_say(struct source *source, bool connected, const char *detail)
{
    if (detail)
        snprintf(source->detail, sizeof source->detail, "%s", detail);
    source->row->connected = connected;
    source->row->detail = source->detail[0] ? source->detail : NULL;
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
    link_free(source->link);
    ami_session_free(source->session);
    ami_replay_free(source->replay);
    ami_model_free(source->model);
    source_fritz_free(source);
    if (source->restoring)
        *source->restoring = NULL;
    struct switchboard *board = source->place.board;
    if (board->link_count > 0 && source->row == &board->links[board->link_count - 1])
        board->link_count--;
    // What the server still holds is freed when it is done with it.
    for (struct told *told = source->told; told; told = told->next)
        told->source = NULL;
    while (source->backlog) {
        struct told *told = source->backlog;
        source->backlog = told->next;
        told_free(told);
    }
    free(source);
}
