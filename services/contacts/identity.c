// SPDX-License-Identifier: Apache-2.0
// Along the merges, forth and back.
#include "services/contacts/identity.h"

#include "services/contacts/store.h"

#define CHAIN_MAX 20 // from one contact to the next

static bool too_large(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

static bool holds(const struct contact_merged *merged)
{
    return !(merged->has_undone && merged->undone);
}

// Both are of one client, so that whoever sees the row that names the one may know the other.
struct id identity_now(struct request *rq, struct id id)
{
    for (int steps = 0; steps <= CHAIN_MAX; steps++) {
        struct contact_merged merged;
        struct key key = key_of_id(id);
        if (id_is_zero(id) ||
            !table_get(rq->txn, &merged_table, &scope_house, &key, rq->arena, &merged) ||
            !holds(&merged))
            break;
        id = merged.to;
    }
    return id;
}

static bool add_merged_into(struct request *rq, struct id to, struct identity *identity)
{
    struct walk_options options = { .index = &merged_indexes[MERGED_BY_TO],
                                    .scope = &scope_house,
                                    .prefix = merged_to_key(to) };
    struct contact_merged merged;
    bool room = true;
    struct walk *walk = walk_open(rq->txn, &merged_table, &options, rq->arena);
    while (room && walk_next(walk, &merged)) {
        if (!holds(&merged))
            continue;
        room = identity->count < IDENTITY_IDS_MAX;
        if (room)
            identity->ids[identity->count++] = merged.id;
    }
    walk_close(walk);
    return room;
}

bool identity_of(struct request *rq, struct id id, struct identity *out)
{
    *out = (struct identity){ arena_array(rq->arena, IDENTITY_IDS_MAX, sizeof *out->ids), 0 };
    if (!out->ids)
        return too_large(rq);
    out->ids[out->count++] = identity_now(rq, id);
    for (size_t i = 0; i < out->count; i++) {
        if (!add_merged_into(rq, out->ids[i], out))
            return too_large(rq);
    }
    return true;
}

bool identity_has(const struct identity *identity, struct id id)
{
    for (size_t i = 0; i < identity->count; i++) {
        if (id_equal(identity->ids[i], id))
            return true;
    }
    return false;
}

bool listing_of_contact(struct request *rq, struct id contact, struct listing *listing)
{
    struct identity identity;
    if (!identity_of(rq, contact, &identity))
        return false;
    struct key *prefixes = arena_array(rq->arena, identity.count, sizeof *prefixes);
    if (!prefixes)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    for (size_t i = 0; i < identity.count; i++)
        prefixes[i] = key_of_id(identity.ids[i]);
    listing->prefixes = prefixes;
    listing->prefix_count = identity.count;
    return true;
}

const struct bytes *identity_tags(struct request *rq, const struct identity *identity)
{
    struct bytes *tags = arena_array(rq->arena, identity->count, sizeof *tags);
    for (size_t i = 0; tags && i < identity->count; i++)
        tags[i] = (struct bytes){ identity->ids[i].bytes, sizeof identity->ids[i].bytes };
    return tags;
}

// --- parties
bool identity_parties(struct request *rq, struct file *file)
{
    struct party *parties = arena_array(rq->arena, file->parties_count, sizeof *parties);
    if (!parties)
        return too_large(rq);
    for (size_t i = 0; i < file->parties_count; i++) {
        parties[i] = file->parties[i];
        parties[i].contact = identity_now(rq, parties[i].contact);
    }
    file->parties = parties;
    return true;
}

// Each former party stands for one of the new ones at most: two who have become one contact since
// remain two.
bool identity_keep(struct request *rq, const struct file *before, struct party *parties,
                   size_t count)
{
    bool *used = arena_array(rq->arena, before->parties_count, sizeof *used);
    if (!used)
        return too_large(rq);
    for (size_t i = 0; i < count; i++) {
        struct id now = identity_now(rq, parties[i].contact);
        for (size_t k = 0; !id_is_zero(now) && k < before->parties_count; k++) {
            const struct party *old = &before->parties[k];
            if (used[k] || old->role != parties[i].role ||
                !id_equal(identity_now(rq, old->contact), now))
                continue;
            parties[i].contact = old->contact;
            used[k] = true;
            break;
        }
    }
    return true;
}
