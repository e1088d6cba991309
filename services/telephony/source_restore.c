// SPDX-License-Identifier: Apache-2.0
// What lived before this process began is taken back from the store before the link connects.
#include <stdlib.h>

#include "services/telephony/calls.h"
#include "services/telephony/source_internal.h"

#define LIVE_BYTES_MAX ((size_t)64 << 20)
#define RETRY_MS       1000

struct restoring {
    struct source *source;
    void (*take)(struct source *, const struct call *);
    void (*ready)(struct source *);
    struct arena *arena;
    const struct call *rows;
    size_t count;
};

static void ask(struct restoring *restoring);

static bool run_restore(struct request *rq, void *argument)
{
    struct restoring *restoring = argument;
    if (!restoring->source)
        return true;
    arena_reset(restoring->arena);
    restoring->count = calls_live(rq, restoring->source->name, restoring->arena, &restoring->rows);
    return true;
}

static void restoring_free(struct restoring *restoring)
{
    arena_free(restoring->arena);
    free(restoring);
}

static void again(void *context, int64_t now_us)
{
    (void)now_us;
    struct restoring *restoring = context;
    restoring->source->restore = 0;
    ask(restoring);
}

static void done_restore(void *argument, bool committed)
{
    struct restoring *restoring = argument;
    struct source *source = restoring->source;
    if (!source) {
        restoring_free(restoring);
        return;
    }
    if (!committed) {
        source->restore = loop_after(source->place.loop, RETRY_MS, again, restoring);
        return;
    }
    source->restoring = NULL;
    for (size_t i = 0; i < restoring->count; i++)
        restoring->take(source, &restoring->rows[i]);
    void (*ready)(struct source *) = restoring->ready;
    restoring_free(restoring);
    ready(source);
}

static void ask(struct restoring *restoring)
{
    struct input input = { run_restore, done_restore, restoring };
    server_input(restoring->source->place.server, &input);
}

void source_restore(struct source *source, void (*take)(struct source *, const struct call *),
                    void (*ready)(struct source *))
{
    struct restoring *restoring = calloc(1, sizeof *restoring);
    if (!restoring)
        abort();
    *restoring = (struct restoring){ .source = source, .take = take, .ready = ready };
    restoring->arena = arena_new(LIVE_BYTES_MAX);
    source->restoring = &restoring->source;
    ask(restoring);
}
