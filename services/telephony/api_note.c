// SPDX-License-Identifier: Apache-2.0
// Call notes and templates.
#include "common/base/civil.h"
#include "common/step/rows.h"
#include "services/telephony/note_template.h"
#include "services/telephony/notes.h"
#include "services/telephony/store.h"
#include "services/telephony/store_note.h"

#define SERVICE_FILE "proto/telephony_note.def"
#include "proto/handlers.inc"

#define ZONE        "Europe/Berlin"
#define SUBJECT_MAX 200
#define TEXT_MAX    8000

bool note_add(struct request *rq, const struct note_new *in, struct call_note *out)
{
    return notes_add(rq, in, out);
}

bool note_edit(struct request *rq, const struct note_change *in, struct call_note *out)
{
    return notes_edit(rq, in, out);
}

bool note_get(struct request *rq, const struct by_id *in, struct call_note *out)
{
    if (row_find(rq, &note_table, in->id, out))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_NOTE_UNKNOWN, NULL);
}

bool note_list(struct request *rq, const struct note_query *in, struct note_page *out)
{
    return notes_list(rq, in, out);
}

bool note_history(struct request *rq, const struct by_id *in, struct note_page *out)
{
    return notes_history(rq, in->id, out);
}

// --- templates
static struct template_editor editor_of(const struct request *rq)
{
    return (struct template_editor){ rq->arena, rq->now_us, rq->actor };
}

static bool template_write(struct request *rq, const struct template *row)
{
    if (!row_in_scope(rq, &template_table, row, "client") ||
        !table_put(rq->txn, &template_table, row, &rq->err))
        return false;
    emit_template(rq, row, false);
    return true;
}

static bool template_seen(struct request *rq, struct id id, int64_t version, struct template *row)
{
    if (!row_find(rq, &template_table, id, row))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_TEMPLATE_UNKNOWN, NULL);
    return version == row->version || refuse_stale(rq, template_record(), row);
}

bool template_add(struct request *rq, const struct template_new *in, struct template *out)
{
    struct template_editor editor = editor_of(rq);
    struct client_row client;
    if (!id_is_zero(in->client) && !row_find(rq, &known_client_table, in->client, &client))
        return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
    return template_make(in, &editor, new_id(rq), out, &rq->err) && template_write(rq, out);
}

bool template_edit(struct request *rq, const struct template_change *in, struct template *out)
{
    struct template_editor editor = editor_of(rq);
    struct template row;
    if (!template_seen(rq, in->id, in->version, &row) ||
        !template_apply(&row, in, &editor, out, &rq->err))
        return false;
    return out->version == row.version || template_write(rq, out);
}

bool template_delete(struct request *rq, const struct deletion *in, struct template *out)
{
    struct key key = key_of_id(in->id);
    if (!template_seen(rq, in->id, in->version, out))
        return false;
    out->version++;
    out->edited_at = rq->now_us;
    out->edited_by = rq->actor;
    (void)table_del(rq->txn, &template_table, &key);
    emit_template(rq, out, true);
    return true;
}

bool template_list(struct request *rq, const struct page *in, struct template_page *out)
{
    struct paging paging = { .table = &template_table };
    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct template_page){ paging.rows, paging.count, paging.more };
    return true;
}

// --- filling one in
static void take_contact(struct request *rq, struct id id, struct id client,
                         struct template_facts *facts)
{
    struct contact contact;
    struct key key = key_of_id(id);
    if (id_is_zero(id) ||
        !table_get(rq->txn, &known_contact_table, &scope_house, &key, rq->arena, &contact) ||
        !id_equal(contact.client, client))
        return;
    facts->caller = contact.name;
    facts->organisation = contact.organisation;
}

static const char *agent_name(struct request *rq)
{
    struct staff staff;
    struct id id;
    if (!id_parse(rq->actor, &id))
        return rq->actor;
    struct key key = key_of_id(id);
    bool known = table_get(rq->txn, &known_staff_table, &scope_house, &key, rq->arena, &staff);
    return known ? staff.name : rq->actor;
}

static void take_call(struct request *rq, const struct call *call, struct template_facts *facts)
{
    bool inbound = call->direction == call_direction_INBOUND;
    long long talk_s = call->talk_ms / 1000;
    facts->caller = call->caller_name;
    facts->number = inbound ? call->caller : call->called;
    facts->called = call->called;
    facts->client = call->client_name;
    facts->duration = arena_format(rq->arena, "%lld:%02lld", talk_s / 60, talk_s % 60);
    if (call->shown_contact)
        take_contact(rq, call->shown_contact->contact, call->client, facts);
    if (call->contact)
        take_contact(rq, call->contact->contact, call->client, facts);
}

bool note_draft(struct request *rq, const struct note_draft_in *in, struct note_draft_out *out)
{
    struct template template;
    struct template_facts facts = { .agent = agent_name(rq) };
    struct call call = { .started_at = rq->now_us };
    if (!row_find(rq, &template_table, in->template, &template))
        return fail(&rq->err, ERR_NOT_FOUND, "template", TEXT_TEMPLATE_UNKNOWN, NULL);
    if (!id_is_zero(in->call)) {
        if (!row_find(rq, &call_table, in->call, &call))
            return fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_CALL_UNKNOWN, NULL);
        if (!id_is_zero(template.client) && !id_equal(template.client, call.client))
            return fail(&rq->err, ERR_NOT_FOUND, "template", TEXT_TEMPLATE_UNKNOWN, NULL);
        take_call(rq, &call, &facts);
    }
    if (in->contact_name)
        facts.caller = in->contact_name;
    take_contact(rq, in->contact, id_is_zero(call.id) ? template.client : call.client, &facts);
    // "28.11.2026 10:41:07": the day, and the hour without its seconds.
    facts.date = arena_format(rq->arena, "%.10s", civil_local(call.started_at, ZONE).text);
    facts.time = arena_format(rq->arena, "%.5s", civil_local_clock(call.started_at, ZONE).text);
    out->outcome = template.outcome;
    out->text = template_fill(template.text, &facts, TEXT_MAX, rq->arena);
    if (template.subject)
        out->subject = template_fill(template.subject, &facts, SUBJECT_MAX, rq->arena);
    if (out->subject && !*out->subject)
        out->subject = NULL;
    if (out->text && !*out->text)
        out->text = NULL;
    return true;
}
