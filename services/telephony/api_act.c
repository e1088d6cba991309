// SPDX-License-Identifier: Apache-2.0
// What people want a PBX to do: checked here, carried out by the port after the commit.
#include <string.h>

#include "common/base/text.h"
#include "common/step/intent.h"
#include "common/step/rows.h"
#include "services/telephony/act.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "services/telephony/who.h"

#define SERVICE_FILE "proto/telephony.def"
#include "proto/handlers.inc"

// --- at which PBX
static bool can_act(const struct link_row *link)
{
    return text_equal(link->kind, "ami") && link->connected;
}

static bool link_choose(struct request *rq, const char *wanted, const char **ret)
{
    const struct switchboard *board = rq->context;
    const char *found = NULL;
    for (size_t i = 0; board && i < board->link_count; i++) {
        const struct link_row *link = &board->links[i];
        if (!can_act(link) || (wanted && !text_equal(wanted, link->source)))
            continue;
        if (found)
            return fail(&rq->err, ERR_INVALID, "source", TEXT_ACT_SOURCE, NULL);
        found = link->source;
    }
    *ret = found;
    return found || fail(&rq->err, ERR_UNAVAILABLE, "source", TEXT_ACT_NO_LINK, NULL);
}

// --- whose phone
static bool owner_of(struct request *rq, const char *extension, struct staff *out)
{
    struct walk_options options = { .index = known_staff_by_extension,
                                    .scope = &scope_house,
                                    .prefix = number_key(extension) };
    struct walk *walk = walk_open(rq->txn, &known_staff_table, &options, rq->arena);
    bool found = false;
    while (!found && walk_next(walk, out))
        found = !(out->has_left && out->left);
    walk_close(walk);
    return found;
}

static bool first_phone(struct request *rq, struct id staff, const struct scope *scope,
                        const char **ret)
{
    struct staff row;
    struct key key = key_of_id(staff);
    if (!table_get(rq->txn, &known_staff_table, scope, &key, rq->arena, &row) ||
        (row.has_left && row.left))
        return fail(&rq->err, ERR_NOT_FOUND, "staff", TEXT_STAFF_UNKNOWN, NULL);
    if (row.extensions_count == 0)
        return fail(&rq->err, ERR_NOT_FOUND, "extension", TEXT_ACT_PHONE, NULL);
    *ret = row.extensions[0];
    return true;
}

// The phone that is to ring. It must belong to somebody whom the actor may see: a stranger's phone
// is not rung.
static bool phone_choose(struct request *rq, const char *wanted, struct act *act)
{
    struct staff staff;
    act->extension = wanted;
    if (!wanted && rq->scope.kind == SCOPE_OWN &&
        !first_phone(rq, rq->scope.id, &rq->scope, &act->extension))
        return false;
    if (!act->extension)
        return fail(&rq->err, ERR_INVALID, "extension", TEXT_ACT_PHONE, NULL);
    if (!owner_of(rq, act->extension, &staff) ||
        (rq->scope.kind != SCOPE_CLIENT && !scope_sees(&rq->scope, staff_record(), &staff)))
        return fail(&rq->err, ERR_NOT_FOUND, "extension", TEXT_ACT_PHONE_UNKNOWN, act->extension,
                    NULL);
    struct id *ids = arena_array(rq->arena, 2, sizeof *ids);
    if (!ids)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    ids[0] = staff.id;
    ids[1] = staff.team;
    act->staff = ids;
    act->staff_count = 1;
    act->teams = ids + 1;
    act->teams_count = !id_is_zero(staff.team);
    return true;
}

// --- wanting
static bool act_want(struct request *rq, struct act *act)
{
    const struct switchboard *board = rq->context;
    if (id_is_zero(act->client) && rq->scope.kind == SCOPE_CLIENT)
        act->client = rq->scope.id; // who works for one client only dials for that client
    struct bytes body = request_encode(rq, act_record(), act);
    act->id = intent_want(rq, "act", body);
    act->version = 1;
    act->state = intent_state_WANTED;
    act->wanted_at = act->moved_at = rq->now_us;
    act->wanted_by = rq->actor;
    if (!row_in_scope(rq, &act_table, act, "call") ||
        !table_put(rq->txn, &act_table, act, &rq->err))
        return false;
    emit_act(rq, act, false);
    if (board->wanted)
        board->wanted(board->wanted_context);
    return true;
}

// --- dialling
static bool contact_number(struct request *rq, struct id id, struct act *act, const char **ret)
{
    struct contact contact;
    struct key key = key_of_id(id);
    if (!table_get(rq->txn, &known_contact_table,
                   rq->scope.kind == SCOPE_CLIENT ? &rq->scope : &scope_house, &key, rq->arena,
                   &contact))
        return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CALL_CONTACT_UNKNOWN, NULL);
    for (size_t i = 0; i < contact.phones_count; i++) {
        if (!contact.phones[i].e164)
            continue;
        *ret = contact.phones[i].e164;
        act->contact = id;
        act->client = contact.client;
        return true;
    }
    return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CALL_CONTACT_UNKNOWN, NULL);
}

bool call_dial(struct request *rq, const struct dial_in *in, struct act *out)
{
    const struct switchboard *board = rq->context;
    struct act act = { .kind = act_kind_DIAL };
    const char *typed = in->number;
    if ((in->number != NULL) == !id_is_zero(in->contact))
        return fail(&rq->err, ERR_INVALID, "number", TEXT_ACT_TARGET, "number, contact", NULL);
    if (!id_is_zero(in->contact) && !contact_number(rq, in->contact, &act, &typed))
        return false;
    if (!act_number(&board->dialling, typed, "number", rq->arena, &act.number, &rq->err) ||
        !phone_choose(rq, in->extension, &act) || !link_choose(rq, in->source, &act.source) ||
        !act_want(rq, &act))
        return false;
    *out = act;
    return true;
}

// --- calls that live
static bool call_choose(struct request *rq, struct id id, struct act *act, struct call *call)
{
    if (!row_find(rq, &call_table, id, call))
        return fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_CALL_UNKNOWN, NULL);
    if (call->state == call_state_ENDED)
        return fail(&rq->err, ERR_CONFLICT, "call", TEXT_ACT_CALL_ENDED, NULL);
    act->call = call->id;
    act->source_ref = call->source_ref;
    act->client = call->client;
    act->staff = call->staff;
    act->staff_count = call->staff_count;
    act->teams = call->teams;
    act->teams_count = call->teams_count;
    return link_choose(rq, call->source, &act->source);
}

static bool talker_choose(struct request *rq, const struct call *call, const char *wanted,
                          const char **ret)
{
    for (size_t i = 0; i < call->talking_count; i++) {
        if (!wanted ? call->talking_count == 1 : text_equal(call->talking[i], wanted)) {
            *ret = call->talking[i];
            return true;
        }
    }
    if (wanted)
        return fail(&rq->err, ERR_CONFLICT, "extension", TEXT_ACT_PHONE_SILENT, wanted, NULL);
    return fail(&rq->err, ERR_INVALID, "extension", TEXT_ACT_PHONE, NULL);
}

bool call_forward(struct request *rq, const struct forward_in *in, struct act *out)
{
    const struct switchboard *board = rq->context;
    bool attended = in->has_attended && in->attended;
    struct act act = { .kind = attended ? act_kind_FORWARD_ATTENDED : act_kind_FORWARD_BLIND };
    struct call call;
    const char *typed = in->number;
    if ((in->number != NULL) == !id_is_zero(in->staff))
        return fail(&rq->err, ERR_INVALID, "number", TEXT_ACT_TARGET, "number, staff", NULL);
    if (!id_is_zero(in->staff) && !first_phone(rq, in->staff, &scope_house, &typed))
        return false;
    if (!act_number(&board->dialling, typed, "number", rq->arena, &act.number, &rq->err) ||
        !call_choose(rq, in->call, &act, &call) ||
        !talker_choose(rq, &call, in->extension, &act.extension) || !act_want(rq, &act))
        return false;
    *out = act;
    return true;
}

bool call_pick_up(struct request *rq, const struct pick_up_in *in, struct act *out)
{
    struct act act = { .kind = act_kind_PICK_UP }, of_call = { 0 };
    struct call call;
    if (!call_choose(rq, in->call, &of_call, &call) || !phone_choose(rq, in->extension, &act))
        return false;
    act.call = of_call.call;
    act.source_ref = of_call.source_ref;
    act.client = of_call.client;
    act.source = of_call.source;
    if (call.state == call_state_TALKING)
        return fail(&rq->err, ERR_CONFLICT, "call", TEXT_ACT_TALKS, NULL);
    if (!act_want(rq, &act))
        return false;
    *out = act;
    return true;
}

bool call_hang_up(struct request *rq, const struct hang_up_in *in, struct act *out)
{
    struct act act = { .kind = act_kind_HANG_UP };
    struct call call;
    if (!call_choose(rq, in->call, &act, &call) || !act_want(rq, &act))
        return false;
    *out = act;
    return true;
}

// --- what became of it
bool act_get(struct request *rq, const struct by_id *in, struct act *out)
{
    if (row_find(rq, &act_table, in->id, out))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_ACT_UNKNOWN, NULL);
}

bool act_list(struct request *rq, const struct page *in, struct act_page *out)
{
    struct paging paging = { .table = &act_table };
    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct act_page){ paging.rows, paging.count, paging.more };
    return true;
}
