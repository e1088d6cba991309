// SPDX-License-Identifier: Apache-2.0
// The webhook of another PBX: says that calls ring, are answered and end, in any order and any
// number of times; each is one record, and what was said of it decides what that says.
#include <stdio.h>
#include <string.h>

#include "services/telephony/store.h"
#include "tests/sim/work.h"

#define REF_PREFIX "haken-"

static const struct mirror *telephony(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TELEPHONY];
}

// --- asking
// The same call says the same numbers and the same times, whatever is said and when.
bool hook_begin(struct sim *sim, size_t desk, struct op *op)
{
    static const struct method *const methods[] = { &method_hook_ring, &method_hook_answer,
                                                    &method_hook_end };
    char ref[40], agent[16];
    struct hook_event in = { .source = "3cx", .ref = ref };
    int64_t nth;

    (void)desk;
    if (sim->hooks == 0 || sim_below(sim, 3) == 0)
        sim->hook_began[++sim->hooks % SIM_HOOKS] = sim_now(sim);
    nth = sim->hooks - (int64_t)sim_below(sim, sim->hooks < 4 ? (uint64_t)sim->hooks : 4);
    op->hook = nth;
    op->said = (int)sim_below(sim, COUNT_OF(methods));
    snprintf(ref, sizeof ref, REF_PREFIX "%lld", (long long)nth);
    snprintf(agent, sizeof agent, "%d", 101 + (int)(nth % SIM_PHONES));
    in.caller = sim_caller_number((size_t)nth % SIM_CALLERS);
    in.called = sim_own_number((size_t)nth % SIM_NUMBERS);
    in.agent = agent;
    in.has_at = nth % 2 == 0; // of half of them the other PBX tells the times
    in.at = sim->hook_began[nth % SIM_HOOKS] + SECONDS(op->said);
    work_say(op, methods[op->said], &in);
    return true;
}

// --- what was written, and answered
void hook_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                const struct told_fact *fact)
{
    char ref[40];
    const struct call *call;

    if (!mirror_is(fact, "call"))
        return;
    call = fact_row(sim, fact);
    snprintf(ref, sizeof ref, REF_PREFIX "%lld", (long long)op->hook);
    if (strcmp(call->source, "hook:3cx") != 0 || strcmp(call->source_ref, ref) != 0)
        sim_fail(sim, "%s wrote another call than %s", op->method->name, ref);
    if (before && bytes_same(before->row, fact->row))
        sim_fail(sim, "%s wrote %s again as it was", op->method->name, ref);
}

static size_t first_of(const struct sim *sim, int64_t nth)
{
    char ref[40];
    size_t found = 0;

    snprintf(ref, sizeof ref, REF_PREFIX "%lld", (long long)nth);
    for (size_t seq = 1; seq <= telephony(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(telephony(sim), seq);

        if (!fact->before && fact->ref && strcmp(fact->ref, ref) == 0)
            found = found ? SIZE_MAX : seq;
    }
    return found;
}

// The answer names a version of the call that was told.
bool hook_answered(struct sim *sim, const struct op *op, struct bytes answer)
{
    size_t seq = first_of(sim, op->hook);
    struct hook_seen seen;
    struct err err = { 0 };
    const struct told_fact *fact;

    if (seq == 0 || seq == SIZE_MAX ||
        !decode(hook_seen_record(), answer, DECODE_LENIENT, sim->arena, &seen, &err))
        return false;
    fact = mirror_version(telephony(sim), "call", mirror_at(telephony(sim), seq)->entity,
                          seen.version);
    return fact && id_equal(fact->entity, seen.call) &&
           ((const struct call *)fact_row(sim, fact))->state == seen.state;
}

// --- at rest
struct heard {
    bool surely[3], maybe[3];
};

static struct heard heard_of(const struct sim *sim, int64_t nth)
{
    struct heard heard = { { false }, { false } };

    for (size_t i = 0; i < sim->op_count; i++) {
        const struct op *op = &sim->ops[i];

        if (op->kind != OP_HOOK || op->hook != nth)
            continue;
        heard.surely[op->said] |= op->effects > 0 || (op->finished && op->result == CALL_DONE);
        heard.maybe[op->said] |= op->effects > 0 || !op->finished || op->result == CALL_DONE;
    }
    return heard;
}

static void check_hook(struct sim *sim, int64_t nth)
{
    enum { RING, ANSWER, END };
    struct heard heard = heard_of(sim, nth);
    size_t seq = first_of(sim, nth);
    const struct call *call;
    bool ended;

    if (seq == SIZE_MAX)
        sim_fail(sim, "the webhook's call %lld was recorded twice", (long long)nth);
    if ((heard.surely[RING] || heard.surely[ANSWER] || heard.surely[END]) && !seq)
        sim_fail(sim, "the webhook's call %lld was not recorded", (long long)nth);
    if (sim->failed || !seq)
        return;
    seq = mirror_last(telephony(sim), "call", mirror_at(telephony(sim), seq)->entity);
    call = fact_row(sim, mirror_at(telephony(sim), seq));
    ended = call->state == call_state_ENDED;
    if ((heard.surely[END] && !ended) || (ended && call->has_ended_at && !heard.maybe[END]))
        sim_fail(sim, "the webhook's call %lld: its end is not what was said", (long long)nth);
    if ((heard.surely[ANSWER] && !call->has_answered_at) ||
        (call->has_answered_at && !heard.maybe[ANSWER]))
        sim_fail(sim, "the webhook's call %lld: its answer is not what was said", (long long)nth);
    if (!ended && call->state != (call->has_answered_at ? call_state_TALKING : call_state_RINGING))
        sim_fail(sim, "the webhook's call %lld is in state %d", (long long)nth, (int)call->state);
    if (ended && call->has_ended_at &&
        call->outcome != (call->has_answered_at ? call_outcome_ANSWERED : call_outcome_MISSED))
        sim_fail(sim, "the webhook's call %lld: outcome %d", (long long)nth, (int)call->outcome);
}

void hooks_check(struct sim *sim)
{
    for (int64_t nth = 1; nth <= sim->hooks && !sim->failed; nth++) {
        arena_reset(sim->arena);
        check_hook(sim, nth);
    }
}
