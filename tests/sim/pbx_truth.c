// SPDX-License-Identifier: Apache-2.0
// What the PBX knows of its calls, against what was recorded: each once, and right as far as it was
// seen; what was hidden is unknown, never invented.
#include <string.h>

#include "tests/sim/pbx.h"

static const struct {
    enum call_outcome outcome;
    enum call_ended_by by;
} truths[STORIES + 1] = {
    [STORY_ANSWERED_CALLER] = { call_outcome_ANSWERED, call_ended_by_CALLER },
    [STORY_ANSWERED_AGENT] = { call_outcome_ANSWERED, call_ended_by_AGENT },
    [STORY_MISSED] = { call_outcome_MISSED, call_ended_by_CALLER },
    [STORY_TIMED_OUT] = { call_outcome_MISSED, call_ended_by_PBX },
    [STORY_BUSY] = { call_outcome_BUSY, call_ended_by_PBX },
    [STORY_REJECTED] = { call_outcome_REJECTED, call_ended_by_AGENT },
    [STORY_BLIND] = { call_outcome_TRANSFERRED, call_ended_by_AGENT },
    [STORY_OUTBOUND] = { call_outcome_ANSWERED, call_ended_by_AGENT },
    [STORY_OUTBOUND_BUSY] = { call_outcome_BUSY, call_ended_by_CALLEE },
    [STORY_CLICK] = { call_outcome_UNKNOWN, call_ended_by_UNKNOWN },
    [STORY_INTERNAL] = { call_outcome_ANSWERED, call_ended_by_CALLEE },
};

// The recorded row of each call, as of now: by going through the log once.
static const struct call *recorded(struct sim *sim, const struct pbx_call *call)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];
    const struct call *found = NULL;

    for (size_t seq = 1; seq <= mirror->count; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);

        if (fact->before || !fact->ref || strcmp(fact->ref, call->legs[0].uniqueid) != 0)
            continue;
        if (found)
            sim_fail(sim, "call %s was recorded twice", fact->ref);
        found = fact_row(sim, mirror_at(mirror, mirror_last(mirror, "call", fact->entity)));
    }
    return found;
}

void pbx_unseen(struct sim *sim)
{
    struct pbx *pbx = sim->pbx;

    pbx->logged_in = false;
    pbx->ask_count = 0;
    for (size_t i = 0; i < pbx->count; i++) {
        const struct call *row;

        if (!pbx->calls[i].whole)
            continue;
        arena_reset(sim->arena);
        row = recorded(sim, &pbx->calls[i]);
        pbx->calls[i].whole = row && row->state == call_state_ENDED;
    }
}

// --- while they live
void pbx_check_live(struct sim *sim)
{
    for (size_t i = 0; i < sim->pbx->count && !sim->failed; i++) {
        const struct pbx_call *call = &sim->pbx->calls[i];
        const struct call *row;

        arena_reset(sim->arena);
        if (call->over || !call->whole || (call->story == STORY_BLIND && call->act > 4))
            continue;
        row = recorded(sim, call);
        if (!row)
            sim_fail(sim, "call %s lives and is not recorded", call->legs[0].uniqueid);
        else if (row->state != call->state)
            sim_fail(sim, "call %s is in state %d, recorded in %d", row->source_ref,
                     (int)call->state, (int)row->state);
    }
}

// --- when they are over
static bool may_be(enum call_outcome truth, enum call_outcome recorded)
{
    return recorded == truth || recorded == call_outcome_UNKNOWN ||
           (truth == call_outcome_TRANSFERRED && recorded == call_outcome_ANSWERED);
}

// Each phone that was in conversation has its part, and together they talked as long as there was
// talk; inside the house two phones talk at once.
static void check_parts(struct sim *sim, const struct pbx_call *call, const struct call *row)
{
    bool answered = truths[call->story].outcome == call_outcome_ANSWERED;
    size_t parts = call->story == STORY_BLIND ? 2 : answered ? 1 : 0;
    int64_t talk_ms = 0, truth_ms = call->talk_us / 1000;

    if (!call->whole || call->story == STORY_INTERNAL)
        return;
    for (size_t i = 0; i < row->parts_count; i++)
        talk_ms += row->parts[i].talk_ms;
    if (row->parts_count != parts)
        sim_fail(sim, "call %s, story %d: %zu parts, not %zu", row->source_ref, (int)call->story,
                 row->parts_count, parts);
    else if (!sim->faults.clocks && (talk_ms < truth_ms - 2 || talk_ms > truth_ms + 2))
        sim_fail(sim, "call %s: its parts have %lld ms of talk, not %lld", row->source_ref,
                 (long long)talk_ms, (long long)truth_ms);
}

static void check_call(struct sim *sim, const struct pbx_call *call, const struct call *row)
{
    enum call_outcome truth = truths[call->story].outcome;
    int64_t talk_ms = call->talk_us / 1000;

    if (row->state != call_state_ENDED)
        sim_fail(sim, "call %s is over and recorded as living", row->source_ref);
    else if (call->story == STORY_CLICK)
        return; // what it comes to is told by captures
    else if (call->whole && row->outcome != truth)
        sim_fail(sim, "call %s, story %d: outcome is recorded as %d, not %d", row->source_ref,
                 (int)call->story, (int)row->outcome, (int)truth);
    else if (!may_be(truth, row->outcome))
        sim_fail(sim, "call %s, story %d, partly hidden: outcome %d was invented", row->source_ref,
                 (int)call->story, (int)row->outcome);
    else if (call->whole && row->ended_by != truths[call->story].by)
        sim_fail(sim, "call %s, story %d: ended by %d, not %d", row->source_ref, (int)call->story,
                 (int)row->ended_by, (int)truths[call->story].by);
    else if (call->whole && !sim->faults.clocks &&
             (row->talk_ms < talk_ms - 1 || row->talk_ms > talk_ms + 1))
        sim_fail(sim, "call %s: %lld ms of talk, not %lld", row->source_ref,
                 (long long)row->talk_ms, (long long)talk_ms);
}

static void check_strangers(struct sim *sim)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];
    size_t recorded_calls = 0, found = 0;

    for (size_t seq = 1; seq <= mirror->count; seq++)
        recorded_calls += mirror_at(mirror, seq)->ref && mirror_at(mirror, seq)->before == 0 &&
                          strncmp(mirror_at(mirror, seq)->ref, "haken-", 6) != 0;
    for (size_t i = 0; i < sim->pbx->count; i++) {
        arena_reset(sim->arena);
        found += recorded(sim, &sim->pbx->calls[i]) != NULL;
    }
    if (recorded_calls != found)
        sim_fail(sim, "%zu calls are recorded, %zu of them are the PBX's", recorded_calls, found);
}

void pbx_check(struct sim *sim)
{
    for (size_t i = 0; i < sim->pbx->count && !sim->failed; i++) {
        const struct pbx_call *call = &sim->pbx->calls[i];
        const struct call *row;

        arena_reset(sim->arena);
        row = recorded(sim, call);
        if (row)
            check_call(sim, call, row);
        if (row && !sim->failed && call->story != STORY_CLICK)
            check_parts(sim, call, row);
        else if (call->whole)
            sim_fail(sim, "call %s was seen and not recorded", call->legs[0].uniqueid);
    }
    if (!sim->failed)
        check_strangers(sim);
}
