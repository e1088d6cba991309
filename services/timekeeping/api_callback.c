// SPDX-License-Identifier: Apache-2.0
// Callbacks and resubmissions as they are asked for.
#include "common/base/text.h"
#include "proto/talk.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/resubmission.h"
#include "services/timekeeping/todo.h"

#define SERVICE_FILE "proto/timekeeping_callback.def"
#include "proto/handlers.inc"

// Whoever sets it does it, unless they say who does.
static void fill_self(struct request *rq, struct id *staff, struct id team)
{
    struct staff self;
    if (id_is_zero(*staff) && id_is_zero(team) && kept_actor(rq, &self))
        *staff = self.id;
}

// --- callbacks
// True when it is the call that names the contact.
static bool fill_partner(struct request *rq, const struct call *call, struct callback_new *full)
{
    struct request house = *rq;
    struct contact contact;
    struct id partner = call_partner(call);
    if (!id_is_zero(full->contact) || full->contact_name)
        return false;
    house.scope = scope_house; // whoever sees the call sees who called
    if (!id_is_zero(partner) && kept_contact(&house, &partner, &contact) &&
        id_equal(contact.client, call->client)) {
        full->contact = partner;
        return true;
    }
    if (call->caller_name && call->direction == call_direction_INBOUND)
        full->contact_name = call->caller_name;
    return false;
}

static bool fill_call(struct request *rq, struct callback_new *full, bool *ret_contact_seen)
{
    struct call call;
    struct file file;
    if (id_is_zero(full->call))
        return true;
    if (!kept_call(rq, full->call, &call))
        return fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_CALL_UNKNOWN, NULL);
    if (!id_is_zero(full->client) && !id_is_zero(call.client) &&
        !id_equal(full->client, call.client))
        return fail(&rq->err, ERR_INVALID, "client", TEXT_CALLBACK_CALL_CLIENT, NULL);
    *ret_contact_seen = fill_partner(rq, &call, full);
    if (!full->number)
        full->number = call_number(&call);
    if (id_is_zero(full->client))
        full->client = call.client;
    if (id_is_zero(full->file) && kept_file(rq, call.file, &file))
        full->file = call.file;
    return true;
}

bool callback_add(struct request *rq, const struct callback_new *in, struct callback *out)
{
    struct callback_editor editor = todo_editor(rq);
    struct callback_new full = *in;
    struct todo_about about = {
        &full.client,  &full.staff,        &full.team,   &full.contact, &full.file,
        &full.inquiry, &full.contact_name, &full.number, false,         false,
    };
    fill_self(rq, &full.staff, full.team);
    if (!kept_team_known(rq, full.team) || !fill_call(rq, &full, &about.contact_seen) ||
        !todo_fill(rq, &about) || !refers_client(rq, in->client, "client") ||
        !callback_make(&full, &editor, new_id(rq), out, &rq->err))
        return false;
    out->deputy = stand_in_of(rq, out->staff);
    return todo_write(rq, &todo_callbacks, out);
}

static struct todo_about about_callback(struct callback *row)
{
    return (struct todo_about){ .client = &row->client,
                                .staff = &row->staff,
                                .team = &row->team,
                                .contact = &row->contact,
                                .file = &row->file,
                                .inquiry = &row->inquiry,
                                .contact_name = &row->contact_name,
                                .number = &row->number };
}

// What was changed pulls along what depends on it: another contact their name, another colleague
// the team.
static bool fill_changed(struct request *rq, const struct todo_about *was,
                         const struct todo_about *is, struct id *ret_deputy)
{
    struct id none[4] = { { { 0 } } }, client = *is->client, team = *is->team;
    bool staff = !id_equal(*was->staff, *is->staff), other_team = !id_equal(*was->team, team);
    struct todo_about about = *is;

    about.client = &client;
    about.team = &team;
    if (!staff)
        about.staff = &none[0];
    if (id_equal(*was->contact, *is->contact))
        about.contact = &none[1];
    if (id_equal(*was->file, *is->file))
        about.file = &none[2];
    if (id_equal(*was->inquiry, *is->inquiry))
        about.inquiry = &none[3];
    if (staff && !other_team)
        team = (struct id){ 0 };
    // One that was deleted meanwhile may stay.
    if ((other_team && !kept_team_known(rq, *is->team)) || !todo_fill(rq, &about))
        return false;
    *is->client = client;
    *is->team = team;
    *ret_deputy = stand_in_of(rq, *is->staff);
    return true;
}

static bool fill_callback(struct request *rq, struct callback *row, struct callback *out)
{
    struct todo_about was = about_callback(row), is = about_callback(out);

    // Another person is not called at the former one's number.
    if (!id_equal(row->contact, out->contact) && text_equal(out->number, row->number))
        out->number = NULL;
    return fill_changed(rq, &was, &is, &out->deputy);
}

bool callback_edit(struct request *rq, const struct callback_change *in, struct callback *out)
{
    struct callback_editor editor = todo_editor(rq);
    struct callback row;
    if (!todo_find(rq, &todo_callbacks, in->id, TEXT_CALLBACK_UNKNOWN, &row))
        return false;
    if (in->version != row.version)
        return refuse_stale(rq, callback_record(), &row);
    if (!callback_apply(&row, in, &editor, out, &rq->err))
        return false;
    if (out->version == row.version)
        return true;
    return fill_callback(rq, &row, out) && todo_write(rq, &todo_callbacks, out);
}

static bool move(struct request *rq, const struct callback_settle *in, enum callback_state to,
                 struct callback *out)
{
    struct callback_editor editor = todo_editor(rq);
    if (!todo_find(rq, &todo_callbacks, in->id, TEXT_CALLBACK_UNKNOWN, out))
        return false;
    if (in->has_version && in->version != out->version)
        return refuse_stale(rq, callback_record(), out);
    if (!callback_move(out, to, in->result, &editor, &rq->err))
        return false;
    // Those that were settled have not moved along.
    out->deputy = stand_in_of(rq, out->staff);
    return todo_write(rq, &todo_callbacks, out);
}

bool callback_done(struct request *rq, const struct callback_settle *in, struct callback *out)
{
    return move(rq, in, callback_state_DONE, out);
}

bool callback_withdraw(struct request *rq, const struct callback_settle *in, struct callback *out)
{
    return move(rq, in, callback_state_WITHDRAWN, out);
}

bool callback_reopen(struct request *rq, const struct callback_settle *in, struct callback *out)
{
    return move(rq, in, callback_state_OPEN, out);
}

bool callback_get(struct request *rq, const struct by_id *in, struct callback *out)
{
    if (!todo_find(rq, &todo_callbacks, in->id, TEXT_CALLBACK_UNKNOWN, out))
        return false;
    kept_contact_show(rq, &out->contact, &out->contact_name);
    return true;
}

bool callback_list(struct request *rq, const struct callback_query *in, struct callback_page *out)
{
    struct listing listing;
    if (!todo_list(rq, &todo_callbacks, in, &listing))
        return false;
    struct callback *rows = listing.rows;
    for (size_t i = 0; i < listing.count; i++)
        kept_contact_show(rq, &rows[i].contact, &rows[i].contact_name);
    *out = (struct callback_page){ rows, listing.count, listing.more };
    return true;
}

// --- resubmissions
static struct todo_about about_resubmission(struct resubmission *row)
{
    return (struct todo_about){ .client = &row->client,
                                .staff = &row->staff,
                                .team = &row->team,
                                .contact = &row->contact,
                                .file = &row->file,
                                .inquiry = &row->inquiry,
                                .contact_name = &row->contact_name };
}

bool resubmission_add(struct request *rq, const struct resubmission_new *in,
                      struct resubmission *out)
{
    struct callback_editor editor = todo_editor(rq);
    if (!resubmission_make(in, &editor, new_id(rq), out, &rq->err))
        return false;
    struct todo_about about = about_resubmission(out);
    fill_self(rq, &out->staff, out->team);
    if (!kept_team_known(rq, out->team) || !todo_fill(rq, &about) ||
        !refers_client(rq, in->client, "client"))
        return false;
    out->deputy = stand_in_of(rq, out->staff);
    return todo_write(rq, &todo_resubmissions, out);
}

bool resubmission_edit(struct request *rq, const struct resubmission_change *in,
                       struct resubmission *out)
{
    struct callback_editor editor = todo_editor(rq);
    struct resubmission row;
    if (!todo_find(rq, &todo_resubmissions, in->id, TEXT_RESUBMISSION_UNKNOWN, &row))
        return false;
    if (in->version != row.version)
        return refuse_stale(rq, resubmission_record(), &row);
    if (!resubmission_apply(&row, in, &editor, out, &rq->err))
        return false;
    if (out->version == row.version)
        return true;
    struct todo_about was = about_resubmission(&row), is = about_resubmission(out);
    return fill_changed(rq, &was, &is, &out->deputy) && todo_write(rq, &todo_resubmissions, out);
}

static bool settle(struct request *rq, const struct resubmission_settle *in,
                   enum resubmission_state to, struct resubmission *out)
{
    struct callback_editor editor = todo_editor(rq);
    if (!todo_find(rq, &todo_resubmissions, in->id, TEXT_RESUBMISSION_UNKNOWN, out))
        return false;
    if (in->has_version && in->version != out->version)
        return refuse_stale(rq, resubmission_record(), out);
    return resubmission_move(out, to, &editor, &rq->err) &&
           todo_write(rq, &todo_resubmissions, out);
}

bool resubmission_done(struct request *rq, const struct resubmission_settle *in,
                       struct resubmission *out)
{
    return settle(rq, in, resubmission_state_DONE, out);
}

bool resubmission_withdraw(struct request *rq, const struct resubmission_settle *in,
                           struct resubmission *out)
{
    return settle(rq, in, resubmission_state_WITHDRAWN, out);
}

bool resubmission_get(struct request *rq, const struct by_id *in, struct resubmission *out)
{
    if (!todo_find(rq, &todo_resubmissions, in->id, TEXT_RESUBMISSION_UNKNOWN, out))
        return false;
    kept_contact_show(rq, &out->contact, &out->contact_name);
    return true;
}

bool resubmission_list(struct request *rq, const struct callback_query *in,
                       struct resubmission_page *out)
{
    struct listing listing;
    if (!todo_list(rq, &todo_resubmissions, in, &listing))
        return false;
    struct resubmission *rows = listing.rows;
    for (size_t i = 0; i < listing.count; i++)
        kept_contact_show(rq, &rows[i].contact, &rows[i].contact_name);
    *out = (struct resubmission_page){ rows, listing.count, listing.more };
    return true;
}
