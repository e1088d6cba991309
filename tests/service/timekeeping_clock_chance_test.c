// SPDX-License-Identifier: Apache-2.0
// Calls and clocks by hand in any order, facts heard of late or only at the end, the service
// crashing: no second is counted twice, none is lost.
#include <stdio.h>

#include "tests/service/timekeeping_clock_world.h"

#define STEPS      70
#define CALLS_MAX  30
#define CLOCKS_MAX 80
#define LIFE_S     4000

struct heard {
    struct spoken spoken;
    bool over;    // it has ended
    int64_t told; // how often it was told
    bool all;     // its end was told
};

struct chance {
    struct timekeeping_house house;
    struct fixture *fx;
    struct rng rng;
    int64_t begin;
    struct heard calls[CALLS_MAX];
    size_t call_count;
    struct id clocks[CLOCKS_MAX];
    size_t clock_count;
    int on[LIFE_S]; // 1 + which clock was on in that second; 0: none
    int64_t noted_s;
};

static int64_t second(const struct chance *chance)
{
    return (fixture_now(chance->fx) - chance->begin) / SECONDS(1);
}

static uint64_t draw(struct chance *chance, uint64_t below)
{
    return rng_below(&chance->rng, below);
}

// Which clock has been on since the last move, for every second until now.
static void note(struct chance *chance)
{
    int on = 0;
    for (size_t i = 0; i < chance->clock_count; i++) {
        struct clock clock = row(chance->fx, chance->clocks[i]);
        if (clock.has_stopped_at || !clock_is_on(&clock))
            continue;
        CHECK_INT(on, 0); // one at most
        on = (int)i + 1;
    }
    int64_t from = chance->noted_s;
    fixture_wait(chance->fx, SECONDS(1 + (int64_t)draw(chance, 20)));
    chance->noted_s = second(chance);
    CHECK(chance->noted_s < LIFE_S);
    for (int64_t s = from; s < chance->noted_s; s++)
        chance->on[s] = on;
    fixture_reset(chance->fx);
}

// --- what may happen
static void begin_call(struct chance *chance)
{
    if (chance->call_count == CALLS_MAX)
        return;
    struct heard *heard = &chance->calls[chance->call_count];
    spoken_init(&heard->spoken, (uint32_t)chance->call_count++);
    speaks(&heard->spoken, draw(chance, 5) ? "101" : "102", fixture_now(chance->fx), 0);
}

static void end_call(struct chance *chance, struct heard *heard)
{
    if (heard->over)
        return;
    hangs_up(&heard->spoken, 0, fixture_now(chance->fx));
    heard->over = true;
}

static void tell(struct chance *chance, struct heard *heard)
{
    if (heard->all)
        return;
    told(chance->fx, &heard->spoken);
    heard->told++;
    heard->all = heard->over;
}

static struct heard *some_call(struct chance *chance)
{
    return chance->call_count ? &chance->calls[draw(chance, chance->call_count)] : NULL;
}

static void move(struct chance *chance)
{
    struct fixture *fx = chance->fx;
    struct clock_begin begin = { .text = "x" };
    struct clock_move move = { .staff = ANNA };
    struct clock out;
    enum call_result result;

    if (chance->clock_count > 0 && draw(chance, 3) == 0)
        move.id = chance->clocks[draw(chance, chance->clock_count)];
    switch (draw(chance, 5)) {
    case 0:
    case 1:
        result = call_clock_start(&fx->client, &begin, &out);
        CHECK_INT(result, CALL_DONE);
        chance->clocks[chance->clock_count++] = out.id;
        break;
    case 2: result = call_clock_stop(&fx->client, &move, &out); break;
    case 3: result = call_clock_pause(&fx->client, &move, &out); break;
    default: result = call_clock_resume(&fx->client, &move, &out); break;
    }
    CHECK(result == CALL_DONE || fx->client.refused.code == ERR_CONFLICT ||
          fx->client.refused.code == ERR_NOT_FOUND);
}

static void step(struct chance *chance)
{
    struct heard *heard = some_call(chance);
    switch (draw(chance, 12)) {
    case 0:
    case 1: begin_call(chance); break;
    case 2:
    case 3:
    case 4:
        if (heard)
            end_call(chance, heard);
        break;
    case 5:
    case 6:
        if (heard)
            tell(chance, heard);
        break;
    case 7:
        if (draw(chance, 4) == 0)
            fixture_restart(chance->fx);
        break;
    default: move(chance); break;
    }
}

static void finish(struct chance *chance)
{
    struct clock out;
    for (size_t i = 0; i < chance->call_count; i++)
        end_call(chance, &chance->calls[i]);
    for (size_t i = 0; i < chance->clock_count; i++)
        (void)call_clock_stop(&chance->fx->client, &(struct clock_move){ .id = chance->clocks[i] },
                              &out);
    while (chance->call_count > 0) { // what was not told yet, in any order
        size_t i = draw(chance, chance->call_count);
        tell(chance, &chance->calls[i]);
        struct spoken spoken = chance->calls[i].spoken;
        struct clock clock = call_clock(chance->fx, &spoken, spoken.parts[0].agent, 0);
        CHECK_INT(clock.raw_s, spoken.parts[0].talk_ms / 1000);
        for (int64_t s = 0; s < LIFE_S; s++) { // its seconds are its own
            int64_t at = chance->begin + SECONDS(s);
            if (at >= clock.started_at && at < clock.stopped_at && id_equal(clock.staff, ANNA))
                chance->on[s] = 0;
        }
        chance->calls[i] = chance->calls[--chance->call_count];
    }
}

static void check(struct chance *chance)
{
    int taken[LIFE_S] = { 0 };
    for (size_t i = 0; i < chance->clock_count; i++) {
        struct clock clock = row(chance->fx, chance->clocks[i]);
        int64_t wanted = 0, spans_s = 0;
        for (int64_t s = 0; s < LIFE_S; s++)
            wanted += chance->on[s] == (int)i + 1;
        for (size_t k = 0; k < clock.spans_count; k++) {
            int64_t from = (clock.spans[k].from - chance->begin) / SECONDS(1);
            int64_t until = (clock.spans[k].until - chance->begin) / SECONDS(1);
            spans_s += until - from;
            for (int64_t s = from; s < until; s++)
                CHECK_INT(taken[s]++, 0);
        }
        CHECK_INT(clock.state, clock_state_STOPPED);
        CHECK_INT(clock.raw_s, wanted);
        CHECK_INT(spans_s, wanted);
    }
}

static void live(uint64_t seed)
{
    static struct chance chance;
    chance = (struct chance){ .noted_s = 0 };
    rng_seed(&chance.rng, seed);
    chance.fx = desk_new(&chance.house);
    chance.begin = fixture_now(chance.fx);
    for (int i = 0; i < STEPS; i++) {
        note(&chance);
        step(&chance);
    }
    note(&chance);
    finish(&chance);
    check(&chance);
    fixture_free(chance.fx);
}

TEST(no_second_is_counted_twice_and_none_is_lost)
{
    for (uint64_t i = 0; i < 12; i++) {
        printf("seed %llu\n", (unsigned long long)(test_seed() + i));
        live(test_seed() + i);
    }
}
