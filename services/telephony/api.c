// SPDX-License-Identifier: Apache-2.0
// One function per command and followed fact.
#include "services/telephony/api.h"

#include "services/telephony/agents.h"
#include "services/telephony/calls.h"
#include "services/telephony/missed.h"
#include "services/telephony/notes.h"
#include "services/telephony/retention.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "services/telephony/told.h"

#define SERVICE_FILE "proto/telephony.def"
#include "proto/handlers.inc"

bool call_get(struct request *rq, const struct by_id *in, struct call *out)
{
    struct key key = key_of_id(in->id);
    if (!table_get(rq->txn, &call_table, &rq->scope, &key, rq->arena, out))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_CALL_UNKNOWN, NULL);
    return true;
}

bool call_list(struct request *rq, const struct call_query *in, struct call_page *out)
{
    return calls_list(rq, in, out);
}

bool call_contact_set(struct request *rq, const struct call_contact_in *in, struct call *out)
{
    return calls_set_contact(rq, in, out);
}

bool link_list(struct request *rq, const struct nothing *in, struct links *out)
{
    (void)in;
    const struct switchboard *board = rq->context;
    out->links = board->links;
    out->links_count = board->link_count;
    return true;
}

// --- what the contacts service tells
// Of a tombstone only the entity counts: one that a resync found has no row. Only what a ring needs
// is kept: notes and addresses stay where they belong.
static bool take_contact(struct request *rq, const struct fact *fact, const void *row)
{
    const struct contact *told = row;
    if (fact->deleted) {
        struct key key = key_of_id(fact->entity);
        table_del(rq->txn, &known_contact_table, &key);
        return true;
    }
    struct contact known = {
        .id = told->id,
        .version = told->version,
        .client = told->client,
        .kind = told->kind,
        .name = told->name,
        .organisation = told->organisation,
        .phones = told->phones,
        .phones_count = told->phones_count,
        .created_at = told->created_at,
        .edited_at = told->edited_at,
        .edited_by = told->edited_by,
    };
    return table_put(rq->txn, &known_contact_table, &known, &rq->err) &&
           notes_take_contact(rq, told);
}

static bool take_client(struct request *rq, const struct fact *fact, const void *row)
{
    const struct client_row *told = row;
    if (fact->deleted) {
        struct key key = key_of_id(fact->entity);
        table_del(rq->txn, &known_client_table, &key);
        return true;
    }
    struct client_row known = *told;
    known.greeting = NULL;
    known.guide = NULL;
    known.hours = NULL;
    known.closed_days = NULL;
    known.closed_days_count = 0;
    return table_put(rq->txn, &known_client_table, &known, &rq->err);
}

static bool take_staff(struct request *rq, const struct fact *fact, const void *row)
{
    const struct staff *told = row;
    if (fact->deleted) {
        struct key key = key_of_id(fact->entity);
        table_del(rq->txn, &known_staff_table, &key);
        return agents_see_staff(rq, fact->entity, NULL);
    }
    struct staff known = *told;
    known.email = NULL;
    return table_put(rq->txn, &known_staff_table, &known, &rq->err) &&
           agents_see_staff(rq, known.id, &known);
}

// A call keeps what was shown at the ring; whoever is picked for it later is picked as they are
// now, and whoever is to be called back is named so.
static bool take_merged(struct request *rq, const struct fact *fact, const void *row)
{
    const struct contact_merged *told = row;
    struct contact_merged known;
    struct key key = key_of_id(fact->entity);
    if (fact->deleted || (told->has_undone && told->undone)) {
        bool was = table_get(rq->txn, &known_merged_table, &scope_house, &key, rq->arena, &known);
        table_del(rq->txn, &known_merged_table, &key);
        return !was || fact->deleted || missed_follow_merge(rq, &known);
    }
    known = *told;
    known.conflicts_count = 0;
    return table_put(rq->txn, &known_merged_table, &known, &rq->err) &&
           missed_follow_merge(rq, &known);
}

// --- what the notifier tells
static bool take_mail(struct request *rq, const struct fact *fact, const void *row)
{
    return fact->deleted || notes_take_mail(rq, row);
}

static bool tick(struct request *rq)
{
    bool more = agents_tick(rq);
    return rq->err.code == ERR_NONE && (retention_step(rq) || more);
}

static const struct follow follows[] = {
    { "contacts", "contact", FOLLOW_PARK_KEY, take_contact },
    { "contacts", "contact_merged", FOLLOW_PARK_KEY, take_merged },
    { "contacts", "client", FOLLOW_PARK_KEY, take_client },
    { "contacts", "staff", FOLLOW_PARK_KEY, take_staff },
    { "contacts", "message_told", FOLLOW_PARK_KEY, take_told },
    { "notifier", "mail", FOLLOW_PARK_KEY, take_mail },
};

#define SERVICE      telephony
#define SERVICE_FILE "proto/telephony.def"
#include "proto/handler_table.inc"

const struct service telephony_service = {
    .schema = &telephony_schema,
    .handlers = telephony_handlers,
    .handler_count = COUNT_OF(telephony_handlers),
    .tables = telephony_tables,
    .table_count = TELEPHONY_TABLES,
    .follows = follows,
    .follow_count = COUNT_OF(follows),
    .projection = 3,
    .tick = tick,
};
