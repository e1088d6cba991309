// SPDX-License-Identifier: Apache-2.0
// A group is all who hang together by shared things, however indirectly. It is told at its contact
// with the lowest id only, so that a walk over all contacts tells each group once.
#include "services/contacts/duplicates.h"

#include <string.h>

#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/contacts/likeness.h"
#include "services/contacts/merges.h"
#include "services/contacts/store.h"

#define GROUP_MAX    20
#define REASONS_MAX  60
#define GROUPS_MAX   20
#define VISITED_MAX  3000 // rows looked at for one page; the next page goes on
#define ANSWER_BYTES ((size_t)700 << 10)
#define MEMORY_MAX   ((size_t)10 << 20)

struct reason {
    struct likeness_of of;
    struct id *members;
    size_t count;
};

struct group {
    struct contact contacts[GROUP_MAX];
    size_t count;
    struct reason reasons[REASONS_MAX];
    size_t reason_count;
};

struct looking {
    struct request *rq;
    size_t visited;
    struct group *spare; // of a contact that has no double
};

static bool too_large(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

// --- one group
static bool has_member(const struct group *group, struct id id)
{
    for (size_t i = 0; i < group->count; i++) {
        if (id_equal(group->contacts[i].id, id))
            return true;
    }
    return false;
}

static bool has_reason(const struct group *group, const struct likeness_of *of)
{
    for (size_t i = 0; i < group->reason_count; i++) {
        if (group->reasons[i].of.likeness == of->likeness &&
            strcmp(group->reasons[i].of.value, of->value) == 0)
            return true;
    }
    return false;
}

// All who share this thing join the group; a reason it is only when there are two.
static bool follow_likeness(struct looking *looking, struct group *group, struct id client,
                            const struct likeness_of *of)
{
    struct request *rq = looking->rq;
    struct walk_options options = {
        .index = &contact_indexes[CONTACT_BY_LIKENESS],
        .scope = &rq->scope,
        .prefix = contact_likeness_key(client, of->likeness, of->value),
    };
    struct id *members = arena_array(rq->arena, GROUP_MAX, sizeof *members);
    struct contact contact;
    size_t count = 0;
    if (!members)
        return too_large(rq);
    struct walk *walk = walk_open(rq->txn, &contact_table, &options, rq->arena);
    while (count < GROUP_MAX && walk_next(walk, &contact)) {
        looking->visited++;
        bool known = has_member(group, contact.id);
        if (!known && group->count < GROUP_MAX)
            group->contacts[group->count++] = contact;
        if (known || group->count < GROUP_MAX || has_member(group, contact.id))
            members[count++] = contact.id;
    }
    walk_close(walk);
    if (count > 1 && group->reason_count < REASONS_MAX)
        group->reasons[group->reason_count++] = (struct reason){ *of, members, count };
    return true;
}

static bool grow_group(struct looking *looking, struct group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        struct likeness_of found[LIKENESSES_MAX];
        size_t count = likenesses(&group->contacts[i], LIKENESS_ALL, looking->rq->arena, found);
        struct id client = group->contacts[i].client;
        for (size_t k = 0; k < count; k++) {
            if (!has_reason(group, &found[k]) &&
                !follow_likeness(looking, group, client, &found[k]))
                return false;
        }
    }
    return true;
}

static struct group *group_of(struct looking *looking, const struct contact *contact)
{
    struct group *group = looking->spare;
    if (!group)
        group = arena_alloc(looking->rq->arena, sizeof *group);
    if (!group) {
        (void)too_large(looking->rq);
        return NULL;
    }
    looking->spare = group;
    group->reason_count = 0;
    group->contacts[0] = *contact;
    group->count = 1;
    return grow_group(looking, group) ? group : NULL;
}

// --- how sure
static const struct contact *member(const struct group *group, struct id id)
{
    for (size_t i = 0; i < group->count; i++) {
        if (id_equal(group->contacts[i].id, id))
            return &group->contacts[i];
    }
    return NULL;
}

static bool same_name(const struct group *group, struct id a, struct id b, struct arena *arena)
{
    const struct contact *first = member(group, a), *second = member(group, b);
    if (!first || !second)
        return false;
    const char *one = likeness_name(first->name, arena);
    const char *other = likeness_name(second->name, arena);
    return one && other && *one && strcmp(one, other) == 0;
}

static bool holds(const struct reason *reason, struct id id)
{
    for (size_t i = 0; i < reason->count; i++) {
        if (id_equal(reason->members[i], id))
            return true;
    }
    return false;
}

// Two kinds of things shared by one pair, or one thing and the name.
static bool pair_is_probable(const struct group *group, struct id a, struct id b,
                             struct arena *arena)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < group->reason_count; i++) {
        if (holds(&group->reasons[i], a) && holds(&group->reasons[i], b))
            kinds |= 1u << group->reasons[i].of.likeness;
    }
    if (kinds == 0)
        return false;
    return (kinds & (kinds - 1)) != 0 ||
           (kinds != 1u << likeness_NAME_PLACE && same_name(group, a, b, arena));
}

static enum confidence confidence_of(const struct group *group, struct arena *arena)
{
    for (size_t i = 0; i < group->count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (pair_is_probable(group, group->contacts[i].id, group->contacts[k].id, arena))
                return confidence_PROBABLE;
        }
    }
    return confidence_POSSIBLE;
}

// --- the answer
static bool comes_first(const struct group *group, const struct contact *contact)
{
    for (size_t i = 0; i < group->count; i++) {
        if (memcmp(&group->contacts[i].id, &contact->id, sizeof(struct id)) < 0)
            return false;
    }
    return true;
}

static void sort_contacts(struct group *group)
{
    for (size_t i = 1; i < group->count; i++) {
        struct contact moved = group->contacts[i];
        size_t at = i;
        for (; at > 0 && memcmp(&group->contacts[at - 1].id, &moved.id, sizeof moved.id) > 0; at--)
            group->contacts[at] = group->contacts[at - 1];
        group->contacts[at] = moved;
    }
}

static bool group_answer(struct looking *looking, struct group *group, struct duplicate_group *out)
{
    struct arena *arena = looking->rq->arena;
    struct duplicate_reason *reasons = arena_array(arena, group->reason_count, sizeof *reasons);
    if (!reasons)
        return too_large(looking->rq);
    for (size_t i = 0; i < group->reason_count; i++)
        reasons[i] = (struct duplicate_reason){ .likeness = group->reasons[i].of.likeness,
                                                .value = group->reasons[i].of.value,
                                                .contacts = group->reasons[i].members,
                                                .contacts_count = group->reasons[i].count };
    looking->spare = NULL;
    sort_contacts(group);
    *out = (struct duplicate_group){ .confidence = confidence_of(group, arena),
                                     .contacts = group->contacts,
                                     .contacts_count = group->count,
                                     .reasons = reasons,
                                     .reasons_count = group->reason_count };
    return true;
}

// --- one contact's, or page by page
static bool of_one(struct looking *looking, struct id id, struct duplicate_group *groups,
                   struct duplicate_page *out)
{
    struct contact contact;
    if (!row_find(looking->rq, &contact_table, id, &contact)) {
        (void)contact_missing(looking->rq, id);
        memcpy(looking->rq->err.field, "contact", sizeof "contact");
        return false;
    }
    struct group *group = group_of(looking, &contact);
    if (!group)
        return false;
    out->groups = groups;
    if (group->count < 2)
        return true;
    out->groups_count = 1;
    return group_answer(looking, group, &groups[0]);
}

struct paging_groups {
    size_t limit;
    struct mp_writer writer;
    struct duplicate_group *groups;
};

static bool page_is_full(const struct looking *looking, const struct paging_groups *paging,
                         const struct duplicate_page *out)
{
    return out->groups_count == paging->limit || looking->visited >= VISITED_MAX ||
           paging->writer.size > ANSWER_BYTES || arena_used(looking->rq->arena) > MEMORY_MAX;
}

// Contacts of other clients are passed over.
static bool next_contact(struct looking *looking, struct id client, struct walk *walk,
                         struct contact *out)
{
    while (looking->visited < VISITED_MAX && walk_next(walk, out)) {
        looking->visited++;
        if (id_equal(out->client, client))
            return true;
    }
    return false;
}

static bool page_walk(struct looking *looking, const struct duplicate_query *in,
                      struct paging_groups *paging, struct duplicate_page *out)
{
    struct walk_options options = { .scope = &looking->rq->scope };
    struct contact contact;
    bool good = true, found;
    if (!id_is_zero(in->after))
        options.after = key_of_id(in->after);
    out->next = in->after;
    struct walk *walk = walk_open(looking->rq->txn, &contact_table, &options, looking->rq->arena);
    while (good && !page_is_full(looking, paging, out)) {
        found = next_contact(looking, in->client, walk, &contact);
        if (!id_is_zero(contact.id))
            out->next = contact.id;
        if (!found)
            break;
        struct group *group = group_of(looking, &contact);
        good = group != NULL;
        if (!good || group->count < 2 || !comes_first(group, &contact))
            continue;
        good = group_answer(looking, group, &paging->groups[out->groups_count]);
        encode(duplicate_group_record(), &paging->groups[out->groups_count], &paging->writer);
        out->groups_count++;
    }
    out->more = good && page_is_full(looking, paging, out);
    walk_close(walk);
    return good;
}

bool duplicates_list(struct request *rq, const struct duplicate_query *in,
                     struct duplicate_page *out)
{
    struct looking looking = { .rq = rq };
    struct paging_groups paging = {
        .limit = in->has_limit ? (size_t)in->limit : GROUPS_MAX,
        .groups = arena_array(rq->arena, GROUPS_MAX, sizeof *paging.groups),
    };
    if (!paging.groups)
        return too_large(rq);
    out->groups = paging.groups;
    if (!id_is_zero(in->contact))
        return of_one(&looking, in->contact, paging.groups, out);
    mp_writer_init(&paging.writer);
    bool good = page_walk(&looking, in, &paging, out);
    mp_writer_done(&paging.writer);
    return good;
}
