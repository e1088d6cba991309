// SPDX-License-Identifier: Apache-2.0
// Adding calls up by queue and line.
#include "services/telephony/queue.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

bool queue_sums_begin(struct queue_sums *sums, int64_t now_us, int64_t within_s,
                      struct arena *arena, struct err *err)
{
    *sums = (struct queue_sums){
        .figures = arena_array(arena, QUEUE_FIGURES_MAX, sizeof *sums->figures),
        .waited_ms = arena_array(arena, QUEUE_FIGURES_MAX, sizeof *sums->waited_ms),
        .settled = arena_array(arena, QUEUE_FIGURES_MAX, sizeof *sums->settled),
        .now_us = now_us,
        .within_us = within_s * 1000000,
    };
    return (sums->figures && sums->waited_ms && sums->settled) ||
           fail(err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

static size_t place_of(struct queue_sums *sums, const struct call *call)
{
    for (size_t i = 0; i < sums->count; i++) {
        if (text_equal(sums->figures[i].queue, call->queue) &&
            text_equal(sums->figures[i].called, call->called))
            return i;
    }
    if (sums->count == QUEUE_FIGURES_MAX)
        return sums->count;
    sums->figures[sums->count] =
        (struct queue_figure){ .queue = call->queue, .called = call->called };
    sums->waited_ms[sums->count] = sums->settled[sums->count] = 0;
    return sums->count++;
}

static int64_t waited_ms(const struct call *call, int64_t until_us)
{
    return until_us > call->started_at ? (until_us - call->started_at) / 1000 : 0;
}

static void add_settled(struct queue_sums *sums, size_t at, int64_t ms)
{
    struct queue_figure *figure = &sums->figures[at];
    sums->waited_ms[at] += ms;
    sums->settled[at]++;
    figure->wait_most_ms = ms > figure->wait_most_ms ? ms : figure->wait_most_ms;
}

static void add_answered(struct queue_sums *sums, size_t at, const struct call *call)
{
    int64_t ms = waited_ms(call, call->answered_at);
    sums->figures[at].answered++;
    sums->figures[at].in_time += ms * 1000 <= sums->within_us;
    add_settled(sums, at, ms);
}

void queue_sums_add(struct queue_sums *sums, const struct call *call)
{
    if (call->direction != call_direction_INBOUND)
        return;
    size_t at = place_of(sums, call);
    if (at == QUEUE_FIGURES_MAX) {
        sums->full = true;
        return;
    }
    struct queue_figure *figure = &sums->figures[at];
    figure->calls++;
    figure->client_name = call->client_name ? call->client_name : figure->client_name;
    figure->has_hotline = figure->has_hotline || (call->has_hotline && call->hotline);
    figure->hotline = figure->has_hotline;
    if (call->has_answered_at) {
        add_answered(sums, at, call);
    } else if (call->state != call_state_ENDED) {
        int64_t ms = waited_ms(call, sums->now_us);
        figure->waiting++;
        figure->longest_ms = ms > figure->longest_ms ? ms : figure->longest_ms;
    } else {
        figure->abandoned += call->outcome == call_outcome_ABANDONED;
        figure->lost += call->outcome != call_outcome_ABANDONED;
        if (call->has_ended_at)
            add_settled(sums, at, waited_ms(call, call->ended_at));
    }
}

static int by_need(const void *a, const void *b)
{
    const struct queue_figure *one = a, *two = b;
    if (one->waiting != two->waiting)
        return one->waiting < two->waiting ? 1 : -1;
    if (one->calls != two->calls)
        return one->calls < two->calls ? 1 : -1;
    return strcmp(one->called ? one->called : "", two->called ? two->called : "");
}

void queue_sums_end(struct queue_sums *sums)
{
    for (size_t i = 0; i < sums->count; i++) {
        if (sums->settled[i] > 0)
            sums->figures[i].wait_ms = sums->waited_ms[i] / sums->settled[i];
    }
    if (sums->count > 0)
        qsort(sums->figures, sums->count, sizeof *sums->figures, by_need);
}
