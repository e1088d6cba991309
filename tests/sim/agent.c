// SPDX-License-Identifier: Apache-2.0
// Agents: what they say while calls come and go, and what their rows must be at every moment and at
// rest. The rules are told apart from the product's on purpose.
#include <string.h>

#include "services/notifier/store.h"
#include "services/telephony/store.h"
#include "tests/sim/work.h"

static const struct mirror *telephony(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TELEPHONY];
}

// --- asking
static bool pick_staff(struct sim *sim, size_t desk, struct op *op)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    const struct told_fact *staff = mirror_at(contacts, mirror_pick(sim, contacts, "staff"));

    (void)desk;
    // Most of what happens happens to one, whose phone rings most often.
    op->target = !staff || sim_below(sim, 3) == 0 ? sim->staff : staff->entity;
    return true;
}

bool agent_on_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct agent_on_in in = { .clients = sim->clients };

    if (!pick_staff(sim, desk, op))
        return false;
    in.staff = op->target;
    in.clients_count = (size_t)sim_below(sim, 3);
    in.has_wrap_up_s = sim_below(sim, 4) > 0;
    in.wrap_up_s = in.has_wrap_up_s ? (int64_t)sim_below(sim, 40) : 0;
    work_say(op, &method_agent_sign_on, &in);
    return true;
}

bool agent_off_begin(struct sim *sim, size_t desk, struct op *op)
{
    if (!pick_staff(sim, desk, op))
        return false;
    work_say(op, &method_agent_sign_off, &(struct agent_in){ .staff = op->target });
    return true;
}

bool agent_pause_begin(struct sim *sim, size_t desk, struct op *op)
{
    if (!pick_staff(sim, desk, op))
        return false;
    work_say(op, &method_agent_pause,
             &(struct agent_pause_in){ .staff = op->target,
                                       .reason = sim_below(sim, 2) ? "Mittag" : op->name });
    return true;
}

bool agent_resume_begin(struct sim *sim, size_t desk, struct op *op)
{
    if (!pick_staff(sim, desk, op))
        return false;
    work_say(op, &method_agent_resume, &(struct agent_in){ .staff = op->target });
    return true;
}

// --- each row
static bool takes_part(const struct agent *agent, bool talking)
{
    for (size_t i = 0; i < agent->calls_count; i++)
        if (agent->calls[i].talking == talking)
            return true;
    return false;
}

static enum presence presence_in(const struct agent *agent)
{
    if (takes_part(agent, true))
        return presence_BUSY;
    if (takes_part(agent, false))
        return presence_RINGING;
    switch (agent->state) {
    case agent_state_ON: return presence_FREE;
    case agent_state_PAUSED: return presence_PAUSED;
    case agent_state_WRAP_UP: return presence_WRAP_UP;
    default: return presence_OFFLINE;
    }
}

static bool ever_left(struct sim *sim, struct id staff)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    const struct told_fact *fact = mirror_at(contacts, mirror_last(contacts, "staff", staff));

    for (; fact; fact = mirror_at(contacts, fact->before)) {
        const struct staff *row = fact_row(sim, fact);

        if (row->has_left && row->left)
            return true;
    }
    return false;
}

static int64_t own_now(const struct sim *sim)
{
    return sim_now(sim) + sim->services[MIRROR_TELEPHONY]->skew_us;
}

// Nobody has said so: a conversation or a wrap-up has ended, or they have left.
static bool may_follow(struct sim *sim, const struct agent *was, const struct agent *is)
{
    bool hung_up = takes_part(was, true) && !takes_part(is, true);

    if (is->state == agent_state_WRAP_UP)
        return is->has_wrap_up_s && hung_up &&
               (was->state == agent_state_ON || was->state == agent_state_WRAP_UP);
    if (is->state == agent_state_ON)
        return was->state == agent_state_WRAP_UP && was->wrap_up_until <= own_now(sim);
    return is->state == agent_state_OFF && ever_left(sim, is->id);
}

static bool is_move(const struct op *op)
{
    return op && op->kind >= OP_AGENT_ON && op->kind <= OP_AGENT_RESUME;
}

void agent_check(struct sim *sim, const struct told_fact *before, const struct told_fact *fact)
{
    const struct agent *was = before ? fact_row(sim, before) : NULL, *is = fact_row(sim, fact);
    bool wraps_up = is->state == agent_state_WRAP_UP;

    if (fact->deleted)
        return;
    if (is->presence != presence_in(is))
        sim_fail(sim, "%s is %s and has presence %d in %zu calls", is->name,
                 agent_state_picks()->values[is->state].english, (int)is->presence,
                 is->calls_count);
    if (wraps_up != is->has_wrap_up_until)
        sim_fail(sim, "%s: a wrap-up without end, or an end without one", is->name);
    if ((is->pause_reason != NULL) != (is->state == agent_state_PAUSED))
        sim_fail(sim, "%s: a pause without reason, or a reason without one", is->name);
    if (is_move(op_find(sim, fact->cause)))
        return;
    if ((was ? was->state : agent_state_OFF) != is->state && (!was || !may_follow(sim, was, is)))
        sim_fail(sim, "%s is %s, which nobody has said", is->name,
                 agent_state_picks()->values[is->state].english);
}

void agent_moved(struct sim *sim, const struct op *op, const struct told_fact *before,
                 const struct told_fact *fact)
{
    static const enum agent_state said[] = {
        [OP_AGENT_ON - OP_AGENT_ON] = agent_state_ON,
        [OP_AGENT_OFF - OP_AGENT_ON] = agent_state_OFF,
        [OP_AGENT_PAUSE - OP_AGENT_ON] = agent_state_PAUSED,
        [OP_AGENT_RESUME - OP_AGENT_ON] = agent_state_ON,
    };
    const struct agent *was = before ? fact_row(sim, before) : NULL, *is = fact_row(sim, fact);
    enum agent_state from = was ? was->state : agent_state_OFF, to = said[op->kind - OP_AGENT_ON];

    if (op->kind == OP_AGENT_ON && from == agent_state_WRAP_UP)
        to = agent_state_WRAP_UP; // it goes on to its end
    if (!id_equal(fact->entity, op->target) || is->state != to)
        sim_fail(sim, "%s: %s is %s", op->method->name, is->name,
                 agent_state_picks()->values[is->state].english);
    if (from == agent_state_OFF && (op->kind == OP_AGENT_PAUSE || op->kind == OP_AGENT_RESUME))
        sim_fail(sim, "%s of %s, who has not signed on", op->method->name, is->name);
    if (was && (was->calls_count != is->calls_count))
        sim_fail(sim, "%s changed the calls of %s", op->method->name, is->name);
}

// --- at rest
static bool has_phone(const struct staff *staff, const char *const *phones, size_t count)
{
    for (size_t i = 0; i < staff->extensions_count; i++)
        for (size_t k = 0; k < count; k++)
            if (strcmp(staff->extensions[i], phones[k]) == 0)
                return true;
    return false;
}

static bool shows_call(const struct agent *agent, struct id call, bool talking)
{
    for (size_t i = 0; agent && i < agent->calls_count; i++)
        if (id_equal(agent->calls[i].call, call) && agent->calls[i].talking == talking)
            return true;
    return false;
}

// The living calls in which a phone of theirs takes part, and no other.
static void check_calls(struct sim *sim, const struct staff *staff, const struct agent *agent)
{
    size_t count = 0;

    for (size_t seq = 1; seq <= telephony(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(telephony(sim), seq);
        const struct call *call;

        if (fact->after || fact->deleted || !mirror_is(fact, "call"))
            continue;
        call = fact_row(sim, fact);
        bool talks = has_phone(staff, call->talking, call->talking_count);
        if (call->state == call_state_ENDED || (staff->has_left && staff->left) ||
            (!talks && !has_phone(staff, call->ringing, call->ringing_count)))
            continue;
        count++;
        if (!shows_call(agent, call->id, talks))
            sim_fail(sim, "%s takes part in call %s, and their row does not say so", staff->name,
                     call->source_ref);
    }
    if (!sim->failed && agent && agent->calls_count != count)
        sim_fail(sim, "%s takes part in %zu calls, and their row says %zu", staff->name, count,
                 agent->calls_count);
}

static void check_row(struct sim *sim, const struct staff *staff, const struct agent *agent)
{
    struct agent row, expected = *agent;

    if (strcmp(agent->name, staff->name) != 0 || !id_equal(agent->team, staff->team) ||
        agent->extensions_count != staff->extensions_count)
        sim_fail(sim, "the agent %s is not as the member of staff", staff->name);
    if (staff->has_left && staff->left && agent->state != agent_state_OFF)
        sim_fail(sim, "%s has left and is signed on", staff->name);
    if (agent->has_wrap_up_until && agent->wrap_up_until < own_now(sim) - SECONDS(5))
        sim_fail(sim, "the wrap-up of %s has not ended", staff->name);
    if (!fixture_row(sim->services[MIRROR_NOTIFIER], &board_agent_table, agent->id, &row)) {
        sim_fail(sim, "%s is not on the agents' board", staff->name);
        return;
    }
    expected.version = row.version; // numbered by the board
    if (!bytes_same(row_bytes(sim, agent_record(), &row),
                    row_bytes(sim, agent_record(), &expected)))
        sim_fail(sim, "the agents' board shows %s as they are not", staff->name);
}

void agents_check(struct sim *sim)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    int64_t count = 0;

    for (size_t seq = 1; seq <= contacts->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(contacts, seq), *agent;
        const struct staff *staff;

        arena_reset(sim->arena);
        if (fact->after || fact->deleted || !mirror_is(fact, "staff"))
            continue;
        staff = fact_row(sim, fact);
        agent = mirror_at(telephony(sim), mirror_last(telephony(sim), "agent", fact->entity));
        check_calls(sim, staff, agent ? fact_row(sim, agent) : NULL);
        if (!sim->failed && agent)
            check_row(sim, staff, fact_row(sim, agent));
        count += agent != NULL;
        fixture_reset(sim->services[MIRROR_NOTIFIER]);
    }
    if (!sim->failed &&
        (fixture_rows(sim->services[MIRROR_NOTIFIER], &board_agent_table) != count ||
         fixture_rows(sim->services[MIRROR_TELEPHONY], &agent_table) != count))
        sim_fail(sim, "there are %lld agents, not so many on the board", (long long)count);
}
