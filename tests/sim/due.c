// SPDX-License-Identifier: Apache-2.0
// Callbacks and resubmissions: what is asked of them, and what one fact may say after the other:
// nothing but what was asked for, what time brings, a call that may have been it, or a deputy. What
// must have come of it at rest is in due_truth.c.
#include <string.h>

#include "tests/sim/due.h"

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

int64_t due_now(const struct sim *sim)
{
    return sim_now(sim) + timekeeping(sim)->fx->skew_us;
}

// --- asking
static int64_t soon(struct sim *sim)
{
    return due_now(sim) + (int64_t)sim_below(sim, (uint64_t)SECONDS(30)) - SECONDS(5);
}

bool callback_add_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    const struct mirror *telephony = &sim->mirrors[MIRROR_TELEPHONY];
    struct callback_new in = { .reason = op->name, .has_from = true };
    const struct told_fact *contact = mirror_at(contacts, mirror_pick(sim, contacts, "contact"));
    const struct told_fact *call = mirror_at(telephony, mirror_pick(sim, telephony, "call"));

    (void)desk;
    if (sim_below(sim, 5))
        in.staff = some_staff(sim);
    in.from = soon(sim);
    in.has_until = sim_below(sim, 2) == 0;
    in.until = in.from + SECONDS(1) + (int64_t)sim_below(sim, (uint64_t)SECONDS(30));
    if (call && sim_below(sim, 5) == 0)
        in.call = call->entity;
    else if (contact && sim_below(sim, 4) == 0)
        in.contact = contact->entity;
    else
        in.number = sim_caller_number((size_t)sim_below(sim, SIM_CALLERS));
    if (in.number && sim_below(sim, 2))
        in.client = sim->clients[sim_below(sim, 2)];
    else if (in.number)
        in.file = some_file(sim, &in.client);
    work_say(op, &method_callback_add, &in);
    return true;
}

bool callback_edit_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct callback_change in = { .reason = op->name };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "callback"))
        return false;
    in.id = op->target;
    in.version = op->version;
    in.has_from = sim_below(sim, 2) == 0;
    in.from = soon(sim);
    in.has_until = in.has_from && sim_below(sim, 2) == 0;
    in.until = in.from + SECONDS(1) + (int64_t)sim_below(sim, (uint64_t)SECONDS(30));
    if (sim_below(sim, 3) == 0)
        in.staff = some_staff(sim);
    if (sim_below(sim, 8) == 0)
        in.number = sim_caller_number((size_t)sim_below(sim, SIM_CALLERS));
    work_say(op, &method_callback_edit, &in);
    return true;
}

// Mostly something that can be: what was offered or settled is opened again, the rest settled.
static bool pick(struct sim *sim, struct op *op, bool waits)
{
    for (int tries = 0; tries < 8; tries++) {
        if (!work_target(sim, op, MIRROR_TIMEKEEPING, "callback"))
            return false;
        size_t seq = mirror_last(timekeeping(sim), "callback", op->target);
        if (callback_waits(fact_row(sim, mirror_at(timekeeping(sim), seq))) == waits)
            break;
    }
    return true;
}

static bool settle_begin(struct sim *sim, struct op *op, const struct method *method)
{
    struct callback_settle in = { .result = op->name, .has_version = true };

    if (!pick(sim, op, method != &method_callback_reopen))
        return false;
    in.id = op->target;
    in.version = op->version;
    work_say(op, method, &in);
    return true;
}

bool callback_done_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    return settle_begin(sim, op, &method_callback_done);
}

bool callback_withdraw_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    return settle_begin(sim, op, &method_callback_withdraw);
}

bool callback_reopen_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    return settle_begin(sim, op, &method_callback_reopen);
}

bool resubmission_add_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct resubmission_new in = { .subject = op->name, .due_at = soon(sim) };

    (void)desk;
    if (sim_below(sim, 5))
        in.staff = some_staff(sim);
    if (sim_below(sim, 2))
        in.client = sim->clients[sim_below(sim, 2)];
    else
        in.file = some_file(sim, &in.client);
    work_say(op, &method_resubmission_add, &in);
    return true;
}

bool resubmission_edit_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct resubmission_change in = { .subject = op->name };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "resubmission"))
        return false;
    in.id = op->target;
    in.version = op->version;
    in.has_due_at = sim_below(sim, 2) == 0;
    in.due_at = soon(sim);
    if (sim_below(sim, 3) == 0)
        in.staff = some_staff(sim);
    work_say(op, &method_resubmission_edit, &in);
    return true;
}

bool resubmission_done_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct resubmission_settle in = { .has_version = true };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "resubmission"))
        return false;
    in.id = op->target;
    in.version = op->version;
    work_say(op, &method_resubmission_done, &in);
    return true;
}

static bool list_begin(struct sim *sim, struct op *op, const struct method *method)
{
    static const enum pending states[] = { pending_PENDING, pending_OPEN,    pending_DUE,
                                           pending_OVERDUE, pending_OFFERED, pending_SETTLED };
    struct callback_query in = { .has_limit = true, .limit = 1 + (int64_t)sim_below(sim, 60) };

    in.state = states[sim_below(sim, COUNT_OF(states))];
    if (sim_below(sim, 3) == 0)
        in.staff = some_staff(sim);
    work_say(op, method, &in);
    return true;
}

bool callback_list_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    return list_begin(sim, op, &method_callback_list);
}

bool resubmission_list_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    return list_begin(sim, op, &method_resubmission_list);
}

// --- what time makes of a row
bool callback_waits(const struct callback *row)
{
    return row->state == callback_state_OPEN || row->state == callback_state_DUE ||
           row->state == callback_state_OVERDUE;
}

bool callback_settled(const struct callback *row)
{
    return row->state == callback_state_DONE || row->state == callback_state_WITHDRAWN;
}

// As if it had been arranged then: all that has come is told at once.
static void begin_anew(struct callback *row, int64_t at_us)
{
    bool due = row->from <= at_us, over = due && row->has_until && row->until <= at_us;

    row->state = over ? callback_state_OVERDUE : due ? callback_state_DUE : callback_state_OPEN;
    row->has_due_told_at = due;
    row->due_told_at = due ? at_us : 0;
    row->has_overdue_told_at = over;
    row->overdue_told_at = over ? at_us : 0;
}

static void come_back(struct resubmission *row, int64_t at_us)
{
    bool due = row->due_at <= at_us;

    row->state = due ? resubmission_state_DUE : resubmission_state_OPEN;
    row->has_told_at = due;
    row->told_at = due ? at_us : 0;
}

static void touch(struct callback *row, const struct callback *is)
{
    row->version++;
    row->edited_at = is->edited_at;
    row->edited_by = is->edited_by;
    row->deputy = is->deputy; // see stand_in.c
}

static bool is_as(struct sim *sim, const struct callback *expected, const struct told_fact *fact)
{
    return bytes_same(row_bytes(sim, callback_record(), expected), fact->row);
}

// --- what was asked for
static void edited(struct callback *row, const struct callback_change *asked,
                   const struct callback *is)
{
    const struct callback was = *row;

    row->reason = asked->reason;
    if (asked->has_from)
        row->from = asked->from;
    if (asked->has_until) {
        row->has_until = true;
        row->until = asked->until;
    }
    if (asked->number)
        row->number = asked->number;
    if (!id_is_zero(asked->staff)) {
        row->staff = asked->staff;
        row->team = is->team; // theirs
    }
    bool moved = row->from != was.from || row->has_until != was.has_until || //
                 row->until != was.until;
    if (!moved || row->state == callback_state_OFFERED)
        return;
    begin_anew(row, is->edited_at);
    // Another end does not make it due once more.
    if (row->from == was.from && row->has_due_told_at && was.has_due_told_at)
        row->due_told_at = was.due_told_at;
}

static void settled(struct callback *row, const struct op *op, const struct callback *is)
{
    row->result = op->name;
    row->has_done_at = op->kind != OP_CALLBACK_REOPEN;
    row->done_at = row->has_done_at ? is->edited_at : 0;
    row->done_by = row->has_done_at ? is->edited_by : NULL;
    if (row->has_done_at) {
        row->state = op->kind == OP_CALLBACK_DONE ? callback_state_DONE : callback_state_WITHDRAWN;
        return;
    }
    row->offered_call = (struct id){ { 0 } };
    begin_anew(row, is->edited_at);
}

static void check_new(struct sim *sim, const struct op *op, const struct told_fact *fact)
{
    const struct callback_new *asked = work_asked(sim, op);
    const struct callback *is = fact_row(sim, fact);
    struct callback expected = *is;

    expected.version = 1;
    expected.reason = op->name;
    expected.from = asked->from;
    expected.has_until = asked->has_until;
    expected.until = asked->has_until ? asked->until : 0;
    if (asked->number)
        expected.number = asked->number;
    if (!id_is_zero(asked->staff))
        expected.staff = asked->staff;
    expected.call = asked->call;
    begin_anew(&expected, is->created_at);
    if (!is_as(sim, &expected, fact))
        sim_fail(sim, "callback_add \"%s\" wrote something else", op->name);
}

void callback_wrote(struct sim *sim, const struct op *op, const struct told_fact *before,
                    const struct told_fact *fact)
{
    const struct callback *is, *was = before ? fact_row(sim, before) : NULL;
    struct callback expected;

    if (!mirror_is(fact, "callback"))
        return;
    is = fact_row(sim, fact);
    if (!was) {
        check_new(sim, op, fact);
        return;
    }
    expected = *was;
    bool again = op->kind == OP_CALLBACK_REOPEN;
    if (was->version != op->version)
        sim_fail(sim, "%s on a stale version", op->method->name);
    else if (again ? callback_waits(was) : callback_settled(was))
        sim_fail(sim, "%s \"%s\" found it so already", op->method->name, op->name);
    if (op->kind == OP_CALLBACK_EDIT)
        edited(&expected, work_asked(sim, op), is);
    else
        settled(&expected, op, is);
    touch(&expected, is);
    if (!is_as(sim, &expected, fact))
        sim_fail(sim, "%s \"%s\" wrote something else", op->method->name, op->name);
}

static void set_again(struct resubmission *row, const struct resubmission_change *asked,
                      const struct resubmission *is)
{
    int64_t was_due_at = row->due_at;

    row->subject = asked->subject;
    if (asked->has_due_at)
        row->due_at = asked->due_at;
    if (!id_is_zero(asked->staff)) {
        row->staff = asked->staff;
        row->team = is->team; // theirs
    }
    if (row->due_at != was_due_at)
        come_back(row, is->edited_at);
}

static void set_done(struct resubmission *row, const struct resubmission *is)
{
    row->state = resubmission_state_DONE;
    row->has_done_at = true;
    row->done_at = is->edited_at;
    row->done_by = is->edited_by;
}

static void set_new(struct sim *sim, const struct op *op, struct resubmission *row)
{
    const struct resubmission_new *asked = work_asked(sim, op);

    row->version = 1;
    row->subject = op->name;
    row->due_at = asked->due_at;
    if (!id_is_zero(asked->staff))
        row->staff = asked->staff;
    come_back(row, row->created_at);
}

void resubmission_wrote(struct sim *sim, const struct op *op, const struct told_fact *before,
                        const struct told_fact *fact)
{
    const struct resubmission *was = before ? fact_row(sim, before) : NULL, *is;

    if (!mirror_is(fact, "resubmission"))
        return;
    is = fact_row(sim, fact);
    struct resubmission expected = was ? *was : *is;
    if (was && was->version != op->version)
        sim_fail(sim, "%s on a stale version", op->method->name);
    else if (was && was->state == resubmission_state_DONE)
        sim_fail(sim, "%s \"%s\" found it settled", op->method->name, op->name);
    expected.version++;
    expected.edited_at = is->edited_at;
    expected.edited_by = is->edited_by;
    expected.deputy = is->deputy; // see stand_in.c
    if (!was)
        set_new(sim, op, &expected);
    else if (op->kind == OP_RESUBMISSION_DONE)
        set_done(&expected, is);
    else
        set_again(&expected, work_asked(sim, op), is);
    if (!bytes_same(row_bytes(sim, resubmission_record(), &expected), fact->row))
        sim_fail(sim, "%s \"%s\" wrote something else", op->method->name, op->name);
}

// --- what nobody asked for
static bool is_asked(struct sim *sim, const struct told_fact *fact)
{
    const struct op *op = op_find(sim, fact->cause);

    return op && strcmp(op->method->service, "timekeeping") == 0 &&
           strcmp(work_fact(op) ? work_fact(op) : "", fact->kind->name) == 0;
}

// One thing at a time, so that each is told: it becomes due, or overdue; a call may have been it,
// or was in vain; somebody else stands in.
void callback_check_order(struct sim *sim, const struct told_fact *before,
                          const struct told_fact *now)
{
    const struct callback *was = fact_row(sim, before), *is = fact_row(sim, now);
    const struct id_text id = id_text(was->id);
    bool due = was->state == callback_state_OPEN && was->from <= is->edited_at;
    bool over = was->state == callback_state_DUE && was->has_until && was->until <= is->edited_at;
    struct callback expected = *was;

    if (is_asked(sim, now))
        return;
    touch(&expected, is);
    if (is->state != was->state || is->attempts != was->attempts)
        expected.deputy = was->deputy;
    if (callback_settled(was)) {
        sim_fail(sim, "callback %s was settled and is told again", id.text);
    } else if (is->state == was->state && is->attempts == was->attempts) {
        if (id_equal(was->deputy, is->deputy))
            sim_fail(sim, "callback %s is told again, and nothing is new", id.text);
    } else if (is->state == was->state && callback_waits(was)) {
        expected.has_attempts = true;
        expected.attempts++;
    } else if (is->state == callback_state_OFFERED) {
        expected.state = is->state;
        expected.offered_call = is->offered_call;
    } else if (due) {
        expected.state = callback_state_DUE;
        expected.has_due_told_at = true;
        expected.due_told_at = is->edited_at;
    } else if (over) {
        expected.state = callback_state_OVERDUE;
        expected.has_overdue_told_at = true;
        expected.overdue_told_at = is->edited_at;
    } else {
        sim_fail(sim, "callback %s goes from state %d to %d before its time", id.text,
                 (int)was->state, (int)is->state);
    }
    if (!is_as(sim, &expected, now))
        sim_fail(sim, "callback %s changed by itself to something else", id.text);
}

void resubmission_check_order(struct sim *sim, const struct told_fact *before,
                              const struct told_fact *now)
{
    const struct resubmission *was = fact_row(sim, before), *is = fact_row(sim, now);
    const struct id_text id = id_text(was->id);
    struct resubmission expected = *was;

    if (is_asked(sim, now))
        return;
    expected.version++;
    expected.edited_at = is->edited_at;
    expected.edited_by = is->edited_by;
    if (was->state == resubmission_state_DONE)
        sim_fail(sim, "resubmission %s was settled and is told again", id.text);
    else if (is->state == was->state && id_equal(was->deputy, is->deputy))
        sim_fail(sim, "resubmission %s is told again, and nothing is new", id.text);
    else if (is->state == was->state)
        expected.deputy = is->deputy;
    else if (was->state == resubmission_state_OPEN && was->due_at <= is->edited_at)
        come_back(&expected, is->edited_at);
    else
        sim_fail(sim, "resubmission %s is back before its time", id.text);
    if (!bytes_same(row_bytes(sim, resubmission_record(), &expected), now->row))
        sim_fail(sim, "resubmission %s changed by itself to something else", id.text);
}
