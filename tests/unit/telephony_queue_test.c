// SPDX-License-Identifier: Apache-2.0
// Figures of queues and lines: every inbound call counts once, where it belongs.
#include <stdio.h>

#include "services/telephony/queue.h"
#include "tests/harness/test.h"

#define SECOND INT64_C(1000000)
#define NOW    (1795398000 * SECOND)

static struct call waiting(const char *queue, const char *called, int64_t since_s)
{
    return (struct call){ .direction = call_direction_INBOUND,
                          .state = call_state_WAITING,
                          .queue = queue,
                          .called = called,
                          .started_at = NOW - since_s * SECOND };
}

static struct call answered(const char *queue, int64_t after_s)
{
    struct call call = waiting(queue, "+49301", 1000);
    call.state = call_state_TALKING;
    call.has_answered_at = true;
    call.answered_at = call.started_at + after_s * SECOND;
    return call;
}

static struct call ended(const char *queue, int64_t after_s, enum call_outcome outcome)
{
    struct call call = waiting(queue, "+49301", 1000);
    call.state = call_state_ENDED;
    call.has_ended_at = true;
    call.ended_at = call.started_at + after_s * SECOND;
    call.outcome = outcome;
    return call;
}

TEST(every_inbound_call_counts_once)
{
    struct arena *arena = arena_new(1 << 20);
    struct queue_sums sums;
    struct err err = { 0 };
    struct call outbound = waiting("zentrale", "+49301", 5);
    outbound.direction = call_direction_OUTBOUND;
    const struct call calls[] = {
        waiting("zentrale", "+49301", 7),
        waiting("zentrale", "+49301", 3),
        answered("zentrale", 20),
        answered("zentrale", 21),
        ended("zentrale", 40, call_outcome_ABANDONED),
        ended("zentrale", 10, call_outcome_VOICEMAIL),
        ended("zentrale", 9, call_outcome_UNKNOWN),
        outbound,
        answered(NULL, 5),
        waiting(NULL, "+49302", 1),
    };
    CHECK(queue_sums_begin(&sums, NOW, 20, arena, &err));
    for (size_t i = 0; i < COUNT_OF(calls); i++)
        queue_sums_add(&sums, &calls[i]);
    queue_sums_end(&sums);
    CHECK_INT((int64_t)sums.count, 3);
    const struct queue_figure *figure = &sums.figures[0];
    CHECK_STR(figure->queue, "zentrale");
    CHECK_INT(figure->waiting, 2);
    CHECK_INT(figure->longest_ms, 7000);
    CHECK_INT(figure->calls, 7);
    CHECK_INT(figure->answered, 2);
    CHECK_INT(figure->in_time, 1);
    CHECK_INT(figure->abandoned, 1);
    CHECK_INT(figure->lost, 2);
    CHECK_INT(figure->wait_ms, (20 + 21 + 40 + 10 + 9) * 1000 / 5);
    CHECK_INT(figure->wait_most_ms, 40000);
    CHECK_INT(figure->calls, figure->waiting + figure->answered + figure->abandoned + figure->lost);
    CHECK_STR(sums.figures[1].called, "+49302"); // somebody waits there
    arena_free(arena);
}

TEST(more_lines_than_there_is_room_for_are_said)
{
    static char called[QUEUE_FIGURES_MAX + 5][12];
    struct arena *arena = arena_new(1 << 20);
    struct queue_sums sums;
    struct err err = { 0 };
    CHECK(queue_sums_begin(&sums, NOW, 20, arena, &err));
    for (int i = 0; i < QUEUE_FIGURES_MAX + 5; i++) {
        (void)snprintf(called[i], sizeof called[i], "+49%d", i);
        struct call call = waiting(NULL, called[i], 1);
        queue_sums_add(&sums, &call);
    }
    CHECK_INT((int64_t)sums.count, QUEUE_FIGURES_MAX);
    CHECK(sums.full);
    arena_free(arena);
}
