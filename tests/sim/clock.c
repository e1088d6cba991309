// SPDX-License-Identifier: Apache-2.0
// Clocks: what is asked of them, and what one fact about one may say after the other. What they
// must count is reckoned once more in clock_truth.c.
#include <string.h>

#include "tests/sim/work.h"

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

// --- asking
struct id some_staff(struct sim *sim)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    const struct told_fact *staff = mirror_at(contacts, mirror_pick(sim, contacts, "staff"));

    // Most of what happens happens to one, whose phone rings most often.
    return !staff || sim_below(sim, 3) > 0 ? sim->staff : staff->entity;
}

// One that lives, with the version that was seen.
static const struct clock *pick(struct sim *sim, struct op *op, bool stopped)
{
    for (int tries = 0; tries < 20; tries++) {
        const struct told_fact *fact =
            mirror_at(timekeeping(sim), mirror_pick(sim, timekeeping(sim), "clock"));
        const struct clock *row = fact ? fact_row(sim, fact) : NULL;

        if (!row || (row->state == clock_state_STOPPED) != stopped ||
            (!stopped && !id_is_zero(row->call) && sim_below(sim, 20)))
            continue;
        op->target = row->id;
        op->version = row->version;
        return row;
    }
    return NULL;
}

// Now and then somebody says when it was.
static void say_when(struct sim *sim, bool *has_at, int64_t *at)
{
    *has_at = sim_below(sim, 4) == 0;
    *at = sim_now(sim) - (int64_t)sim_below(sim, (uint64_t)SECONDS(20));
}

bool clock_start_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct clock_begin in = { .staff = some_staff(sim), .text = op->name };

    (void)desk;
    op->other = in.staff;
    if (sim_below(sim, 2))
        in.client = sim->clients[sim_below(sim, 2)];
    else
        in.file = some_file(sim, &in.client);
    say_when(sim, &in.has_at, &in.at);
    work_say(op, &method_clock_start, &in);
    return true;
}

static bool move_begin(struct sim *sim, struct op *op, const struct method *method)
{
    struct clock_move in = { .at = 0 };

    if (!pick(sim, op, false))
        return false;
    in.id = op->target;
    op->version = 0; // it is as it is
    say_when(sim, &in.has_at, &in.at);
    work_say(op, method, &in);
    return true;
}

bool clock_stop_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    return move_begin(sim, op, &method_clock_stop);
}

bool clock_pause_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    return move_begin(sim, op, &method_clock_pause);
}

bool clock_resume_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    return move_begin(sim, op, &method_clock_resume);
}

bool clock_correct_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct clock_correction in = { .reason = op->name };

    (void)desk;
    if (!pick(sim, op, true))
        return false;
    if (op->version > 1 && sim_below(sim, 5) == 0)
        op->version--;
    in.id = op->target;
    in.version = op->version;
    in.actual_s = (int64_t)sim_below(sim, 3600);
    work_say(op, &method_clock_correct, &in);
    return true;
}

bool clock_list_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct clock_query in = { .has_limit = true, .limit = 1 + (int64_t)sim_below(sim, 60) };

    (void)desk;
    if (sim_below(sim, 3) == 0)
        in.staff = some_staff(sim);
    work_say(op, &method_clock_list, &in);
    return true;
}

// --- what was written
// Whoever is told what a move made of it is told a row that was written for it.
bool clock_answered(struct sim *sim, const struct op *op, struct bytes body)
{
    const struct record *record = op->method->out();
    void *out = arena_alloc(sim->arena, record->size);
    struct err err = { 0 };
    struct id id;
    int64_t version;

    if (strcmp(op->method->service, "timekeeping") != 0)
        return false;
    if (!out || !decode(record, body, DECODE_LENIENT, sim->arena, out, &err)) {
        sim_fail(sim, "%s: the answer cannot be read: %s", op->method->name, err.english);
        return true;
    }
    if (op->kind == OP_ENTRY_SPLIT) {
        id = ((const struct entry_parts *)out)->entry->id;
        version = ((const struct entry_parts *)out)->entry->version;
    } else if (op->kind == OP_MAIL_IN) {
        id = ((const struct inquiry_mail_taken *)out)->mail->id;
        version = ((const struct inquiry_mail_taken *)out)->mail->version;
    } else {
        id = ((const struct entry *)out)->id; // every other row begins like this one
        version = ((const struct entry *)out)->version;
    }
    if (strcmp(work_fact(op), "attachment") == 0)
        attachment_answered(sim, op, out);
    const struct told_fact *told = mirror_version(timekeeping(sim), work_fact(op), id, version);
    bool rests = op->effects == 0 && work_may_rest(op);
    if (!told)
        sim_fail(sim, "%s shows version %lld, which nobody wrote", op->method->name,
                 (long long)version);
    else if (op->kind == OP_CLOCK_STOP && ((const struct clock *)out)->state != clock_state_STOPPED)
        sim_fail(sim, "clock_stop did not stop");
    else if (!rests && op->effects != 1)
        sim_fail(sim, "%s %s was acknowledged and has %d effects", op->method->name,
                 id_text(op->request).text, op->effects);
    else if (!rests && !id_equal(told->cause, op->request))
        sim_fail(sim, "%s %s: the answer is another request's row", op->method->name,
                 id_text(op->request).text);
    return true;
}

void clock_moved(struct sim *sim, const struct op *op, const struct told_fact *before,
                 const struct told_fact *fact)
{
    const struct clock *was = before && mirror_is(fact, "clock") ? fact_row(sim, before) : NULL;
    const struct clock *is = mirror_is(fact, "clock") ? fact_row(sim, fact) : NULL;

    if (!is || !id_equal(is->id, op->target))
        return;
    if (op->kind != OP_CLOCK_START && !id_is_zero(is->call) && op->kind != OP_CLOCK_CORRECT)
        sim_fail(sim, "%s moved a call's clock", op->method->name);
    else if (op->kind == OP_CLOCK_CORRECT &&
             (!was || was->version != op->version || is->raw_s != was->raw_s ||
              is->counted_ms != was->counted_ms ||
              is->corrections_count != was->corrections_count + 1))
        sim_fail(sim, "clock_correct wrote something else");
}

static bool same_hand(const struct clock *was, const struct clock *is)
{
    if (is->hand_count < was->hand_count)
        return false;
    for (size_t i = 0; i < was->hand_count; i++) {
        const struct clock_span *a = &was->hand[i], *b = &is->hand[i];

        if (a->from != b->from || (a->has_until && (!b->has_until || a->until != b->until)))
            return false;
    }
    return true;
}

// It was reminded of once; what was switched stays, but for what lies behind the limit.
void clock_check_order(struct sim *sim, const struct told_fact *before, const struct told_fact *now)
{
    const struct clock *is = fact_row(sim, now), *was = before ? fact_row(sim, before) : NULL;
    const struct id_text id = id_text(is->id);
    bool limited = is->has_limited && is->limited;

    if (!was || before->deleted || now->deleted) {
        if (is->has_reminded_at && !was && is->version > 1)
            sim_fail(sim, "clock %s begins reminded of", id.text);
        return;
    }
    if (was->has_reminded_at && (!is->has_reminded_at || was->reminded_at != is->reminded_at))
        sim_fail(sim, "clock %s: the reminder is told again", id.text);
    if (is->has_reminded_at && !was->has_reminded_at && !id_is_zero(is->call))
        sim_fail(sim, "clock %s of a call is reminded of", id.text);
    if (is->has_reminded_at && !was->has_reminded_at &&
        (!is->has_remind_at || is->remind_at > is->edited_at))
        sim_fail(sim, "clock %s is reminded of too early", id.text);
    if (!limited && id_is_zero(is->call) && !same_hand(was, is))
        sim_fail(sim, "clock %s was switched otherwise before", id.text);
    if (id_is_zero(is->call) && was->state == clock_state_STOPPED &&
        is->state != clock_state_STOPPED)
        sim_fail(sim, "clock %s was stopped and goes on", id.text);
    if (is->corrections_count < was->corrections_count)
        sim_fail(sim, "clock %s has lost a correction", id.text);
}
