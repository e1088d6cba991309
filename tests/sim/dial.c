// SPDX-License-Identifier: Apache-2.0
// Clicks to dial: carried out as acting.c does, with the simulation's clock, a line that breaks and
// a process that dies. Whatever happens, no number is dialled twice.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/step/intent.h"
#include "common/wire/codec.h"
#include "services/telephony/acts.h"
#include "services/telephony/store.h"
#include "tests/sim/pbx.h"
#include "tests/sim/work.h"

#define AT_ONCE  20
#define SENT_MAX 60
#define SILENCE  SECONDS(60)
#define PAUSE    SECONDS(1)

struct ended {
    struct id act;
    enum intent_state state;
    enum text_id text;
};

// An input that the server holds; it may outlive what handed it in.
struct dial_job {
    struct dial *dial; // NULL: gone
    struct arena *arena;
    struct act acts[AT_ONCE];
    size_t count;
    struct ended ended;
};

struct dial {
    struct sim *sim;
    struct dial_job *job; // one at a time
    bool recovered;
    bool wanted;
    int64_t retry_us;
    struct {
        struct id act;
        int64_t until_us;
    } sent[SENT_MAX];
    size_t sent_count;
    struct ended ended[SENT_MAX + AT_ONCE]; // to be written, the first first
    size_t ended_count;
};

static void job_end(struct dial_job *job)
{
    if (job->dial)
        job->dial->job = NULL;
    arena_free(job->arena);
    free(job);
}

static void hand_in(struct dial *dial, const struct input *how)
{
    struct dial_job *job = calloc(1, sizeof *job);
    struct input input = *how;

    if (!job)
        abort();
    job->dial = dial;
    job->arena = arena_new((size_t)256 << 10);
    if (dial->ended_count)
        job->ended = dial->ended[0];
    dial->job = job;
    input.argument = job;
    server_input(dial->sim->services[MIRROR_TELEPHONY]->server, &input);
}

// --- what became of one
static void end(struct dial *dial, struct id act, enum intent_state state, enum text_id text)
{
    if (dial->ended_count == COUNT_OF(dial->ended))
        abort();
    dial->ended[dial->ended_count++] = (struct ended){ act, state, text };
}

static bool run_finish(struct request *rq, void *argument)
{
    const struct dial_job *job = argument;

    return acts_finish(rq, job->ended.act, job->ended.state, job->ended.text, NULL);
}

static void done_finish(void *argument, bool committed)
{
    struct dial_job *job = argument;
    struct dial *dial = job->dial;

    if (dial && committed)
        memmove(dial->ended, dial->ended + 1, --dial->ended_count * sizeof *dial->ended);
    else if (dial)
        dial->retry_us = sim_now(dial->sim) + PAUSE;
    job_end(job);
}

static bool take_sent(struct dial *dial, struct id act)
{
    for (size_t i = 0; i < dial->sent_count; i++) {
        if (!id_equal(dial->sent[i].act, act))
            continue;
        dial->sent_count--;
        memmove(dial->sent + i, dial->sent + i + 1, (dial->sent_count - i) * sizeof *dial->sent);
        return true;
    }
    return false;
}

void dial_heard(struct dial *dial, struct id act, enum intent_state state, enum text_id text)
{
    if (take_sent(dial, act))
        end(dial, act, state, text);
}

void dial_lost(struct dial *dial)
{
    for (size_t i = 0; i < dial->sent_count; i++)
        end(dial, dial->sent[i].act, intent_state_UNKNOWN, TEXT_ACT_INTERRUPTED);
    dial->sent_count = 0;
}

// --- what is wanted
static bool run_start(struct request *rq, void *argument)
{
    struct dial_job *job = argument;
    struct act *acts = arena_array(rq->arena, AT_ONCE, sizeof *acts);
    size_t count;

    if (!acts || !acts_start(rq, acts, AT_ONCE, &count))
        return false;
    arena_reset(job->arena);
    job->count = count;
    for (size_t i = 0; i < count; i++)
        if (!record_copy(act_record(), &acts[i], job->arena, &job->acts[i], &rq->err))
            return false;
    return true;
}

static void carry_out(struct dial *dial, const struct act *act)
{
    bool sent = dial->sent_count < SENT_MAX;

    if (sent) {
        dial->sent[dial->sent_count].act = act->id;
        dial->sent[dial->sent_count++].until_us = sim_now(dial->sim) + SILENCE;
        sent = link_act(dial->sim, act);
        if (!sent)
            dial->sent_count--;
    }
    if (!sent)
        end(dial, act->id, intent_state_FAILED, TEXT_ACT_NO_LINK);
}

static void done_start(void *argument, bool committed)
{
    struct dial_job *job = argument;
    struct dial *dial = job->dial;

    for (size_t i = 0; dial && committed && i < job->count; i++)
        carry_out(dial, &job->acts[i]);
    if (dial)
        dial->wanted = !committed || job->count == AT_ONCE;
    if (dial && !committed)
        dial->retry_us = sim_now(dial->sim) + PAUSE;
    job_end(job);
}

// Within the transaction that wants it: the look comes after its commit.
static void wanted(void *context)
{
    ((struct dial *)context)->wanted = true;
}

// --- what an earlier life had begun
static bool run_recover(struct request *rq, void *argument)
{
    (void)argument;
    return acts_recover(rq);
}

static void done_recover(void *argument, bool committed)
{
    struct dial_job *job = argument;
    struct dial *dial = job->dial;

    if (dial && committed)
        dial->recovered = dial->wanted = true;
    else if (dial)
        dial->retry_us = sim_now(dial->sim) + PAUSE;
    job_end(job);
}

struct dial *dial_new(struct sim *sim)
{
    struct dial *dial = calloc(1, sizeof *dial);

    if (!dial)
        abort();
    dial->sim = sim;
    sim->board.wanted = wanted;
    sim->board.wanted_context = dial;
    return dial;
}

void dial_free(struct dial *dial)
{
    dial->sim->board.wanted = NULL;
    if (dial->job)
        dial->job->dial = NULL;
    free(dial);
}

static bool is_silent(const struct dial *dial)
{
    return dial->sent_count && dial->sent[0].until_us <= sim_now(dial->sim);
}

void dial_turn(struct dial *dial)
{
    static const struct input recover = { run_recover, done_recover, NULL };
    static const struct input finish = { run_finish, done_finish, NULL };
    static const struct input start = { run_start, done_start, NULL };

    while (is_silent(dial))
        dial_heard(dial, dial->sent[0].act, intent_state_UNKNOWN, TEXT_ACT_SILENT);
    if (dial->job || sim_now(dial->sim) < dial->retry_us)
        return;
    if (!dial->recovered)
        hand_in(dial, &recover);
    else if (dial->ended_count)
        hand_in(dial, &finish);
    else if (dial->wanted)
        hand_in(dial, &start);
}

int64_t dial_due_us(const struct dial *dial)
{
    int64_t due = dial->sent_count ? dial->sent[0].until_us : INT64_MAX;
    bool waits = !dial->recovered || dial->ended_count || dial->wanted;

    if (waits && !dial->job && dial->retry_us < due)
        due = dial->retry_us;
    return due;
}

// --- asking
bool dial_begin(struct sim *sim, size_t desk, struct op *op)
{
    char extension[16];
    struct dial_in in = { .number = sim_caller_number((size_t)sim_below(sim, SIM_CALLERS)),
                          .extension = extension };

    (void)desk;
    snprintf(extension, sizeof extension, "%d", 101 + (int)sim_below(sim, 3));
    work_say(op, &method_call_dial, &in);
    return true;
}

void dial_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                const struct told_fact *fact)
{
    const struct act *act = fact_row(sim, fact);

    if (before || act->kind != act_kind_DIAL || act->state != intent_state_WANTED ||
        strcmp(act->wanted_by, desk_name(sim, op->desk)) != 0)
        sim_fail(sim, "call_dial of %s wrote something else", desk_name(sim, op->desk));
}

// --- what was written
static bool may_move(enum intent_state from, enum intent_state to)
{
    switch (from) {
    case intent_state_WANTED: return to == intent_state_STARTED || to == intent_state_FAILED;
    case intent_state_STARTED:
        return to == intent_state_DONE || to == intent_state_FAILED || to == intent_state_UNKNOWN;
    case intent_state_UNKNOWN: return to == intent_state_DONE || to == intent_state_FAILED;
    default: return false;
    }
}

void dial_check_order(struct sim *sim, const struct told_fact *before, const struct told_fact *now)
{
    const struct act *was = fact_row(sim, before), *is = fact_row(sim, now);

    if (is->state != was->state && !may_move(was->state, is->state))
        sim_fail(sim, "a click to dial goes from state %d to %d", (int)was->state, (int)is->state);
    if (was->state == intent_state_STARTED && before->life != now->life &&
        is->state != intent_state_UNKNOWN && is->state != intent_state_STARTED)
        sim_fail(sim, "a click to dial was begun in another life and is not unknown");
}

// The PBX is asked to dial: it must be durable that it was begun, and it must be the first time.
void dial_asked(struct sim *sim, const char *act)
{
    struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];
    const struct told_fact *fact;
    struct id id;

    mirror_read(sim, mirror);
    if (!id_parse(act, &id)) {
        sim_fail(sim, "the PBX is to dial for \"%s\", which is no order", act);
        return;
    }
    fact = mirror_at(mirror, mirror_last(mirror, "act", id));
    if (!fact || ((const struct act *)fact_row(sim, fact))->state != intent_state_STARTED)
        sim_fail(sim, "the PBX is to dial for %s, and nobody has written that it begins", act);
    for (size_t i = 0; i < sim->pbx->dial_count; i++)
        if (id_equal(sim->pbx->dials[i].act, id))
            sim_fail(sim, "the PBX is to dial for %s once more", act);
}

bool dials_idle(struct sim *sim)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];

    arena_reset(sim->arena);
    for (size_t seq = 1; seq <= mirror->count; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);
        enum intent_state state;

        if (fact->after || !mirror_is(fact, "act"))
            continue;
        state = ((const struct act *)fact_row(sim, fact))->state;
        if (state == intent_state_WANTED || state == intent_state_STARTED)
            return false;
    }
    return true;
}

void dials_check(struct sim *sim)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];

    for (size_t seq = 1; seq <= mirror->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);
        const struct pbx_dial *dialled = NULL;
        const struct act *act;

        arena_reset(sim->arena);
        if (fact->after || !mirror_is(fact, "act"))
            continue;
        act = fact_row(sim, fact);
        for (size_t i = 0; i < sim->pbx->dial_count; i++)
            if (id_equal(sim->pbx->dials[i].act, act->id))
                dialled = &sim->pbx->dials[i];
        if (act->state == intent_state_DONE && (!dialled || !dialled->rang))
            sim_fail(sim, "a click to dial is done, and the PBX has not dialled");
        if (act->state == intent_state_FAILED && dialled && dialled->lifted)
            sim_fail(sim, "a click to dial has failed, and the PBX has dialled");
    }
}
