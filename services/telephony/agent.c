// SPDX-License-Identifier: Apache-2.0
// The moves of an agent, and what follows from them.
#include "services/telephony/agent.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/text.h"

// Where a move leads; absent: it is not permitted from here. A hang-up only ever begins a wrap-up.
static const enum agent_state moves[agent_state_COUNT][AGENT_MOVES] = {
    [agent_state_OFF] = { [AGENT_SIGNS_ON] = agent_state_ON, [AGENT_SIGNS_OFF] = agent_state_OFF },
    [agent_state_ON] = { [AGENT_SIGNS_ON] = agent_state_ON,
                         [AGENT_SIGNS_OFF] = agent_state_OFF,
                         [AGENT_PAUSES] = agent_state_PAUSED,
                         [AGENT_RESUMES] = agent_state_ON,
                         [AGENT_HANGS_UP] = agent_state_WRAP_UP },
    [agent_state_PAUSED] = { [AGENT_SIGNS_ON] = agent_state_ON,
                             [AGENT_SIGNS_OFF] = agent_state_OFF,
                             [AGENT_PAUSES] = agent_state_PAUSED,
                             [AGENT_RESUMES] = agent_state_ON },
    [agent_state_WRAP_UP] = { [AGENT_SIGNS_ON] = agent_state_WRAP_UP,
                              [AGENT_SIGNS_OFF] = agent_state_OFF,
                              [AGENT_PAUSES] = agent_state_PAUSED,
                              [AGENT_RESUMES] = agent_state_ON,
                              [AGENT_HANGS_UP] = agent_state_WRAP_UP },
};

static bool any_call(const struct agent *agent, bool talking)
{
    for (size_t i = 0; i < agent->calls_count; i++) {
        if (agent->calls[i].talking == talking)
            return true;
    }
    return false;
}

static enum presence presence_of(const struct agent *agent)
{
    static const enum presence quiet[agent_state_COUNT] = {
        [agent_state_OFF] = presence_OFFLINE,
        [agent_state_ON] = presence_FREE,
        [agent_state_PAUSED] = presence_PAUSED,
        [agent_state_WRAP_UP] = presence_WRAP_UP,
    };
    if (any_call(agent, true))
        return presence_BUSY;
    return any_call(agent, false) ? presence_RINGING : quiet[agent->state];
}

static void settle(struct agent *agent, int64_t now_us)
{
    enum presence presence = presence_of(agent);
    if (presence == agent->presence)
        return;
    agent->presence = presence;
    agent->presence_since = now_us;
}

static void enter(struct agent *agent, enum agent_state state, int64_t now_us)
{
    if (state != agent->state)
        agent->state_since = now_us;
    agent->state = state;
    if (state != agent_state_PAUSED)
        agent->pause_reason = NULL;
    agent->has_wrap_up_until = state == agent_state_WRAP_UP;
    agent->wrap_up_until = agent->has_wrap_up_until ? now_us + SECONDS(agent->wrap_up_s) : 0;
    settle(agent, now_us);
}

static void take_over(struct agent *agent, const struct staff *staff)
{
    agent->name = staff->name;
    agent->team = staff->team;
    agent->extensions = staff->extensions;
    agent->extensions_count = staff->extensions_count;
    agent->skills = staff->skills;
    agent->skills_count = staff->skills_count;
    agent->languages = staff->languages;
    agent->languages_count = staff->languages_count;
}

struct agent agent_make(const struct staff *staff, int64_t now_us)
{
    struct agent agent = {
        .id = staff->id,
        .state = agent_state_OFF,
        .state_since = now_us,
        .presence = presence_OFFLINE,
        .presence_since = now_us,
    };
    take_over(&agent, staff);
    return agent;
}

void agent_take_staff(struct agent *agent, const struct staff *staff, int64_t now_us)
{
    take_over(agent, staff);
    if (staff->has_left && staff->left)
        enter(agent, agent_state_OFF, now_us);
}

bool agent_moves(struct agent *agent, enum agent_move move, int64_t now_us, struct err *err)
{
    enum agent_state next = moves[agent->state][move];
    if (next == agent_state_ABSENT)
        return fail(err, ERR_CONFLICT, "staff", TEXT_AGENT_MOVE, agent->name,
                    agent_state_picks()->values[agent->state].german,
                    agent_state_picks()->values[agent->state].english, NULL);
    // Who signs on again in a wrap-up keeps its end.
    if (next == agent->state && next == agent_state_WRAP_UP && move == AGENT_SIGNS_ON)
        return true;
    enter(agent, next, now_us);
    return true;
}

static size_t place_of(const struct agent *agent, struct id call)
{
    size_t i = 0;
    while (i < agent->calls_count && !id_equal(agent->calls[i].call, call))
        i++;
    return i;
}

bool agent_sees_call(struct agent *agent, const struct agent_call *call, bool present,
                     int64_t now_us, struct arena *arena)
{
    size_t at = place_of(agent, call->call);
    bool known = at < agent->calls_count;
    bool talked = known && agent->calls[at].talking;
    if (known ? present && agent->calls[at].talking == call->talking
              : !present || agent->calls_count == AGENT_CALLS_MAX)
        return true;
    struct agent_call *calls = arena_array(arena, AGENT_CALLS_MAX, sizeof *calls);
    if (!calls)
        return false;
    size_t count = 0;
    for (size_t i = 0; i < agent->calls_count; i++) {
        if (i != at)
            calls[count++] = agent->calls[i];
    }
    if (present)
        calls[count++] = *call;
    agent->calls = calls;
    agent->calls_count = count;
    bool hung_up = talked && (!present || !call->talking) && !any_call(agent, true);
    if (hung_up && agent->has_wrap_up_s && moves[agent->state][AGENT_HANGS_UP])
        enter(agent, moves[agent->state][AGENT_HANGS_UP], now_us);
    settle(agent, now_us);
    return true;
}

static bool has_word(const char *const *words, size_t count, const char *wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(words[i], wanted))
            return true;
    }
    return false;
}

static bool takes_for(const struct agent *agent, struct id client)
{
    for (size_t i = 0; i < agent->clients_count; i++) {
        if (id_equal(agent->clients[i], client))
            return true;
    }
    return agent->clients_count == 0;
}

bool agent_fits(const struct agent *agent, const struct agent_query *query)
{
    if (query->presence && query->presence != agent->presence)
        return false;
    if (!id_is_zero(query->client) && !takes_for(agent, query->client))
        return false;
    if (query->skill && !has_word(agent->skills, agent->skills_count, query->skill))
        return false;
    return !query->language || has_word(agent->languages, agent->languages_count, query->language);
}
