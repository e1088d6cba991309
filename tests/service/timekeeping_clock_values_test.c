// SPDX-License-Identifier: Apache-2.0
// Clocks as values, without a store: what calls leave of a clock by hand, and its limits.
#include "common/base/civil.h"
#include "services/timekeeping/clock.h"
#include "tests/harness/test.h"

#define T(s) (INT64_C(1795398000000000) + SECONDS(s))
#define ON   INT64_MAX

struct bench {
    struct arena *arena;
    struct clock clock;
};

static struct bench bench_new(void)
{
    return (struct bench){ .arena = arena_new((size_t)8 << 20) };
}

static void on(struct bench *bench, int64_t from, int64_t until)
{
    if (bench->clock.hand_count == 0)
        bench->clock.started_at = T(from);
    CHECK(clock_switch_on(bench->arena, &bench->clock, T(from)));
    if (until != ON)
        CHECK(clock_switch_off(bench->arena, &bench->clock, T(until)));
}

static void settle(struct bench *bench, struct clock_busy *calls, size_t count, int64_t now)
{
    struct clock_limits limits = { SECONDS(1800), SECONDS(36000) };
    CHECK(clock_settle(bench->arena, &bench->clock, calls, count, &limits, T(now)));
}

TEST(calls_within_calls_are_taken_out_once)
{
    struct bench bench = bench_new();
    struct clock_busy calls[] = { { { { 3 } }, T(50), T(60) }, { { { 1 } }, T(10), T(40) },
                                  { { { 2 } }, T(20), T(30) }, { { { 4 } }, T(35), T(45) },
                                  { { { 5 } }, T(-9), T(3) },  { { { 6 } }, T(70), T(70) } };
    on(&bench, 0, 80);
    bench.clock.has_stopped_at = true;
    bench.clock.stopped_at = T(80);
    settle(&bench, calls, 6, 90);
    CHECK_INT(bench.clock.raw_s, 7 + 5 + 20);
    CHECK_INT(bench.clock.spans[0].from, T(3));
    arena_free(bench.arena);
}

TEST(a_call_that_goes_on_pauses_and_the_first_is_named)
{
    struct bench bench = bench_new();
    struct clock_busy calls[] = { { { { 2 } }, T(20), ON }, { { { 1 } }, T(10), ON } };
    on(&bench, 0, ON);
    settle(&bench, calls, 2, 30);
    CHECK_INT(bench.clock.state, clock_state_PAUSED);
    CHECK_INT(bench.clock.paused_for.bytes[0], 1);
    CHECK_INT(bench.clock.counted_ms, 10000);
    CHECK(!bench.clock.has_remind_at && !bench.clock.has_limit_at);
    calls[0].until = calls[1].until = T(25);
    settle(&bench, calls, 2, 30);
    CHECK_INT(bench.clock.state, clock_state_RUNNING);
    CHECK(id_is_zero(bench.clock.paused_for));
    CHECK_INT(bench.clock.remind_at, T(25 + 1800 - 10));
    CHECK_INT(bench.clock.limit_at, T(25 + 36000 - 10));
    CHECK_INT(clock_seconds(&bench.clock, T(32)), 17);
    CHECK_INT(clock_seconds(&bench.clock, T(20)), 10); // whoever shows it is behind
    arena_free(bench.arena);
}

TEST(a_call_of_a_clock_that_is_ahead_has_not_begun_yet)
{
    struct clock call = { .call = { { 1 } }, .state = clock_state_RUNNING, .started_at = T(10) };
    CHECK_INT(clock_seconds(&call, T(4)), 0);
    CHECK_INT(clock_seconds(&call, T(10)), 0);
    CHECK_INT(clock_seconds(&call, T(13)), 3);
    // Until then the clock by hand that it comes in between goes on.
    struct bench bench = bench_new();
    struct clock_busy calls[1] = { { { { 1 } }, T(10), INT64_MAX } };
    on(&bench, 0, ON);
    settle(&bench, calls, 1, 6);
    CHECK_INT(bench.clock.state, clock_state_RUNNING);
    CHECK_INT(clock_seconds(&bench.clock, T(6)), 6);
    CHECK_INT(clock_seconds(&bench.clock, T(12)), 10);
    arena_free(bench.arena);
}

TEST(the_limit_cuts_what_was_counted_behind_it)
{
    struct bench bench = bench_new();
    struct clock_busy none;
    on(&bench, 0, 30000);
    on(&bench, 40000, 50000);
    on(&bench, 60000, ON);
    settle(&bench, &none, 0, 70000);
    CHECK(bench.clock.limited && bench.clock.state == clock_state_STOPPED);
    CHECK_INT(bench.clock.stopped_at, T(46000));
    CHECK_INT((int64_t)bench.clock.hand_count, 2);
    CHECK_INT(bench.clock.raw_s, 36000);
    arena_free(bench.arena);
}

TEST(more_spans_than_a_row_holds_are_still_counted)
{
    struct bench bench = bench_new();
    struct clock_busy calls[300];
    on(&bench, 0, 3000);
    bench.clock.has_stopped_at = true;
    bench.clock.stopped_at = T(3000);
    for (int i = 0; i < 300; i++)
        calls[i] = (struct clock_busy){ { { 1 } }, T(10 * i + 4), T(10 * i + 7) };
    settle(&bench, calls, 300, 4000);
    CHECK_INT(bench.clock.raw_s, 3000 - 900);
    CHECK_INT((int64_t)bench.clock.spans_count, CLOCK_SPANS_MAX);
    CHECK_INT(bench.clock.spans[CLOCK_SPANS_MAX - 1].until, T(3000));
    arena_free(bench.arena);
}

TEST(half_a_second_counts_up)
{
    static const int64_t ms[] = { 0, 499, 500, 1499, 1500, 59500 }, raw[] = { 0, 0, 1, 1, 2, 60 };
    for (size_t i = 0; i < sizeof ms / sizeof ms[0]; i++) {
        struct call_part part = {
            .agent = "101", .from = T(0), .has_until = true, .until = T(60), .talk_ms = ms[i]
        };
        struct call call = { .parts = &part, .parts_count = 1 };
        struct clock clock = { .version = 0 };
        clock_follow(&call, 0, true, &clock);
        CHECK_INT(clock.raw_s, raw[i]);
    }
}

TEST(the_id_is_the_calls_and_the_phones)
{
    struct id call = { { 1, 2, 3, 4, 5, 6, 0x7a, 8, 0x99 } };
    CHECK(id_equal(clock_id(call, "101", 0), clock_id(call, "101", 0)));
    CHECK(!id_equal(clock_id(call, "101", 0), clock_id(call, "101", 1)));
    CHECK(!id_equal(clock_id(call, "101", 0), clock_id(call, "102", 0)));
    CHECK_INT(id_time_us(clock_id(call, "101", 0)), id_time_us(call));
}
