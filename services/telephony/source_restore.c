// SPDX-License-Identifier: Apache-2.0
// What lived before this process began is taken back from the store before the link connects.
#include "services/telephony/source_internal.h"

static void ask(struct source *source);

static void again(void *context, int64_t now_us)
{
    (void)now_us;
    struct source *source = context;
    source->restore = 0;
    ask(source);
}

static void take(void *context, const struct call *row)
{
    struct source *source = context;
    source->restoring.take(source, row);
}

static void done(void *context, bool committed)
{
    struct source *source = context;
    if (committed)
        source->restoring.ready(source);
    else
        source->restore = loop_after(source->place.loop, TELLER_PAUSE_MS, again, source);
}

static void ask(struct source *source)
{
    const struct teller_restoring how = { source->name, take, done };
    teller_restore(source->teller, &how);
}

void source_restore(struct source *source, void (*take_call)(struct source *, const struct call *),
                    void (*ready)(struct source *))
{
    source->restoring.take = take_call;
    source->restoring.ready = ready;
    ask(source);
}
