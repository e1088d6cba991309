// SPDX-License-Identifier: Apache-2.0
// Agreements: until when an inquiry is to be answered and solved follows from what was agreed when
// it was opened and from its moves, reckoned once more in plain windows of business time; that a
// time was missed is told once, and none is missed.
#include <string.h>

#include "tests/sim/due.h"

#define LATE_US SECONDS(10)
#define MINUTE  SECONDS(60)

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

static bool is_open(const struct inquiry *row)
{
    return row->state != inquiry_state_SOLVED && row->state != inquiry_state_CLOSED;
}

// --- asking
bool sla_set_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct sla_setting in = { .priority = priority_NORMAL };

    (void)desk;
    if (sim_below(sim, 3))
        in.client = sim->clients[sim_below(sim, 2)];
    in.has_respond_minutes = sim_below(sim, 4) > 0;
    in.respond_minutes = 1;
    in.has_solve_minutes = sim_below(sim, 4) > 0;
    in.solve_minutes = 1 + (int64_t)sim_below(sim, 2);
    if (sim_below(sim, 2))
        in.hours = SIM_GAPPED_HOURS;
    work_say(op, &method_sla_set, &in);
    return true;
}

bool inquiry_wait_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct inquiry_waiting in = { .reason = op->name };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "inquiry"))
        return false;
    op->version = 0; // as it is
    in.id = op->target;
    work_say(op, &method_inquiry_wait, &in);
    return true;
}

bool inquiry_reopen_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct inquiry_reopening in = { .reason = op->name };
    bool over = false;

    (void)desk;
    for (int tries = 0; tries < 8 && !over; tries++) {
        if (!work_target(sim, op, MIRROR_TIMEKEEPING, "inquiry"))
            return false;
        size_t seq = mirror_last(timekeeping(sim), "inquiry", op->target);
        over = !is_open(fact_row(sim, mirror_at(timekeeping(sim), seq)));
    }
    op->version = 0; // as it is
    in.id = op->target;
    work_say(op, &method_inquiry_reopen, &in);
    return true;
}

// --- business time
struct window {
    int64_t from, until;
};

// Of that day since 1970, in universal time: Berlin is an hour ahead all that week. False: closed.
static bool window_of(int64_t day, int nth, struct window *out)
{
    static const struct window windows[] = {
        { 480 * MINUTE, 481 * MINUTE },
        { 482 * MINUTE, 1020 * MINUTE },
    };
    int64_t weekday = (day + 3) % 7; // 1970 began on a Thursday; 0: Monday

    *out = (struct window){ DAYS(day) + windows[nth].from, DAYS(day) + windows[nth].until };
    return weekday < 5;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t add(const struct sla *sla, int64_t from_us, int64_t duration_us)
{
    struct window window;

    if (!sla || !sla->hours)
        return from_us + duration_us;
    for (int64_t day = from_us / DAYS(1);; day++)
        for (int nth = 0; nth < 2; nth++) {
            if (!window_of(day, nth, &window) || window.until <= from_us)
                continue;
            int64_t begin_us = later(window.from, from_us);
            if (duration_us <= window.until - begin_us)
                return begin_us + duration_us;
            duration_us -= window.until - begin_us;
        }
}

static int64_t between(const struct sla *sla, int64_t from_us, int64_t until_us)
{
    struct window window;
    int64_t sum_us = 0;

    if (!sla || !sla->hours)
        return until_us - from_us;
    for (int64_t day = from_us / DAYS(1); day <= until_us / DAYS(1); day++)
        for (int nth = 0; nth < 2; nth++) {
            if (!window_of(day, nth, &window))
                continue;
            int64_t begin_us = later(window.from, from_us);
            int64_t end_us = window.until < until_us ? window.until : until_us;
            sum_us += end_us > begin_us ? end_us - begin_us : 0;
        }
    return sum_us;
}

// --- what was agreed
static const struct sla *agreed(struct sim *sim, struct id client, size_t behind)
{
    const struct sla *found = NULL;

    for (size_t seq = 1; seq < behind; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);
        const struct sla *row = mirror_is(fact, "sla") ? fact_row(sim, fact) : NULL;

        if (row && id_equal(row->client, client) && row->priority == priority_NORMAL)
            found = row;
    }
    return found && (found->has_respond_minutes || found->has_solve_minutes) ? found : NULL;
}

// The client's, else the house's, when this fact was written.
static const struct sla *agreement(struct sim *sim, const struct inquiry *row, size_t seq)
{
    const struct sla *own = id_is_zero(row->client) ? NULL : agreed(sim, row->client, seq);

    return own ? own : agreed(sim, (struct id){ { 0 } }, seq);
}

// --- from fact to fact
struct deadlines {
    bool has_respond_by, has_solve_by;
    int64_t respond_by, solve_by;
};

// Since when the agreement's clock stood that goes on with this fact; 0: it did not stand.
static int64_t stood_since(const struct inquiry *was, const struct inquiry *is)
{
    if (was->state == inquiry_state_WAITING && is->state != inquiry_state_WAITING)
        return was->waiting_since;
    return !is_open(was) && is_open(is) && was->has_solved_at ? was->solved_at : 0;
}

static struct deadlines wanted(struct sim *sim, const struct inquiry *was, const struct inquiry *is,
                               size_t seq)
{
    const struct sla *sla = agreement(sim, is, seq);
    struct deadlines wanted = { .respond_by = 0 };

    if (!was) {
        wanted.has_respond_by = sla && sla->has_respond_minutes;
        wanted.has_solve_by = sla && sla->has_solve_minutes;
        if (wanted.has_respond_by)
            wanted.respond_by = add(sla, is->opened_at, MINUTE * sla->respond_minutes);
        if (wanted.has_solve_by)
            wanted.solve_by = add(sla, is->opened_at, MINUTE * sla->solve_minutes);
        return wanted;
    }
    wanted = (struct deadlines){ was->has_respond_by, was->has_solve_by, was->respond_by,
                                 was->solve_by };
    int64_t since_us = stood_since(was, is);
    int64_t stood_ms = since_us ? between(sla, since_us, is->edited_at) / MILLISECONDS(1) : 0;
    if (wanted.has_solve_by && stood_ms > 0)
        wanted.solve_by = add(sla, was->solve_by, MILLISECONDS(stood_ms));
    return wanted;
}

// Told once, and only what had passed.
static void check_missed(struct sim *sim, const struct inquiry *was, const struct inquiry *is)
{
    bool answer = is->has_respond_missed_at && !(was && was->has_respond_missed_at);
    bool solution = is->has_solve_missed_at && !(was && was->has_solve_missed_at);

    if (was && ((was->has_respond_missed_at &&
                 (!is->has_respond_missed_at || was->respond_missed_at != is->respond_missed_at)) ||
                (was->has_solve_missed_at &&
                 (!is->has_solve_missed_at || was->solve_missed_at != is->solve_missed_at))))
        sim_fail(sim, "inquiry %s: what was missed is told again", is->number);
    else if (answer && (!was || !is->has_respond_by || is->respond_by > is->respond_missed_at ||
                        was->has_responded_at))
        sim_fail(sim, "inquiry %s: an answer is told to be missed, and is not", is->number);
    else if (solution && (!was || !is->has_solve_by || is->solve_by > is->solve_missed_at ||
                          was->state == inquiry_state_WAITING || !is_open(was)))
        sim_fail(sim, "inquiry %s: a solution is told to be missed, and is not", is->number);
}

void sla_check_order(struct sim *sim, const struct told_fact *before, const struct told_fact *now,
                     size_t seq)
{
    const struct inquiry *was = before ? fact_row(sim, before) : NULL, *is = fact_row(sim, now);
    struct deadlines right = wanted(sim, was, is, seq);

    if (right.has_respond_by != is->has_respond_by ||
        (right.has_respond_by && right.respond_by != is->respond_by))
        sim_fail(sim, "inquiry %s is to be answered by %s, not by %s", is->number,
                 civil_rfc3339(is->respond_by).text, civil_rfc3339(right.respond_by).text);
    else if (right.has_solve_by != is->has_solve_by ||
             (right.has_solve_by && right.solve_by != is->solve_by))
        sim_fail(sim, "inquiry %s is to be solved by %s, not by %s", is->number,
                 civil_rfc3339(is->solve_by).text, civil_rfc3339(right.solve_by).text);
    else if (was && was->has_responded_at &&
             (!is->has_responded_at || was->responded_at != is->responded_at))
        sim_fail(sim, "inquiry %s is answered once more", is->number);
    else
        check_missed(sim, was, is);
}

// --- at rest
void sla_check(struct sim *sim, const struct inquiry *row)
{
    int64_t passed = due_now(sim) - LATE_US;

    if (!is_open(row))
        return;
    if (row->has_respond_by && !row->has_responded_at && row->respond_by < passed &&
        !row->has_respond_missed_at)
        sim_fail(sim, "inquiry %s: that its answer was missed is not told", row->number);
    else if (row->has_solve_by && row->state != inquiry_state_WAITING && row->solve_by < passed &&
             !row->has_solve_missed_at)
        sim_fail(sim, "inquiry %s: that its solution was missed is not told", row->number);
}
