// SPDX-License-Identifier: Apache-2.0
// Inquiries: each number of a year is given once and none is left out; a hotline's call opens one
// inquiry or is offered the caller's; what becomes due by itself is told once, and none is missed.
#include <stdlib.h>
#include <string.h>

#include "services/timekeeping/store_inquiry.h"
#include "tests/sim/work.h"

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

static int64_t own_now(const struct sim *sim)
{
    return sim_now(sim) + timekeeping(sim)->fx->skew_us;
}

static int64_t soon(struct sim *sim)
{
    return own_now(sim) + (int64_t)sim_below(sim, (uint64_t)SECONDS(40)) - SECONDS(5);
}

// --- asking
bool inquiry_add_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct mirror *telephony = &sim->mirrors[MIRROR_TELEPHONY];
    const struct told_fact *call = mirror_at(telephony, mirror_pick(sim, telephony, "call"));
    struct inquiry_new in = { .subject = op->name, .staff = some_staff(sim) };

    (void)desk;
    if (call && sim_below(sim, 2))
        in.call = call->entity;
    else if (sim_below(sim, 2))
        in.client = sim->clients[sim_below(sim, 2)];
    // A letter that has lain for a while.
    in.has_opened_at = id_is_zero(in.call) && sim_below(sim, 3) == 0;
    if (in.has_opened_at)
        in.opened_at = own_now(sim) - (int64_t)sim_below(sim, (uint64_t)SECONDS(90));
    if (id_is_zero(in.call))
        in.file = some_file(sim, &in.client);
    work_say(op, &method_inquiry_add, &in);
    return true;
}

bool inquiry_put_off_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct inquiry_putting_off in = { .reason = op->name };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "inquiry"))
        return false;
    op->version = 0; // as it is
    in.id = op->target;
    in.at = soon(sim) + SECONDS(10);
    work_say(op, &method_inquiry_resubmit, &in);
    return true;
}

bool inquiry_solve_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct inquiry_solving in = { .solution = op->name };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "inquiry"))
        return false;
    in.id = op->target;
    in.has_version = true;
    in.version = op->version;
    work_say(op, &method_inquiry_solve, &in);
    return true;
}

bool inquiry_list_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct inquiry_query in = { .has_limit = true, .limit = 1 + (int64_t)sim_below(sim, 60) };

    (void)desk;
    work_say(op, &method_inquiry_list, &in);
    return true;
}

bool measure_add_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct measure_new in = { .text = op->name, .staff = some_staff(sim) };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "inquiry"))
        return false;
    op->version = 0;
    in.inquiry = op->target;
    in.has_due_at = sim_below(sim, 4) > 0;
    in.due_at = soon(sim);
    work_say(op, &method_measure_add, &in);
    return true;
}

bool measure_done_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct measure_ending in = { .has_actual_s = true };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "measure"))
        return false;
    in.id = op->target;
    in.has_version = true;
    in.version = op->version;
    in.actual_s = (int64_t)sim_below(sim, 900);
    work_say(op, &method_measure_done, &in);
    return true;
}

// --- from fact to fact
void measure_check_order(struct sim *sim, const struct told_fact *before,
                         const struct told_fact *now)
{
    const struct measure *was = fact_row(sim, before), *is = fact_row(sim, now);
    bool told = is->has_reminded_at && !was->has_reminded_at;

    if (was->has_reminded_at && is->has_reminded_at && was->reminded_at != is->reminded_at &&
        was->due_at == is->due_at)
        sim_fail(sim, "measure %s is told to be due again", id_text(is->id).text);
    else if (told && (!is->has_due_at || is->due_at > is->reminded_at))
        sim_fail(sim, "measure %s is told to be due too early", id_text(is->id).text);
    else if (told && was->state == measure_state_DONE)
        sim_fail(sim, "measure %s is done and told to be due", id_text(is->id).text);
}

void inquiry_check_order(struct sim *sim, const struct told_fact *before,
                         const struct told_fact *now)
{
    const struct inquiry *was = fact_row(sim, before), *is = fact_row(sim, now);
    bool told = is->has_returned_at && !was->has_returned_at;

    if (strcmp(was->number, is->number) != 0)
        sim_fail(sim, "inquiry %s becomes number %s", was->number, is->number);
    else if (told && (was->state != inquiry_state_RESUBMISSION || !was->has_resubmit_at ||
                      was->resubmit_at > is->returned_at))
        sim_fail(sim, "inquiry %s comes back, and nobody had put it off until then", is->number);
    else if (was->has_returned_at && is->has_returned_at && was->returned_at != is->returned_at)
        sim_fail(sim, "inquiry %s comes back again", is->number);
}

// --- at rest
#define NUMBERS_MAX 10000

struct numbers {
    long year, most, count;
    bool given[NUMBERS_MAX];
};

static void check_number(struct sim *sim, struct numbers *numbers, const struct inquiry *inquiry)
{
    char *rest;
    long year = strtol(inquiry->number, &rest, 10);
    long number = *rest == '-' ? strtol(rest + 1, NULL, 10) : 0;

    if (numbers->year == 0)
        numbers->year = year;
    if (number <= 0 || number >= NUMBERS_MAX || year != numbers->year)
        sim_fail(sim, "an inquiry has the number %s", inquiry->number);
    else if (numbers->given[number])
        sim_fail(sim, "the number %s is given twice", inquiry->number);
    else
        numbers->given[number] = true;
    numbers->count++;
    if (number > numbers->most)
        numbers->most = number;
}

static void check_awake(struct sim *sim, const struct inquiry *inquiry)
{
    if (inquiry->state == inquiry_state_RESUBMISSION && inquiry->has_resubmit_at &&
        inquiry->resubmit_at + SECONDS(10) < own_now(sim))
        sim_fail(sim, "inquiry %s has not come back", inquiry->number);
}

static void check_measure(struct sim *sim, const struct measure *measure)
{
    if (measure->state == measure_state_OPEN && measure->has_due_at && !measure->has_reminded_at &&
        !measure->has_running_since && measure->due_at + SECONDS(10) < own_now(sim))
        sim_fail(sim, "measure %s was not told to be due", id_text(measure->id).text);
}

static size_t opened_by(struct sim *sim, const struct call *call)
{
    size_t count = 0;

    for (size_t seq = 1; seq <= timekeeping(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        if (fact->before || !mirror_is(fact, "inquiry"))
            continue;
        const struct op *op = op_find(sim, fact->cause);
        if (op && op->kind == OP_INQUIRY_ADD)
            continue; // somebody asked for it
        const struct inquiry *row = fact_row(sim, fact);
        count += row->calls_count > 0 && id_equal(row->calls[0], call->id);
    }
    return count;
}

static void check_hotline(struct sim *sim, const struct call *call)
{
    struct fixture *fx = sim->services[MIRROR_TIMEKEEPING];
    bool inbound = !call->direction || call->direction == call_direction_INBOUND;
    bool ripe = call->has_answered_at || call->state == call_state_ENDED;
    bool wanted = call->has_hotline && call->hotline && inbound && ripe;
    struct hotline_call decision = { .version = 0 };
    bool decided = fixture_row(fx, &hotline_call_table, call->id, &decision);
    bool opens = decided && !id_is_zero(decision.inquiry);
    size_t opened = opened_by(sim, call);

    fixture_reset(fx);
    if (decided != wanted)
        sim_fail(sim, "the hotline's call %s is %s", call->source_ref,
                 decided ? "decided and none" : "not decided");
    else if (opened != (opens ? 1 : 0))
        sim_fail(sim, "the hotline's call %s has opened %zu inquiries", call->source_ref, opened);
}

static void check_rows(struct sim *sim, struct numbers *numbers)
{
    for (size_t seq = 1; seq <= timekeeping(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        arena_reset(sim->arena);
        if (fact->after || fact->deleted)
            continue;
        if (mirror_is(fact, "measure"))
            check_measure(sim, fact_row(sim, fact));
        if (!mirror_is(fact, "inquiry"))
            continue;
        check_number(sim, numbers, fact_row(sim, fact));
        check_awake(sim, fact_row(sim, fact));
        sla_check(sim, fact_row(sim, fact));
    }
}

void inquiries_check(struct sim *sim)
{
    const struct mirror *telephony = &sim->mirrors[MIRROR_TELEPHONY];
    struct numbers *numbers = calloc(1, sizeof *numbers);

    if (!numbers)
        abort();
    check_rows(sim, numbers);
    if (!sim->failed && numbers->most != numbers->count)
        sim_fail(sim, "%ld inquiries have numbers up to %ld", numbers->count, numbers->most);
    free(numbers);
    for (size_t seq = 1; seq <= telephony->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(telephony, seq);

        arena_reset(sim->arena);
        if (!fact->after && !fact->deleted && mirror_is(fact, "call"))
            check_hotline(sim, fact_row(sim, fact));
    }
}
