// SPDX-License-Identifier: Apache-2.0
// Clients' people, what holds for a call, and whether callers are found again.
#include "common/step/listing.h"
#include "common/step/rows.h"
#include "services/contacts/follow.h"
#include "services/contacts/house.h"
#include "services/contacts/member.h"
#include "services/contacts/refer.h"
#include "services/contacts/store.h"
#include "services/contacts/store_people.h"

#define SERVICE_FILE "proto/contacts_client.def"
#include "proto/handlers.inc"

static bool member_write(struct request *rq, const struct member *row)
{
    if (!row_in_scope(rq, &member_table, row, "client") ||
        !table_put(rq->txn, &member_table, row, &rq->err))
        return false;
    emit_member(rq, row, false);
    return true;
}

bool member_add(struct request *rq, const struct member_new *in, struct member *out)
{
    struct editor editor = editor_of(rq);
    return refer_client(rq, in->client, "client") &&
           member_make(in, &editor, new_id(rq), out, &rq->err) && member_write(rq, out);
}

bool member_edit(struct request *rq, const struct member_change *in, struct member *out)
{
    struct editor editor = editor_of(rq);
    struct member row;
    if (!row_find(rq, &member_table, in->id, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_MEMBER_UNKNOWN, NULL);
    if (in->version != row.version)
        return refuse_stale(rq, member_record(), &row);
    if (!member_apply(&row, in, &editor, out, &rq->err))
        return false;
    return out->version == row.version || member_write(rq, out);
}

bool member_get(struct request *rq, const struct by_id *in, struct member *out)
{
    if (row_find(rq, &member_table, in->id, out))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_MEMBER_UNKNOWN, NULL);
}

static struct key member_place(const void *row, const void *context)
{
    (void)context;
    return key_of_id(((const struct member *)row)->client);
}

bool member_list(struct request *rq, const struct member_query *in, struct member_page *out)
{
    struct listing listing = {
        .table = &member_table,
        .index = member_by_client,
        .prefix = key_of_id(in->client),
        .after_row = in->after,
        .has_limit = in->has_limit,
        .limit = in->limit,
        .place = member_place,
    };
    if (!refer_client(rq, in->client, "client") || !listing_read(rq, &listing))
        return false;
    *out = (struct member_page){ listing.rows, listing.count, listing.more };
    return true;
}

// --- what holds
struct asked {
    struct client_row client;
    struct member member;
    bool has_member;
};

static bool ask(struct request *rq, struct id client, struct id member, struct asked *out)
{
    if (!row_find(rq, &client_table, client, &out->client))
        return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
    out->has_member = !id_is_zero(member);
    if (!out->has_member)
        return true;
    if (row_find(rq, &member_table, member, &out->member) && id_equal(out->member.client, client))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "member", TEXT_MEMBER_UNKNOWN, NULL);
}

bool client_effective(struct request *rq, const struct effective_query *in, struct effective *out)
{
    struct asked asked;
    if (!ask(rq, in->client, in->member, &asked))
        return false;
    const struct effective_of of = {
        .client = &asked.client,
        .member = asked.has_member ? &asked.member : NULL,
        .caller = in->caller,
        .agent = in->agent ? in->agent : staff_name(rq, rq->actor),
        .zone = contacts_house(rq)->zone,
        .at_us = in->has_at ? in->at : rq->now_us,
    };
    return effective_make(&of, rq->arena, out, &rq->err);
}

bool client_recognition(struct request *rq, const struct recognition_query *in,
                        struct recognition *out)
{
    struct asked asked;
    struct effective effective;
    struct client_diversion diversion;
    if (!ask(rq, in->client, in->member, &asked))
        return false;
    const struct effective_of of = {
        .client = &asked.client,
        .member = asked.has_member ? &asked.member : NULL,
        .zone = contacts_house(rq)->zone,
        .at_us = rq->now_us,
    };
    bool noticed = row_find(rq, &diversion_table, in->client, &diversion);
    return effective_make(&of, rq->arena, &effective, &rq->err) &&
           recognition_make(&effective, noticed ? &diversion : NULL, rq->arena, out, &rq->err);
}

bool take_diversion(struct request *rq, const struct fact *fact, const void *row)
{
    struct key key = key_of_id(fact->entity);
    if (!(fact->has_deleted && fact->deleted))
        return table_put(rq->txn, &diversion_table, row, &rq->err);
    (void)table_del(rq->txn, &diversion_table, &key);
    return true;
}
