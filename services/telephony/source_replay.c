// SPDX-License-Identifier: Apache-2.0
// A capture as a source: at real pace as if it happened now, or at once with its own times.
#include <stdlib.h>

#include "services/telephony/source_internal.h"

// Steps played before the server is given its turn.
#define STEPS_AT_ONCE 200

static void play(void *context, int64_t now_us)
{
    struct source *source = context;
    source->timer = 0;
    const struct ami_replay_step *step = ami_replay_peek(source->replay);
    if (step && !source->begun_us)
        source->begun_us = now_us - step->at_us;
    size_t played = 0;
    while (step && played < STEPS_AT_ONCE) {
        int64_t wait_us = source->real_pace ? step->at_us + source->begun_us - now_us : 0;
        if (wait_us > 0) {
            source->timer = loop_after(source->place.loop, wait_us / 1000 + 1, play, source);
            break;
        }
        step = ami_replay_next(source->replay);
        int64_t at_us = source->real_pace ? now_us : step->at_us;
        ami_replay_play(source->replay, step, source->model, at_us);
        played++;
        step = ami_replay_peek(source->replay);
    }
    if (step && !source->timer)
        source->timer = loop_after(source->place.loop, 0, play, source);
    source_say_text(source, step != NULL, step ? TEXT_SOURCE_REPLAYS : TEXT_SOURCE_REPLAYED);
}

struct source *source_replay(const struct source_place *place, const char *spec, bool real_pace,
                             struct err *err)
{
    struct source *source = source_new(place, "replay");
    const char *path = spec;
    if (!source || !source_name(source, &path, TEXT_SOURCE_REPLAY_FORM, err) ||
        !ami_replay_open(path, loop_now_us(), &source->replay, err)) {
        (void)fail(err, ERR_INVALID, NULL, TEXT_SOURCE_REPLAY_FORM, spec, NULL);
        source_free(source);
        return NULL;
    }
    source->real_pace = real_pace;
    source_begin(source);
    source->timer = loop_after(place->loop, 0, play, source);
    return source;
}
