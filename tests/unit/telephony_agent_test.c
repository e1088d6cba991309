// SPDX-License-Identifier: Apache-2.0
// E9: agents sign on and off, pause, and finish a call; what they do follows from that and from the
// phones.
#include "common/base/civil.h"
#include "services/telephony/agent.h"
#include "tests/harness/test.h"

#define NOW SECONDS(1795398000)

static struct id number(uint8_t nth)
{
    return (struct id){ { nth, 1 } };
}

static struct agent signed_on(int64_t wrap_up_s)
{
    static const char *const skills[] = { "dunning" };
    struct staff staff = { .id = number(1), .name = "Anna", .skills = skills, .skills_count = 1 };
    struct agent agent = agent_make(&staff, NOW);
    struct err err = { 0 };
    CHECK(agent_moves(&agent, AGENT_SIGNS_ON, NOW, &err));
    agent.has_wrap_up_s = wrap_up_s > 0;
    agent.wrap_up_s = wrap_up_s;
    return agent;
}

static void see(struct agent *agent, struct arena *arena, uint8_t call, int how, int64_t at_us)
{
    struct agent_call seen = { .call = number(call), .talking = how == 2 };
    CHECK(agent_sees_call(agent, &seen, how > 0, at_us, arena));
}

TEST(a_new_agent_is_signed_off_and_offline)
{
    struct staff staff = { .id = number(1), .name = "Anna" };
    struct agent agent = agent_make(&staff, NOW);
    CHECK_INT(agent.state, agent_state_OFF);
    CHECK_INT(agent.presence, presence_OFFLINE);
    CHECK_INT(agent.version, 0);
}

TEST(moves_are_permitted_as_the_table_says)
{
    static const struct {
        enum agent_state from;
        enum agent_move move;
        enum agent_state to; // ABSENT: refused
    } cases[] = {
        { agent_state_OFF, AGENT_SIGNS_ON, agent_state_ON },
        { agent_state_OFF, AGENT_SIGNS_OFF, agent_state_OFF },
        { agent_state_OFF, AGENT_PAUSES, agent_state_ABSENT },
        { agent_state_OFF, AGENT_RESUMES, agent_state_ABSENT },
        { agent_state_ON, AGENT_PAUSES, agent_state_PAUSED },
        { agent_state_ON, AGENT_SIGNS_OFF, agent_state_OFF },
        { agent_state_PAUSED, AGENT_RESUMES, agent_state_ON },
        { agent_state_PAUSED, AGENT_PAUSES, agent_state_PAUSED },
        { agent_state_PAUSED, AGENT_SIGNS_OFF, agent_state_OFF },
        { agent_state_PAUSED, AGENT_HANGS_UP, agent_state_ABSENT },
        { agent_state_WRAP_UP, AGENT_RESUMES, agent_state_ON },
        { agent_state_WRAP_UP, AGENT_PAUSES, agent_state_PAUSED },
        { agent_state_WRAP_UP, AGENT_SIGNS_OFF, agent_state_OFF },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct agent agent = signed_on(30);
        struct err err = { 0 };
        agent.state = cases[i].from;
        bool moved = agent_moves(&agent, cases[i].move, NOW + SECONDS(1), &err);
        CHECK_INT(moved, cases[i].to != agent_state_ABSENT);
        CHECK_INT(agent.state, moved ? cases[i].to : cases[i].from);
        CHECK_INT(err.code, moved ? ERR_NONE : ERR_CONFLICT);
    }
}

TEST(a_pause_ends_with_its_reason)
{
    struct agent agent = signed_on(0);
    struct err err = { 0 };
    CHECK(agent_moves(&agent, AGENT_PAUSES, NOW + SECONDS(5), &err));
    agent.pause_reason = "Mittag";
    CHECK_INT(agent.presence, presence_PAUSED);
    CHECK_INT(agent.presence_since, NOW + SECONDS(5));
    CHECK(agent_moves(&agent, AGENT_RESUMES, NOW + SECONDS(9), &err));
    CHECK(!agent.pause_reason);
    CHECK_INT(agent.presence, presence_FREE);
}

TEST(the_phone_decides_before_the_sign_on)
{
    struct arena *arena = arena_new(1 << 16);
    struct agent agent = signed_on(0);
    see(&agent, arena, 5, 1, NOW + 1);
    CHECK_INT(agent.presence, presence_RINGING);
    see(&agent, arena, 5, 2, NOW + 2);
    see(&agent, arena, 6, 1, NOW + 3); // a second call knocks
    CHECK_INT(agent.presence, presence_BUSY);
    CHECK_INT(agent.presence_since, NOW + 2);
    see(&agent, arena, 5, 0, NOW + 4);
    CHECK_INT(agent.presence, presence_RINGING);
    see(&agent, arena, 6, 0, NOW + 5);
    CHECK_INT(agent.presence, presence_FREE);
    struct err err = { 0 };
    CHECK(agent_moves(&agent, AGENT_SIGNS_OFF, NOW + 6, &err));
    see(&agent, arena, 7, 2, NOW + 7); // signed off, and talks all the same
    CHECK_INT(agent.presence, presence_BUSY);
    see(&agent, arena, 7, 0, NOW + 8);
    CHECK_INT(agent.presence, presence_OFFLINE);
    arena_free(arena);
}

TEST(a_wrap_up_follows_the_last_conversation_only)
{
    struct arena *arena = arena_new(1 << 16);
    struct agent agent = signed_on(30);
    see(&agent, arena, 5, 1, NOW);
    see(&agent, arena, 5, 0, NOW + 1); // it only rang
    CHECK_INT(agent.state, agent_state_ON);
    see(&agent, arena, 5, 2, NOW + 2);
    see(&agent, arena, 6, 2, NOW + 3); // a question call beside it
    see(&agent, arena, 6, 0, NOW + 4);
    CHECK_INT(agent.state, agent_state_ON);
    see(&agent, arena, 5, 0, NOW + SECONDS(10));
    CHECK_INT(agent.state, agent_state_WRAP_UP);
    CHECK_INT(agent.wrap_up_until, NOW + SECONDS(40));
    CHECK_INT(agent.presence, presence_WRAP_UP);
    struct err err = { 0 };
    CHECK(agent_moves(&agent, AGENT_RESUMES, NOW + SECONDS(40), &err));
    CHECK(!agent.has_wrap_up_until);
    CHECK_INT(agent.presence, presence_FREE);
    arena_free(arena);
}

TEST(whoever_is_on_a_pause_gets_no_wrap_up)
{
    struct arena *arena = arena_new(1 << 16);
    struct agent agent = signed_on(30);
    struct err err = { 0 };
    CHECK(agent_moves(&agent, AGENT_PAUSES, NOW, &err));
    see(&agent, arena, 5, 2, NOW + 1);
    see(&agent, arena, 5, 0, NOW + 2);
    CHECK_INT(agent.state, agent_state_PAUSED);
    CHECK_INT(agent.presence, presence_PAUSED);
    arena_free(arena);
}

TEST(more_calls_than_are_shown_do_no_harm)
{
    struct arena *arena = arena_new(1 << 16);
    struct agent agent = signed_on(0);
    for (uint8_t call = 1; call <= AGENT_CALLS_MAX + 3; call++)
        see(&agent, arena, call, 1, NOW + call);
    CHECK_INT((int64_t)agent.calls_count, AGENT_CALLS_MAX);
    for (uint8_t call = 1; call <= AGENT_CALLS_MAX + 3; call++)
        see(&agent, arena, call, 0, NOW + 100);
    CHECK_INT((int64_t)agent.calls_count, 0);
    CHECK_INT(agent.presence, presence_FREE);
    arena_free(arena);
}

TEST(whoever_leaves_the_house_is_signed_off)
{
    struct agent agent = signed_on(0);
    struct staff staff = { .id = number(1), .name = "Anna Neu", .has_left = true, .left = true };
    agent_take_staff(&agent, &staff, NOW + 1);
    CHECK_STR(agent.name, "Anna Neu");
    CHECK_INT(agent.presence, presence_OFFLINE);
}

TEST(a_search_looks_at_client_skill_and_presence)
{
    struct agent agent = signed_on(0);
    CHECK(agent_fits(&agent, &(struct agent_query){ .presence = presence_FREE }));
    CHECK(!agent_fits(&agent, &(struct agent_query){ .presence = presence_BUSY }));
    CHECK(agent_fits(&agent, &(struct agent_query){ .skill = "dunning" }));
    CHECK(!agent_fits(&agent, &(struct agent_query){ .skill = "survey" }));
    CHECK(agent_fits(&agent, &(struct agent_query){ .client = number(8) })); // for all
    agent.clients = (const struct id[]){ number(9) };
    agent.clients_count = 1;
    CHECK(!agent_fits(&agent, &(struct agent_query){ .client = number(8) }));
    CHECK(agent_fits(&agent, &(struct agent_query){ .client = number(9) }));
}
