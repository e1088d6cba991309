// SPDX-License-Identifier: Apache-2.0
// Rows in, domain, rows and facts out.
#include "services/contacts/merges.h"

#include <stdio.h>

#include "common/step/rows.h"
#include "services/contacts/find.h"
#include "services/contacts/house.h"
#include "services/contacts/identity.h"
#include "services/contacts/merge.h"
#include "services/contacts/purge_notice.h"
#include "services/contacts/store.h"

#define SERVICE_FILE "proto/contacts.def"
#include "proto/handlers.inc"

#define MERGED_MAX 50  // into one contact and not taken back
#define FORGET_MAX 150 // each writes up to three rows
#define PAGE_ROWS  50

static bool is_undone(const struct contact_merged *merged)
{
    return merged->has_undone && merged->undone;
}

static bool too_large(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

// --- where a contact went
static bool went(struct request *rq, struct id id, struct contact_merged *out)
{
    return row_find(rq, &merged_table, id, out) && !is_undone(out);
}

bool contact_now(struct request *rq, struct id id, struct contact *out)
{
    return row_find(rq, &contact_table, identity_now(rq, id), out);
}

bool contact_missing(struct request *rq, struct id id)
{
    struct contact *contact = arena_alloc(rq->arena, sizeof *contact);
    if (!contact || !contact_now(rq, id, contact))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_CONTACT_UNKNOWN, NULL);
    rq->current = request_encode(rq, contact_record(), contact);
    return fail(&rq->err, ERR_CONFLICT, "id", TEXT_MERGE_WENT, contact->name,
                id_text(contact->id).text, NULL);
}

static bool seen(struct request *rq, struct id id, const char *field, int64_t version,
                 struct contact *out)
{
    if (!row_find(rq, &contact_table, id, out)) {
        (void)contact_missing(rq, id);
        (void)snprintf(rq->err.field, sizeof rq->err.field, "%s", field);
        return false;
    }
    if (version == out->version)
        return true;
    (void)refuse_stale(rq, contact_record(), out);
    (void)snprintf(rq->err.field, sizeof rq->err.field, "%s_version", field);
    return false;
}

// --- what others brought
struct others {
    struct contact *brought;
    size_t count;
};

static bool gather(struct request *rq, struct id to, struct id except, struct others *out)
{
    struct walk_options options = { .index = &merged_indexes[MERGED_BY_TO],
                                    .scope = &scope_house,
                                    .prefix = merged_to_key(to) };
    struct id *ids = arena_array(rq->arena, MERGED_MAX, sizeof *ids);
    struct contact_merged merged;
    size_t count = 0;
    out->brought = arena_array(rq->arena, MERGED_MAX, sizeof *out->brought);
    out->count = 0;
    if (!ids || !out->brought)
        return too_large(rq);
    struct walk *walk = walk_open(rq->txn, &merged_table, &options, rq->arena);
    while (count < MERGED_MAX && walk_next(walk, &merged)) {
        if (!is_undone(&merged))
            ids[count++] = merged.id;
    }
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        struct merge_detail detail;
        struct key key = key_of_id(ids[i]);
        if (!id_equal(ids[i], except) &&
            table_get(rq->txn, &merge_detail_table, &scope_house, &key, rq->arena, &detail))
            out->brought[out->count++] = *detail.brought;
    }
    if (count == MERGED_MAX)
        return fail(&rq->err, ERR_CONFLICT, "to", TEXT_MERGE_MANY, int_text(MERGED_MAX).text, NULL);
    return true;
}

// --- merging
static bool may_be_one(struct request *rq, const struct contact *from, const struct contact *to)
{
    if (id_equal(from->id, to->id))
        return fail(&rq->err, ERR_INVALID, "to", TEXT_MERGE_SELF, NULL);
    if (!id_equal(from->client, to->client))
        return fail(&rq->err, ERR_CONFLICT, "to", TEXT_MERGE_CLIENTS, NULL);
    return true;
}

// Whatever names any of them must be found by the one that stays.
static bool few_enough(struct request *rq, struct id from, struct id to)
{
    struct identity one, other;
    if (identity_of(rq, from, &one) && identity_of(rq, to, &other) &&
        one.count + other.count <= IDENTITY_IDS_MAX)
        return true;
    return fail(&rq->err, ERR_CONFLICT, "to", TEXT_MERGE_MANY, int_text(IDENTITY_IDS_MAX).text,
                NULL);
}

static bool bury(struct request *rq, const struct contact *from)
{
    struct contact tombstone = *from;
    struct key key = key_of_id(from->id);
    tombstone.version++;
    tombstone.edited_at = rq->now_us;
    tombstone.edited_by = rq->actor;
    (void)table_del(rq->txn, &contact_table, &key);
    emit_contact(rq, &tombstone, true);
    return purge_withdraw(rq, from->id);
}

// The record of an earlier merge of the same contact, taken back since, goes on counting; it may
// even be forgotten by now, with whoever had stayed.
static int64_t next_version(struct request *rq, struct id id)
{
    struct contact_merged before;
    return row_find(rq, &merged_table, id, &before) ? before.version + 1 : row_first_version(rq);
}

static bool record_merge(struct request *rq, const struct contact *from,
                         const struct merged *merged, struct contact_merged *out)
{
    *out = (struct contact_merged){
        .id = from->id,
        .version = next_version(rq, from->id),
        .client = from->client,
        .to = merged->to.id,
        .from_name = from->name,
        .to_name = merged->to.name,
        .conflicts = merged->conflicts,
        .conflicts_count = merged->conflict_count,
        .merged_at = rq->now_us,
        .merged_by = rq->actor,
    };
    struct merge_detail detail = { .id = from->id,
                                   .version = out->version,
                                   .client = from->client,
                                   .before = from,
                                   .brought = &merged->brought };
    if (!table_put(rq->txn, &merged_table, out, &rq->err) ||
        !table_put(rq->txn, &merge_detail_table, &detail, &rq->err))
        return false;
    emit_contact_merged(rq, out, false);
    return true;
}

bool merges_do(struct request *rq, const struct contact_merge_in *in, struct contact_merge_out *out)
{
    struct editor editor = { rq->arena, contacts_home(rq), rq->now_us, rq->actor };
    struct contact from, to, *kept = arena_alloc(rq->arena, sizeof *kept);
    struct contact_merged *told = arena_alloc(rq->arena, sizeof *told);
    struct others others;
    struct merged merged;
    if (!kept || !told)
        return too_large(rq);
    if (!seen(rq, in->from, "from", in->from_version, &from) ||
        !seen(rq, in->to, "to", in->to_version, &to) || !may_be_one(rq, &from, &to) ||
        !few_enough(rq, from.id, to.id) || !gather(rq, to.id, from.id, &others))
        return false;
    struct merging merging = { .from = &from,
                               .to = &to,
                               .brought = others.brought,
                               .brought_count = others.count,
                               .editor = &editor };
    if (!merge_make(&merging, &merged, &rq->err))
        return false;
    *kept = merged.to;
    if (!record_merge(rq, &from, &merged, told) || !contact_write(rq, kept))
        return false;
    if (!bury(rq, &from))
        return false;
    *out = (struct contact_merge_out){ .contact = kept, .merged = told };
    return true;
}

// --- taking back
static bool find_merge(struct request *rq, const struct contact_unmerge_in *in,
                       struct contact_merged *merged, struct merge_detail *detail)
{
    if (!row_find(rq, &merged_table, in->id, merged))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_MERGE_UNKNOWN, NULL);
    if (in->version != merged->version)
        return refuse_stale(rq, contact_merged_record(), merged);
    if (is_undone(merged) || !row_find(rq, &merge_detail_table, in->id, detail))
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_MERGE_UNDONE, NULL);
    return true;
}

// The one that stayed may itself be gone by now.
static bool find_kept(struct request *rq, const struct contact_merged *merged, struct contact *out)
{
    struct contact_merged further;
    if (row_find(rq, &contact_table, merged->to, out))
        return true;
    if (went(rq, merged->to, &further))
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_MERGE_CHAIN, further.from_name,
                    further.to_name, id_text(further.id).text, NULL);
    return fail(&rq->err, ERR_CONFLICT, "id", TEXT_MERGE_KEPT_GONE, merged->to_name, NULL);
}

static bool record_undo(struct request *rq, struct contact_merged *merged)
{
    struct key key = key_of_id(merged->id);
    merged->version++;
    merged->has_undone = merged->undone = true;
    merged->has_undone_at = true;
    merged->undone_at = rq->now_us;
    merged->undone_by = rq->actor;
    (void)table_del(rq->txn, &merge_detail_table, &key);
    if (!table_put(rq->txn, &merged_table, merged, &rq->err))
        return false;
    emit_contact_merged(rq, merged, false);
    return true;
}

bool merges_undo(struct request *rq, const struct contact_unmerge_in *in,
                 struct contact_unmerge_out *out)
{
    struct editor editor = { rq->arena, contacts_home(rq), rq->now_us, rq->actor };
    struct contact_merged *merged = arena_alloc(rq->arena, sizeof *merged);
    struct contact *rows = arena_array(rq->arena, 2, sizeof *rows), now;
    struct merge_detail detail;
    struct others others;
    if (!merged || !rows)
        return too_large(rq);
    if (!find_merge(rq, in, merged, &detail) || !find_kept(rq, merged, &now) ||
        !gather(rq, now.id, in->id, &others))
        return false;
    struct unmerging unmerging = { .to = &now,
                                   .before = detail.before,
                                   .brought = detail.brought,
                                   .others = others.brought,
                                   .other_count = others.count,
                                   .editor = &editor };
    if (!merge_undo(&unmerging, &rows[0], &rows[1], &rq->err) || !record_undo(rq, merged) ||
        !contact_write(rq, &rows[0]) || !contact_write(rq, &rows[1]))
        return false;
    *out = (struct contact_unmerge_out){ .from = &rows[0], .to = &rows[1], .merged = merged };
    return true;
}

// --- forgetting
static void forget(struct request *rq, struct id id)
{
    struct contact_merged merged;
    struct key key = key_of_id(id);
    (void)table_del(rq->txn, &merge_detail_table, &key);
    if (!table_get(rq->txn, &merged_table, &scope_house, &key, rq->arena, &merged))
        return;
    merged.version++;
    (void)table_del(rq->txn, &merged_table, &key);
    emit_contact_merged(rq, &merged, true);
}

// Those merged into it, those merged into these, and so on; a step's share at most.
void merges_forget(struct request *rq, struct id contact)
{
    struct id *ids = arena_array(rq->arena, FORGET_MAX, sizeof *ids);
    bool *lives = arena_array(rq->arena, FORGET_MAX, sizeof *lives);
    size_t count = 0;
    if (!ids || !lives)
        return;
    ids[count++] = contact;
    for (size_t i = 0; i < count; i++) {
        if (lives[i]) // taken out again: only the record of it goes
            continue;
        struct walk_options options = { .index = &merged_indexes[MERGED_BY_TO],
                                        .scope = &scope_house,
                                        .prefix = merged_to_key(ids[i]) };
        struct walk *walk = walk_open(rq->txn, &merged_table, &options, rq->arena);
        struct contact_merged merged;
        while (count < FORGET_MAX && walk_next(walk, &merged)) {
            lives[count] = is_undone(&merged);
            ids[count++] = merged.id;
        }
        walk_close(walk);
    }
    for (size_t i = 0; i < count; i++)
        forget(rq, ids[i]);
}

// --- lists
bool merges_list(struct request *rq, const struct merge_query *in, struct merge_page *out)
{
    size_t limit = in->has_limit ? (size_t)in->limit : PAGE_ROWS;
    bool of_one = !id_is_zero(in->to);
    struct walk_options options = { .index =
                                        &merged_indexes[of_one ? MERGED_BY_TO : MERGED_BY_TIME],
                                    .scope = &rq->scope };
    struct contact_merged *rows = arena_array(rq->arena, limit + 1, sizeof *rows);
    if (!rows)
        return too_large(rq);
    if (of_one)
        options.prefix = merged_to_key(in->to);
    struct walk *walk = walk_open(rq->txn, &merged_table, &options, rq->arena);
    while (!out->more && walk_next(walk, &rows[out->merges_count])) {
        out->more = out->merges_count == limit;
        out->merges_count += !out->more;
    }
    walk_close(walk);
    out->merges = rows;
    return true;
}
