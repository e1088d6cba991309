// SPDX-License-Identifier: Apache-2.0
// Webhooks and calls by hand: find the call, let the domain decide, write, tell.
#include <string.h>

#include "common/step/rows.h"
#include "services/telephony/calls.h"
#include "services/telephony/report.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "services/telephony/who.h"

#define SERVICE_FILE "proto/telephony_report.def"
#include "proto/handlers.inc"

static struct report_place place_of(const struct request *rq)
{
    const struct switchboard *board = rq->context;
    return (struct report_place){ rq->arena, board->home, rq->now_us };
}

static bool hook(struct request *rq, enum hook_kind kind, const struct hook_event *in,
                 struct hook_seen *out)
{
    struct report_place place = place_of(rq);
    struct call before, next;
    const char *source = arena_format(rq->arena, HOOK_SOURCE "%s", in->source);
    if (!source)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    bool known = calls_find(rq, source, in->ref, &before);
    if (!hook_apply(&place, kind, in, known ? &before : NULL, &next, &rq->err) ||
        !calls_amend(rq, known ? &before : NULL, &next) ||
        !row_in_scope(rq, &call_table, &next, NULL))
        return false;
    *out = (struct hook_seen){ next.id, next.version, next.state };
    return true;
}

bool hook_ring(struct request *rq, const struct hook_event *in, struct hook_seen *out)
{
    return hook(rq, HOOK_RING, in, out);
}

bool hook_answer(struct request *rq, const struct hook_event *in, struct hook_seen *out)
{
    return hook(rq, HOOK_ANSWER, in, out);
}

bool hook_end(struct request *rq, const struct hook_event *in, struct hook_seen *out)
{
    return hook(rq, HOOK_END, in, out);
}

// --- by hand
static bool find_contact(struct request *rq, struct id id, struct contact *out)
{
    if (row_find(rq, &known_contact_table, id, out))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CONTACT_UNKNOWN, NULL);
}

static bool set_client(struct request *rq, struct id client, struct call *call)
{
    struct client_row row;
    if (id_is_zero(client))
        return true;
    if (!row_find(rq, &known_client_table, client, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
    call->client = client;
    call->client_name = row.name;
    return true;
}

// Whoever has no number uses the contact's first one.
static bool set_party(struct request *rq, const struct manual_begin *in, struct call *call)
{
    bool inbound = call->direction == call_direction_INBOUND;
    const char **other = inbound ? &call->caller : &call->called;
    struct contact contact;
    if (id_is_zero(in->contact)) {
        if (!*other)
            return fail(&rq->err, ERR_INVALID, "number", TEXT_MANUAL_WHOM, NULL);
        call->shown_contact = who_is_shown(rq, call->client, *other);
        return set_client(rq, in->client, call);
    }
    struct shown_contact *shown = arena_alloc(rq->arena, sizeof *shown);
    if (!shown)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (!find_contact(rq, in->contact, &contact))
        return false;
    if (!id_is_zero(in->client) && !id_equal(in->client, contact.client))
        return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CALL_CONTACT_UNKNOWN, NULL);
    shown->contact = contact.id;
    shown->name = contact.name;
    shown->certainty = certainty_EXACT;
    call->shown_contact = shown;
    if (!*other && contact.phones_count > 0)
        *other = contact.phones[0].e164 ? contact.phones[0].e164 : contact.phones[0].typed;
    return set_client(rq, contact.client, call);
}

// Whoever begins it by hand is the one who talks, where the request names a member of staff.
static bool set_agent(struct request *rq, struct call *call)
{
    struct staff staff;
    struct id id;
    if (!id_parse(rq->actor, &id))
        return true;
    struct key key = key_of_id(id);
    if (!table_get(rq->txn, &known_staff_table, &scope_house, &key, rq->arena, &staff))
        return true;
    struct id *ids = arena_array(rq->arena, 2, sizeof *ids);
    if (!ids)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    ids[0] = staff.id;
    ids[1] = staff.team;
    call->staff = ids;
    call->staff_count = 1;
    call->teams = ids + 1;
    call->teams_count = id_is_zero(staff.team) ? 0 : 1;
    call->agent = staff.extensions_count > 0 ? staff.extensions[0] : NULL;
    call->talking = staff.extensions;
    call->talking_count = staff.extensions_count > 0 ? 1 : 0;
    struct report_place place = place_of(rq);
    return !call->agent || manual_talks(&place, call->agent, call) ||
           fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

bool call_manual_begin(struct request *rq, const struct manual_begin *in, struct call *out)
{
    struct report_place place = place_of(rq);
    if (!manual_start(&place, in, out, &rq->err))
        return false;
    struct id_text ref = id_text(new_id(rq));
    out->source_ref = arena_text(rq->arena, ref.text, strlen(ref.text));
    return out->source_ref && set_party(rq, in, out) && set_agent(rq, out) &&
           row_in_scope(rq, &call_table, out, "client") && calls_write(rq, NULL, out);
}

bool call_manual_end(struct request *rq, const struct manual_end *in, struct call *out)
{
    struct report_place place = place_of(rq);
    struct call before;
    if (!row_find(rq, &call_table, in->call, &before))
        return fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_CALL_UNKNOWN, NULL);
    if (strcmp(before.source, MANUAL_SOURCE) != 0)
        return fail(&rq->err, ERR_INVALID, "call", TEXT_MANUAL_ONLY, NULL);
    *out = before;
    return manual_stop(&place, in, out, &rq->err) && calls_write(rq, &before, out);
}

bool call_file_set(struct request *rq, const struct call_file_in *in, struct call *out)
{
    return calls_set_file(rq, in, out);
}
