// SPDX-License-Identifier: Apache-2.0
// Deletions that come by themselves: who is next, who went, and bringing one back.
#include "common/base/civil.h"
#include "common/step/listing.h"
#include "common/step/rows.h"
#include "services/contacts/house.h"
#include "services/contacts/needed.h"
#include "services/contacts/purge_work.h"
#include "services/contacts/store.h"
#include "services/contacts/store_people.h"

#define SERVICE_FILE "proto/contacts_purge.def"
#include "proto/handlers.inc"

#define PREVIEW_DAYS 30
#define RETRY_MS     1000

struct looking_ahead {
    struct request *rq;
    const struct purge_rules *rules;
    int64_t until_us;
};

static struct key idle_place(const void *row, const void *context)
{
    (void)context;
    return time_key(((const struct contact *)row)->edited_at);
}

static bool goes_later(const void *row, const void *context)
{
    const struct looking_ahead *ahead = context;
    return purge_delete_at(ahead->rules, ((const struct contact *)row)->edited_at) >
           ahead->until_us;
}

static bool may_go(const void *row, const void *context)
{
    const struct looking_ahead *ahead = context;
    return !contact_is_needed(ahead->rq, ((const struct contact *)row)->id);
}

static struct purge_candidate candidate_of(struct request *rq, const struct purge_rules *rules,
                                           const struct contact *contact)
{
    struct purge_notice notice, next = purge_notice_make(rules, contact, rq->now_us);
    int64_t announce_at = purge_announce_at(rules, contact->edited_at);
    bool announced = row_find(rq, &purge_notice_table, contact->id, &notice) &&
                     purge_judge(rules, &notice, contact, rq->now_us) != PURGE_VOID;
    return (struct purge_candidate){
        .contact = contact->id,
        .name = contact->name,
        .client = contact->client,
        .last_edit_at = contact->edited_at,
        .announce_at = announced ? notice.announced_at : announce_at,
        .announced = announced,
        .delete_at = announced ? notice.delete_at : next.delete_at,
    };
}

bool purge_preview(struct request *rq, const struct purge_query *in, struct purge_preview_page *out)
{
    struct looking_ahead ahead = { .rq = rq, .rules = purge_rules_of(rq) };
    struct listing listing = {
        .table = &contact_table,
        .index = &contact_indexes[CONTACT_BY_IDLE],
        .after_row = in->after,
        .has_limit = in->has_limit,
        .limit = in->limit,
        .place = idle_place,
        .fits = may_go,
        .ends = goes_later,
        .context = &ahead,
    };
    if (!contacts_askable(rq)) {
        (void)fail(&rq->err, ERR_BUSY, NULL, TEXT_BUSY, NULL);
        rq->err.retry_after_ms = RETRY_MS;
        return false;
    }
    if (!ahead.rules)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    ahead.until_us = purge_days_on(ahead.rules, rq->now_us, in->has_days ? in->days : PREVIEW_DAYS);
    if (!listing_read(rq, &listing))
        return false;
    const struct contact *contacts = listing.rows;
    struct purge_candidate *rows = arena_array(rq->arena, listing.count, sizeof *rows);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    for (size_t i = 0; i < listing.count; i++)
        rows[i] = candidate_of(rq, ahead.rules, &contacts[i]);
    *out = (struct purge_preview_page){ rows, listing.count, listing.more };
    return true;
}

bool purge_list(struct request *rq, const struct page *in, struct purge_page *out)
{
    struct paging paging = { .table = &purge_log_table };
    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct purge_page){ paging.rows, paging.count, paging.more };
    return true;
}

// The contact counts as edited now: it has its whole time before it again.
bool purge_undo(struct request *rq, const struct by_id *in, struct contact *out)
{
    struct purge_entry entry;
    struct purge_kept kept;
    struct key key = key_of_id(in->id);
    const char *zone = contacts_house(rq)->zone;
    if (!row_find(rq, &purge_log_table, in->id, &entry))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_PURGE_UNKNOWN, NULL);
    if (entry.has_undone_at)
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_PURGE_UNDONE,
                    civil_local(entry.undone_at, zone).text, entry.undone_by, NULL);
    if (!row_find(rq, &purge_kept_table, in->id, &kept) || kept.undo_until <= rq->now_us)
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_PURGE_GONE,
                    civil_local(entry.undo_until, zone).text, NULL);
    *out = *kept.contact;
    out->version++;
    out->edited_at = rq->now_us;
    out->edited_by = rq->actor;
    entry.version++;
    entry.has_undone_at = true;
    entry.undone_at = rq->now_us;
    entry.undone_by = rq->actor;
    (void)table_del(rq->txn, &purge_kept_table, &key);
    if (!contact_write(rq, out) || !table_put(rq->txn, &purge_log_table, &entry, &rq->err))
        return false;
    emit_purged(rq, &entry, false);
    return true;
}
