// SPDX-License-Identifier: Apache-2.0
// Inquiries and service agreements, as they are asked for.
#include <string.h>

#include "common/step/rows.h"
#include "common/wire/change.h"
#include "services/timekeeping/hotline.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/inquiry_list.h"
#include "services/timekeeping/inquiry_new.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/slas.h"
#include "services/timekeeping/store_inquiry.h"

#define SERVICE_FILE "proto/timekeeping_inquiry.def"
#include "proto/handlers.inc"

// --- opening, changing, showing
static bool shown(struct request *rq, struct inquiry *out)
{
    inquiry_show(rq, out);
    return true;
}

bool inquiry_add(struct request *rq, const struct inquiry_new *in, struct inquiry *out)
{
    return inquiry_add_new(rq, in, out) && shown(rq, out);
}

static bool refers_changed(struct request *rq, const struct inquiry_change *in, struct inquiry *row)
{
    struct contact contact, customer;

    if (!refers_contact(rq, row->client, in->contact, "contact", &contact) ||
        !refers_contact(rq, row->client, in->customer, "customer", &customer) ||
        !refers_file(rq, row->client, in->file))
        return false;
    if (!id_is_zero(in->contact) && !in->contact_name)
        row->contact_name = contact.name;
    return true;
}

bool inquiry_edit(struct request *rq, const struct inquiry_change *in, struct inquiry *out)
{
    struct inquiry_editor editor = { rq->arena, rq->now_us, rq->actor };
    struct inquiry row;

    if (!inquiry_named(rq, in->id, in->number, &row))
        return false;
    if (in->version != row.version)
        return refuse_stale(rq, inquiry_record(), &row);
    if (!inquiry_changed(&row, in, &editor, out, &rq->err) || !refers_changed(rq, in, out))
        return false;
    inquiry_read_phone(rq, out);
    if (row_equal(inquiry_record(), &row, out))
        return shown(rq, out);
    if (out->priority != row.priority && !sla_apply(rq, out))
        return false;
    return inquiry_write(rq, out) && shown(rq, out);
}

bool inquiry_get(struct request *rq, const struct inquiry_ref *in, struct inquiry_match *out)
{
    struct inquiry row;

    return inquiry_named(rq, in->id, in->number, &row) && inquiry_match_fill(rq, &row, out);
}

bool inquiry_list(struct request *rq, const struct inquiry_query *in, struct inquiry_page *out)
{
    return inquiries_list(rq, in, out);
}

bool inquiry_history(struct request *rq, const struct inquiry_ref *in, struct inquiry_moves *out)
{
    struct inquiry row;

    return inquiry_named(rq, in->id, in->number, &row) && inquiry_moves_read(rq, &row, out);
}

bool inquiry_missing(struct request *rq, const struct inquiry_ref *in, struct inquiry_missing *out)
{
    struct inquiry row;

    return inquiry_named(rq, in->id, in->number, &row) && inquiry_lacks(rq, &row, out);
}

// --- moves
struct which {
    struct id id;
    const char *number;
    bool has_version;
    int64_t version;
};

static bool to_be_moved(struct request *rq, struct which which, struct inquiry *row)
{
    if (!inquiry_named(rq, which.id, which.number, row))
        return false;
    return !which.has_version || which.version == row->version ||
           refuse_stale(rq, inquiry_record(), row);
}

#define WHICH(in) ((struct which){ (in)->id, (in)->number, (in)->has_version, (in)->version })

// Whoever is meant, or whoever asks; with their team. Nobody when the actor is none.
static bool take_over(struct request *rq, struct id staff, struct inquiry_moving *moving)
{
    struct staff person = { 0 };

    if (id_is_zero(staff) && !kept_actor(rq, &person))
        return true;
    if (!id_is_zero(staff) && !refers_staff(rq, staff, "staff", &person))
        return false;
    moving->staff = person.id;
    moving->team = person.team;
    return true;
}

bool inquiry_take(struct request *rq, const struct inquiry_taking *in, struct inquiry *out)
{
    struct inquiry_moving moving = { .to = inquiry_state_OPEN, .reason = in->reason };

    if (!to_be_moved(rq, WHICH(in), out) || !take_over(rq, in->staff, &moving))
        return false;
    if (id_is_zero(moving.staff))
        return fail(&rq->err, ERR_INVALID, "staff", TEXT_INQUIRY_NOBODY, NULL);
    // What is over is reopened, which needs a reason.
    if (!inquiry_is_open(out->state))
        return fail(&rq->err, ERR_CONFLICT, "state", TEXT_INQUIRY_REOPEN, out->number, NULL);
    return inquiry_move_to(rq, out, &moving) && shown(rq, out);
}

bool inquiry_forward(struct request *rq, const struct inquiry_forwarding *in, struct inquiry *out)
{
    struct inquiry_moving moving = { .to = inquiry_state_FORWARDED,
                                     .reason = in->reason,
                                     .department = in->department,
                                     .staff = in->staff,
                                     .team = in->team };
    struct staff person;

    if (!to_be_moved(rq, WHICH(in), out) || !refers_staff(rq, in->staff, "staff", &person) ||
        !kept_team_known(rq, in->team))
        return false;
    if (id_is_zero(moving.team))
        moving.team = person.team;
    return inquiry_move_to(rq, out, &moving) && shown(rq, out);
}

bool inquiry_wait(struct request *rq, const struct inquiry_waiting *in, struct inquiry *out)
{
    struct inquiry_moving moving = { .to = inquiry_state_WAITING, .reason = in->reason };

    return to_be_moved(rq, WHICH(in), out) && inquiry_move_to(rq, out, &moving) && shown(rq, out);
}

bool inquiry_resubmit(struct request *rq, const struct inquiry_putting_off *in, struct inquiry *out)
{
    struct inquiry_moving moving = { .to = inquiry_state_RESUBMISSION,
                                     .reason = in->reason,
                                     .has_at = true,
                                     .at = in->at,
                                     .has_until = in->has_until,
                                     .until = in->until };

    return to_be_moved(rq, WHICH(in), out) && inquiry_move_to(rq, out, &moving) && shown(rq, out);
}

// Whoever solves what nobody has, has it.
static bool and_clerk(struct request *rq, const struct inquiry *row, struct inquiry_moving *moving)
{
    if (!id_is_zero(row->staff))
        return true;
    if (!take_over(rq, (struct id){ 0 }, moving))
        return false;
    if (!id_is_zero(moving->staff))
        moving->department = row->department;
    return true;
}

bool inquiry_solve(struct request *rq, const struct inquiry_solving *in, struct inquiry *out)
{
    struct inquiry_moving moving = { .to = inquiry_state_SOLVED,
                                     .reason = in->reason,
                                     .solution = in->solution };

    return to_be_moved(rq, WHICH(in), out) && and_clerk(rq, out, &moving) &&
           inquiry_move_to(rq, out, &moving) && shown(rq, out);
}

// --- closing
// What has to be given, whoever closes.
static bool ask_for_missing(struct request *rq, const struct inquiry_missing *missing)
{
    if (missing->solution && missing->staff)
        return fail(&rq->err, ERR_INVALID, "solution", TEXT_INQUIRY_LACKS_BOTH, NULL);
    if (missing->solution)
        return fail(&rq->err, ERR_INVALID, "solution", TEXT_INQUIRY_NO_SOLUTION, NULL);
    return !missing->staff || fail(&rq->err, ERR_INVALID, "staff", TEXT_INQUIRY_NO_CLERK, NULL);
}

// What holds back, unless a leader insists.
static bool held_back(struct request *rq, const struct inquiry_missing *missing)
{
    const char *counts = arena_format(rq->arena, "%lld", (long long)missing->open_measures);
    const char *callbacks = arena_format(rq->arena, "%lld", (long long)missing->open_callbacks);

    if (!counts || !callbacks)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (missing->open_measures || missing->open_callbacks)
        return fail(&rq->err, ERR_CONFLICT, "state", TEXT_INQUIRY_HELD, counts, callbacks, NULL);
    if (missing->timeless_count > 0)
        return fail(&rq->err, ERR_CONFLICT, "actual_s", TEXT_INQUIRY_TIMELESS, missing->timeless[0],
                    NULL);
    if (missing->time)
        return fail(&rq->err, ERR_CONFLICT, "actual_s", TEXT_INQUIRY_NO_TIME, NULL);
    return true;
}

static bool may_force(struct request *rq, const struct inquiry_closing *in)
{
    if (!(rq->roles & method_sla_set.right->roles))
        return fail(&rq->err, ERR_FORBIDDEN, "force", TEXT_INQUIRY_FORCE, NULL);
    return in->reason || fail(&rq->err, ERR_INVALID, "reason", TEXT_INQUIRY_FORCE_WHY, NULL);
}

bool inquiry_close(struct request *rq, const struct inquiry_closing *in, struct inquiry *out)
{
    struct inquiry_moving moving = { .to = inquiry_state_CLOSED,
                                     .reason = in->reason,
                                     .solution = in->solution };
    struct inquiry_missing missing;

    if (!to_be_moved(rq, WHICH(in), out) || !and_clerk(rq, out, &moving) ||
        !inquiry_lacks(rq, out, &missing))
        return false;
    missing.solution = missing.solution && !in->solution;
    missing.staff = missing.staff && id_is_zero(moving.staff);
    if (inquiry_may_move(out->state, inquiry_state_CLOSED)) {
        bool force = in->has_force && in->force;
        if (!ask_for_missing(rq, &missing) ||
            !(force ? may_force(rq, in) : held_back(rq, &missing)))
            return false;
    }
    return inquiry_move_to(rq, out, &moving) && shown(rq, out);
}

bool inquiry_reopen(struct request *rq, const struct inquiry_reopening *in, struct inquiry *out)
{
    struct inquiry_moving moving = { .to = inquiry_state_OPEN, .reason = in->reason };

    if (!to_be_moved(rq, WHICH(in), out))
        return false;
    if (inquiry_is_open(out->state))
        return fail(&rq->err, ERR_CONFLICT, "state", TEXT_INQUIRY_NOT_OVER, out->number, NULL);
    if (!id_is_zero(in->staff) && !take_over(rq, in->staff, &moving))
        return false;
    return inquiry_move_to(rq, out, &moving) && shown(rq, out);
}

// --- calls
bool inquiry_call_add(struct request *rq, const struct inquiry_call *in, struct inquiry *out)
{
    struct call call;

    if (!inquiry_named(rq, in->id, in->number, out) || !refers_call(rq, in->call, &call))
        return false;
    if (!id_equal(call.client, out->client))
        return fail(&rq->err, ERR_INVALID, "call", TEXT_INQUIRY_OTHER_CLIENT, NULL);
    if (!inquiry_take_call(out, call.id, rq->arena))
        return shown(rq, out);
    inquiry_answered_by(out, &call);
    return inquiry_write(rq, out) && shown(rq, out);
}

bool inquiry_for_call(struct request *rq, const struct inquiry_of_call *in,
                      struct inquiries_of_call *out)
{
    return inquiries_for_call(rq, in->call, out);
}

// --- service agreements
bool sla_set(struct request *rq, const struct sla_setting *in, struct sla *out)
{
    return sla_put(rq, in, out);
}

bool sla_list(struct request *rq, const struct page *in, struct sla_page *out)
{
    struct paging paging = { .table = &sla_table };

    if (!page_read(rq, in, &paging))
        return false;
    *out =
        (struct sla_page){ .slas = paging.rows, .slas_count = paging.count, .more = paging.more };
    return true;
}
